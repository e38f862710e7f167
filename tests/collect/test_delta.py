"""Delta tables: a version, here and in a store."""

from __future__ import annotations

import datetime
import os
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from protokit.collect.collect import as_written, collect, read_table
from protokit.collect.source import Source
from protokit.collect.words import Collect
from protokit.core.errors import DataError, MissingExtra, SpecError

deltalake = pytest.importorskip("deltalake")
DAY = datetime.date(2024, 2, 29)


def table(*xs: int) -> pa.Table:
    return pa.table({"x": list(xs), "code": [f"0{x}" for x in xs], "day": [DAY] * len(xs)})


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """Three versions of a table: two rows, three, and of these the last two."""
    path = str(tmp_path / "sales")
    deltalake.write_deltalake(path, table(1, 2), partition_by=["code"])
    deltalake.write_deltalake(path, table(3), mode="append")
    deltalake.DeltaTable(path).delete("x = 1")
    return tmp_path


def test_the_newest_version_is_read_and_said(sales: Path) -> None:
    source = Source.parse({"delta": "sales"})
    frame, digest, notices = source.read(sales)
    assert sorted(frame["x"]) == [2, 3] and sorted(frame["code"]) == ["02", "03"]
    assert frame["day"].dtype.kind == "M"
    assert "version 2 of" in notices[0].rule and notices[0].cure == "write version: 2 to keep it"
    assert source.origin("t", sales, digest) == {"t: sales version 2": digest}


def test_an_earlier_version_stays_what_it_was(sales: Path) -> None:
    source = Source.parse({"delta": "sales", "version": 1})
    frame, digest, notices = source.read(sales)
    assert sorted(frame["x"]) == [1, 2, 3] and notices == ()
    deltalake.write_deltalake(str(sales / "sales"), table(9), mode="overwrite")
    again, same, _ = source.read(sales)
    assert same == digest and sorted(again["x"]) == [1, 2, 3]
    found = collect(Collect.of(tables={"t": {"delta": str(sales / "sales"), "version": 0}}), Path())
    assert next(iter(found.origin)).endswith("sales version 0") and len(found.frame) == 2
    assert read_table(sales / "sales")["x"].tolist() == [9]
    assert as_written(sales / "sales") == {"delta": str(sales / "sales")}


def test_a_table_that_changes_while_it_is_read(sales: Path) -> None:
    source = Source.parse({"delta": "sales"})
    digest = source.read(sales)[1]
    deltalake.write_deltalake(str(sales / "sales"), table(9), mode="append")
    with pytest.raises(DataError, match="changed while it was read") as caught:
        source.origin("t", sales, digest)
    assert "version: 3" in str(caught.value.cure)


def test_what_is_no_table_or_no_version(sales: Path) -> None:
    for written, words in (
        ({"delta": "sale"}, "did you mean"),
        ({"delta": "sales", "version": 9}, "has no version 9"),
        ({"delta": "."}, "there is no _delta_log"),
    ):
        with pytest.raises(DataError) as caught:
            Source.parse(written).read(sales)
        assert words in str(caught.value) and caught.value.cure and "\n" not in caught.value.rule
    for version in (-1, True, "1", 1.5):
        with pytest.raises(SpecError, match="whole number from 0"):
            Source.parse({"delta": "sales", "version": version})
    with pytest.raises(SpecError, match="web page"):
        Source.parse({"delta": "https://example.org/sales"})


def test_a_damaged_table(sales: Path) -> None:
    for path in (sales / "sales").rglob("*.parquet"):
        path.write_bytes(b"PAR1")
    with pytest.raises(DataError, match="cannot be read"):
        Source.parse({"delta": "sales"}).read(sales)
    log = sales / "sales" / "_delta_log"
    for path in log.iterdir():
        path.write_text("{")
    with pytest.raises(DataError) as caught:
        Source.parse({"delta": "sales"}).read(sales)
    assert caught.value.cure


def test_a_table_in_a_store(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"aws_allow_http": "true", "aws_conditional_put": "etag"}
    for rows in ((1, 2), (3,)):
        deltalake.write_deltalake("s3://bucket/sales", table(*rows), mode="append", storage_options=options)
    bucket.put("other/t.csv", "a\n1\n")
    source = Source.parse({"delta": "s3://bucket/sales"})
    frame, digest, _ = source.read(tmp_path)
    assert sorted(frame["x"]) == [1, 2, 3]
    assert source.origin("t", tmp_path, digest) == {"t: s3://bucket/sales version 1": digest}
    assert len(Source.parse({"delta": "s3://bucket/sales", "version": 0}).read(tmp_path)[0]) == 2
    with pytest.raises(DataError, match="a Delta table"):
        Source.parse({"parquet": "s3://bucket/sales/"}).read(tmp_path)
    for place, words in (
        ("s3://bucket/sale", "no such key"),
        ("s3://nobucket/sales", "no such bucket"),
        ("s3://bucket/other", "is no Delta table"),
    ):
        with pytest.raises(DataError, match=words):
            Source.parse({"delta": place}).read(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(DataError, match=r"no credentials|no permission"):
        Source.parse({"delta": "s3://bucket/sales"}).read(tmp_path)
    assert "AWS_ACCESS_KEY_ID" not in os.environ


def test_without_the_library(sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(MissingExtra, match=r"protokit\[delta\]"):
        Source.parse({"delta": "sales"}).read(sales)
