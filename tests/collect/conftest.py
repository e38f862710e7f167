from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import sqlite3
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

RECORDS = [{"x": 1.5, "n": 1, "y": "a"}, {"x": 2.5, "n": 2, "y": "b"}, {"x": None, "n": 3, "y": "a"}]


@dataclass
class Web:
    """A server on this machine: `pages` has what it answers, `asked` what it was asked."""

    url: str
    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def put(self, path: str, content: bytes | str, status: int = 200, **headers: str) -> str:
        raw = content.encode() if isinstance(content, str) else content
        self.pages[path] = (status, {name.replace("_", "-"): value for name, value in headers.items()}, raw)
        return self.url + path


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            status, headers, content = found.pages.get(self.path, (404, {}, b""))
            if headers.get("ETag") and self.headers.get("If-None-Match") == headers["ETag"]:
                status, content = 304, b""
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def picture(shade: int) -> bytes:
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (4, 4), (shade, 0, 0)).save(out, "PNG")
    return out.getvalue()


def sound(pitch: int) -> bytes:
    import wave

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 4000, 0, "NONE", ""))
        file.writeframes(bytes(range(pitch, pitch + 200)))
    return out.getvalue()


def idx(dims: tuple[int, ...], content: bytes, kind: int = 8) -> bytes:
    return struct.pack(f">BBBB{len(dims)}I", 0, 0, kind, len(dims), *dims) + content


class Answer(io.BytesIO):
    def info(self) -> dict[str, str]:
        return {}


def openml(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Answers of OpenML's API, in place of the network."""
    from urllib.error import HTTPError

    from sklearn.datasets import _openml

    arff = "@relation tiny\n@attribute x numeric\n@attribute n integer\n@attribute y {a,b}\n@data\n"
    rows = "".join(",".join("?" if v is None else str(v) for v in r.values()) + "\n" for r in RECORDS)
    about = {"id": "7", "name": "tiny", "version": "3", "status": "active", "format": "ARFF", "file_id": "9"}
    about |= {"description": "three records"}
    about |= {"url": "https://www.openml.org/data/v1/download/9/tiny.arff", "default_target_attribute": "y"}
    about |= {"md5_checksum": hashlib.md5((arff + rows).encode()).hexdigest()}
    features = [
        {"index": str(i), "name": n, "data_type": k, "is_target": str(n == "y").lower()}
        | {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
        for i, (n, k) in enumerate((("x", "numeric"), ("n", "numeric"), ("y", "nominal")))
    ]
    answers = {
        "/data/list/data_name/tiny": {
            "data": {"dataset": [{"did": 7, "name": "tiny", "version": 3, "status": "active"}]}
        },
        "/data/features/7": {"data_features": {"feature": features}},
        "/data/qualities/7": {"data_qualities": {"quality": []}},
        "/json/data/7": {"data_set_description": about},
    }

    def answer(request: Any, *_: Any, **__: Any) -> Any:
        url = request if isinstance(request, str) else request.full_url
        if "download" in url:
            return Answer((arff + rows).encode())
        for part, content in answers.items():
            if part in url:
                return Answer(json.dumps(content).encode())
        words = json.dumps({"error": {"code": "372", "message": "No results"}}).encode()
        raise HTTPError(url, 412, "no such data set", {}, io.BytesIO(words))  # type: ignore[arg-type]

    monkeypatch.setattr(_openml, "urlopen", answer)
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(folder / "openml"))


@pytest.fixture
def postgres() -> str:
    url = os.environ.get("PROTOKIT_TEST_POSTGRES")
    if not url:
        pytest.skip("PROTOKIT_TEST_POSTGRES names no server to test with (.ci/run starts one where it can)")
    return url


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """A table of each kind of source, in `tmp_path`: the same three records where the kind can hold them."""

    def make(kind: str) -> dict[str, Any]:
        import pandas as pd

        frame = pd.DataFrame(RECORDS)
        path = tmp_path / f"t.{kind}"
        if kind == "csv":
            frame.to_csv(path, index=False)
        elif kind == "json":
            path.write_text(json.dumps(RECORDS))
        elif kind == "jsonl":
            path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
        elif kind == "parquet":
            import duckdb

            duckdb.from_df(frame).write_parquet(str(path))
        elif kind == "delta":
            import pyarrow

            deltalake = pytest.importorskip("deltalake")
            deltalake.write_deltalake(str(path), pyarrow.Table.from_pylist(RECORDS))
        elif kind == "arrow":
            import pyarrow
            import pyarrow.feather

            pyarrow.feather.write_feather(pyarrow.Table.from_pylist(RECORDS), str(path))
        elif kind == "xlsx":
            frame.to_excel(path, index=False)
        elif kind == "html":
            path.write_text(frame.to_html(index=False, na_rep=""))
        elif kind in {"sqlite", "sql"}:
            path = tmp_path / "t.sqlite"
            with sqlite3.connect(path) as connection:
                connection.execute("create table t (x real, n integer, y text)")
                connection.executemany("insert into t values (:x, :n, :y)", RECORDS)
            connection.close()
            return (
                {"sql": "sqlite:///t.sqlite", "table": "t"} if kind == "sql" else {"sqlite": "t.sqlite", "table": "t"}
            )
        elif kind == "images":
            for i, label in enumerate("aba"):
                (tmp_path / "t.images" / label).mkdir(parents=True, exist_ok=True)
                (tmp_path / "t.images" / label / f"{i}.png").write_bytes(picture(i))
        elif kind == "audio":
            for i, label in enumerate("aba"):
                (tmp_path / "t.audio" / label).mkdir(parents=True, exist_ok=True)
                (tmp_path / "t.audio" / label / f"{i}.wav").write_bytes(sound(i))
        elif kind == "idx":
            path.write_bytes(gzip.compress(idx((3, 2, 2), bytes(range(12)))))
            (tmp_path / "labels").write_bytes(idx((3,), b"\1\0\1"))
            return {"idx": path.name, "labels": "labels"}
        elif kind == "sklearn":
            return {"sklearn": "iris"}
        elif kind == "openml":
            openml(monkeypatch, tmp_path)
            return {"openml": "tiny", "version": 3}
        else:
            raise AssertionError(f"no sample of the source {kind!r}: add one")
        return {kind: path.name}

    return make


@dataclass
class Bucket:
    """A bucket of a server of S3 on this machine."""

    url: str
    system: Any
    asked: list[str] = field(default_factory=list)

    def put(self, key: str, content: bytes | str) -> str:
        raw = content.encode() if isinstance(content, str) else content
        self.system.pipe_file(f"bucket/{key}", raw)
        return f"s3://bucket/{key}"

    def drop(self, key: str) -> None:
        self.system.rm_file(f"bucket/{key}")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket named `bucket`, and an environment that leads to it."""
    from urllib.request import Request, urlopen

    import s3fs

    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "cache"))
    for name, value in (
        ("AWS_ENDPOINT_URL", s3_server),
        ("AWS_ACCESS_KEY_ID", "tester"),
        ("AWS_SECRET_ACCESS_KEY", "tests-own-word"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_CONFIG_FILE", str(tmp_path / "none")),
        ("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none")),
    ):
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    urlopen(Request(f"{s3_server}/moto-api/reset", method="POST")).close()
    system = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False)
    system.mkdir("bucket")
    yield Bucket(s3_server, system)
