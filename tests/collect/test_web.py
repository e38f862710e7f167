from __future__ import annotations

import socket
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest

from protokit.collect.headers import columns
from protokit.collect.remote import web as fetching
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.outside import opener as asking
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected as collect

TABLE = "x,y\n1,a\n2,b\n"


def recipe(table: Any) -> Recipe:
    return Recipe.parse({"collect": {"tables": {"t": table}}, "represent": {"target": "y"}})


def load(table: Any) -> Table:
    return collect(recipe(table))


def everything_in(folder: Path) -> bytes:
    return b"".join(str(p).encode() + (p.read_bytes() if p.is_file() else b"") for p in sorted(folder.rglob("*")))


def test_an_address_is_fetched_and_kept_by_its_content(web: Any, tmp_path: Path) -> None:
    url = web.put("/t.csv", TABLE, ETag='"1"')
    assert columns(recipe(url).collect, tmp_path) is None and not web.asked  # a check asks no server
    first = load(url)
    assert first.frame["y"].tolist() == ["a", "b"]
    assert columns(recipe(url).collect, tmp_path) == ["x", "y"] and len(web.asked) == 1
    [content] = (tmp_path / "cache" / "contents").iterdir()
    assert first.origin == {f"t: {url}": content.name}
    assert load(url).origin == first.origin
    assert web.asked[1][1]["If-None-Match"] == '"1"'  # and nothing was sent again
    web.put("/t.csv", "x,y\n3,c\n", ETag='"2"')
    assert load(url).frame["x"].tolist() == [3]
    (tmp_path / "cache" / "contents" / load(url).origin[f"t: {url}"]).write_text("x,y\n4,forged\n")
    assert load(url).frame["x"].tolist() == [3]  # a copy that was changed is none


def test_without_a_connection_the_copy_is_read_with_a_notice(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    url = web.put("/t.csv", TABLE)
    whole = load(url)
    assert not whole.notices
    web.put("/t.csv", "", status=503)
    assert "the server says 503" in load(url).notices[0].rule
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gone = url.replace(web.url, f"http://127.0.0.1:{free.getsockname()[1]}")
    with pytest.raises(DataError, match=r"cannot be fetched: .*refused"):
        load(gone)

    def no_answer(*_: object) -> Any:
        raise OSError("Network is unreachable")

    monkeypatch.setattr(access, "answer", no_answer)
    again = load(url)
    assert again.origin == whole.origin and "the copy of 20" in again.notices[0].rule


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (404, {}, "the server says 404"),
        (403, {}, r"https://\$\{USER\}:\$\{PASSWORD\}@HOST"),
        (302, {"Location": "file:///etc/passwd"}, "Redirection to url 'file:///etc/passwd' is not allowed"),
        (302, {"Location": "ftp://host/t.csv"}, "a redirect to ftp:// is not followed"),
        (302, {"Location": "/t.csv"}, "infinite loop"),
        (200, {"Content-Length": "99"}, "12 of 99 bytes came"),
        (200, {"Content-Length": str(1 << 40)}, "has more than"),
        (304, {}, "the server says 304"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_words(
    web: Any, status: int, headers: dict[str, str], words: str, tmp_path: Path
) -> None:
    url = web.put("/t.csv", TABLE, status, **headers)
    with pytest.raises(DataError, match=words) as caught:
        load(url)
    assert caught.value.cure and url in str(caught.value)
    assert not list((tmp_path / "cache").rglob("*.json"))
    contents = tmp_path / "cache" / "contents"
    assert not contents.exists() or not list(contents.iterdir())


def test_the_size_has_a_limit_even_if_the_server_does_not_say_it(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 10)
    url = web.put("/t.csv", TABLE, Content_Length="")
    with pytest.raises(DataError, match="has more than 10 bytes"):
        load(url)


def test_a_redirect_is_followed(web: Any) -> None:
    web.put("/t.csv", TABLE)
    assert len(load(web.put("/other.csv", "", 302, Location="/t.csv")).frame) == 2
    assert len(load({"csv": web.put("/3", "", 301, Location=web.url + "/t.csv")}).frame) == 2


def test_a_redirect_does_not_leave_https() -> None:
    from http.client import HTTPMessage
    from io import BytesIO
    from urllib.error import URLError
    from urllib.request import Request

    follow = asking.Redirects().redirect_request
    request = Request("https://host/t.csv")
    assert follow(request, BytesIO(), 302, "", HTTPMessage(), "https://192.0.2.1/t.csv") is not None
    with pytest.raises(URLError, match="http:// is not followed"):
        follow(request, BytesIO(), 302, "", HTTPMessage(), "http://host/t.csv")
    assert set(asking.opener(None).handle_open) == {"http", "https"}


def test_a_password_comes_from_the_environment_and_goes_nowhere_else(
    web: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEB_WORD", "geheim@1")
    web.put("/t.csv", TABLE)
    monkeypatch.setattr(asking, "leads_inside", lambda address: False)  # as if this machine were another one
    monkeypatch.setattr(asking, "is_inner", lambda host: False)
    elsewhere = web.url.replace("127.0.0.1", "localhost")
    web.put("/moved.csv", "", 302, Location=elsewhere + "/t.csv")
    address = web.url.replace("http://", "http://me:${WEB_WORD}@")
    monkeypatch.setenv("WEB_WORD", "geheim%401")
    found = load(address + "/moved.csv?token=${WEB_WORD}".replace("?token=${WEB_WORD}", ""))
    assert len(found.frame) == 2
    sent = [headers.get("Authorization") for _, headers in web.asked]
    assert sent == ["Basic " + b64encode(b"me:geheim@1").decode(), None]
    kept = everything_in(tmp_path / "cache")
    assert b"geheim" not in kept and b"${WEB_WORD}" in kept
    with pytest.raises(DataError) as caught:
        load(address + "/nowhere.csv")
    assert "geheim" not in str(caught.value) and "${WEB_WORD}" in str(caught.value)


def test_a_whole_address_from_the_environment(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABLE_URL", web.put("/t.csv?token=geheim", "x,y\n1\n"))
    with pytest.raises(DataError, match=r"\$\{TABLE_URL\}:2:2: 1 field where the header has 2"):
        load({"csv": "${TABLE_URL}"})


def test_every_format_comes_from_the_web(web: Any, sample: Any, tmp_path: Path) -> None:
    from protokit.collect.files.file_source import FileSource
    from protokit.collect.source import SOURCES, Source

    for kind in (
        *(name for name, one in SOURCES.house().items() if issubclass(one, FileSource) and one.rank < 100),
        "sqlite",
    ):
        spec = sample(kind)
        url = web.put(f"/t.{kind}", (tmp_path / spec[kind]).read_bytes())
        frame, digest, _ = Source.parse({**spec, kind: url}).read(tmp_path)
        assert len(frame) == 3 and (tmp_path / "cache" / "contents" / digest).is_file()


@pytest.mark.skipif(sys.platform != "linux", reason="the folder of Linux")
def test_what_is_fetched_is_kept_in_the_folder_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from protokit.collect.remote.kept import cache_folder

    monkeypatch.delenv("PROTOKIT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "protokit" and not cache_folder().exists()
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "protokit"
    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
