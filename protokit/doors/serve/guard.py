"""What every request goes through: limits, an id, counts, and errors in one form."""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from protokit.doors.serve.counters import Counters
from protokit.doors.serve.requests import Fault

_ID = re.compile(r"[\w.-]{1,64}\Z", re.ASCII)
_OWN = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


@dataclass(frozen=True)
class Limits:
    """How much one request may hold, and how many seconds it may take to arrive."""

    rows: int = 10_000
    size: int = 10_000_000  # bytes
    seconds: float = 30.0

    async def body(self, request: Request) -> bytes:
        """The body of a request.

        Raises:
            Fault: it is a form, larger than the limit, or does not arrive in time.
        """
        if request.headers.get("content-type", "").lower().startswith("multipart/"):
            raise Fault.one(415, "the body is the JSON or the table itself, and no form: curl --data-binary @FILE")
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said[:20]) > self.size:
            raise self._too_large()
        found = bytearray()
        try:
            async with asyncio.timeout(self.seconds):
                async for part in request.stream():
                    found += part
                    if len(found) > self.size:
                        raise self._too_large()
        except TimeoutError:
            raise Fault.one(408, f"the request did not arrive within {self.seconds:g} seconds") from None
        except ClientDisconnect:
            raise Fault.one(400, "the request ended before its body") from None
        return bytes(found)

    def _too_large(self) -> Fault:
        return Fault.one(413, f"at most {self.size:,} bytes are taken at once")


class Counted:
    """ASGI middleware: an id for each request, counts and seconds of each path, and the headers of every answer."""

    def __init__(self, app: Any, counters: Counters) -> None:
        self._app, self._counters = app, counters

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":  # what GET answers, of which the server sends the headers alone
            scope = {**scope, "method": "GET"}
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        own = scope.setdefault("state", {})["id"] = given if _ID.match(given) else uuid.uuid4().hex
        headers = [(name.encode(), value.encode()) for name, value in {**_OWN, "x-request-id": own}.items()]
        started, status = time.perf_counter(), 500

        async def answer(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *headers]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            path = getattr(scope.get("route"), "path", "other")
            self._counters.requests.labels(path, str(status)).inc()
            self._counters.seconds.labels(path).observe(time.perf_counter() - started)


def tell_errors(app: FastAPI) -> None:
    """All errors of an application in one form: {"errors": [{"place": .., "rule": ..}], "request_id": ..}."""

    def told(request: Request, status: int, errors: Any, headers: Any = None) -> Response:
        return JSONResponse({"errors": errors, "request_id": request.scope["state"]["id"]}, status, headers)

    async def of_fault(request: Request, fault: Any) -> Response:
        return told(request, fault.status, list(fault.errors))

    async def of_path(request: Request, error: Any) -> Response:
        rule = {404: "there is no such path: see /openapi.json", 405: "this path takes another method"}
        errors = [{"place": "path", "rule": rule.get(error.status_code, str(error.detail))}]
        return told(request, error.status_code, errors, getattr(error, "headers", None))

    async def of_own(request: Request, error: Exception) -> Response:
        return told(request, 500, [{"place": "server", "rule": f"it failed: {type(error).__name__}"}])

    app.add_exception_handler(Fault, of_fault)
    app.add_exception_handler(HTTPException, of_path)
    app.add_exception_handler(Exception, of_own)
