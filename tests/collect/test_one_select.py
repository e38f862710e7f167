"""A database is only read: whatever the address calls it, whatever the query says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from protokit.collect.queries.one_select import hold, hold_table
from protokit.collect.readers import sql
from protokit.collect.source import Source
from protokit.core.errors import DataError, SpecError

DRIVERS = (
    "sqlite", "sqlite+pysqlite", "sqlite+pysqlite_numeric", "sqlite+aiosqlite", "sqlite+pysqlcipher", "SQLite",
    "SQLITE+PySQLite", "sqlite+nosuch",
)  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("create table t (a integer, b text); insert into t values (1, 'x'), (2, 'y');")
    return path


@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("way", ["written", "variable"])
def test_an_sqlite_file_is_only_read_through_each_spelling_of_its_driver(
    shop: Path, driver: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shop.read_bytes()
    address = f"{driver}:///shop.db"
    if way == "written" and "_" in driver:  # such a scheme is no URL to a recipe; a variable may hold it
        with pytest.raises(SpecError, match="is not the URL"):
            Source.parse({"sql": address, "table": "t"})
        return
    if way == "variable":
        monkeypatch.setenv("SHOP", address)
        address = "${SHOP}"
    for query in (
        "drop table t",
        "select 1 as a; drop table t",
        "delete from t returning a",
        "insert into t values (3, 'z') returning a",
        "attach 'other.db' as o",
        "pragma user_version = 7",
        "select * from pragma_database_list",
        "select load_extension('x')",
    ):
        with pytest.raises(DataError):
            Source.parse({"sql": address, "query": query}).read(shop.parent)
    assert shop.read_bytes() == before and [path.name for path in shop.parent.iterdir()] == ["shop.db"]
    frame = Source.parse({"sql": address, "query": "with c as (select * from t) select a, b from c"}).read(shop.parent)[
        0
    ]
    assert frame["a"].tolist() == [1, 2]
    assert Source.parse({"sql": address, "table": "t"}).read(shop.parent)[0]["b"].tolist() == ["x", "y"]


@pytest.mark.parametrize("rest", ["file:shop.db?mode=rw&uri=true", "FILE:shop.db", ":memory:", ""])
def test_an_address_that_asks_for_more_than_to_read_is_refused(shop: Path, rest: str) -> None:
    with pytest.raises(DataError, match="no SQLite file"):
        Source.parse({"sql": f"sqlite+pysqlite:///{rest}", "table": "t"}).read(shop.parent)


READS = [
    ("postgresql", "select * from t order by 1"),
    ("postgresql", "select * from t where a like '100%' and b::date > '2024-01-01';"),
    ("postgresql", "with a as (select 1 as x) select * from a"),
    ("postgresql", "with recursive x(n) as (select 1 union all select n + 1 from x) select n from x limit 3"),
    ("postgresql", "(select 1) union all (select 2) -- end"),
    ("postgresql", "table t"),
    ("postgresql", "values (1), (2)"),
    ("postgresql", "select 'drop; table', replace(a, 'x', 'y'), \"delete\" from t"),
    ("postgresql", "select a->>'b', pg_typeof(a), percentile_cont(0.5) within group (order by x) from t group by 1, 2"),
    ("mysql", "select `a`, group_concat(b) from t"),
    ("mariadb", "select a from t limit 3"),
    ("mssql", "select top 10 * from t with (nolock)"),
    ("oracle", "select a, dbms_random.value from t where rownum < 5"),
    ("sqlite", "select * from t where glob('a*', b)"),
    ("duckdb", "select * from t qualify row_number() over (order by a) = 1"),
    ("of a dialect that nobody knows", "select 1"),
    ("postgresql", 'select \'u&"x"\', u & "b", e\'\\\'\' from t -- U&"x"'),
    (
        "postgresql",
        "select count(*), date_trunc('month', a), to_char(a, 'YYYY'), a #>> '{x}', string_agg(b, ',' order by b), "
        "jsonb_build_object('a', b), a ~ 'x', extract(epoch from a), a at time zone 'UTC', now(), row_number() over "
        "(order by a), sum(a) filter (where b), array_agg(a), width_bucket(a, 1, 2, 3), md5(b), to_timestamp(a), "
        "regexp_replace(a, 'x', 'y'), split_part(a, ',', 1), lag(a) over (order by b), coalesce(a, 1), age(a, b), "
        "date_part('year', a), json_array_length(a), array_to_string(a, ','), left(a, 2), concat_ws(',', a, b), "
        "percentile_disc(0.5) within group (order by a), mode() within group (order by a), a is distinct from b "
        "from t, generate_series(1, 3) g, unnest(array[1, 2]) u, lateral jsonb_array_elements(t.c) e "
        "group by grouping sets ((a), (b))",
    ),
    (
        "mysql",
        "select date_format(a, '%Y'), str_to_date(a, '%Y'), ifnull(a, 1), if(a, b, c), unix_timestamp(a), "
        "from_unixtime(a), json_extract(a, '$.x'), json_unquote(a), a div b, date_add(a, interval 1 day), "
        "timestampdiff(day, a, b), find_in_set(a, b), substring_index(a, ',', 1), curdate(), convert(a, char), "
        "char_length(a), std(a), hour(a), datediff(a, b), truncate(a, 2), regexp_like(a, 'x'), ifnull(a, 0) from t",
    ),
    (
        "sqlite",
        "select julianday(a), strftime('%Y', a), iif(a, b, c), total(a), printf('%d', a), unixepoch(a), "
        "json_extract(a, '$.x'), datetime(a), date(a), time(a), substr(a, 1), instr(a, 'x'), hex(a), typeof(a), "
        "group_concat(a), nullif(a, 1), max(a, b), json_each.value from t, json_each(t.c) order by random()",
    ),
    ("mssql", "select len(a), convert(int, a), isnull(a, b), dateadd(day, 1, a), iif(a > 1, 1, 0), eomonth(a) from t"),
    ("oracle", "select nvl(a, b), to_char(a, 'YYYY'), to_date(b, 'YYYY'), decode(a, 1, 2), trunc(a) from t"),
]
WRITES = [
    ("postgresql", "drop table t"),
    ("postgresql", "select 1; drop table t"),
    ("postgresql", "select 'a\\'; drop table t; --'"),
    ("postgresql", "/* select */ delete from t"),
    ("postgresql", "with d as (delete from t returning *) select * from d"),
    ("postgresql", "select * from (with d as (update t set a = 1 returning *) select * from d) x"),
    ("postgresql", "select * into x from t"),
    ("postgresql", "select * from (select * from t for update) x"),
    ("postgresql", "select pg_read_file('/etc/passwd')"),
    ("postgresql", "select \"pg_read_file\"('/etc/passwd')"),
    ("postgresql", "select * from pg_catalog.pg_ls_dir('.') x"),
    ("postgresql", "select lo_import('/x')"),
    ("postgresql", "select * from dblink('host=x', 'drop table t') as y(a int)"),
    ("postgresql", "select set_config('transaction_read_only', 'off', false)"),
    ("postgresql", "select query_to_xml('drop table t', true, true, '')"),
    ("postgresql", "copy t to program 'id'"),
    ("postgresql", "explain analyze delete from t"),
    ("postgresql", "do $$ begin delete from t; end $$"),
    ("postgresql", ""),
    ("mysql", "select load_file('/etc/passwd')"),
    ("mysql", "select 1 into outfile '/tmp/x'"),
    ("mysql", "select 1 /*!50000 into outfile '/tmp/x' */"),
    ("mariadb", "select 1 /*M! into outfile '/tmp/x' */"),
    ("mssql", "exec xp_cmdshell 'id'"),
    ("mssql", "select * from t shutdown"),
    ("mssql", "select * from openrowset('a', 'b', 'c')"),
    ("oracle", "select utl_http.request('http://x') from dual"),
    ("duckdb", "select * from read_text('/etc/passwd')"),
    ("duckdb", "select * from read_csv('/etc/passwd')"),
    ("duckdb", "select * from glob('/etc/*')"),
    ("duckdb", "attach 'x.db'"),
    ("clickhouse", "select * from url('http://x', CSV)"),
    ("of a dialect that nobody knows", "drop table t"),
    ("postgresql", "select U&\"pg\\005fread_file\"('/etc/passwd')"),
    ("postgresql", "select u&\"set\\005fconfig\"('a', 'b', false)"),
    ("postgresql", 'select $$ \' $$, U&"a"'),
    ("postgresql", 'select * from U&"pg\\005fshadow"'),
    ("postgresql", "select * from ts_stat('select a from t')"),
    ("postgresql", "select ts_rewrite('a'::tsquery, 'select a, b from t')"),
    ("postgresql", "select * from crosstab('select a, b, c from t') as x(a int)"),
    ("postgresql", "select cursor_to_xml('c', 1, true, true, '')"),
    ("postgresql", "select current_setting('data_directory')"),
    ("postgresql", "select version(), inet_server_addr()"),
    ("postgresql", "select own.lower(a) from t"),
    ("postgresql", 'select "l\u00f6wer"(a) from t'),
    ("postgresql", "select * from rows from (pg_ls_dir('.'))"),
    ("postgresql", "select passwd from pg_shadow"),
    ("postgresql", 'select * from "pg_authid"'),
    ("postgresql", "select a from t where a in (select query from pg_catalog.pg_stat_activity)"),
    ("postgresql", "with x as (select * from pg_hba_file_rules) select * from x"),
    ("postgresql", "select * from information_schema.tables"),
    ("postgresql", "table pg_file_settings"),
    ("mysql", "select @@datadir"),
    ("mysql", "select authentication_string from mysql.user"),
    ("mysql", "select `load_file`('/etc/passwd'), sleep(3)"),
    ("sqlite", "select * from sqlite_master"),
    ("mssql", "select * from sys.sql_logins"),
    ("mssql", "select * from master.sys.sql_logins"),
    ("oracle", "select utl_inaddr.get_host_name from dual"),
    ("oracle", "select * from v$session"),
    ("duckdb", "select * from duckdb_secrets()"),
    ("postgresql", "select " + "(" * 3000 + "1" + ")" * 3000),
]


@pytest.mark.parametrize(("backend", "query"), READS)
def test_a_query_that_reads_is_taken(backend: str, query: str) -> None:
    hold(query, backend)


@pytest.mark.parametrize(("backend", "query"), WRITES)
def test_a_query_that_does_more_is_refused_with_a_cure(
    backend: str, query: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(DataError) as caught:
        hold(query, backend)
    assert caught.value.cure and "\n" not in caught.value.rule
    assert capfd.readouterr() == ("", "")


def test_a_function_that_may_do_more_is_named_with_a_cure() -> None:
    with pytest.raises(DataError, match=r"pg_read_file\(\), which is none of the functions that only calc") as caught:
        hold("select pg_read_file('x')", "postgresql")
    assert caught.value.cure == "take the table, and derive it in the recipe"


def test_a_table_that_tells_of_the_server_is_not_taken_by_its_name() -> None:
    for table, schema in [("user", "mysql"), ("tables", "information_schema"), ("pg_shadow", "")]:
        with pytest.raises(DataError, match="tells of the server"):
            hold_table(table, schema)
    hold_table("user", "public")


def test_a_driver_is_told_to_read_only() -> None:
    found = sql.connect_args(sqlalchemy.make_url("duckdb:///t.duckdb"))
    assert found["read_only"] is True and found["config"]["enable_external_access"] == "false"
    assert sql.connect_args(sqlalchemy.make_url("postgresql://host/x")) == {}


def test_a_dialect_of_another_name_is_no_way_to_sqlite(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.dialects import registry

    monkeypatch.setattr(registry, "impls", dict(registry.impls))
    registry.register("plainfile", "sqlalchemy.dialects.sqlite.pysqlite", "dialect")
    with pytest.raises(DataError, match="the database is a file"):
        Source.parse({"sql": "plainfile:///shop.db", "query": "select a from t order by a"}).read(shop.parent)


def test_nothing_in_postgresql_is_written(postgres: str, tmp_path: Path) -> None:
    def tried(query: str) -> Any:
        return Source.parse({"sql": "${PROTOKIT_TEST_POSTGRES}", "query": query}).read(tmp_path)

    engine = sqlalchemy.create_engine(sqlalchemy.make_url(postgres).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table if exists kept; create table kept (a integer)")
        connection.exec_driver_sql("insert into kept values (1), (2)")
        connection.exec_driver_sql(
            "create or replace function emptied() returns integer language sql as 'delete from kept; select 1'; "
            "create or replace view of_emptied as select emptied() as a"
        )
    try:
        for backend, query in WRITES:
            if backend == "postgresql" and query:
                with pytest.raises(DataError):
                    tried(query.replace(" t ", " kept ").replace(" t;", " kept;"))
        with pytest.raises(DataError, match="read-only transaction"):  # a function that no list can know
            tried("select a from of_emptied order by 1")
        assert tried("select a from kept order by a")[0]["a"].tolist() == [1, 2]
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("drop view of_emptied; drop function emptied(); drop table kept")
        engine.dispose()
