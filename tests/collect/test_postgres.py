"""Joins and cleaning in PostgreSQL, held against the same here: equal rows, types, order, steps, counts, errors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protokit.collect.collect import collect
from protokit.collect.database.place import Unsaid
from protokit.collect.postgres.collected import collected_there
from protokit.collect.postgres.kinds import Said
from protokit.collect.postgres.query import Query
from protokit.collect.readers.sql import Sql, snapshot
from protokit.collect.source import Source
from protokit.collect.words import Collect
from protokit.core.errors import ProtokitError
from protokit.core.values.tables import Table

SCHEMA = f"protokit_there_{os.getpid()}"  # each worker has its own
# a row for each trap: gaps, NaN, infinity, -0, 2**53, letters that collations order otherwise, % : quotes \\, old dates
WILD = """
    (1, 1, 1, null, 1.5, 0.5, 0.1, true, 'a', 'abc', '2024-01-31', '2024-01-31 23:59:59.999999', '2024-03-10 02:30+01'),
    (2, -7, -2, 3, -0.001, -0.5, 2.5, false, 'A', 'Zeta%', '1969-12-31', '1969-12-31 23:30', '1999-12-31 23:30-05'),
    (3, 0, 3, -4, null, 'NaN', -3.5, null, 'é:x', 'B_b', '2000-02-29', null, null),
    (4, 9007199254740993, null, 0, 100, 'Infinity', 1e30, true, null, null, null, '2024-12-30', null),
    (5, 2, 7, 5, 2.345, '-Infinity', 0, null, '', ' pad ', '2023-12-31', '2023-12-31 12:00:00.5',
     '2024-01-01 00:00+00'),
    (6, 3, 9, 11, 3, 2.5, null, false, 'Z\\\\', 'back\\slash', '2024-02-29', '2024-02-29 05:06:07',
     '2024-01-01 00:00+00'),
    (7, -1, 0, 2, 4, '-0', 1.5, true, 'ab%c', 'x', '2024-03-01', '2024-03-01', '2024-01-01 00:00+00'),
    (8, 5, 0, 2, 4, 1e-300, 1.5, true, '_b', 'it''s', '2024-03-04', '2024-03-04', '2024-01-01 00:00+00')
"""
MADE = f"""
    drop schema if exists {SCHEMA} cascade;
    create schema {SCHEMA};
    create table {SCHEMA}."Wild :x %" (
        k int, i bigint not null, small smallint, g int, n numeric(12, 3), f double precision, r real, b boolean,
        t text collate "und-x-icu", "a""c" varchar(20), d date, ts timestamp, tz timestamptz);
    insert into {SCHEMA}."Wild :x %" values {WILD};
    create table {SCHEMA}.orders (
        id int primary key, "Customer ID" int, town text, day timestamp, price numeric(10, 2), part double precision,
        n int, note text collate "und-x-icu", paid boolean);
    insert into {SCHEMA}.orders select
        (i * 37) % 401, case when i % 7 = 0 then null else i % 50 end, (array['a', 'A', 'b', null])[1 + i % 4],
        timestamp '2024-01-01' + i * interval '5 hour', (i * 37 % 1000) / 100.0, i / 3.0,
        case when i % 5 = 0 then null else i % 11 - 5 end, (array['a', 'B', 'b', '_x', 'é', 'A%b', null])[1 + i % 7],
        i % 3 = 0
    from generate_series(1, 400) i;
    create table {SCHEMA}.customers (id int primary key, town text, born date, signup timestamptz, day timestamp,
        tag uuid);
    insert into {SCHEMA}.customers select
        i, (array['a', 'A', 'B'])[1 + i % 3], date '1990-01-01' + i,
        timestamptz '2024-01-01 10:00+02' + i * interval '1 day',
        timestamp '2024-01-20' + i * interval '1 day', md5(i::text)::uuid
    from generate_series(1, 40) i;
    create table {SCHEMA}.towns (town text collate "und-x-icu" primary key, people bigint);
    insert into {SCHEMA}.towns values ('b', 1), ('A', 2), ('a', 3), ('B', 4), ('_', 5), ('é', 6);
    create view {SCHEMA}.late as select * from {SCHEMA}.orders where id > 200;
    create table {SCHEMA}.odd (id int, list jsonb);
    insert into {SCHEMA}.odd values (1, '{{"a": 1}}');
    create table {SCHEMA}.big (id int, n bigint);
    insert into {SCHEMA}.big values (1, 9007199254740993), (2, null);
