"""Tables joined."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from report_cases.report import Outcome, Tried, judged, put, report, tried


def _cells(table: Tried, name: str) -> list[object]:
    return [None if pd.isna(cell) else cell for cell in table.frame[name]]


def _two(folder: Path, left: str, right: str, **join: object) -> Tried:
    tables = {"t": str(put(folder, left, "left.csv")), "r": str(put(folder, right, "right.csv"))}
    return tried(tables, join=[{"with": "r", **join}])


@report(
    "pandas-dev/pandas#9780",
    "Keys are whole numbers in one table and texts in the other",
    "Refused with a cast that joins them, or joined; never no match in silence",
)
def keys_of_two_types(folder: Path) -> Outcome:
    pd.DataFrame({"k": [1, 2, 3], "y": [1, 2, 3]}).to_parquet(folder / "l.parquet")
    pd.DataFrame({"k": ["1", "2", "4"], "v": ["a", "b", "c"]}).to_parquet(folder / "r.parquet")
    tables = {"t": str(folder / "l.parquet"), "r": str(folder / "r.parquet")}
    table = tried(tables, join=[{"with": "r", "on": "k"}])
    wanted = ["a", "b", None]

    if not table.error:
        return judged(right=_cells(table, "v") == wanted)
    again = tried(tables, join=[{"with": "r", "on": "k", "cast": {"k": "number"}}])
    return judged(right=False, told="cast" in table.error and _cells(again, "v") == wanted)


@report(
    "NVIDIA/cudf#14571",
    "Text keys 01 and 1, and 1.0",
    "They are different keys",
)
def keys_that_are_equal_as_numbers(folder: Path) -> Outcome:
    pd.DataFrame({"k": ["01", "1", "1.0"], "y": [1, 2, 3]}).to_parquet(folder / "l.parquet")
    pd.DataFrame({"k": ["1", "1.00", "01"], "v": ["a", "b", "c"]}).to_parquet(folder / "r.parquet")
    tables = {"t": str(folder / "l.parquet"), "r": str(folder / "r.parquet")}
    found = tried(tables, join=[{"with": "r", "on": "k"}])
    return judged(right=_cells(found, "v") == ["c", "a", None])


@report(
    "pandas-dev/pandas#22491",
    "The key is missing in rows of both tables",
    "Missing keys match nothing",
)
def missing_keys(folder: Path) -> Outcome:
    left = "a,b,y\n1,4,1\n2,5,2\n3,,3\n"
    table = _two(folder, left, "c,b\n6,4\n7,\n8,\n9,5\n", on="b")
    return judged(right=_cells(table, "c") == [6, 9, None])


@report(
    "pandas-dev/pandas#46799",
    "A key with gaps (Int64) meets one without (int64)",
    "Joined; big keys keep their digits",
)
def nullable_key(folder: Path) -> Outcome:
    big = 9007199254740993
    pd.DataFrame({"key": pd.array([big, 1, None], "Int64"), "y": [1, 2, 3]}).to_parquet(folder / "l.parquet")
    pd.DataFrame({"key": [big - 1, 1, big], "v": ["d", "e", "f"]}).to_parquet(folder / "r.parquet")
    tables = {"t": str(folder / "l.parquet"), "r": str(folder / "r.parquet")}
    table = tried(tables, join=[{"with": "r", "on": "key"}])
    cast = tried(tables, join=[{"with": "r", "on": "key", "cast": {"key": "text"}}])
    cured = "cast: {key: text}" in table.error and _cells(cast, "v") == ["f", "e", None]
    return judged(right=not table.error and _cells(table, "v") == ["f", "e", None], told=cured)


@report(
    "ml4t/backtest#97",
    "As-of join of times with a zone to times of a clock in New York without one",
    "Refused or told; with the zone named, the prices of the same moments",
    mended=True,
)
def as_of_with_and_without_zone(folder: Path) -> Outcome:
    left = pd.DataFrame({"k": ["a"] * 3, "at": pd.date_range("2024-05-01 12:00", periods=3, freq="h", tz="UTC")})
    right = pd.DataFrame({"k": ["a"] * 3, "at": pd.date_range("2024-05-01 08:00", periods=3, freq="h")})
    left.assign(y=[1, 2, 3]).to_parquet(folder / "l.parquet")
    right.assign(price=[10, 11, 12]).to_parquet(folder / "r.parquet")
    tables = {"t": str(folder / "l.parquet"), "r": str(folder / "r.parquet")}
    table = tried(tables, join=[{"with": "r", "on": "k", "as_of": "at"}])
    said = "\n".join(f"{one.rule} {one.cure}" for one in table.table.notices) if table.table else table.error
    clock = {"at": {"date": {"zone": "America/New_York"}}}
    again = tried(tables, join=[{"with": "r", "on": "k", "as_of": "at", "cast": clock}])
    return judged(right=False, told="UTC" in said and "zone: " in said and _cells(again, "price") == [10, 11, 12])


@report(
    "pandas-dev/pandas#29864",
    "As-of join of times with offsets that are not in order",
    "The latest price at or before each time",
    mended=True,
)
def as_of_with_offsets(folder: Path) -> Outcome:
    left = "at,y\n2019-10-01 01:00:00+00:00,1\n2019-10-01 02:45:00+02:00,2\n2019-10-01 02:00:00+00:00,3\n"
    right = (
        "at,k,v\n2019-10-01 02:00:00+00:00,a,2.19\n2019-10-01 00:30:00+00:00,a,2.46\n2019-10-01 03:00:00+02:00,a,2.5\n"
    )
    left = left.replace("at,", "k,at,").replace("\n2019", "\na,2019")
    table = _two(folder, left, right, on="k", as_of="at")
    return judged(right=table.frame["v"].tolist() == [2.5, 2.46, 2.19])


@report(
    "pandas-dev/pandas#32306",
    "One key has gaps, the other table's rows without key would multiply the rows",
    "As many rows as before",
)
def rows_without_key_do_not_multiply(folder: Path) -> Outcome:
    left = "k,y\n" + "x,1\n,2\n" * 10
    frame = _two(folder, left, "k,v\nx,1\n,2\n,3\n", on="k").frame
    return judged(right=len(frame) == 20 and int(frame["v"].notna().sum()) == 10)


@report(
    "cal-itp/data-infra#944",
    "Keys of one file have blanks around them, those of the other have none",
    "Joined",
)
def blanks_around_keys(folder: Path) -> Outcome:
    table = _two(folder, "k,y\n A,1\nB ,2\nC,3\n", "k,v\nA,10\n B,20\nC ,30\n", on="k")
    return judged(right=_cells(table, "v") == [10, 20, 30])


@report(
    "JGCRI/gcamdata#132",
    "No key of the joined table is among those of the rows",
    "Told, with such keys; not a column of missing cells in silence",
)
def join_without_a_match(folder: Path) -> Outcome:
    left = "k,y\n" + "a,1\nb,2\n" * 20
    table = _two(folder, left, "k,v\nA,10\nB,20\n", on="k")
    said = "\n".join(one.rule for one in table.table.notices) if table.table else ""
    mended = tried(
        {"t": str(folder / "left.csv"), "r": str(put(folder, "k,v\na,10\nb,20\n", "mended.csv"))},
        join=[{"with": "r", "on": "k"}],
    )
    return judged(right=False, told="40 of 40 rows" in said and "'a'" in said and _cells(mended, "v")[:2] == [10, 20])
