"""Scripts read, join and clean tables as runs do: the first part of each is executed, and its table compared."""

from __future__ import annotations

import gzip
import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.code import imports_of
from protokit.workflow.eject.collecting.comparing import missing_in
from protokit.workflow.eject.collecting.section import collecting
from protokit.workflow.eject.script import Script
from protokit.workflow.run.collecting import collected

ROWS = 60


def sales(rows: int = ROWS) -> pd.DataFrame:
    """Numbers, texts, dates and missing cells."""
    drawn = np.random.default_rng(1)
    return pd.DataFrame({
        "id": np.arange(rows),
        "shop": drawn.choice(["north", "south", "east"], rows),
        "price": drawn.gamma(2, 500, rows).round(2),
        "count": drawn.integers(1, 9, rows),
        "day": (pd.Timestamp("2024-01-01") + pd.to_timedelta(drawn.integers(0, 90, rows), "D")).strftime("%Y-%m-%d"),
        "note": [None if i % 7 == 0 else "a note" for i in range(rows)],
        "dear": drawn.choice(["yes", "no"], rows),
    })  # fmt: skip


def shops() -> pd.DataFrame:
    return pd.DataFrame({
        "shop": ["north", "south", "west"], "staff": [3, 5, 2], "opened": ["2001-02-03", "1999-01-01", "2010-05-05"],
    })  # fmt: skip


def visits() -> pd.DataFrame:
    drawn = np.random.default_rng(2)
    days = pd.Timestamp("2023-12-20") + pd.to_timedelta(drawn.integers(0, 100, 80), "D")
    return pd.DataFrame({
        "place": drawn.choice(["north", "south"], 80), "on_day": days.strftime("%Y-%m-%d"),
        "guests": drawn.integers(1, 50, 80), "sum": drawn.normal(5, 2, 80).round(3),
    })  # fmt: skip


def table_of(collect: dict[str, Any], folder: Path, target: str = "dear", **represent: Any) -> tuple[pd.DataFrame, str]:
    """What the first part of a script makes, and its code; it is that of the run."""
    recipe = Recipe.parse({"collect": collect, "represent": {"target": target, **represent}}, folder=folder)
    run = collected(recipe)
    names = [*map(str, run.frame.columns)]
    section = collecting(recipe, run, names)
    text = Script("top", (section,)).text
    own: dict[str, Any] = {"FOLDER": folder}
    exec(compile(text, "script", "exec"), own)
    assert missing_in(own["table"], run.frame, names) == [] and len(own["table"]) == len(run.frame)
    assert max(map(len, section.code.splitlines())) <= 120 and imports_of(text)
    if run.parts is not None and len(set(run.parts)) > 1:
        is_test = run.parts == recipe.represent.split.test
        assert np.array_equal(is_test, own["part"] == "test")
    return own["table"], section.code


