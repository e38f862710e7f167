"""Tables in stores of the cloud: a server of S3 on this machine; Google and Azure behind the same code."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from protokit.collect.collect import read_table
from protokit.collect.remote import stores
from protokit.collect.source import Source
from protokit.core.errors import DataError, MissingExtra, SpecError
from protokit.core.outside import access


def read(written: Any, folder: Path) -> pd.DataFrame:
    return Source.parse(written).read(folder)[0]


def count(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The objects whose content is asked for."""
    found: list[str] = []
    plain = stores._Store.blocks

    def blocks(self: Any, name: str, size: int | None) -> Any:
        found.append(name)
        return plain(self, name, size)

    monkeypatch.setattr(stores._Store, "blocks", blocks)
    return found


def test_an_object_is_read_and_kept_until_it_changes(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = count(monkeypatch)
    address = bucket.put("data/t.csv", "a,b\n1,x\n2,y\n")
    assert Source.parse(address).kind == "csv" and Source.parse(address).columns(tmp_path) is None
    frame, digest, _ = Source.parse(address).read(tmp_path)
    assert frame["a"].tolist() == [1, 2] and fetched == ["bucket/data/t.csv"]
    assert Source.parse(address).columns(tmp_path) == ["a", "b"]  # of the copy: no network
    assert Source.parse(address).read(tmp_path)[1] == digest and len(fetched) == 1
    bucket.put("data/t.csv", "a,b\n1,x\n3,y\n")  # of the same size
    frame, other, _ = Source.parse(address).read(tmp_path)
    assert frame["a"].tolist() == [1, 3] and other != digest and len(fetched) == 2
    assert Source.parse(address).origin("t", tmp_path, other) == {f"t: {address}": other}
    assert read_table(address)["b"].tolist() == ["x", "y"]


def test_a_pattern_is_one_table(bucket: Any, tmp_path: Path) -> None:
    for month in (1, 2, 12):
        bucket.put(f"logs/2024-{month:02}.csv", f"n\n{month}\n")
    bucket.put("logs/2023-01.csv", "n\n99\n")
    place = {"csv": "s3://bucket/logs/2024-*.csv", "file_column": "file"}
    source = Source.parse(place)
    frame, digest, _ = source.read(tmp_path)
    assert frame["n"].tolist() == [1, 2, 12]
    record = source.origin("t", tmp_path, digest)
    assert [name for name in record if "2024-02" in name] == ["t: s3://bucket/logs/2024-02.csv"] and len(record) == 4
    bucket.drop("logs/2024-12.csv")
    assert read(place, tmp_path)["n"].tolist() == [1, 2]


@pytest.mark.parametrize("place", ["s3://bucket/sales/", "s3://bucket/sales/year=*/*/*.parquet"])
def test_a_folder_of_parquet_with_partitions(bucket: Any, tmp_path: Path, place: str) -> None:
    import duckdb

    for year, region in ((2023, "01"), (2024, "02")):
        duckdb.from_df(pd.DataFrame({"x": [year]})).write_parquet(str(tmp_path / "p.parquet"))
        bucket.put(f"sales/year={year}/region={region}/p.parquet", (tmp_path / "p.parquet").read_bytes())
    bucket.put("sales/_SUCCESS", "")
    frame = read(place if place.endswith("/") else {"parquet": place}, tmp_path)
    assert frame["year"].tolist() == [2023, 2024] and frame["region"].tolist() == ["01", "02"]


@pytest.mark.parametrize("key", ["l/[x].csv", "l/a*.csv", "l/q?.csv"])
def test_a_key_with_the_marks_of_a_pattern_is_that_key(bucket: Any, tmp_path: Path, key: str) -> None:
    bucket.put(key, "n\n1\n")
    bucket.put("l/x.csv", "n\n2\n")
    bucket.put("l/ab.csv", "n\n3\n")
    assert read({"csv": f"s3://bucket/{key}"}, tmp_path)["n"].tolist() == [1]
    bucket.drop(key)
    if key.startswith("l/["):
        assert read({"csv": f"s3://bucket/{key}"}, tmp_path)["n"].tolist() == [2]


WRONG = [
    ("s3://", "the bucket and the key are missing", "write s3://BUCKET/KEY"),
    ("s3://bucket/data/tt.csv", "no such key", "s3://bucket/data/t.csv"),
    ("s3://bucket/data/q*.csv", "no object is like it", "looked in s3://bucket/data"),
    ("s3://bucket/nowhere/q.csv", "no such key", "looked in s3://bucket/nowhere"),
    ("s3://nobucket/data/t.csv", "no such bucket", "check the bucket's name"),
    ("s3://nobucket/data/*.csv", "no such bucket", "check the bucket's name"),
    ("s3://bucket/data/", "no object in the folder ends in .parquet", "name the folder"),
]


@pytest.mark.parametrize(("address", "rule", "cure"), WRONG)
def test_what_is_not_there_is_said_in_a_line_with_a_cure(
    bucket: Any, tmp_path: Path, address: str, rule: str, cure: str
) -> None:
    bucket.put("data/t.csv", "a\n1\n")
    kind = "parquet" if address.endswith("/") else "csv"
    with pytest.raises(DataError) as caught:
        read({kind: address}, tmp_path)
    assert caught.value.rule == f"{address}: {rule}" or rule in caught.value.rule
    assert cure in str(caught.value.cure) and "\n" not in caught.value.rule


def test_a_folder_is_no_csv(bucket: Any, tmp_path: Path) -> None:
    bucket.put("data/t.csv", "a\n1\n")
    with pytest.raises(DataError, match="is a folder") as caught:
        read({"csv": "s3://bucket/data"}, tmp_path)
    assert "s3://bucket/data/*.csv" in str(caught.value.cure)


def test_without_a_key_a_public_object_is_read_and_others_say_what_to_set(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = bucket.put("t.csv", "a\n1\n")
    bucket.system.chmod("bucket/t.csv", acl="public-read")
    bucket.put("own.csv", "a\n2\n")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert read(address, tmp_path)["a"].tolist() == [1]
    with pytest.raises(DataError, match="no credentials") as caught:
        read("s3://bucket/own.csv", tmp_path)
    assert "AWS_ACCESS_KEY_ID" in str(caught.value.cure)


def test_without_permission(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import s3fs

    address = bucket.put("t.csv", "a\n1\n")

    async def refused(*_: Any, **__: Any) -> Any:
        raise PermissionError("Forbidden")

    monkeypatch.setattr(s3fs.S3FileSystem, "_info", refused)
    with pytest.raises(DataError, match="no permission to read it") as caught:
        read(address, tmp_path)
    assert caught.value.cure


def test_offline_the_copies_are_read_with_a_notice(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = bucket.put("t.csv", "a\n1\n")
    assert read(address, tmp_path)["a"].tolist() == [1]

    def nowhere(self: Any, *_: Any) -> Any:
        from botocore.exceptions import EndpointConnectionError

        raise self.error(EndpointConnectionError(endpoint_url=bucket.url))

    monkeypatch.setattr(stores._Store, "ask", nowhere)
    frame, _, notices = Source.parse(address).read(tmp_path)
    assert frame["a"].tolist() == [1] and "the copies of" in notices[0].rule
    with pytest.raises(DataError, match="cannot be reached") as caught:
        read("s3://bucket/other.csv", tmp_path)
    assert "AWS_ENDPOINT_URL" in str(caught.value.cure)


def test_nobody_listens(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(DataError, match="cannot be reached"):
        read("s3://bucket/t.csv", tmp_path)


def test_an_object_that_changes_while_it_is_read(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = bucket.put("t.csv", "a\n1\n")
    monkeypatch.setattr(stores, "_objects", lambda store, inside: {"bucket/t.csv": {"size": 99, "ETag": "x"}})
    with pytest.raises(DataError, match="changed while it was read"):
        read(address, tmp_path)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_no_message_and_no_record_has_a_secret(bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEY", "very-secret-key")
    bucket.put("very-secret-key/t.csv", "a\n1\n")
    source = Source.parse("s3://bucket/${KEY}/t.csv")
    _, digest, _ = source.read(tmp_path)
    source.read(tmp_path)
    told = [str(source.origin("t", tmp_path, digest)), str(source.model_dump())]
    for place in ("s3://bucket/${KEY}/u.csv", "s3://bucket/${KEY}/*.tsv", "s3://no/${KEY}/t.csv"):
        with pytest.raises(DataError) as caught:
            read({"csv": place}, tmp_path)
        told.append(str(caught.value))
    told.append(str(Source.parse({"csv": "s3://bucket/${KEY}/*.csv", "file_column": "f"}).read(tmp_path)[2]))
    assert not [text for text in told if "very-secret-key" in text]
    assert "tests-own-word" not in "".join(p.read_text() for p in (tmp_path / "cache" / "addresses").iterdir())


def test_a_chain_of_file_systems_is_no_way_out(bucket: Any, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("a\n1\n")
    for address in (f"s3://bucket/x.csv::file://{tmp_path}/own.csv", f"s3://simplecache::file://{tmp_path}/own.csv"):
        with pytest.raises((DataError, SpecError)):
            read({"csv": address}, tmp_path)


def memory_of(scheme: str) -> Callable[[], Any]:
    from fsspec.implementations.memory import MemoryFileSystem

    class Elsewhere(MemoryFileSystem):  # type: ignore[misc]
        protocol, root_marker, store, pseudo_dirs = scheme, "", {}, [""]

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return "/" + str(path).removeprefix(f"{scheme}://").strip("/")

        def info(self, path: str, **options: Any) -> dict[str, Any]:
            found = super().info(path, **options)
            return {**found, "etag": str(hash(self.cat_file(path)))} if found["type"] == "file" else dict(found)

        def find(self, path: str, maxdepth: int | None = None, withdirs: bool = False, **options: Any) -> Any:
            names = [name for name in self.store if name.startswith(path.rstrip("/") + "/")]
            return {name: self.info(name) for name in names}

    return Elsewhere


@pytest.mark.parametrize(("scheme", "written"), [("gs", "gcs"), ("az", "az"), ("az", "abfs")])
def test_other_stores_go_the_same_way(
    scheme: str, written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = memory_of(scheme)
    opened = []

    def store(address: str, asked: str, options: Any) -> Any:
        assert asked == scheme
        opened.append(address)
        return kind()

    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(access, "store", store)
    fetched = count(monkeypatch)
    system = kind()
    system.store.clear()
    system.pipe_file("/bucket/logs/2024-01.csv", b"n\n1\n")
    system.pipe_file("/bucket/logs/2024-02.csv", b"n\n2\n")
    assert read(f"{written}://bucket/logs/2024-02.csv", tmp_path)["n"].tolist() == [2]
    assert read(f"{written}://bucket/logs/2024-*.csv", tmp_path)["n"].tolist() == [1, 2]
    assert read(f"{written}://bucket/logs/2024-*.csv", tmp_path)["n"].tolist() == [1, 2]
    system.pipe_file("/bucket/logs/2024-02.csv", b"n\n3\n")
    assert read(f"{written}://bucket/logs/2024-*.csv", tmp_path)["n"].tolist() == [1, 3]
    assert opened and len(fetched) == 4
    with pytest.raises(DataError, match="no such key"):
        read(f"{written}://bucket/logs/2025.csv", tmp_path)


def test_google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = pytest.importorskip("gcp_storage_emulator.server")
    from gcsfs.core import GCSFileSystem

    server = emulator.create_server("127.0.0.1", 0, in_memory=True, default_bucket="bucket")
    server.start()
    try:
        host = f"http://127.0.0.1:{server._api._httpd.server_port}"
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", host)
        monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))
        system = GCSFileSystem(token="anon", endpoint_url=host, skip_instance_cache=True)
        for month in (1, 2):
            system.pipe_file(f"bucket/logs/2024-{month:02}.csv", f"n\n{month}\n".encode())
        fetched = count(monkeypatch)
        for _ in range(2):
            assert read("gs://bucket/logs/2024-*.csv", tmp_path)["n"].tolist() == [1, 2]
        assert len(fetched) == 2
        system.pipe_file("bucket/logs/2024-02.csv", b"n\n3\n")
        assert read("gs://bucket/logs/2024-02.csv", tmp_path)["n"].tolist() == [3]
        for place, words in (
            ("gs://bucket/logs/2024-03.csv", "no such key"),
            ("gs://nobucket/t.csv", "no such bucket"),
        ):
            with pytest.raises(DataError, match=words) as caught:
                read(place, tmp_path)
            assert caught.value.cure and "\n" not in caught.value.rule
    finally:
        server.stop()


def test_a_store_that_does_not_answer_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    class Silent:
        done = Event()

        def _strip_protocol(self, path: str) -> str:
            return path.split("://")[1]

        def info(self, path: str) -> Any:
            self.done.wait(30)

    monkeypatch.setattr(access, "store", lambda *_: Silent())
    monkeypatch.setattr(stores, "SECONDS", 0.05)
    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))
    with pytest.raises(DataError, match="cannot be reached: TimeoutError"):
        read("az://bucket/t.csv", tmp_path)
    Silent.done.set()


@pytest.mark.parametrize(("scheme", "words"), [("gs", "GOOGLE_APPLICATION"), ("az", "AZURE_STORAGE")])
def test_other_stores_say_what_to_set(scheme: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def store(address: str, asked: str, options: Any) -> Any:
        raise ValueError("Must provide either a connection_string or account_name with credentials!!")

    monkeypatch.setattr(access, "store", store)
    with pytest.raises(DataError, match="no credentials") as caught:
        read(f"{scheme}://bucket/t.csv", tmp_path)
    assert words in str(caught.value.cure)


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs"), ("abfs", "adlfs")])
def test_a_library_that_is_missing_is_named_with_its_extra(
    scheme: str, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtra, match=r"protokit\[cloud\]") as caught:
        read(f"{scheme}://bucket/t.csv", tmp_path)
    assert package in str(caught.value)
