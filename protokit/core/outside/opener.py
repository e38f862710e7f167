"""How the web is asked: by http and https alone, and never led to this machine or to what a cloud tells its machines.

The one place that was named may be such itself: then it was named by who may.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPMessage
from typing import IO, Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from protokit.core.outside.inner import is_inner, leads_inside

_INSIDE = "leads to this machine or its own network, and is not followed"


def place_of(address: str) -> tuple[str, int]:
    """Host and port of a web address.

    Raises:
        ValueError: its port is none.
    """
    parts = urlsplit(address)
    return (parts.hostname or "").lower(), parts.port or (443 if parts.scheme.lower() == "https" else 80)


def opener(named: tuple[str, int] | None) -> OpenerDirector:
    """Only http and https: urllib's own opener knows files and ftp too. `named` is the place that was named by who may
    name any; of another one it is held where it leads."""
    found = OpenerDirector()
    for handler in (
        ProxyHandler(), _Http(named), _Https(named), Redirects(named), HTTPErrorProcessor(), HTTPDefaultErrorHandler(),
    ):  # fmt: skip
        found.add_handler(handler)
    return found


class Redirects(HTTPRedirectHandler):
    """Follows redirects to http and https, none from https to http, and none inside."""

    def __init__(self, named: tuple[str, int] | None = None) -> None:
        self._named = named

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """See HTTPRedirectHandler.

        Raises:
            URLError: it is not followed.
        """
        scheme = urlsplit(newurl).scheme.lower()
        if scheme not in {"http", "https"} or (req.type == "https" and scheme == "http"):
            raise URLError(f"a redirect to {scheme}:// is not followed")
        if place_of(newurl) != self._named and leads_inside(newurl):
            raise URLError(f"a redirect {_INSIDE}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Http(HTTPHandler):
    def __init__(self, named: tuple[str, int] | None) -> None:
        super().__init__()
        self._named = named

    def do_open(self, http_class: Any, req: Request, **arguments: Any) -> Any:
        return super().do_open(_held(http_class, req, self._named), req, **arguments)


class _Https(HTTPSHandler):
    def __init__(self, named: tuple[str, int] | None) -> None:
        super().__init__()
        self._named = named

    def do_open(self, http_class: Any, req: Request, **arguments: Any) -> Any:
        return super().do_open(_held(http_class, req, self._named), req, **arguments)


def _held(kind: type[HTTPConnection], request: Request, named: tuple[str, int] | None) -> type[HTTPConnection]:
    """A connection that is closed where a name has led inside since it was looked up. A proxy connects by itself."""
    if request.has_proxy() or getattr(request, "_tunnel_host", None) or place_of(request.full_url) == named:
        return kind

    class Held(kind):  # type: ignore[misc, valid-type]
        def connect(self) -> None:
            super().connect()
            if is_inner(str(self.sock.getpeername()[0])):
                self.close()
                raise URLError(f"the address {_INSIDE}")

    return Held
