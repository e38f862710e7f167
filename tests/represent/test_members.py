"""Sets and bags: every form of cell, few members as numbers and many as codes, new ones counted, old models read."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.values.said import Notice
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.lists.members import BagNumbers, SetCodes, SetNumbers, StepCodes
from protokit.represent.kind import FitContext, column_from_plain
from protokit.represent.kinds.lists.bag import Bag
from protokit.represent.kinds.lists.set import MembersOptions, Set
from protokit.represent.kinds.lists.steps import Steps
from protokit.represent.represented import Represented
from protokit.represent.transformers import KindEncoder
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.representing import represent

TAGS: list[Any] = ["red|large", "old", "large|old", "red", None]


def tagged(cells: list[Any], rows: int = 120) -> pd.DataFrame:
    column = pd.Series((cells * rows)[:rows], dtype=object)
    return pd.DataFrame({"x": np.arange(rows) % 7 / 2, "tags": column, "y": np.arange(rows) % 2})


def represented(frame: pd.DataFrame, said: object = None, **more: object) -> Represented:
    columns = {} if said is None else {"tags": said}
    recipe = Recipe.parse({"represent": {"target": "y", "columns": columns}, **more})
    [found] = represent(recipe, Table(frame))
    audit(recipe, Table(frame), [found])
    return found


def told(found: Represented) -> list[tuple[str, str | None]]:
    return [(notice.rule, notice.cure) for notice in found.notices if notice.columns == ("tags",)]


def test_sets_are_found_and_said_with_the_edit_that_decides_otherwise() -> None:
    rule = "'tags' holds several members in a cell, parted by '|': they are read as sets, in no order"
    order = "columns: {tags: steps} keeps their order"
    cure = f"columns: {{tags: bag}} counts them, {order}, columns: {{tags: category}} keeps each cell as it is"
    assert told(represented(tagged(TAGS))) == [(rule, cure)]
    lists = [["red", "large"], ["old"], ["large", "old"], ["red"], None]
    found = represented(tagged(lists))
    rule = "'tags' holds lists: they are read as sets, in no order"
    assert told(found) == [(rule, f"columns: {{tags: bag}} counts them, {order}")]
    assert found.encoder.signature.inputs[0].columns[1:4] == ("tags = large", "tags = old", "tags = red")
    assert "tags = large missing" in found.encoder.signature.inputs[0].columns
    assert represented(tagged(TAGS), "category").encoder.kinds["tags"] == "category"
    assert infer(tagged([f"{a}, {b}" for a in "ab" for b in "cd"])["tags"]).kind == "category"


def test_bags_are_found_where_members_repeat() -> None:
    lists = [["bread", "bread"], ["milk"], [], ["bread", "milk", "milk", "milk"]]
    found = represented(tagged(lists))
    [(rule, cure)] = told(found)
    assert rule == "'tags' holds lists: they are read as bags, whose members are counted"
    assert cure == "columns: {tags: set} does not count them, columns: {tags: steps} keeps their order"
    [column] = [one for one in found.encoder.columns if one.column == "tags"]
    assert isinstance(column, BagNumbers)
    assert column.numbers(pd.Series(lists)).tolist() == [[2, 0], [0, 1], [0, 0], [1, 3]]
    [column] = [one for one in represented(tagged(lists), "set").encoder.columns if one.column == "tags"]
    assert isinstance(column, SetNumbers)
    assert column.numbers(pd.Series(lists)).tolist() == [[1, 0], [0, 1], [0, 0], [1, 1]]


@pytest.mark.parametrize(
    "cells",
    [
        [["1", "b"], ["b"]],
        [("b", 1), ("b",)],
        [{"b", 1}, frozenset("b")],
        [np.array(["1", "b"]), np.array(["b"], object)],
        ['["b", 1]', '["b", null]'],
        ["['b', '1']", "{'b'}"],
        ["1|b", "b"],
        [pd.Series(["b", "1"]), np.ma.MaskedArray(["b", "c"], [False, True])],
    ],
)
def test_every_form_of_a_set_is_the_same(cells: list[Any]) -> None:
    found = Set.fit(pd.Series([*cells, None] * 5, name="t", dtype=object))
    assert isinstance(found, SetNumbers) and found.labels == ("1", "b")
    assert found.numbers(pd.Series([*cells, None], dtype=object))[:2].tolist() == [[1, 1], [0, 1]]


def many(rows: int = 800) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    lists = [[f"m {i}" for i in rng.choice(120, rng.integers(0, 6), replace=False)] for _ in range(rows)]
    return tagged(lists, rows)


def test_many_members_are_codes_that_are_embedded() -> None:
    frame = many()
    found = represented(frame)
    [spec] = [spec for spec in found.encoder.signature.inputs if spec.name == "tags"]
    [column] = found.encoder.own
    assert isinstance(column, SetCodes) and spec.kind == "sized" and spec.joins_columns
    assert replace(column, sized=False).spec == replace(spec, kind="members")  # as models have it that are older
    assert (spec.shape, spec.dtype, spec.levels) == ((5,), "int32", len(column.labels) + 4)
    later = pd.Series([["m 1", "m 1", "new"], [], None, ["m 2"]], name="tags", dtype=object)
    place = {name: i + 4 for i, name in enumerate(column.labels)}
    assert column.array(later)[:, :3].tolist() == [[1, place["m 1"], 0], [2, 0, 0], [1, 0, 0], [place["m 2"], 0, 0]]
    assert column.unusual(later).notes[1] == "1 cell is missing, and no training row's was: they count as unseen"
    gaps = represented(many().assign(tags=frame["tags"].where(frame.index % 9 > 0, None))).encoder.own[0]
    assert gaps.array(later)[2].tolist() == [3, 0, 0, 0, 0]
    assert column.plain(later, column.array(later)).tolist() == ["(unseen) m_1", "(empty)", "(unseen)", "m_2"]
    again = Encoder.from_plain(json.loads(json.dumps(found.encoder.as_plain())))
    assert np.array_equal(again.encode(frame)[0]["tags"], found.encoder.encode(frame)[0]["tags"])
    assert represented(frame, {"set": {"form": "each"}}).encoder.signature.names == ("numbers",)
    few = represented(tagged(TAGS), {"set": {"form": "embedded", "length": 1}})
    assert few.encoder.signature.inputs[1].shape == (1,)


def test_an_input_of_its_own_has_a_name_of_its_own() -> None:
    frame = many().rename(columns={"tags": "numbers"})
    recipe = Recipe.parse({"represent": {"target": "y"}})
    with pytest.raises(DataError, match="a set column cannot be named 'numbers'"):
        represent(recipe, Table(frame))


def test_cells_of_more_members_than_are_read_are_said() -> None:
    frame = many()
    frame.at[0, "tags"] = [f"m {i}" for i in range(90)]
    notices: list[Notice] = []
    found = Set.fit(frame["tags"], None, FitContext(say=notices.append))
    assert isinstance(found, SetCodes) and found.length == 5
    rule = "'tags': 1 training cell has more than 5 members; the rest is cut"
    assert notices == [Notice(rule, ("tags",), "columns: {tags: {set: {length: 90}}}")]
    assert found.unusual(frame["tags"].head(1)).notes == ("1 cell has more than the 5 members that the model reads",)


def test_new_members_are_counted_and_rare_ones_are_not_new() -> None:
    frame = tagged([*TAGS, "red|once"])
    frame["tags"] = frame["tags"].where(frame["tags"] != "red|once", "red")
    frame.loc[0, "tags"] = "red|once"
    found = Set.fit(frame["tags"])
    later = pd.Series(["red|pink", "pink;", "once", "violet|pink", None, "old"], name="tags", dtype=object)
    unusual = found.unusual(later)
    assert (unusual.cells, unusual.unseen, unusual.examples) == (5, 2, ("pink", "pink;", "violet"))
    assert unusual.notes == (
        "3 members are in no training row, such as 'pink', 'pink;', 'violet': they count as unseen, in 3 cells",
    )
    assert found.unusual(frame["tags"]).notes == ()


def test_two_separators_are_refused_with_the_option() -> None:
    frame = tagged(["a,b", "b;c", "a", "c"])
    with pytest.raises(DataError, match="parted by ';' in some rows, and ',' stands in 'a,b'") as caught:
        represented(frame, "bag")
    cures = [f'columns: {{tags: {{bag: {{separator: "{mark}"}}}}}}' for mark in ";,"]
    assert caught.value.cure == f"write {cures[0]} or {cures[1]}"
    [column] = represented(frame, {"set": {"separator": ","}}).encoder.columns[1:]
    assert isinstance(column, SetNumbers) and column.labels == ("a", "b", "b;c", "c")


def test_what_was_labels_is_a_set() -> None:
    """Recipes and models of earlier versions."""
    for said in ("labels", {"labels": {"separator": "|"}}):
        recipe = Recipe.parse({"represent": {"target": "y", "columns": {"tags": said}}})
        assert recipe.represent.kind("tags") == "set"
        assert Recipe.parse(recipe.as_plain()) == recipe
    plain = {"kind": "labels", "column": "tags", "labels": ["large", "red"], "separator": None}
    found = column_from_plain(plain)
    assert isinstance(found, SetNumbers) and found.rare is None
    assert found.numbers(pd.Series(["red;large", "red,x", None]))[:2].tolist() == [[1, 1], [0, 1]]
    assert found.unusual(pd.Series(["x", "y"], name="tags")).unseen == 0
    with pytest.raises(SpecError, match="unknown column kind 'label'"):
        Recipe.parse({"represent": {"target": "y", "columns": {"tags": "label"}}})


def test_sets_in_series_are_numbers_or_refused() -> None:
    frame = tagged(TAGS).assign(t=pd.date_range("2024-01-01", periods=120), y=np.arange(120.0))
    past = {"time": "t", "window": 6, "horizon": 3}
    recipe = {"represent": {"target": "y", "series": past, "columns": {"tags": "set", "x": "ignore"}}}
    [found] = represent(Recipe.parse(recipe), Table(frame))
    assert found.encoder.signature.inputs[0].columns == ("y", "tags = large", "tags = old", "tags = red")
    recipe["represent"]["columns"]["tags"] = {"set": {"form": "embedded"}}  # type: ignore[index]
    with pytest.raises(SpecError, match="a series takes no sets of so many members"):
        represent(Recipe.parse(recipe), Table(frame))


def test_lists_stand_beside_sequences() -> None:
    cases = np.repeat(np.arange(60), 4)
    lists = pd.Series([["red", "large"], ["old"], ["red"]] * 20, dtype=object)
    frame = pd.DataFrame({"case": cases, "x": np.arange(240.0), "y": cases % 2, "tags": lists[cases].to_numpy()})
    frame["step"] = pd.Series([["a"], ["b"]] * 120, dtype=object)
    recipe = Recipe.parse({"represent": {"target": "y", "sequence": {"by": "case"}}})
    [found] = represent(recipe, Table(frame))
    assert found.encoder.kinds == {"tags": "set", "sequence": "sequence"}
    rule = "'step' is left out: it changes within a sequence and is no number"
    assert any(notice.rule == rule for notice in found.notices)


def test_lists_are_labels_of_a_target_too() -> None:
    frame = tagged([["red", "large"], ["old"], ["large", "old"], ["red"]]).drop(columns="y")
    recipe = Recipe.parse({"represent": {"target": "tags"}, "learn": {"task": "multilabel"}})
    for cells in (frame["tags"], frame["tags"].map(np.array), frame["tags"].map(json.dumps)):
        [found] = represent(recipe, Table(frame.assign(tags=cells)))
        assert found.encoder.signature.targets[0].columns == ("large", "old", "red")


def test_the_transformer_gives_numbers_and_codes_side_by_side() -> None:
    frame = pd.DataFrame({"a": many()["tags"], "b": tagged(TAGS, 800)["tags"]})
    made = KindEncoder("set", {"length": 5}).fit(frame)
    names = made.get_feature_names_out().tolist()
    assert names[:3] == ["b = large", "b = old", "b = red"] and names[-1] == "a member 5"
    assert made.transform(frame).shape == (800, len(names))


def test_the_audit_sees_the_members_in_one_order() -> None:
    column = Set.fit(pd.Series(TAGS * 9, name="t", dtype=object))
    cells = pd.Series(["red|large", "large|red", "red|red", None], name="t", dtype=object)
    assert column.audited(cells).tolist() == ["large|red", "large|red", "red", None]


def test_steps_keep_their_order_and_are_an_input_of_their_own() -> None:
    frame = tagged([["a", "b", "a"], ["b"], None, ["b", "a"]])
    found = represented(frame, "steps")
    [column] = found.encoder.own
    assert isinstance(column, StepCodes) and column.spec.kind == "steps" and not column.spec.joins_columns
    later = pd.Series([["b", "new", "a", "a"], [], None], name="tags", dtype=object)
    assert column.array(later).tolist() == [[5, 1, 4], [2, 0, 0], [3, 0, 0]]
    assert column.plain(later, column.array(later)).tolist() == [
        "b (unseen) a b>(unseen) (unseen)>a",
        "(empty)",
        "(missing)",
    ]
    assert column.audited(later).tolist() == ["b|new|a|a", "", None]
    assert column.unusual(later).notes[1] == "1 cell has more than the 3 members that the model reads"
    again = Encoder.from_plain(json.loads(json.dumps(found.encoder.as_plain())))
    assert np.array_equal(again.encode(frame)[0]["tags"], found.encoder.encode(frame)[0]["tags"])
    texts = represented(tagged(["a>b>a", "b", None, "b>a"]), {"steps": {"separator": ">"}}).encoder.own[0]
    assert texts.array(pd.Series(["b>a>b"])).tolist() == [[5, 4, 5]]


HOSTILE = st.one_of(
    st.none(),
    st.floats(),
    st.integers(),
    st.text(max_size=8),
    st.binary(max_size=4),
    st.lists(st.one_of(st.none(), st.floats(), st.text(max_size=3), st.booleans(), st.just(pd.NaT)), max_size=5),
    st.lists(st.lists(st.text(max_size=2), max_size=2), max_size=2),
    st.lists(st.dictionaries(st.text(max_size=2), st.integers(), max_size=2), max_size=2),
    st.sampled_from(["a|b", "a;b", "a,b", '["a"]', "{'a'}", "[", "|", ";;", " ", pd.NA, float("nan")]),
    st.sets(st.text(max_size=2), max_size=3),
)


def said_of(kind: Any, cells: list[Any], **options: Any) -> tuple[Any, list[Notice]]:
    notices: list[Notice] = []
    found = kind.fit(pd.Series(cells, name="t"), kind.options.model_validate(options), FitContext(say=notices.append))
    return found, notices


@pytest.mark.parametrize("mark", [">", "->", "\u2192", "|"])
def test_what_stands_between_steps_is_found(mark: str) -> None:
    found, notices = said_of(Steps, [mark.join(some) for some in (["a", "b"], ["b"], ["a", "b", "a"])] * 4)
    assert found.separator == mark and found.labels == ("a", "b") and found.length == 3 and not notices


@pytest.mark.parametrize("kind", [Set, Bag, Steps])
def test_a_separator_that_no_cell_has_is_said(kind: Any) -> None:
    _, [notice] = said_of(kind, ["a/b", "b", "a"] * 4)
    assert "each is one member, such as 'a/b'" in notice.rule and "separator: SEPARATOR" in str(notice.cure)
    _, [notice] = said_of(kind, ["a|b", "b", "a"] * 4, separator=";")
    assert notice.rule.startswith("no cell of 't' has the separator ';'")
    assert not said_of(kind, [["a"], "b", ["c"]] * 4)[1] and not said_of(kind, ["a|b", "b"] * 4)[1]


def test_a_length_that_cuts_nothing_is_said() -> None:
    _, [notice] = said_of(Set, ["a|b", "b"] * 4, length=1)
    assert notice.rule == "'t': each of 2 members is a number, which `length` does not cut"
    assert notice.cure == "columns: {t: {set: {form: embedded, length: 1}}}"
    assert not said_of(Set, ["a|b", "b"] * 4, length=2, form="embedded")[1]


@pytest.mark.parametrize("gap", [None, float("nan")])
def test_lists_with_gaps_are_sets_and_whole_numbers_of_them_too(gap: object) -> None:
    for cells in ([["a", gap], ["b"], []], [[1.0, gap], [2.0], [1.0, 2.0, 3.0]]):
        column = pd.Series([*cells, *cells], name="t", dtype=object)
        assert infer(column).kind == "set"
    assert Set.fit(pd.Series([[1.0, 2.0], [1]] * 3, name="t", dtype=object)).labels == ("1", "2")  # type: ignore[attr-defined]


@pytest.mark.parametrize("text", ["[np.str_('a'), 'b']", "['a', np.str_('b')]", '["a", "b"]', "{'a', 'b'}"])
def test_texts_of_lists_of_numpy_are_their_members(text: str) -> None:
    assert infer(pd.Series([text, "['a']", "[]"] * 3, name="t")).kind == "set"
    assert Set.fit(pd.Series([text] * 3, name="t")).labels == ("a", "b")  # type: ignore[attr-defined]


@given(st.lists(HOSTILE, min_size=1, max_size=8), st.lists(HOSTILE, max_size=3), st.sampled_from([Set, Bag]))
def test_any_cell_is_read_or_refused_in_words(cells: list[Any], later: list[Any], kind: type[Set | Bag]) -> None:
    column = pd.Series(cells * 3, name="t", dtype=object)
    infer(column)
    for form in ("each", "embedded"):
        try:
            found = kind.fit(column, MembersOptions(form=form))
        except ProtokitError as error:
            assert error.cure if isinstance(error, DataError) else str(error)
            continue
        again = column_from_plain(json.loads(json.dumps(found.as_plain())))
        assert again == found
        for some in (column, pd.Series(later, name="t", dtype=object)):
            made: Any = found.array(some) if isinstance(found, SetCodes) or form == "embedded" else found.numbers(some)
            assert len(made) == len(some)
            assert found.unusual(some).cells == int(some.notna().sum())
            found.audited(some)


@pytest.mark.parametrize("first", [[pd.NA], (pd.NA, "b"), np.array([pd.NA], object), [None], [float("nan")]])
def test_lists_of_missing_members_are_no_fault_and_no_constant(first: object) -> None:
    guess = infer(pd.Series([first, ["a"], ["a", "c"]], name="t", dtype=object))
    assert "constant" not in guess.why
    assert "constant" in infer(pd.Series([["a", pd.NA]] * 3, name="t", dtype=object)).why
