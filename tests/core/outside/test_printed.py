"""What is shown of texts from outside."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError, SpecError
from protokit.core.outside.printed import message, plain, short
from protokit.core.places import Fault


@given(st.text())
def test_no_terminal_obeys_what_is_shown(text: str) -> None:
    shown = plain(text)
    assert all(one.isprintable() or one in "\n\t\u200d" or one.isspace() for one in shown)
    assert "\x1b" not in shown and "\u202e" not in shown and "\r" not in shown
    assert shown == text or not text.isprintable()


def test_errors_show_no_control_characters_and_no_flood() -> None:
    error = DataError("the column 'a\x1b[2Jb' is missing\u202e", cure="x" * 5_000)
    assert "\x1b" not in str(error) and "\\x1b[2J" in str(error) and len(str(error)) < 2_200
    many = SpecError([Fault(f"fault {i}", path=(i,)) for i in range(500)])
    assert "and 400 more faults" in str(many) and len(many.faults) == 500


def test_long_texts_are_cut() -> None:
    assert short("a" * 1_000).endswith("(1,000 characters)") and short("a\nb") == "a b"
    assert message("\n".join("ab" for _ in range(1_000))).count("\n") == 400
