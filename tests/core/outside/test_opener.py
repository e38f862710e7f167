"""The web is asked by http and https alone, and leads nowhere inside but to the place that was named."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Thread
from urllib.error import URLError
from urllib.request import Request

import pytest

from protokit.core.outside import access, inner, opener
from protokit.core.outside.reach import Reach


class Server(BaseHTTPRequestHandler):
    """Leads `/to?ADDRESS` to that address; everything else is `here`."""

    def do_GET(self) -> None:
        path, mark, address = self.path.partition("?")
        if path == "/to" and mark:
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing."""


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, int]]:
    """Two servers of this machine."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Server) for _ in range(2)]
    for one in servers:
        Thread(target=one.serve_forever, args=(0.01,), daemon=True).start()
    yield servers[0].server_port, servers[1].server_port
    for one in servers:
        one.shutdown()
        one.server_close()


def asked(address: str) -> bytes:
    with access.answer(Request(address), 5) as answer:
        found: bytes = answer.read()
        return found


def test_the_place_that_was_named_is_asked_and_leads_to_itself(ports: tuple[int, int]) -> None:
    here = f"http://127.0.0.1:{ports[0]}"
    assert (
        asked(f"{here}/") == b"here" and asked(f"{here}/to?/x") == b"here" and asked(f"{here}/to?{here}/x") == b"here"
    )


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0.0.0.0", "[::ffff:127.0.0.1]", "0x7f.1", "LOCALHOST"]
)
def test_no_redirect_leads_to_another_place_of_this_machine(host: str, ports: tuple[int, int]) -> None:
    with pytest.raises(URLError, match="a redirect leads to this machine"):
        asked(f"http://127.0.0.1:{ports[0]}/to?http://{host}:{ports[1]}/x")


@pytest.mark.parametrize("address", ["http://169.254.169.254/latest/meta-data", "http://metadata.google.internal/x"])
def test_no_redirect_leads_to_what_a_cloud_tells(address: str, ports: tuple[int, int]) -> None:
    with pytest.raises(URLError, match="a redirect leads to this machine or its own network"):
        asked(f"http://127.0.0.1:{ports[0]}/to?{address}")


def test_a_name_that_is_resolved_to_this_machine_is_one_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inner.socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("127.0.0.1", 80))])
    follow = opener.Redirects(("example.org", 443)).redirect_request
    with pytest.raises(URLError, match="a redirect leads to this machine"):
        follow(Request("https://example.org/t"), BytesIO(), 302, "", HTTPMessage(), "https://sneaky.example/t")
    assert follow(Request("https://example.org/t"), BytesIO(), 302, "", HTTPMessage(), "https://example.org/u")


def test_the_machine_that_answers_is_looked_at_too(ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "leads_inside", lambda address: False)  # as of a name that was resolved to another one
    with pytest.raises(URLError, match="the address leads to this machine"):
        asked(f"http://127.0.0.1:{ports[0]}/to?http://localhost:{ports[1]}/x")


def test_of_a_recipe_only_a_host_that_was_named_may_be_this_machine(ports: tuple[int, int]) -> None:
    here = f"http://127.0.0.1:{ports[0]}"
    own = Reach(("/none",))
    with access.named_by("recipe", own), pytest.raises(access.Refused):
        asked(here)
    with access.named_by("recipe", own.allowing("https://*")), pytest.raises(access.Refused):
        asked(here)
    with access.named_by("recipe", own.allowing(here)):
        assert asked(here) == b"here"
        with pytest.raises(URLError, match="a redirect leads"):
            asked(f"{here}/to?http://localhost:{ports[1]}/x")


def test_only_http_and_https() -> None:
    assert set(opener.opener(None).handle_open) == {"http", "https"}
    with pytest.raises(ValueError, match=r"[Pp]ort"):
        opener.place_of("http://host:x/")
