"""Numbers as people write them: read back equal, or refused with the edits that give the right ones."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from protokit.cells.missing import Marks
from protokit.cells.numbers import Reading, found_in, is_like_a_number, loses_digits, merges, reading_from
from protokit.collect.text_cells import frame as of_texts
from protokit.represent.encoders.cells import missing_texts, to_numbers
from protokit.represent.encoders.readings import reading_of, target_as_numbers, told_of_classes
from protokit.represent.kinds.number import NumberOptions

MARKS = [(".", ""), (".", ","), (",", ""), (",", "."), (".", " "), (".", "'"), (",", " "), (",", "'")]
UNITS = ["", "", "%", " %", "$", "€", " kg", "km", " m/s", "USD ", " EUR", "£", " zł", "US$", " µg"]


def written(number: float, digits: int, marks: tuple[str, str], unit: str, minus: str = "-") -> str:
    """A number as a person would write it."""
    decimal, thousands = marks
    text = f"{abs(number):,.{digits}f}".replace(",", "T").replace(".", decimal).replace("T", thousands)
    before = unit.strip() in {"$", "€", "£", "USD", "US$"}
    text = f"{unit}{text}" if before else f"{text}{unit}"
    if number >= 0:
        return text
    return {"(": f"({text})"}.get(minus, f"{minus}{text}")


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[str], list[float], tuple[str, str], str]:
    """Texts of one notation, the numbers that a reader sees, the marks and the unit."""
    marks, unit = draw(st.sampled_from(MARKS)), draw(st.sampled_from(UNITS))
    minus = draw(st.sampled_from(["-", "\u2212", "\u2013", "("]))
    blank = draw(st.sampled_from([" ", "\u00a0", "\u202f"]))
    digits = draw(st.integers(0, 4))
    scale = 10**digits
    numbers = [n / scale for n in draw(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12))]
    texts = [written(n, digits, marks, unit, minus).replace(" ", blank) for n in numbers]
    return texts, numbers, marks, unit.strip()


@given(columns())
def test_drawn_numbers_in_every_notation_read_back_equal_or_are_said_to_be_open(
    drawn: tuple[list[str], list[float], tuple[str, str], str],
) -> None:
    texts, numbers, marks, unit = drawn
    found = found_in(texts)
    if found is None or found.other is not None:
        return  # see the next law: the edits give the numbers
    assert found.all and found.reading.unit == unit
    equal = np.array_equal(found.reading.numbers(texts), np.array(numbers) + 0.0)
    # 1.234 is a number as computers write it, though it may have been thousands
    assert equal or (found.plain and marks == (",", "."))


def edits(cure: str) -> list[dict[str, object]]:
    """The options of `number` that a cure names."""
    return [yaml.safe_load(text)["number"] for text in re.findall(r"\{number: \{[^}]*\}\}", cure)]


@given(columns())
def test_no_edit_that_is_printed_changes_a_number_or_loses_it(
    drawn: tuple[list[str], list[float], tuple[str, str], str],
) -> None:
    texts, numbers, _, _ = drawn
    column = pd.Series(texts, name="x", dtype=object)
    reading, told = reading_of(column)
    assume(told)
    assert not missing_texts(column)
    [notice] = told
    assert "category" in str(notice.cure)
    read = [to_numbers(column, reading_from(reading))]
    for said in edits(str(notice.cure)):
        again, _ = reading_of(column, (), NumberOptions.model_validate(said))
        read.append(to_numbers(column, reading_from(again)))
    assert not np.isnan(read).any()
    wanted = np.array(numbers) + 0.0
    assert any(np.array_equal(one, wanted) for one in read), "one of the edits gives the numbers that were written"
    if len(read) == 1:
        assert np.array_equal(read[0], wanted)


@given(columns(), st.sampled_from([",", "."]), st.sampled_from([None, ",", ".", " ", "'"]))
def test_options_of_a_table_for_one_column_leave_plain_numbers_of_others(
    drawn: tuple[list[str], list[float], tuple[str, str], str], decimal: str, thousands: str | None
) -> None:
    assume(decimal != thousands)
    plain = [f"{n / 7:.5f}" for n in range(1, 5)]
    found, _ = of_texts(["x", "y"], [(drawn[0] * 4)[:4], plain], decimal=decimal, thousands=thousands)
    assert found["y"].tolist() == [float(text) for text in plain]


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,234,567", "12"], [1234567, 12]),
        (["1,234.5", "1,234"], [1234.5, 1234]),
        (["1,234", "12,5"], [1.234, 12.5]),
        (["0,123", "1,234"], [0.123, 1.234]),
        (["1.234.567", "1.234"], [1234567, 1234]),
        (["1,00,000", "12,34,567"], [100000, 1234567]),
        (["(42)", "7", "(1,000.5)"], [-42, 7, -1000.5]),
        (["5.00-", "3.00"], [-5, 3]),
        (["-$5", "$-3", "($4)"], [-5, -3, -4]),
        (["+3", "1e3", ".5", "5."], [3, 1000, 0.5, 5]),
        (["28.4%", "3 %"], [28.4, 3]),
        (["5,3 km", "12 km"], [5.3, 12]),
        (["EUR 5", "EUR 1.000,50"], [5, 1000.5]),
    ],
)
def test_what_a_reader_sees(texts: list[str], numbers: list[float]) -> None:
    found = found_in(texts)
    assert found is not None and found.all and found.other is None
    assert found.reading.numbers(texts).tolist() == numbers
    assert reading_from(found.reading.as_plain()) == found.reading


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "8"], ["12:30"], ["01.02.2021"], ["192.168.1.1"], ["A1"], ["1-2"], ["12 May", "13 May"], ["5 pm"],
        ["1.234", "1,234"], ["(5"], ["--5"], ["-(5)"], ["$5€"], ["1,2,3"], ["5+"], ["3rd"],
    ],
)  # fmt: skip
def test_what_is_no_number(texts: list[str]) -> None:
    found = found_in(texts)
    assert found is None or not found.all


def test_units_that_differ_are_no_column_of_numbers_and_never_missing() -> None:
    column = pd.Series(["$5"] * 99 + ["€5"], name="x", dtype=object)
    assert not missing_texts(column) and reading_of(column) == ((), [])
    column = pd.Series(["$5", "$1,000"] * 50 + ["unknown"], name="x", dtype=object)
    assert missing_texts(column) == ("unknown",)
    assert reading_of(column, ("unknown",))[0] == (".", ",", "$")


def test_thousands_or_a_decimal_comma() -> None:
    found = found_in(["1,234", "989"])
    assert found is not None and found.other == Reading(",") and found.reading == Reading(".", ",")
    many = [f"{i},{i:03}" for i in range(100, 160)]
    sure = found_in([*many, "989"])
    assert sure is not None and sure.other is None and sure.reading == Reading(".", ",")
    asked = found_in(["1,234"], decimal=",")
    assert asked is not None and asked.other is None and asked.reading.numbers(["1,234"]).tolist() == [1.234]
    [notice] = reading_of(pd.Series(["8,026", "1,825"], name="sqft", dtype=object))[1]
    assert "thousands" in str(notice.cure) and "decimal" not in str(notice.cure)  # none that divides by a thousand


def test_a_later_cell_is_read_as_in_training() -> None:
    reading = Reading(".", ",", "$")
    later = pd.Series(["$1,000", 5, None, "$2"], name="x", dtype=object)
    assert to_numbers(later, reading).tolist()[:2] == [1000, 5]
    for odd in ("€5", "1.000,5", "5"):
        assert reading.number(odd) is None
        with pytest.raises(Exception, match="written as in training") as caught:
            to_numbers(pd.Series([odd], name="x", dtype=object), reading)
        assert "missing" not in str(caught.value.cure)


def test_a_target_with_signs_is_a_number() -> None:
    def read(texts: list[str], task: str | None = None) -> list[float] | None:
        found = target_as_numbers(pd.Series(texts, name="y", dtype=object), task)
        return None if found is None else found[0].tolist()

    assert read(["$1,000", "$20"]) == [1000, 20] and read(["$1,000", "$20"], "regression") == [1000, 20]
    assert read(["1", "2"] * 3) is None and read(["1.10", "1.1"] * 3) is None and read(["a", "2"]) is None
    assert read(["1.50", "1.5", "2"]) == [1.5, 1.5, 2]


def test_classes_that_are_one_number_are_told() -> None:
    notice = told_of_classes(pd.Series(["1.10", "1.1", "1.2"] * 3, name="y", dtype=object))
    assert notice is not None and notice.rule == "'y': '1.1' and '1.10' are different classes"
    assert told_of_classes(pd.Series(["1", "2", "a"], name="y", dtype=object)) is None


def test_codes_are_seen() -> None:
    assert merges(["1.10", "1.1"]) and merges(["007", "7"]) and not merges(["1.1", "1.2"])
    assert loses_digits(["9007199254740993"]) and not loses_digits(["9007199254740992", "1.5"])
    assert is_like_a_number("€5") and not is_like_a_number("unknown")


@given(st.integers(-(10**6), 10**6), st.integers(0, 3))
def test_a_mark_is_met_in_every_notation(number: int, zeros: int) -> None:
    marks = Marks.of([str(number)])
    texts = [f"{number}", f"{number}." + "0" * zeros, f"{number:.8e}", f" {number} ", f"{number}1"]
    assert marks.meet(texts).tolist() == [True, True, True, True, number == 0 and False]
    assert marks.without(pd.Series([float(number), number + 1.0])).isna().tolist() == [True, False]
    assert marks.without(pd.Series([number, number + 1])).isna().tolist() == [True, False]
    big = marks.without(pd.Series([number, 9007199254740993]))
    assert big.isna()[0] and int(big[1]) == 9007199254740993
