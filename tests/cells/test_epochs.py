"""What numbers count that are to be dates: an edit that is offered gives dates of these years."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from protokit.cells.times.epochs import meaning
from protokit.collect.collect import cleaned, collect
from protokit.collect.words import Collect
from protokit.core.errors import DataError, ProtokitError
from protokit.core.values.said import Notice
from protokit.grammar.readings import DateOptions
from protokit.represent.kind import FitContext
from protokit.represent.kinds.date import Date


def write(option: str) -> str:
    return f"({option})"


@pytest.mark.parametrize(
    ("numbers", "what", "steps", "first"),
    [
        ([1614556800, 1614643200], "seconds since 1970", [], "2021-03-01"),
        ([1614556800000, 1614643200000], "milliseconds since 1970", [], "2021-03-01"),
        ([2021, 2022], "years", [{"derive": {"x": "make_date(x, 1, 1)"}}], "2021-01-01"),
        ([202103, 202112], "years and months", [{"derive": {"x": "make_date(x // 100, x % 100, 1)"}}], "2021-03-01"),
        ([44256, 44257.5], "days since 1899-12-30", [{"derive": {"x": "(x - 25569) * 86400"}}], "2021-03-01"),
        ([1614556800000000, 1614643200000000], "microseconds", [{"derive": {"x": "x / 1000000"}}], "2021-03-01"),
        ([13032021, 28022021], "numbers", None, ""),
    ],
)
def test_the_edit_for_numbers_gives_dates_of_today(
    numbers: list[float], what: str, steps: list[object], first: str
) -> None:
    frame = pd.DataFrame({"x": numbers})
    found, edit = meaning(frame["x"], "x", write)
    assert found.startswith(what)
    if steps is None:
        assert "epoch" not in edit
        return
    for step in steps:
        assert next(iter(step["derive"].values())) in edit
    if "epoch" in edit:
        unit = "milliseconds" if "milliseconds" in edit else "seconds"
        steps = [*steps, {"cast": {"x": {"date": {"epoch": unit}}}}]
    assert str(cleaned(frame, steps)["x"].iloc[0])[:10] == first
    if not steps or "cast" not in steps[0]:
        for ask in (lambda: Date.fit(frame["x"]), lambda: cleaned(frame, [{"cast": {"x": "date"}}])):
            with pytest.raises(ProtokitError, match=what):
                ask()


@pytest.mark.parametrize(
    ("number", "like"),
    [(2021, "years"), (44256, "spreadsheets"), (16145568000, "most cells"), (1614556800000, "milliseconds")],
)
def test_numbers_of_another_unit_are_told(number: int, like: str) -> None:
    frame = pd.DataFrame({"x": [number, number + 1]})
    said: list[Notice] = []
    context = FitContext(say=said.append)
    if like == "milliseconds":
        with pytest.raises(DataError, match="look like milliseconds since 1970"):
            Date.fit(frame["x"], DateOptions(epoch="seconds"), context)
        return
    Date.fit(frame["x"], DateOptions(epoch="seconds"), context)
    told = collect(Collect.of(clean=[{"cast": {"x": {"date": {"epoch": "seconds"}}}}]), Path(), frame).notices
    assert like in said[0].rule and any(like in one.rule for one in told)


def test_numbers_of_the_unit_are_not_doubted() -> None:
    said: list[Notice] = []
    Date.fit(pd.Series([1614556800, 1614643200], name="x"), DateOptions(epoch="seconds"), FitContext(say=said.append))
    assert not said
