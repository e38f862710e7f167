"""Texts that are times, in expressions: held as times, or refused with the edit that has them read."""

from __future__ import annotations

import pandas as pd
import pytest

from protokit.collect.collect import cleaned
from protokit.core.errors import DataError, ProtokitError

PLACED = ["2021-03-01T10:30:00+05:00", "2021-03-01T23:00:00-05:00"]


@pytest.mark.parametrize(
    "text",
    [
        "cast(d as timestamp)", "d::timestamp", "try_cast(d as timestamp)", "hour(cast(d as timestamp))",
        "cast(trim(d) as date)", "left(d, 10)::date", "cast(d || '' as timestamp)",
        "case when y > 0 then cast(d as datetime) end",
    ],
)  # fmt: skip
def test_a_cast_that_drops_offsets_is_refused(text: str) -> None:
    frame = pd.DataFrame({"d": PLACED, "y": [1, 2]})
    with pytest.raises(DataError, match="drops offsets") as caught:
        cleaned(frame, [{"derive": {"t": text}}])
    assert caught.value.cure == "- cast: {d: date} before"
    found = cleaned(frame, [{"cast": {"d": "date"}}, {"derive": {"t": "hour(d)"}}])
    assert found["t"].tolist() == [5, 4]


def test_a_cast_of_plain_texts_is_made() -> None:
    frame = pd.DataFrame({"d": ["2021-03-01 10:30:00", " 2021-03-02T00:00", None], "y": [1, 2, 3]})
    found = cleaned(frame, [{"derive": {"t": "cast(trim(d) as timestamp)", "u": "left(trim(d), 10)::date"}}])
    assert found["t"].dropna().astype(str).tolist() == ["2021-03-01 10:30:00", "2021-03-02 00:00:00"]
    with pytest.raises(DataError, match="mistakes the order"):
        cleaned(pd.DataFrame({"d": ["x03/04/11"], "y": [1]}), [{"derive": {"t": "replace(d, 'x', '')::date"}}])


@pytest.mark.parametrize(
    ("cells", "text", "kind"),
    [
        (["13/01/2021", "05/03/2021"], "d > '04/02/2021'", "date"),
        (["13/01/2021", "05/03/2021"], "lower(d) > '04/02/2021'", "date"),
        (["13/01/2021", "05/03/2021"], "d between '2021-01-01' and '2021-03-01'", "date"),
        (["13/01/2021", "05/03/2021"], "d in ('2021-01-13')", "date"),
        (["2021-03-01T10:30:00+05:00", "2021-03-01T06:00:00+00:00"], "d > '2021-03-01T09:00:00'", "date"),
        (["2021-03-01", "2021-3-2"], "d >= '2021-03-01'", "date"),
        (["01-Mar-2021", "13-Jan-2021"], "'02-Feb-2021' < d", "date"),
        (["13/01/2021", "05/03/2021"], "d < e", "date"),
        (["9:00:00", "10:30:00"], "d > '9:30:00'", "duration"),
        (["90 min", "2 hours"], "d > '1 hour'", "duration"),
    ],
)
def test_texts_of_times_are_not_compared_as_texts(cells: list[str], text: str, kind: str) -> None:
    with pytest.raises(DataError, match="holds texts") as caught:
        cleaned(pd.DataFrame({"d": cells, "e": cells, "y": [1, 2]}), [{"filter": text}])
    assert caught.value.cure == f"- cast: {{d: {kind}}} before"


@pytest.mark.parametrize(
    ("cells", "text", "rows"),
    [
        (["2021-03-01", "2021-03-02"], "d > '2021-03-01'", [2]),
        (["2021-03-01 10:00", "2021-04-02 11:00"], "d >= '2021-04'", [2]),
        (["2021-03-01T10:00:00Z", "2021-04-02T11:00:00Z"], "d < '2021-04-01T00:00:00Z'", [1]),
        (["13/01/2021", "05/03/2021"], "d = '05/03/2021'", [2]),
        (["09:00:00", "10:30:00"], "d > '09:30:00'", [2]),
        (["red", "blue"], "d > 'green'", [1]),
        (["red", "blue"], "d > '2021-01-01'", [1, 2]),
        (["red", "blue"], "d = e", [1, 2]),
    ],
)
def test_texts_are_compared_as_texts_where_that_is_their_order(cells: list[str], text: str, rows: list[int]) -> None:
    frame = pd.DataFrame({"d": cells, "e": cells, "y": [1, 2]})
    assert cleaned(frame, [{"filter": text}])["y"].tolist() == rows


def test_lengths_of_time_are_seconds_in_expressions() -> None:
    frame = pd.DataFrame({"wait": ["01:30:00", "90 min", "PT30M", None], "n": [1, 2, 3, 4]})
    found = cleaned(frame, [{"cast": {"wait": "duration", "n": "duration"}}, {"filter": "wait > 3600 or n = 4"}])
    assert found["wait"].tolist()[:2] == [5400, 5400] and found["n"].tolist() == [1, 2, 4]
    with pytest.raises(DataError, match="'soon' in row 1 of 'wait' is no duration"):
        cleaned(pd.DataFrame({"wait": ["soon"]}), [{"cast": {"wait": "duration"}}])


@pytest.mark.parametrize(
    ("cells", "text", "kind"),
    [
        (["13/01/2021", "05/03/2021"], "d::date > date '2021-01-01'", "date"),
        (["01:30:00", "02:30:00"], "d > 3600", "duration"),
        (["01:30:00", "02:30:00"], "d in (3600)", "duration"),
        (["01:30:00", "02:30:00"], "y + d > 3600", "duration"),
        (["13/01/2021", "05/03/2021"], "y > d", "date"),
        (["13/01/2021", "05/03/2021"], "year(d) = 2021", "date"),
        (["1.5", "x"], "y + d > 2", "number"),
        (["$1,000", "12"], "d > 100", "number"),
        (["$1,000", "12"], "cast(d as double) > 100", "number"),
    ],
)
def test_what_a_text_does_not_fit_has_the_step_that_makes_it_fit(cells: list[str], text: str, kind: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        cleaned(pd.DataFrame({"d": cells, "y": [1, 2]}), [{"filter": text}])
    assert str(caught.value.cure if isinstance(caught.value, DataError) else caught.value).count(f": {kind}}} before")
