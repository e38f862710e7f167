"""Times of day and whole periods, whatever they are written in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from protokit.cells.times.clock import clock
from protokit.cells.times.periods import read, unit_of
from protokit.core.errors import DataError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.inference import infer
from protokit.represent.kind import FitContext
from protokit.represent.kinds.times.period import Period
from protokit.represent.kinds.times.time_of_day import TimeOfDay
from protokit.represent.represented import Represented
from protokit.represent.transformers import KindEncoder
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.representing import represent


def column(cells: Sequence[object]) -> pd.Series:
    found = pd.Series([None] * len(cells), name="x", dtype=object)
    for row, cell in enumerate(cells):
        found.iat[row] = cell
    return found


def found(frame: pd.DataFrame, **columns: object) -> Represented:
    recipe = Recipe.parse({"represent": {"target": "y", "columns": columns}})
    [made] = represent(recipe, Table(frame))
    audit(recipe, Table(frame), [made])
    return made


def nights(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    minutes = rng.integers(0, 1440, rows)
    night = (minutes >= 22 * 60) | (minutes < 5 * 60)
    texts = [f"{m // 60:02}:{m % 60:02}" for m in minutes]
    return pd.DataFrame({"at": texts, "z": rng.normal(size=rows), "y": np.where(night, "night", "day")})


@pytest.mark.parametrize(
    "cell",
    ["20:30", "20:30:00", "8:30 pm", "8:30PM", "08:30:00.000 p.m.", time(20, 30), timedelta(hours=20.5)],
)
def test_a_time_of_day_is_one_however_it_is_written(cell: object) -> None:
    assert clock(column([cell, None]))[0][0] == 20.5 * 3600
    hours, sine, cosine = TimeOfDay.fit(column([cell])).numbers(column([cell]))[0]
    assert hours == 20.5 and sine == pytest.approx(np.sin(2 * np.pi * 20.5 / 24)) and cosine > 0


def test_the_end_of_the_day_is_its_beginning_and_dates_have_a_clock() -> None:
    numbers = TimeOfDay("x").numbers(column(["23:59", "00:00", "24:00", None]))
    assert np.hypot(*(numbers[0, 1:] - numbers[1, 1:])) < 0.005 and np.array_equal(numbers[1], numbers[2])
    assert np.isnan(numbers[3]).all()
    stamps = pd.Series(pd.to_datetime(["2024-03-01 08:30", None]), name="x")
    assert TimeOfDay("x").numbers(stamps)[0, 0] == 8.5
    waits = pd.Series(pd.to_timedelta([3600, 90_000], unit="s"), name="x")
    with pytest.raises(DataError, match=r"row 2.*is not a time of day such as 08:30"):
        TimeOfDay("x").numbers(waits)


@pytest.mark.parametrize(
    "cell", ["25:00", "8:61", "soon", 8.5, True, "2024-01-01 08:30", "08:30+02:00", b"08:30", [8, 30]]
)
def test_what_is_no_time_of_day_is_refused_with_its_row(cell: object) -> None:
    with pytest.raises(DataError, match="row 2") as caught:
        TimeOfDay("x").numbers(column(["08:30", cell]))
    assert caught.value.cure


def test_times_of_day_are_found_where_no_length_of_time_is_written_so() -> None:
    day = [f"{hour:02}:{hour:02}" for hour in range(24)]
    guess = infer(column(day))
    assert guess.kind == "time_of_day" and "{x: duration} for lengths of time" in str(guess.cure)
    assert infer(column(["8:30 am", "9:15 pm", "10:00 am"])).kind == "time_of_day"
    assert infer(column([time(8, 30), None, time(9, 15)])).kind == "time_of_day"
    for waits in (
        ["00:10", "01:30", "02:45"],
        [*day, "31:00"],
        ["0:10", "23:30", "1:00"],
        [f"1 day {one}" for one in day],
    ):
        assert infer(column(waits)).kind == "duration", waits
    assert "{x: time_of_day} for times of day" in str(infer(column(["00:10", "01:30", "02:45"])).cure)


def test_what_only_the_time_of_day_tells_is_found_by_it_alone() -> None:
    frame = nights()
    train, test = frame[:300], frame[300:]
    encoder = KindEncoder("time_of_day").fit(train[["at"]])
    model = LogisticRegression(C=100).fit(encoder.transform(train[["at"]]), train["y"])
    assert model.score(encoder.transform(test[["at"]]), test["y"]) > 0.95
    assert LogisticRegression().fit(train[["z"]], train["y"]).score(test[["z"]], test["y"]) < 0.8
    made = found(frame)
    assert made.encoder.kinds["at"] == "time_of_day"
    assert made.encoder.signature.inputs[0].columns[:3] == ("at hours", "at sine of day", "at cosine of day")


def test_state_comes_back_and_other_types_give_the_same() -> None:
    frame = nights().assign(at=lambda rows: rows["at"].where(rows.index % 9 > 0))
    made = found(frame, at="time_of_day")
    again = Encoder.from_plain(json.loads(json.dumps(made.encoder.as_plain())))
    typed = frame.assign(at=[time.fromisoformat(one) if isinstance(one, str) else None for one in frame["at"]])
    wanted = made.encoder.encode(frame)[0]["numbers"]
    for rows in (frame, typed):
        assert np.array_equal(again.encode(rows)[0]["numbers"], wanted)


@pytest.mark.parametrize(
    ("unit", "same", "others"),
    [
        ("month", ["2024-03", "03/2024", "Mar 2024", pd.Period("2024-03", "M")], ["2024-04", "2025-03"]),
        ("quarter", ["2024Q1", "2024-Q1", "Q1 2024", pd.Period("2024Q1", "Q")], ["2024Q2", "2025Q1"]),
        ("half", ["2024H1", "2024-H1", "2024S1"], ["2024H2", "2025H1"]),
        (
            "week",
            ["2024-W09", "2024W9", "2024-02-26/2024-03-03", pd.Period("2024-02-28", "W")],
            ["2024-W10", "2025-W09"],
        ),
        ("year", ["2024", 2024, 2024.0, pd.Period("2024", "Y")], ["2025", "2026"]),
    ],
)
def test_a_period_is_one_however_it_is_written(unit: str, same: list[object], others: list[str]) -> None:
    cells = column([*same, *others])
    assert unit_of(cells) == unit
    numbers = Period.fit(cells).numbers(cells)
    assert (numbers[: len(same)] == numbers[0]).all()
    later = numbers[len(same) :, 0] - numbers[0, 0]
    assert later.tolist() == [1, {"month": 12, "quarter": 4, "half": 2, "week": 52, "year": 2}[unit]]
    typed = column(same[-1:]).astype(pd.Series(same[-1:]).dtype) if isinstance(same[-1], pd.Period) else None
    if typed is not None:
        assert np.array_equal(Period("x", unit).numbers(typed)[0], numbers[0])


def test_weeks_follow_the_years_of_iso() -> None:
    days = [date(1969, 12, 29) + timedelta(weeks=i) for i in range(0, 4000, 7)]
    texts = [f"{day.isocalendar()[0]}-W{day.isocalendar()[1]:02}" for day in days]
    assert read(column(texts), "week").number.tolist() == [*range(0, 4000, 7)]
    assert infer(column(texts)).kind == "period" and read(column(["2024-W54", "2023-W53"]), "week").unread.all()


def test_types_and_weeks_are_found_and_months_stay_dates() -> None:
    months = pd.Series(pd.period_range("2020-01", periods=40, freq="M"), name="x")
    assert infer(months).kind == "period" and infer(months.astype(str)).kind == "date"
    assert infer(pd.Series(pd.period_range("2020-01-01", periods=40, freq="D"), name="x")).kind == "date"
    rows = pd.DataFrame({"p": months, "y": months.dt.month.to_numpy() * 1.0})
    made = found(rows)
    assert made.encoder.signature.inputs[0].columns == ("p months since 1970", "p sine of year", "p cosine of year")
    again = Encoder.from_plain(json.loads(json.dumps(made.encoder.as_plain())))
    wanted = made.encoder.encode(rows)[0]["numbers"]
    assert np.array_equal(again.encode(rows.assign(p=rows["p"].astype(str)))[0]["numbers"], wanted)
    with pytest.raises(DataError, match="row 1: '2024Q1' is not a month such as 2024-03"):
        again.encode(rows.assign(p="2024Q1"))
    with pytest.raises(DataError, match="no cell is a month, quarter, half, year or week"):
        Period.fit(column(["a", "b"]))


ODD = st.one_of(
    st.none(), st.text(max_size=9), st.floats(), st.integers(), st.booleans(), st.binary(max_size=4), st.just(pd.NaT),
    st.just(pd.NA), st.times(), st.timedeltas(), st.datetimes(datetime(1, 1, 1)), st.just((1, 2)), st.just([1]),
    st.from_regex(r"[0-9]{4}[-]?(W|Q|H|)[0-9]{1,2}", fullmatch=True),
    st.from_regex(r"[0-9]{1,2}:[0-9]{2}( ?[ap]m)?", fullmatch=True),
)  # fmt: skip


@pytest.mark.parametrize("kind", [TimeOfDay, Period])
@given(cells=st.lists(ODD, min_size=1, max_size=6))
def test_no_cell_gives_a_traceback(kind: type[TimeOfDay | Period], cells: list[object]) -> None:
    given_cells = column(cells)
    try:
        numbers = kind.fit(given_cells, None, FitContext(whole=given_cells)).numbers(given_cells)
    except DataError as error:
        assert error.cure
        return
    assert not np.isinf(numbers).any()
