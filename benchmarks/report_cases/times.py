"""Dates and times."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from report_cases.report import Outcome, Tried, judged, lines, put, refusal, report, tried


def _days(table: Tried, name: str) -> list[str]:
    """The days of a column as ISO texts, as the fitted column reads them."""
    column = next(one for one in table.done.encoder.columns if one.column == name)
    found = column.dates(table.frame[name])  # type: ignore[attr-defined]
    return [str(day) for day in np.asarray(found, "datetime64[D]")]


@report(
    "pandas-dev/pandas#26304",
    "12.01.2017, 01.02.2017, 15.04.2017 in one column",
    "One order for all rows, that of the row that tells it",
    mended=True,
)
def one_order_of_day_and_month(folder: Path) -> Outcome:
    path = put(folder, lines("d,y", "12.01.2017 17:18,1", "01.02.2017 11:12,2", "15.04.2017 02:40,1", times=10))
    return judged(right=_days(tried(path), "d")[:3] == ["2017-01-12", "2017-02-01", "2017-04-15"])


@report(
    "pandas-dev/pandas#36190",
    "13.12.2020 and 12.13.2020 in one column",
    "Not the same day twice: refused, left out or kept as texts, and said",
    mended=True,
)
def two_orders_in_one_column(folder: Path) -> Outcome:
    table = tried(put(folder, lines("d,x,y", "13.12.2020,1,1", "12.13.2020,2,2", times=10)))
    kind = table.kinds.get("d")
    return judged(right=False, told=kind != "date" and "'d'" in table.said)


@report(
    "duckdb/duckdb#15473",
    "Nine rows of dates and one row of 1",
    "Dates are not read as numbers; the odd cell is named",
)
def one_cell_that_is_no_date(folder: Path) -> Outcome:
    days = [f"n{i},2024/12/{i + 10},1{i}" for i in range(19)]
    path = put(folder, lines("name,Date,y", *days, "1,1,1"))
    table = tried(path)
    cured = tried({"t": {"csv": str(path), "missing": ["", "1"]}})
    right = cured.kinds.get("Date") == "date"
    kept = table.frame["Date"][0] == "2024/12/10"
    return judged(right=False, told=kept and "'Date'" in table.said and "'1'" in table.said and right)


@report(
    "duckdb/duckdb#11840",
    "The same rows of dates, sorted and unsorted, with and without other columns",
    "The column is read the same",
    mended=True,
)
def order_of_rows(folder: Path) -> Outcome:
    days = [f"{m:02}/{d:02}/2023 {h:02}:05:00" for m in range(1, 13) for d in (1, 5, 12, 28) for h in (3, 15)]
    found = []
    for i, some in enumerate((days, days[::-1], sorted(days, key=lambda text: text[3:]))):
        table = tried(
            put(folder, lines("d,y", *(f"{one},{len(one) + n % 2}" for n, one in enumerate(some))), f"{i}.csv")
        )
        slim = tried(put(folder, lines("a,d,y", *(f"{n},{one},{n % 2}" for n, one in enumerate(some))), f"s{i}.csv"))
        found += [sorted(_days(table, "d")), sorted(_days(slim, "d"))]
    return judged(right=all(one == found[0] for one in found) and found[0][0] == "2023-01-01")


@report(
    "apache/arrow-rs#982",
    "Times of the year 9999 in a Parquet file (microseconds)",
    "The same day, no overflow",
)
def year_9999_in_parquet(folder: Path) -> Outcome:
    import pyarrow as pa
    import pyarrow.parquet as pq

    far = pd.Timestamp("9999-12-31 02:00:00").as_unit("us").to_pydatetime()
    near = [pd.Timestamp(f"2021-06-{day:02} 03:02:37").to_pydatetime() for day in range(1, 20)]
    times = pa.array([far, *near], pa.timestamp("us"))
    pq.write_table(pa.table({"d": times, "y": list(range(20))}), folder / "t.parquet")
    table = tried(folder / "t.parquet")
    return judged(right=_days(table, "d")[:2] == ["9999-12-31", "2021-06-01"])


@report(
    "miraisolutions/xlconnect#32",
    "A workbook that counts its dates from 1904",
    "The days that the workbook shows",
)
def dates_from_1904(folder: Path) -> Outcome:
    from datetime import date

    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["date", "y"])
    for i in range(20):
        book.active.append([date(1950 + i, 5, 3), i])
    book.save(folder / "t.xlsx")
    return judged(right=_days(tried(folder / "t.xlsx"), "date")[:2] == ["1950-05-03", "1951-05-03"])


@report(
    "pandas-dev/pandas#11725",
    "German dates: 29.01.1945, then 1.3.1945 and 02.03.1945 without zeros",
    "Day first in all",
)
def german_dates(folder: Path) -> Outcome:
    table = tried(put(folder, lines("d,y", "29.01.1945,1", "1.3.1945,2", "02.03.1945,1", times=10)))
    return judged(right=_days(table, "d")[:3] == ["1945-01-29", "1945-03-01", "1945-03-02"])


@report(
    "pandas-dev/pandas#29031",
    "Times of a clock in Berlin on the day that has one hour twice",
    "Read, with a word about the hour that is there twice",
)
def hour_that_is_there_twice(folder: Path) -> Outcome:
    times = [f"2018-10-28 {h:02}:{m:02}:00" for h in range(5) for m in (0, 15, 30, 45)]
    path = put(folder, lines("t,x,y", *(f"{one},{i % 7},{i % 2}" for i, one in enumerate(times * 2))))
    table = tried(path, columns={"t": {"date": {"zone": "Europe/Berlin"}}})
    offsets = [f"2018-10-28 {h:02}:{m:02}:00+0{2 if h < 3 else 1}:00" for h in range(5) for m in (0, 15, 30, 45)]
    cured = tried(put(folder, lines("t,x,y", *(f"{one},{i % 7},{i % 2}" for i, one in enumerate(offsets * 2)))))
    told = "twice" in table.said and "offset" in table.said and table.kinds["t"] == "date"
    return judged(right=False, told=told and "twice" not in cured.said and cured.kinds["t"] == "date")


@report(
    "datastax-archive/kaskada#257",
    "Times as seconds since 1970 with a fraction",
    "Not days of 1970 in silence: told, with the edit that reads them",
)
def seconds_since_1970(folder: Path) -> Outcome:
    rows = [f"{1682019069 + 86_400 * i}.0,{i % 7},{i % 2}" for i in range(40)]
    path = put(folder, lines("t,x,y", *rows))
    table = tried(path)
    asked = tried(path, columns={"t": {"date": {"epoch": "seconds"}}})
    right = _days(asked, "t")[:2] == ["2023-04-20", "2023-04-21"]
    return judged(right=False, told="epoch: seconds" in table.said and right)


@report(
    "pandas-dev/pandas#17860",
    "Milliseconds since 1970, one of them in microseconds",
    "The odd cell does not become another day in silence",
)
def units_of_two_kinds(folder: Path) -> Outcome:
    cells = [1536507914000 + 86_400_000 * i for i in range(39)] + [1536507917123000]
    path = put(folder, lines("t,x,y", *(f"{one},{i % 7},{i % 2}" for i, one in enumerate(cells))))
    table = tried(path, columns={"t": {"date": {"epoch": "milliseconds"}}})
    error = table.error or refusal(lambda: table.done)
    if error:
        again = tried(
            path, columns={"t": {"date": {"epoch": "milliseconds"}}}, clean=[{"filter": "t < 10000000000000"}]
        )
        return judged(right=False, told="1536507917123000" in error and _days(again, "t")[0] == "2018-09-09")
    return judged(right=False, told="1536507917123000" in table.said)