"""
EXPRESSIONS = r"""
if(b, i, t)
case when b then i else t end
coalesce(g, t)
coalesce(g, 'none')
i + 1
i * 2 - g
g / small
i / small
f / g
1 / f
g / 0
0 / f
n / 3
n * 1.1
i * 1.1
g + 0.1
-g
- f
abs(g)
abs(f)
abs(n)
ceil(f)
floor(n)
floor(g)
trunc(f)
trunc(g)
sign(i)
sqrt(f)
sqrt(n)
i % 3
mod(i, 3)
i // 2
isnan(f)
isinf(f)
isfinite(f)
f = f
f > 1e308
f is null
greatest(f, g)
least(f, n, 0)
greatest(t, "a""c")
coalesce(g, 0)
coalesce(g, 0.5)
coalesce(t, 'none')
nullif(g, 2)
nullif(t, 'a')
if(b, 1, 2)
if(b, t, 'no')
ifnull(f, 0)
case when g > 2 then 'hi' when g < 0 then 'é' end
case g when 2 then 1 else 0 end
case when b then g else 0.5 end
b and g > 0
not b
b or f > 0
b is true
b is not true
b is null
b = (g > 1)
b is distinct from true
g is distinct from 2
t is not distinct from null
g in (2, 3, null)
g not in (2, 3)
t in ('a', 'A')
g between 1 and 3
t between 'A' and 'a'
not (t between 'A' and 'a')
t < 'a'
t > 'Z'
t = 'a'
t <> 'a'
t < "a""c"
t like 'a%'
t like '%\%'
t like '_b'
t like '%\\%'
"a""c" like '%\s%'
"a""c" ilike 'ZETA%'
t || 'x'
t || "a""c"
concat(t, 'x', "a""c")
length(t)
length("a""c")
strlen(t)
lower("a""c")
upper("a""c")
trim("a""c")
ltrim("a""c")
rtrim("a""c")
trim("a""c", 'ap ')
replace(t, 'b', 'é')
contains(t, '%')
strpos(t, ':')
starts_with(t, 'a')
ends_with(t, 'c')
left(t, 1)
right(t, 2)
substr(t, 2)
substr(t, 1, 2)
reverse("a""c")
md5(t)
t = '100%'
t = 'é:x'
year(d)
month(ts)
day(tz)
hour(ts)
minute(ts)
second(ts)
quarter(d)
week(d)
dayofweek(d)
weekday(ts)
isodow(d)
dayofyear(d)
isoyear(d)
weekofyear(d)
epoch(ts)
epoch(d)
extract(year from ts)
extract(epoch from tz)
date_part('month', d)
date_trunc('month', ts)
date_trunc('week', d)
date_trunc('hour', tz)
date_trunc('quarter', d)
date_diff('day', d, ts)
date_diff('month', d, tz)
date_diff('year', d, ts)
date_diff('hour', ts, tz)
date_diff('minute', ts, tz)
date_diff('second', ts, tz)
date_diff('quarter', ts, tz)
d + interval 1 day
ts - interval 3 month
tz + interval 2 hour
d + interval 1 quarter
d < ts
d = date '2024-01-31'
ts >= timestamp '2024-01-01 00:00:00'
d > '2024-01-01'
ts between '2024-01-01' and '2024-02-01 12:00'
cast(ts as date)
cast(ts as date) - cast(d as date)
cast(ts as date) + 1
date '2024-01-01'
cast(g as double)
cast(n as bigint)
cast('2024-01-01' as date)
1
1.5
1e5
'text'
true
pi()
r = 0.1
r * 3
r > 0.1
k % 2 = 0
123456789012345678901 + i
least(d, ts)
chr(65)
coalesce(d, ts)
t = "a""c"
g = n
g < f
i = f
b > false
cast(g as text)
cast(i as text)
cast(b as text)
cast(ts as text)
cast(d as text)
cast(cast(d as date) as text)
cast(b as int)
extract(dow from d)
cast(null as text)
try_cast(g as bigint)
""".strip().splitlines()
ID = {"Customer ID": "id"}
CASES: dict[str, tuple[str, list[dict[str, Any]], list[Any], int]] = {
    # first table, joins, cleaning, how many of the steps run there
    "left": ("orders", [{"with": "customers", "on": ID, "prefix": "c_"}], [{"filter": "price > 5"}], 2),
    "inner": (
        "orders",
        [{"with": "customers", "on": ID, "prefix": "c_", "how": "inner"}],
        [{"filter": "n % 2 = 1 or n is null"}],
        1,
    ),
    "doubles beside texts": ("Wild :x %", [], [{"derive": {"z": "if(b, f, t)", "y": "coalesce(f, t, 'none')"}}], 0),
    "two keys": ("orders", [{"with": "customers", "on": [ID, "town"], "prefix": "c_"}], [{"drop": "part"}], 2),
    "many to many": (
        "customers",
        [{"with": "orders", "on": "town", "expect": "many_to_many", "prefix": "o_"}],
        ["drop_duplicates"],
        2,
    ),
    "sums": (
        "customers",
        [
            {
                "with": "orders",
                "on": {"id": "Customer ID"},
                "aggregate": {
                    "spent": "sum(price)",
                    "parts": "sum(part) filter (where paid)",
                    "k": "count(*)",
                    "m": "avg(n)",
                    "p": "mean(part)",
                    "last": "max(note)",
                    "first": "min(day)",
                    "q": "count(distinct note)",
                    "some": "count_if(price > 5)",
                    "whole": "sum(n) / count(n)",
                    "all": "bool_and(paid)",
                },
            }
        ],
        [{"filter": "spent > 20 and last is not null"}, {"derive": {"mean": "spent / k"}}],
        3,
    ),
    "before": (
        "customers",
        [
            {
                "with": "orders",
                "on": {"id": "Customer ID"},
                "aggregate": {"s": "sum(n)", "k": "count(*)"},
                "before": {"day": "day"},
            }
        ],
        [{"outliers": {"k": [None, 3]}}],
        2,
    ),
    "before, last bits": (
        "customers",
        [{"with": "orders", "on": {"id": "Customer ID"}, "aggregate": {"s": "sum(part)"}, "before": {"day": "day"}}],
        [],
        0,
    ),
    "as of": (
        "orders",
        [{"with": "customers", "on": "town", "as_of": "day", "prefix": "c_", "expect": "many_to_many"}],
        [],
        1,
    ),
    "as of, near": (
        "orders",
        [{"with": "customers", "on": ID, "as_of": "day", "prefix": "c_", "tolerance": "20d", "how": "inner"}],
        [],
        1,
    ),
    "cleaning": (
        "orders",
        [],
        [
            {"drop_duplicates": ["note", "n"]},
            {"clip": {"n": [0, 3]}},
            {"fill": {"note": "none", "n": 0}},
            {"rename": {"n": "m"}},
            {"replace": {"note": {"a": "z", "q": None}}},
            "trim",
            {"outliers": {"price": [0.5, 9]}},
            {"cast": {"paid": "number", "id": "text", "day": "text"}},
            {"keep": ["id", "m", "note", "paid", "day"]},
        ],
        9,
    ),
    "then here": (
        "orders",
        [{"with": "customers", "on": ID, "prefix": "c_"}],
        [{"filter": "paid"}, {"derive": {"e": "exp(part)"}}, {"filter": "e > 2"}],
        2,
    ),
    "then a join here": (
        "orders",
        [
            {"with": "customers", "on": ID, "how": "inner", "prefix": "c_"},
            {"with": "towns", "on": "town", "aggregate": {"s": "stddev(people)"}},
        ],
        [],
        1,
    ),
    "texts in order": ("towns", [], [{"filter": "town > 'B'"}], 1),
    "no key": ("Wild :x %", [], [{"filter": "f > 0"}], 1),
    "a view": ("late", [], [{"filter": "note < 'a'"}, {"cast": {"n": "category"}}], 2),
    "no number": ("Wild :x %", [], [{"derive": {"z": "f - f"}}, {"filter": "z > 1"}, {"fill": {"z": 0}}], 3),
    "unlike types": ("odd", [], [{"filter": "id > 0"}], 0),
    "large numbers with gaps": ("big", [], [{"filter": "id > 0"}], 0),
}
FAULTS: dict[str, tuple[str, list[dict[str, Any]], list[Any]]] = {
    "twice": ("customers", [{"with": "orders", "on": "town", "prefix": "o_"}], []),
    "no match": (
        "orders",
        [{"with": "customers", "on": {"note": "town"}, "how": "inner", "prefix": "c_"}],
        [{"filter": "c_id < 0"}],
    ),
    "types": ("orders", [{"with": "customers", "on": {"town": "id"}, "prefix": "c_"}], []),
    "no column": ("orders", [], [{"filter": "nope > 1"}]),
    "no truth": ("orders", [], [{"filter": "n + 1"}]),
    "no comparison": ("orders", [], [{"filter": "note > 1"}]),
    "no truth value": ("orders", [], [{"filter": "note = price"}]),
    "no text": ("orders", [], [{"filter": "upper(id) = 'A'"}]),
    "none left": ("orders", [], [{"filter": "price > 1000"}]),
    "too large": ("orders", [], [{"derive": {"z": "id * 9223372036854775807"}}, {"filter": "id = 0"}]),
    "a cell that stops it": (
        "orders",
        [],
        [{"filter": "id < 5"}, {"derive": {"z": "id * 4611686018427387904"}}, {"filter": "id < 2"}],
    ),
    "by zero": ("orders", [], [{"derive": {"z": "id % 0"}}, {"drop": "z"}]),
    "no number": ("orders", [], [{"cast": {"note": "number"}}]),
    "no table": ("nowhere", [], [{"filter": "id > 1"}]),
    "not one SELECT": ("select 1; select 2", [], [{"filter": "id > 1"}]),
}


@pytest.fixture
def url(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("THERE", postgres)
    return postgres


@pytest.fixture(scope="module")
def made() -> Iterator[None]:
    url = os.environ.get("PROTOKIT_TEST_POSTGRES")
    if url:
        run(url, MADE)
    yield
    if url:
        run(url, f"drop schema {SCHEMA} cascade")


@pytest.fixture
def server(url: str, made: None) -> str:
    return url


def run(url: str, sql: str) -> None:
    import sqlalchemy

    engine = sqlalchemy.create_engine(sqlalchemy.make_url(url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.execution_options(no_parameters=True).exec_driver_sql(sql)
    engine.dispose()


def spec(first: str, joins: Any = (), clean: Any = ()) -> Collect:
    tables: dict[str, Any] = {"first": source(first)}
    tables |= {one["with"]: source(one["with"]) for one in joins}
    return Collect.model_validate({"tables": tables, "join": list(joins), "clean": list(clean)})


def source(name: str) -> dict[str, str]:
    if name.startswith("select"):
        return {"sql": "${THERE}", "query": name}
    return {"sql": "${THERE}", "table": f"{SCHEMA}.{name}"}


def equal(recipe: Collect) -> Table:
    """What comes from there, which is what comes from here."""
    there, here = (collect(recipe, Path(), there=way) for way in (True, False))
    pd.testing.assert_frame_equal(there.frame, here.frame, check_exact=True)
    assert there.steps == here.steps
    assert there.parts is not None and here.parts is not None and there.parts.tolist() == here.parts.tolist()
    assert {one.rule for one in here.notices} <= {one.rule for one in there.notices}
    assert list(there.origin) == list(here.origin)
    return there


def told(table: Table) -> str:
    [rule] = [one.rule for one in table.notices if "in PostgreSQL:" in one.rule or "read whole" in one.rule]
    return rule


def test_every_expression_that_postgresql_can_say_has_the_same_value_in_every_cell(server: str) -> None:
    derived = {f"x{i}": text for i, text in enumerate(EXPRESSIONS)}
    table = equal(spec("Wild :x %", clean=[{"derive": derived}]))
    assert told(table).startswith("1 step in PostgreSQL: derive. 8 of 8 rows")
    kinds = {dtype.kind for dtype in table.frame.dtypes}
    assert len(EXPRESSIONS) > 150 and kinds == set("ifbMO")


@pytest.mark.parametrize("name", CASES)
def test_steps_there_are_the_steps_here(server: str, name: str) -> None:
    first, joins, clean, many = CASES[name]
    rule = told(equal(spec(first, joins, clean)))
    if not many:
        assert rule.startswith("the tables are read whole, and joined and cleaned here: ")
        return
    assert rule.startswith(f"{many} step{'s' * (many > 1)} in PostgreSQL: ")
    assert ("; then here: " in rule) == (many < len(joins) + len(clean))


@pytest.mark.parametrize("name", FAULTS)
def test_faults_there_are_the_faults_here(server: str, name: str) -> None:
    recipe, said = spec(*FAULTS[name]), []
    for way in (True, False):
        with pytest.raises(ProtokitError) as caught:
            collect(recipe, Path(), there=way)
        said.append((str(caught.value), caught.value.path))
    assert said[0] == said[1]


def test_queries_keep_their_order_and_one_without_is_told(server: str) -> None:
    ordered = f'select id, note, price * 2 as "Two %" from {SCHEMA}.orders order by price desc, id; '
    table = equal(spec(ordered, clean=[{"filter": '"Two %" > 3'}]))
    assert table.frame["Two %"].is_monotonic_decreasing and len(table.frame) > 10
    rules = [one.rule for one in equal(spec(f"select * from {SCHEMA}.towns", clean=[{"filter": "people > 1"}])).notices]
    assert sum("no ORDER BY" in rule for rule in rules) == 1


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("where random() < 2", "random() in a query gives another value each time"),
        ("order by price limit 7", "a query with limit may give other rows another time"),
        ("where md5(note) > 'a' and now() > '2020-01-01'", "1 step in PostgreSQL: filter"),
    ],
)
def test_queries_that_may_give_other_rows_are_read_once(server: str, end: str, words: str) -> None:
    assert words in told(equal(spec(f"select * from {SCHEMA}.orders {end}", clean=[{"filter": "id > 1"}])))


def test_few_rows_come_and_the_transaction_only_reads(server: str) -> None:
    joins = [{"with": "orders", "on": {"id": "Customer ID"}, "aggregate": {"k": "count(*)"}}]
    assert told(equal(spec("customers", joins, [{"filter": "id < 4"}]))).endswith("3 of 440 rows came from there")
    written = Source.parse(source("orders"))
    assert isinstance(written, Sql)
    with snapshot(written) as connection:
        assert connection.exec_driver_sql("show transaction_read_only").fetchall() == [("on",)]
        with pytest.raises(Exception, match="read-only transaction"):
            connection.exec_driver_sql(f"create table {SCHEMA}.new as select 1")


NUMBER = st.none() | st.integers(-3, 3)
TEXT = st.none() | st.sampled_from(["a", "A", "b", "é", "%", "'", "", " a", "a\\", "_", "Ä", ":x"])
FLOAT = st.none() | st.sampled_from([0.0, -0.0, 0.5, 0.1, 1 / 3, -2.5, float("inf"), float("nan"), 1e300])
TIME = st.none() | st.sampled_from(["2024-01-01", "2024-01-01 12:00", "2024-02-29 23:59:59.999999", "1960-05-05"])
ROW = st.tuples(
    NUMBER, TEXT, FLOAT, TIME, st.none() | st.booleans(), st.none() | st.sampled_from(["0.10", "0.20", "-3.33", "NaN"])
)
DRAWN: list[Any] = [
    {"filter": "x is not null or t > 'a'"}, {"filter": "not (x > 0 and f < 1)"}, {"filter": "t in ('a', 'é', '%')"},
    {"derive": {"y": "x / f"}}, {"derive": {"y": "coalesce(t, 'none') || '|'"}}, {"derive": {"x": "x + 1"}},
    {"derive": {"y": "case when f > 0.25 then f else x end"}}, {"fill": {"f": 0}}, {"fill": {"t": "-"}},
    "drop_duplicates", {"drop_duplicates": "t"}, {"clip": {"f": [0, 1]}}, {"outliers": {"f": [None, 2]}}, "trim",
    {"replace": {"t": {"a": None, "b": "B"}}}, {"derive": {"y": "date_diff('day', d, date '2024-01-01')"}},
]  # fmt: skip
JOINS: list[dict[str, Any]] = [
    {"with": "right", "on": "x", "expect": "many_to_many", "prefix": "r_"},
    {"with": "right", "on": ["x", "t"], "expect": "many_to_many", "prefix": "r_", "how": "inner"},
    {"with": "right", "on": "t", "as_of": "d", "expect": "many_to_many", "prefix": "r_"},
    {"with": "right", "on": "t",
     "aggregate": {"s": "sum(p)", "k": "count(*)", "m": "avg(x)", "h": "max(t)", "c": "bool_or(b)", "g": "min(f)"}},
    {"with": "right", "on": "t", "aggregate": {"s": "sum(x)", "k": "count(f)"}, "before": "d", "how": "inner"},
]  # fmt: skip


@given(
    st.lists(ROW, min_size=1, max_size=12),
    st.lists(ROW, min_size=1, max_size=8),
    st.lists(st.sampled_from(JOINS), max_size=1),
    st.lists(st.sampled_from(DRAWN), max_size=4),
)
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drawn_tables_come_out_the_same(url: str, left: Any, right: Any, joins: Any, clean: Any) -> None:
    made = [f"drop schema if exists {SCHEMA}_drawn cascade; create schema {SCHEMA}_drawn"]
    for name, rows in (("left", left), ("right", right)):
        made.append(
            f'create table {SCHEMA}_drawn."{name}" (x int, t text collate "und-x-icu", f double precision,'
            " d timestamp, b boolean, p numeric(6, 2))"
        )
        for row in rows:
            cells = ", ".join("null" if one is None else "'" + str(one).replace("'", "''") + "'" for one in row)
            made.append(f'insert into {SCHEMA}_drawn."{name}" values ({cells})')
    run(url, ";".join(made))
    tables = {
        name: {"sql": "${THERE}", "table": f"{SCHEMA}_drawn.{name}"} for name in ("left", "right")[: 1 + len(joins)]
    }
    recipe = Collect.model_validate({"tables": tables, "join": joins, "clean": clean})
    try:
        collect(recipe, Path(), there=False)
    except ProtokitError as error:
        with pytest.raises(type(error)) as caught:
            collect(recipe, Path())
        assert str(caught.value) == str(error)
    else:
        equal(recipe)
    finally:
        run(url, f"drop schema {SCHEMA}_drawn cascade")


COLUMNS = {
    "c1": Said("c1", "text"), "c2": Said("c2", "double"), "c3": Said("c3", "int"), "c4": Said("c4", "timestamp"),
    "c5": Said("c5", "text", ascii=True), "c6": Said("c6", "boolean"),
}  # fmt: skip


def query(sql: str) -> str:
    numbers = count()
    return Query(COLUMNS, {"t1": ("c3",), "t2": ("c3",)}, lambda letter: f"{letter}{next(numbers)}").written(sql)


@pytest.mark.parametrize(
    "said",
    [
        "lower(c1)",
        "c1 ILIKE 'a'",
        "exp(c2)",
        "c2 ** 2",
        "c2 % 2",
        "c2 // 2",
        "CAST(c2 AS VARCHAR)",
        "CAST(c1 AS DOUBLE)",
        "TRY_CAST(c2 AS BIGINT)",
        "regexp_matches(c1, 'a')",
        "c1 || c3",
        "substr(c1, -1)",
        "replace(c1, c1, 'b')",
        "strftime(c4, '%Y')",
        "c4 - c4",
        "c4 > c1",
        "c1 > 1",
        "stddev(c3)",
        "median(c2)",
        "max(c6)",
        "c4 + INTERVAL '1.5 day'",
        "round(c2, 2)",
        "sum(DISTINCT c2)",
        "lag(c3) OVER (ORDER BY c3)",
        "c9",
        "pg_sleep(c3)",
        "current_user",
        "[c1]",
        "c3::JSON",
    ],
)
def test_what_differs_there_is_not_said(said: str) -> None:
    with pytest.raises(Unsaid):
        query(f"SELECT {said} AS x FROM t1")


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t1",
        "SELECT 1 FROM pg_class",
        "SELECT c1 FROM t1 UNION SELECT c1 FROM t2",
        "WITH x AS (SELECT 1) SELECT c1 FROM t1",
        "SELECT c1 FROM t1 FULL JOIN t2 AS b ON c1 = c1",
        "SELECT c1 FROM read_csv('x')",
        "SELECT sum(a.c2) AS s FROM t1 AS a JOIN t2 AS b ON a.c3 = b.c3",
        "SELECT c1 FROM t1 OFFSET 2",
        "SELECT " + "(" * 2000 + "c3" + ")" * 2000 + " FROM t1",
    ],
)
def test_queries_of_other_forms_are_not_said(sql: str) -> None:
    with pytest.raises(Unsaid):
        query(sql)


def test_texts_are_written_as_texts() -> None:
    assert query("SELECT c1 = 'it''s \\ :x %s' AS x FROM t1") == (
        """SELECT (c1 = (CAST('it''s \\ :x %s' AS text) COLLATE "C")) AS x FROM t1"""
    )


def test_other_databases_are_read_whole_and_told_once() -> None:
    def of(*addresses: str) -> tuple[Table | None, tuple[Any, ...]]:
        tables = {f"t{i}": {"sql": address, "table": "t"} for i, address in enumerate(addresses)}
        joins = [{"with": f"t{i}", "on": "id"} for i in range(1, len(addresses))]
        return collected_there(
            Collect.model_validate({"tables": tables, "join": joins, "clean": [{"keep": "id"}]}), Path()
        )

    table, [notice] = of("mysql://host/shop", "mysql://host/shop")
    assert table is None and notice.rule.endswith("steps run in PostgreSQL only, not in mysql")
    for addresses in (("sqlite:///a.db",), ("postgresql://one/a", "postgresql://two/a"), ("${NOT_SET_AT_ALL}",)):
        assert of(*addresses) == (None, ())
