"""Tables of the web: fetched by http or https, and kept by their content for when the web is not there."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import Request

from protokit.collect.files.secrets import Location
from protokit.collect.remote import kept as copies
from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.values.said import Notice

MOST_BYTES = 1 << 31
SECONDS = 30.0  # without an answer, or without a further byte
_BLOCK = 1 << 20


def kept(location: Location) -> Path | None:
    """The copy of an address that was fetched before, or None. A copy that was changed counts as none."""
    return copies.copy(copies.entry(location.text))


def fetch(location: Location) -> tuple[Path, list[Notice]]:
    """The content of an address, as a file. What was kept is taken where the server says that it is still so.

    Raises:
        DataError: there is no answer and nothing was kept, or the content is too large.
    """
    entry = copies.entry(location.text)
    copy = copies.copy(entry)
    try:
        with _open(location, entry if copy else {}) as answer:
            headers = answer.headers
            content = _save(answer, headers, location)
    except HTTPError as error:
        error.close()
        if error.code == 304 and copy:
            return copy, []
        if copy and error.code >= 500:
            return copy, [_offline(location, f"the server says {error.code}", entry)]
        raise DataError(f"{location.written}: the server says {error.code} {error.reason}", cure=_cure(error)) from None
    except (URLError, HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        words = "no answer in time" if isinstance(reason, TimeoutError) else str(reason) or type(reason).__name__
        if copy:
            return copy, [_offline(location, words, entry)]
        raise DataError(
            f"{location.written} cannot be fetched: {words}", cure="check the address and the connection"
        ) from None
    known = {"url": location.written, "sha256": content.name, "fetched": time.strftime("%Y-%m-%d", time.gmtime())}
    known |= {name: headers[name] for name in ("ETag", "Last-Modified") if headers[name]}
    copies.note(location.text, known)
    return content, []


def _offline(location: Location, why: str, entry: dict[str, Any]) -> Notice:
    return Notice(
        f"{location.written} could not be fetched ({location.masked(why)}): the copy of {entry['fetched']} was read"
    )


def _open(location: Location, entry: dict[str, Any]) -> Any:
    parts = urlsplit(location.text)
    host = parts.netloc.rpartition("@")[2]
    # what is not ASCII in an address as a browser would send it
    path, query = (_escaped(part) for part in (parts.path, parts.query))
    request = Request(urlunsplit((parts.scheme, host, path, query, "")), headers={"User-Agent": "protokit"})
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        # not sent on to where a redirect leads
        request.add_unredirected_header("Authorization", "Basic " + b64encode(pair.encode()).decode())
    for asked, known in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        if known in entry:
            request.add_header(asked, str(entry[known]))
    return access.answer(request, SECONDS)


def _escaped(part: str) -> str:
    return quote(part, safe="%/:=&?~#+!$,;'@()*[]")


def _save(answer: Any, headers: HTTPMessage, location: Location) -> Path:
    """Keep the content under its SHA-256, whole or not at all."""
    said = headers["Content-Length"]
    length = int(said) if said and said.isdecimal() else None
    too_large = DataError(
        f"{location.written} has more than {MOST_BYTES:,} bytes", cure="download it, and name the file"
    )
    if length is not None and length > MOST_BYTES:
        raise too_large

    def blocks() -> Iterator[bytes]:
        size = 0
        while block := answer.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise too_large
            yield block
        if length is not None and size != length:
            raise URLError(f"{size:,} of {length:,} bytes came")

    return copies.save(blocks())


def _cure(error: HTTPError) -> str:
    if error.code in (401, 403):
        return "give the user and password as https://${USER}:${PASSWORD}@HOST/..."
    return "check the address in a browser"
