from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.collect.source import Source
from protokit.core.errors import DataError, ProtokitError


def read(folder: Path, **spec: Any) -> pd.DataFrame:
    return Source.parse(spec).read(folder)[0]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            """
            create table sales (
                id integer primary key, day date, at datetime, price numeric(10,2), paid boolean, code text, odd date,
                big integer, note blob);
            insert into sales values
                (1, '2024-01-02', '2024-01-02 03:04:05', 5, 1, '007', '2024-01-02', 9007199254740993, x'00ff'),
                (2, '2024-02-29', null, 1.5, 0, null, 'soon', null, null);
            create table "odd ""name%:x" (a);
            insert into "odd ""name%:x" values (1), ('two'), (null);
            create view both as select s.day, s.price * 2 as twice from sales s;
            create table hollow (a integer);
            """
        )
    return path


def test_declared_types_are_honoured_where_the_values_allow(shop: Path) -> None:
    frame = read(shop.parent, sqlite="shop.db", table="sales")
    kinds = {name: dtype.kind for name, dtype in frame.dtypes.items()}
    assert kinds == dict(
        zip(("id", "day", "at", "price", "paid", "code", "odd", "big", "note"), "iMMfbOOOO", strict=True)
    )
    assert frame["price"].tolist() == [5.0, 1.5] and frame["day"][1] == pd.Timestamp("2024-02-29")
    assert pd.isna(frame["at"][1]) and frame["code"].tolist() == ["007", None]
    assert frame["odd"].tolist() == ["2024-01-02", "soon"] and frame["big"].tolist() == ["9007199254740993", None]
    view = read(shop.parent, sqlite="shop.db", table="both")
    assert view["day"].dtype.kind == "M" and view["twice"].tolist() == [10, 3]
    query = read(shop.parent, sqlite="shop.db", query="select day as d, price from sales where code like '0%7'; -- end")
    assert query["d"].dtype.kind == "M" and query["price"].tolist() == [5.0]
    odd = read(shop.parent, sqlite="shop.db", table='odd "name%:x')
    assert odd["a"].tolist() == [1, "two", None]
    address = read(shop.parent, sql="sqlite:///shop.db", table="sales")
    pd.testing.assert_frame_equal(address, frame)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "which of 4 tables"),
        ({"table": "sale"}, "did you mean 'sales'"),
        ({"table": "hollow"}, "no rows"),
        ({"query": "select * from nowhere"}, "no such table: nowhere"),
        ({"query": "select nam from sales"}, "no such column: nam"),
        ({"query": "drop table sales"}, "a query is one SELECT"),
        ({"query": "select 1; drop table sales"}, "a query is one SELECT"),
        ({"query": "insert into sales (id) values (9) returning id"}, "a query is one SELECT"),
        ({"query": "attach 'other.db' as o"}, "a query is one SELECT"),
        ({"query": "select 1 as a, 2 as a"}, "two columns are named 'a'"),
        ({"query": "select load_extension('x')"}, "not authorized"),
    ],
)
def test_wrong_tables_and_queries(shop: Path, options: dict[str, str], words: str) -> None:
    before = shop.read_bytes()
    with pytest.raises(DataError) as caught:
        read(shop.parent, sqlite="shop.db", **options)
    assert words in str(caught.value) and "shop.db" in str(caught.value.place)
    assert shop.read_bytes() == before and not (shop.parent / "other.db").exists()
    if words == "no rows":
        assert Source.parse({"sqlite": "shop.db", **options}).columns(shop.parent) == ["a"]
        return
    with pytest.raises(DataError):
        Source.parse({"sqlite": "shop.db", **options}).columns(shop.parent)


def test_rows_of_the_write_ahead_log_are_read_and_in_the_digest(shop: Path) -> None:
    spec = Source.parse({"sqlite": "shop.db", "table": "sales"})
    before = spec.read(shop.parent)[1]
    with closing(sqlite3.connect(shop)) as writer:
        writer.execute("pragma journal_mode = wal")
        same = spec.read(shop.parent)[1]
        writer.execute("insert into sales (id) values (3)")
        writer.commit()
        frame, after, _ = spec.read(shop.parent)
        assert len(frame) == 3 and len({before, same, after}) == 3


def test_an_address_that_names_no_file_makes_none(tmp_path: Path) -> None:
    for address in ("sqlite:///new.db", "sqlite://", "sqlite:///:memory:"):
        with pytest.raises(DataError):
            read(tmp_path, sql=address, table="t")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nodatabase://host/x", "SQLAlchemy knows no such database"),
        ("mysql+pymysql://host/x", "is not installed"),
        ("postgresql://host:port/x", "not the URL"),
        ("postgresql://me@127.0.0.1:9/x", "is the database running"),
    ],
)
def test_addresses_that_lead_nowhere(tmp_path: Path, address: str, words: str) -> None:
    with pytest.raises(ProtokitError) as caught:
        read(tmp_path, sql=address, table="t")
    assert words in str(caught.value)


TYPES = {"INTEGER": "integer", "DATETIME": "timestamp", "NUMERIC(10,2)": "numeric(10,2)"}


