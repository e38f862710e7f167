from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.grammar.document import Document

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
@settings(deadline=None)
def test_json_is_yaml(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    escaped = re.sub("[\x7f-\x9f]", lambda c: f"\\u00{ord(c[0]):02x}", text)  # YAML wants these escaped, JSON does not
    assert Document.parse(escaped).data == value


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    try:
        Document.parse(text)
    except SpecError as error:
        assert all(fault.place for fault in error.faults)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("no", "no"),
        ("on", "on"),
        ("0o17", 15),
        ("0x1F", 31),
        ("~", None),
        ("TRUE", True),
        ("1_0", "1_0"),
    ],
)
def test_scalars_read_as_yaml_1_2(text: str, value: object) -> None:
    assert Document.parse(text).data == value


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("[" * 3000, "nested more than", 1),
        ("a: !!python/object:os.system x", "tag", 1),
        ("a: 1\nb: 2\na: 3", "stands twice", 3),
        ("a: " + "9" * 5000, "5,000 digits", 1),
        ("a: &a [*a]", "inside itself", 1),
        ("a: *b", "no anchor", 1),
        ("a: .nan", "not a finite number", 1),
        ("a: 1e999", "too large", 1),
        ("a: 1\n---\nb: 2", "second document", 2),
        ("{a: b}: 1", "cannot be a key", 1),
        ("a: [1, 2", "not YAML", 2),
        ("a: b: c", "not YAML", 1),
    ],
)
def test_what_a_recipe_must_not_hold_is_refused_at_its_line(text: str, words: str, line: int) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        Document.parse(text)
    place = caught.value.faults[0].place
    assert place and (place.line == line or line == 2)


def test_an_alias_bomb_is_refused() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40)]
    with pytest.raises(SpecError, match="aliases counted"):
        Document.parse("\n".join(lines))


def test_places_point_at_keys_and_values() -> None:
    document = Document.parse("a:\n  - b: {c: 5}\n", "f.yaml")
    assert str(document.place(("a", 0, "b", "c"))) == "f.yaml:2:12"
    assert str(document.place(("a", 0, "b", "c"), "key")) == "f.yaml:2:9"
    assert str(document.place(("a", 0, "b", "nowhere", 3))) == "f.yaml:2:8"
