"""What is read as a date and a time, and by which rule."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.cells.times.columns import may_be_dates, moment, read, survey
from protokit.cells.times.forms import form_of
from protokit.cells.times.rules import UNASKED, Decision, Rule, decide


def reading(cells: list[object], asked: Rule = UNASKED) -> tuple[Decision, list[str | None]]:
    """How cells are read, and what they are, as ISO texts."""
    column = pd.Series(cells, dtype=object)
    decided = decide(survey(column), asked)
    return decided, iso(read(column, decided.rule).values)


def iso(values: np.ndarray) -> list[str | None]:
    return [None if np.isnat(one) else str(one.astype("datetime64[us]")).removesuffix(".000000") for one in values]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2021-03-01", "2021-03-01T00:00:00"),
        ("2021/3/1", "2021-03-01T00:00:00"),
        ("2021-03-01T00:00:00.000Z", "2021-03-01T00:00:00"),
        ("2021-03-01 14:00:00.123456789", "2021-03-01T14:00:00.123456"),
        ("2021-03-01T10:30:00+05:00", "2021-03-01T05:30:00"),
        ("2021-03-01 10:30-0500", "2021-03-01T15:30:00"),
        ("2021-03-01T10:30:00+05", "2021-03-01T05:30:00"),
        ("2021-03-01 10:30:00 America/New_York", "2021-03-01T15:30:00"),
        ("2021-07-01T10:30:00[Europe/Madrid]", "2021-07-01T08:30:00"),
        ("2021-07-01T10:30:00+01:00[Europe/Madrid]", "2021-07-01T09:30:00"),  # the offset that is written counts
        ("20210301T101112Z", "2021-03-01T10:11:12"),
        ("20210301", "2021-03-01T00:00:00"),
        ("01-Mar-2021", "2021-03-01T00:00:00"),
        ("March 1, 2021", "2021-03-01T00:00:00"),
        ("1 Mar 2021", "2021-03-01T00:00:00"),
        ("1st of March 2021", "2021-03-01T00:00:00"),
        ("Sept. 4, 2021 9:05 am", "2021-09-04T09:05:00"),
        ("Mon, 01 Mar 2021 10:00:00 GMT", "2021-03-01T10:00:00"),
        ("01-Mar-69", "1969-03-01T00:00:00"),
        ("01-Mar-68", "2068-03-01T00:00:00"),
        ("13/01/2021 02:00:00 PM", "2021-01-13T14:00:00"),
        ("13/01/2021 12:00:00 AM", "2021-01-13T00:00:00"),
        ("13.01.2021 2 PM", "2021-01-13T14:00:00"),
        ("2024 Q4", "2024-10-01T00:00:00"),
        ("Q1-2024", "2024-01-01T00:00:00"),
        ("2024-07", "2024-07-01T00:00:00"),
        ("Jul 2024", "2024-07-01T00:00:00"),
        ("9999-12-31", "9999-12-31T00:00:00"),
        ("0001-01-01", "0001-01-01T00:00:00"),
        ("9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59.999999"),  # there is no later moment
        ("2024-02-28T24:00:00", "2024-02-29T00:00:00"),
    ],
)
def test_forms(text: str, wanted: str) -> None:
    assert reading([text, None])[1] == [wanted, None]


@pytest.mark.parametrize(
    "text",
    ["2021-02-30", "0000-01-01", "2021-13-01", "2021-03-01 25:00", "2021-03-01 13:00 PM", "2024 Q5", "12:30", "hello",
     "2021-03-01 10:00 Europe/Nowhere", "2021-03-01 10:00 EST", "1.2.10", "x" * 100, "2021-03-01 24:00:01", ""],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    column = pd.Series([text], dtype=object)
    assert survey(column).unread is not None and read(column, Rule("day")).unread.all()
    assert moment(text) is None


def test_the_order_is_that_of_all_rows() -> None:
    decided, found = reading(["01/02/2024", "13/02/2024"])
    assert found[0] == "2024-02-01T00:00:00" and decided.rule.order == "day"
    assert [one.option for one in decided.said] == [""]
    decided, found = reading(["01/02/2024", "02/13/2024"])
    assert found[0] == "2024-01-02T00:00:00" and decided.rule.order == "month"
    assert "no one order" in reading(["13/01/2024", "01/13/2024"])[0].trouble


def test_an_open_order_names_the_edit_that_decides_it() -> None:
    decided, found = reading(["01/02/2024", "03/04/2024"])
    [said] = decided.said
    assert decided.rule.order == "month" and said.option == "order: day" and "no cell tells" in said.rule
    [notice] = decided.notices("d", lambda option: f"columns: {{d: {{date: {{{option}}}}}}}")
    assert notice.cure == "columns: {d: {date: {order: day}}}" and notice.columns == ("d",)
    asked, other = reading(["01/02/2024", "03/04/2024"], Rule("day"))
    assert (found[0], other[0]) == ("2024-01-02T00:00:00", "2024-02-01T00:00:00") and asked.said == ()


def test_two_digit_years_are_never_guessed() -> None:
    decided, _ = reading(["03/04/11", "02/04/11"])
    assert "leave the order open" in decided.trouble and "order: day" in decided.cure(str)
    assert "year" not in decided.cure(str)  # between slashes the year stands last
    decided, found = reading(["03/04/11", "13/04/11"])
    assert found == ["2011-04-03T00:00:00", "2011-04-13T00:00:00"] and "1969 to 2068" in decided.said[-1].rule
    decided, _ = reading(["11-04-03", "12-04-13"])
    assert decided.cure(str).startswith("say which: order: year")
    assert reading(["11-04-03", "12-04-13"], Rule("year"))[1] == ["2011-04-03T00:00:00", "2012-04-13T00:00:00"]


def test_times_with_and_without_an_offset_in_one_column() -> None:
    decided, found = reading(["2024-03-01T10:00:00+02:00", "2024-03-01T10:00:00"])
    assert found == ["2024-03-01T08:00:00", "2024-03-01T10:00:00"]
    assert [one.option for one in decided.said] == ["", "zone: Europe/Madrid"]
    found = reading(["2024-03-01T10:00:00+02:00", "2024-03-01T10:00:00"], Rule(zone="Europe/Madrid"))[1]
    assert found == ["2024-03-01T08:00:00", "2024-03-01T09:00:00"]


def test_an_hour_that_comes_twice_or_never() -> None:
    cells = ["2021-10-31 02:30:00", "2021-03-28 02:30:00", "2021-07-01 02:30:00"]
    column = pd.Series([*cells, cells[0]], dtype=object)
    found = read(column, Rule(zone="Europe/Madrid"))
    assert iso(found.values)[:3] == ["2021-10-31T00:30:00", "2021-03-28T01:00:00", "2021-07-01T00:30:00"]
    twice, never = found.notices("t", "Europe/Madrid")
    assert "2 times" in twice.rule and "had twice; the first is taken" in twice.rule
    assert "1 time falls" in never.rule and "never had" in never.rule and "offset" in str(never.cure)


def test_whole_days_are_the_same_days_in_every_zone() -> None:
    assert reading(["2024-03-01"], Rule(zone="America/New_York"))[1] == ["2024-03-01T00:00:00"]


def test_numbers_are_times_where_that_is_asked_for() -> None:
    for cells in ([1614556800.5, None], ["1614556800.5", None]):
        found = read(pd.Series(cells), Rule(epoch="seconds"))
        assert iso(found.values) == ["2021-03-01T00:00:00.500000", None] and not found.unread.any()
    assert iso(read(pd.Series([1614556800123]), Rule(epoch="milliseconds")).values) == ["2021-03-01T00:00:00.123000"]
    assert iso(read(pd.Series([20210301]), UNASKED).values) == ["2021-03-01T00:00:00"]
    assert read(pd.Series([1e30, np.inf]), Rule(epoch="seconds")).unread.all()
    assert not may_be_dates(pd.Series(["20210301"])) and may_be_dates(pd.Series(["2021-03-01"]))


def test_how_times_are_written_is_known() -> None:
    cases = {"2024-03-01": "%Y-%m-%d", "3/1/2024 02:00 PM": "%m/%d/%Y %I:%M %p", "2024 Q3": "%Y Q%q"}
    cases |= {"2024-03-01T10:00:00+02:00": "%Y-%m-%dT%H:%M:%SZ", "1st of May 2024": "ISO8601", "then": "ISO8601"}
    assert {text: form_of(text, "month") for text in cases} == cases
    assert form_of("1/3/24", "day") == "%d/%m/%y" and form_of("24-3-01", "year") == "%y-%m-%d"


TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(lambda one: one.replace(microsecond=0))
FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.000Z", "%Y/%m/%d %H:%M:%S",
    "%d-%b-%Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p", "%d %b %Y, %H:%M:%S", "%a, %d %b %Y %H:%M:%S GMT", "%Y%m%dT%H%M%S",
)  # fmt: skip


def written(moment: datetime, form: str) -> str:
    """strftime, with four digits for every year on every machine."""
    return moment.strftime(form.replace("%Y", f"{moment.year:04}"))


@given(st.lists(TIMES, min_size=1, max_size=8), st.sampled_from(FORMS))
def test_drawn_times_in_any_form_are_read_back(moments: list[datetime], form: str) -> None:
    found = reading([written(one, form) for one in moments])[1]
    assert found == [one.isoformat() for one in moments]


@given(st.lists(TIMES, min_size=1, max_size=8), st.lists(st.integers(-14 * 60, 14 * 60), min_size=8, max_size=8))
def test_an_offset_changes_no_moment(moments: list[datetime], offsets: list[int]) -> None:
    texts = []
    for one, minutes in zip(moments, offsets, strict=False):
        local = one + timedelta(minutes=minutes) if 2 < one.year < 9998 else one
        shown = minutes if 2 < one.year < 9998 else 0
        sign, (hours, rest) = "-" if shown < 0 else "+", divmod(abs(shown), 60)
        texts.append(f"{local.isoformat()}{sign}{hours:02}:{rest:02}")
    assert reading(texts)[1] == [one.isoformat() for one in moments]


@given(
    st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2030, 1, 1)), min_size=1), st.sampled_from(["day", "month"])
)
def test_any_row_that_tells_the_order_decides_it(moments: list[datetime], order: str) -> None:
    form = "%d/%m/%Y" if order == "day" else "%m/%d/%Y"
    moments = [*moments, datetime(2020, 1, 13)]
    decided, found = reading([one.strftime(form) for one in moments])
    assert decided.rule.order == order and found == [one.strftime("%Y-%m-%dT00:00:00") for one in moments]
    short = [one.strftime(form.replace("%Y", "%y")) for one in moments if one.year >= 1969]
    assert reading(short)[1] == [one.strftime("%Y-%m-%dT00:00:00") for one in moments if one.year >= 1969]


@given(st.lists(TIMES, min_size=1, max_size=6), st.sampled_from(["s", "ms", "us"]))
def test_a_type_changes_no_moment(moments: list[datetime], unit: str) -> None:
    wanted = [one.isoformat() for one in moments]
    stamps = np.array(moments, "datetime64[us]")
    columns = [pd.Series(moments, dtype=object), pd.Series(stamps.astype(f"datetime64[{unit}]"))]
    columns.append(pd.Series(pd.DatetimeIndex(stamps).tz_localize("UTC")))
    for column in columns:
        assert iso(read(column, UNASKED).values) == wanted