def test_tables_from_postgresql_are_those_from_sqlite(postgres: str, shared: Path) -> None:
    import sqlalchemy

    path = shared / "chinook" / "Chinook_Sqlite.sqlite"
    url = sqlalchemy.make_url(postgres).set(drivername="postgresql+psycopg")
    engine = sqlalchemy.create_engine(url)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source, engine.connect() as server:
        names = [name for (name,) in source.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            columns = source.execute(f"pragma table_info({name})").fetchall()
            made = ", ".join(f'"{c[1]}" {TYPES.get(c[2], "text")}' for c in columns)
            keys = ", ".join(f'"{c[1]}"' for c in columns if c[5])
            server.exec_driver_sql(f'drop table if exists "{name}"')
            server.exec_driver_sql(f'create table "{name}" ({made}, primary key ({keys}))')
            rows = source.execute(f"select * from {name} order by random()").fetchall()
            holes = ", ".join(["%s"] * len(columns))
            server.exec_driver_sql(f'insert into "{name}" values ({holes})', rows)
        server.commit()
    total = 0
    for name in names:
        one = read(shared, sqlite=str(path), table=name)
        other, digest, _ = Source.parse({"sql": postgres_in_environment(postgres), "table": name}).read(shared)
        keys = list(one.columns[:2])
        pd.testing.assert_frame_equal(
            one.sort_values(keys, ignore_index=True), other.sort_values(keys, ignore_index=True), check_exact=True
        )
        assert Source.parse({"sql": "${PROTOKIT_TEST_POSTGRES}", "table": name}).read(shared)[1] == digest
        total += len(one)
    assert len(names) == 11 and total == 15607
    query = """select "Name" || ' 100%' as n, '12:30' as t from "Track" where "Name" like 'A%' order by "TrackId";"""
    frame, _, notices = Source.parse({"sql": "${PROTOKIT_TEST_POSTGRES}", "query": query}).read(shared)
    assert frame["n"].str.endswith(" 100%").all() and (frame["t"] == "12:30").all() and not notices
    _, _, notices = Source.parse({"sql": "${PROTOKIT_TEST_POSTGRES}", "query": 'select * from "Genre"'}).read(shared)
    assert "no ORDER BY" in notices[0].rule
    for options, words in (
        ({"table": "track"}, "did you mean 'Track'?"),
        ({"table": "nowhere.Track"}, "no schema 'nowhere'"),
        ({"query": 'drop table "Track"'}, "no SELECT"),
        ({"query": "select nonsense"}, 'column "nonsense" does not exist'),
        ({"query": "select 1 as a, 2 as a"}, "two columns are named 'a'"),
    ):
        with pytest.raises(DataError) as caught:
            read(shared, sql="${PROTOKIT_TEST_POSTGRES}", **options)
        assert words in str(caught.value)
    assert len(read(shared, sql="${PROTOKIT_TEST_POSTGRES}", table="public.Track")) == 3503


def postgres_in_environment(url: str) -> str:
    assert os.environ["PROTOKIT_TEST_POSTGRES"] == url
    return "${PROTOKIT_TEST_POSTGRES}"


def test_types_of_postgresql(postgres: str, tmp_path: Path) -> None:
    query = """
        select * from (values
            (1::smallint, true, 1.5::real, 12345678901234567890::numeric, date '2024-02-29',
             timestamptz '2024-01-01 12:00+02', interval '90 seconds', '{"a": 1}'::jsonb, array[1,2], time '12:30',
             '00000000-0000-0000-0000-000000000001'::uuid, '\\x00ff'::bytea, null::integer),
            (null, null, null, null, null, null, null, null, null, null, null, null, null)
        ) t (small, flag, single, long, day, at, took, doc, list, clock, key, raw, nothing) order by small nulls last
    """
    frame = read(tmp_path, sql="${PROTOKIT_TEST_POSTGRES}", query=query)
    first = frame.iloc[0].to_dict()
    assert first["small"] == 1 and first["flag"] is True and first["single"] == 1.5
    assert first["long"] == "12345678901234567890"  # more digits than a float keeps
    assert first["day"] == pd.Timestamp("2024-02-29") and first["at"] == pd.Timestamp("2024-01-01 10:00")
    assert (first["took"], first["doc"], first["list"], first["clock"]) == (90.0, '{"a": 1}', "[1, 2]", "12:30:00")
    assert first["key"].endswith("0001") and first["raw"] == b"\x00\xff" and np.isnan(first["nothing"])
    assert frame.iloc[1].isna().all()


def test_no_message_of_a_database_shows_the_password(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlalchemy

    url = sqlalchemy.make_url(postgres)
    for changed in (
        url.set(password="geheim/1 @x"),
        url.set(password="geheim/1 @x", database="geheim/1 @x"),
        url.set(port=9, password="geheim/1 @x"),
    ):
        monkeypatch.setenv("SHOP", changed.render_as_string(hide_password=False))
        with pytest.raises(DataError) as caught:
            read(tmp_path, sql="${SHOP}", table="t")
        assert "geheim" not in str(caught.value) and caught.value.__cause__ is None
        assert caught.value.cure
    monkeypatch.setenv("WORD", "geheim%2F1")
    given = f"postgresql://{url.username}:${{WORD}}@{url.host}:{url.port}/geheim%2F1"
    with pytest.raises(DataError) as caught:
        read(tmp_path, sql=given, query="select 'geheim/1' nonsense from geheim")
    assert "geheim/1" not in str(caught.value) and "geheim%2F1" not in str(caught.value)