def written(folder: Path) -> None:
    """The tables in each of the kinds of files."""
    table = sales()
    (folder / "months").mkdir()
    table.to_csv(folder / "sales.csv", index=False)
    table.to_csv(folder / "odd.csv", index=False, sep=";", decimal=",", encoding="cp1252", na_rep="--")
    table.iloc[:20].to_csv(folder / "months" / "b.csv", index=False)
    table.iloc[20:].to_csv(folder / "months" / "a.csv", index=False)
    broken = (folder / "sales.csv").read_text().replace("shop", '"shop\nof it"', 1)
    (folder / "broken.csv").write_text(f"sales of the year\n\n{broken}")  # a name with a line break
    lines = ["sales of the year", "", *(folder / "sales.csv").read_text().splitlines(), "sum,,,,,,"]
    (folder / "titled.csv").write_text("\n".join(lines) + "\n")
    (folder / "bare.csv").write_text("\n".join((folder / "sales.csv").read_text().splitlines()[1:]) + "\n")
    with gzip.open(folder / "sales.csv.gz", "wt") as file:
        file.write((folder / "sales.csv").read_text())
    table.assign(day=pd.to_datetime(table["day"])).to_parquet(folder / "sales.parquet")
    for year in (2023, 2024):
        (folder / "years" / f"year={year}").mkdir(parents=True)
        table.iloc[year - 2023 :: 2].to_parquet(folder / "years" / f"year={year}" / "part.parquet")
    records = table.assign(at=[{"lat": i / 7, "name": f"p{i}"} for i in range(ROWS)])
    records["tags"] = [["a", "b"][: i % 3] for i in range(ROWS)]
    rows = json.loads(records.to_json(orient="records"))
    (folder / "sales.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    (folder / "sales.json").write_text(json.dumps({"data": {"items": rows}}))
    table.to_excel(folder / "sales.xlsx", sheet_name="all", index=False)
    shops().to_csv(folder / "shops.csv", index=False)
    visits().to_csv(folder / "visits.csv", index=False)
    connection = sqlite3.connect(folder / "sales.sqlite")
    connection.execute("create table sales (id integer, shop text, price numeric, day date, open boolean, dear text)")
    rows_of = [
        (i, s, p, d, i % 2, y) for i, s, p, d, y in table[["id", "shop", "price", "day", "dear"]].values.tolist()
    ]
    connection.executemany("insert into sales values (?, ?, ?, ?, ?, ?)", rows_of)
    connection.commit()
    connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("tables")
    written(found)
    return found


@pytest.mark.parametrize(
    ("source", "says"),
    [("sales.csv", 'read_csv(FOLDER / "sales.csv", ",", "utf-8'),
     ("sales.csv.gz", "read_csv("),
     ({"csv": "odd.csv", "decimal": ",", "missing": "--", "encoding": "cp1252"}, "plain_numbers("),
     ("months/*.csv", 'sorted(FOLDER.glob("months/*.csv"))'),
     ({"csv": "titled.csv", "header": 3, "footer": 1}, "skipfooter=1"),
     ("broken.csv", "skiprows=3"),
     ({"csv": "bare.csv", "header": "none", "names": [*sales().columns]}, "header=None"),
     ("sales.parquet", "read_parquet("),
     ({"parquet": "years/"}, 'read_parquet(FOLDER / "years/'),
     ("sales.jsonl", "read_json_lines("),
     ({"json": "sales.json", "records": "data.items"}, 'read_json(FOLDER / "sales.json", ["data", "items"])'),
     ({"xlsx": "sales.xlsx", "sheet": "all"}, 'pd.read_excel(FOLDER / "sales.xlsx", sheet_name="all"'),
     ({"sqlite": "sales.sqlite", "table": "sales"}, 'select * from "sales"'),
     ({"sqlite": "sales.sqlite", "query": "select id, day, dear from sales where id > 9"}, 'dates=["day"]')],
)  # fmt: skip
def test_each_kind_of_file_is_read_as_in_a_run(source: Any, says: str, folder: Path) -> None:
    table, code = table_of({"tables": {"sales": source}}, folder)
    assert says in code and len(table) >= 50
    if says != 'read_parquet(FOLDER / "sales.parquet")':  # queries see the same cells
        clean = [{"derive": {"more": "id + 1", "year": "year(CAST(day AS DATE))"}}, {"filter": "id % 3 <> 0"}]
        cleaned, code = table_of({"tables": {"sales": source}, "clean": clean}, folder)
        assert "queried(" in code and set(cleaned["more"] % 3) == {0, 2} and set(cleaned["year"]) == {2024}


@pytest.mark.parametrize(
    ("step", "says"),
    [({"filter": "price > 500 and note is not null"}, "WHERE price > 500"),
     ({"derive": {"total": "price * count", "price": "price / 2"}}, "REPLACE (price / 2 AS price)"),
     ({"keep": ["price", "dear", "id"]}, "EXCLUDE"),
     ({"cast": {"count": "category", "price": "text", "day": "date", "dear": "boolean"}}, "CAST(price AS VARCHAR)"),
     ({"clip": {"price": [100, 900], "count": [None, 4]}}, "CASE WHEN price < 100 THEN 100"),
     ({"fill": {"note": "nothing"}}, "coalesce(note, 'nothing')"),
     ({"outliers": {"price": [100, 2000], "count": [2, None]}}, "price >= 100 AND price <= 2000"),
     ({"parse_dates": {"day": "%Y-%m-%d"}}, "strptime(day, '%Y-%m-%d')"),
     ({"parse_dates": {"day": {"order": "year"}}}, "CAST(day AS TIMESTAMP)"),
     ({"rename": {"price": "cost", "count": "many"}}, "RENAME (price AS cost"),
     ({"replace": {"shop": {"north": "N", "east": None}}}, "WHEN shop = 'east' THEN NULL"),
     ({"trim": ["note"]}, "trim("),
     ("drop_duplicates", "PARTITION BY"),
     ({"drop_duplicates": ["shop", "count"]}, "PARTITION BY shop, count")],
)  # fmt: skip
def test_each_step_is_a_query(step: Any, says: str, folder: Path) -> None:
    _, code = table_of({"tables": {"sales": "sales.csv"}, "clean": [step]}, folder)
    assert says in code.replace('\\"', '"'), code


BESIDE = {"sales": "sales.csv", "shops": "shops.csv", "visits": "visits.csv"}


@pytest.mark.parametrize(
    "join",
    [{"with": "shops", "on": "shop"},
     {"with": "shops", "on": "shop", "how": "inner", "prefix": "of_"},
     {"with": "visits", "on": {"shop": "place"}, "expect": "many_to_many"},
     {"with": "visits", "on": {"shop": "place"},
      "aggregate": {"n": "count(*)", "most": "max(guests)", "s": "sum(sum)"}},
     {"with": "visits", "on": {"shop": "place"}, "before": {"day": "on_day"}, "prefix": "v_", "how": "inner",
      "aggregate": {"n": "count(*)", "mean": "avg(guests)"}},
     {"with": "visits", "on": {"shop": "place"}, "as_of": {"day": "on_day"}, "expect": "many_to_many"},
     {"with": "visits", "on": {"shop": "place"}, "as_of": {"day": "on_day"}, "tolerance": "3d", "how": "inner",
      "expect": "many_to_many"},
     {"with": "shops", "on": {"count": "staff"}, "cast": {"staff": "number", "opened": "date"}, "prefix": "s_"}],
)  # fmt: skip
def test_each_join_is_a_query(join: dict[str, Any], folder: Path) -> None:
    tables = {name: BESIDE[name] for name in ("sales", join["with"])}
    joined, code = table_of({"tables": tables, "join": [join], "clean": [{"drop": ["id"]}]}, folder)
    assert "QUERIES = [" in code and len(joined.columns) > len(sales().columns) - 1


def test_tables_of_the_split_are_joined_and_cleaned_with_the_others(folder: Path) -> None:
    tables = {"sales": "months/a.csv", "later": "months/b.csv", "shops": "shops.csv"}
    clean: list[Any] = [{"filter": "id % 4 > 0"}, "drop_duplicates", {"keep": ["price", "staff", "dear"]}]
    collect = {"tables": tables, "join": [{"with": "shops", "on": "shop"}], "clean": clean}
    _, code = table_of(collect, folder, split={"test": "later"})
    assert 'part = table.pop("part of the split").to_numpy()' in code


def test_what_a_script_reads_otherwise_is_refused(folder: Path) -> None:
    (folder / "marked.csv").write_text("# told\na,b,dear\nx#1,1,yes\ny,2,no\n")
    with pytest.raises(protokit.SpecError, match="reads the table otherwise"):
        table_of({"tables": {"marked": {"csv": "marked.csv", "comment": "#"}}}, folder)
    pd.DataFrame({"a": [1.0], "dear": ["x"]}).to_feather(folder / "kept.arrow")
    with pytest.raises(protokit.SpecError, match="is of arrow, which has no script"):
        table_of({"tables": {"kept": "kept.arrow"}}, folder)


@pytest.mark.proof
def test_flights_are_joined_as_in_a_run(shared: Path) -> None:
    folder = shared / "pnwflights14"
    tables = {
        "flights": "flights.csv.gz",
        "planes": "planes.csv",
        "airports": "airports.csv",
        "weather": "weather.csv.gz",
    }
    join = [
        {"with": "planes", "on": "tailnum", "prefix": "plane_"},
        {"with": "airports", "on": {"dest": "faa"}, "prefix": "dest_"},
        {"with": "weather", "on": ["origin", "month", "day", "hour"], "prefix": "w_"},
    ]
    clean = [{"filter": "arr_delay is not null"}, {"derive": {"late": "arr_delay > 15"}}, {"drop": ["arr_delay"]}]
    joined, code = table_of({"tables": tables, "join": join, "clean": clean}, folder, "late")
    assert len(joined) > 100_000 and code.count("LEFT JOIN") == 3
