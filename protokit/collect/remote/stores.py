"""Objects in stores of the cloud (`s3://`, `gs://`, `az://`): fetched by fsspec, and kept until their version changes.

Who may read them is said by the environment, as the stores' own tools have it; a recipe holds no key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import copy_context
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Thread
from typing import Any

from protokit.collect.files.secrets import Location
from protokit.collect.remote import kept as copies
from protokit.core.errors import DataError, MissingExtra
from protokit.core.outside import access
from protokit.core.outside.reach import STORES
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice

SCHEMES = STORES
SECONDS = 30.0  # without an answer
_BLOCK = 8 << 20
# how each store calls what changes when an object does
_VERSIONS = ("VersionId", "ETag", "generation", "etag", "md5Hash", "content_md5")
_KEYS = {
    "s3": "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    "gs": "set GOOGLE_APPLICATION_CREDENTIALS, or run: gcloud auth application-default login",
    "az": "set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
_ENDPOINTS = {"s3": "AWS_ENDPOINT_URL", "gs": "STORAGE_EMULATOR_HOST", "az": "AZURE_STORAGE_CONNECTION_STRING"}
_NO_KEYS = re.compile(
    r"NoCredentials|PartialCredentials|CredentialRetrieval|DefaultCredentialsError|ProfileNotFound|ClientAuthentication"
    r"|unable to locate credentials|must provide either a connection_string or account_name|anonymous caller",
    re.I,
)
_REFUSED = re.compile(
    r"PermissionError|AccessDenied|forbidden|\b40[13]\b|InvalidAccessKeyId|SignatureDoesNotMatch", re.I
)
_NOWHERE = re.compile(
    r"Connect|Timeout|Resolve|EndpointConnection|ServiceRequest|ClientOSError|ServerDisconnected|Endpoint URL|MaxRetry"
    r"|TransportError",
    re.I,
)


def scheme_of(address: str) -> str | None:
    """`s3`, `gs` or `az`, by how an address starts; None of any other."""
    return SCHEMES.get(address.partition("://")[0].lower()) if "://" in address else None


def kept(location: Location) -> list[tuple[Path, str]]:
    """The copies of the objects that a place gave last, with their keys; none where one is gone."""
    noted = [copies.entry(key) for key in copies.entry(_key(location)).get("objects", [])]
    found = [(copies.copy(one), str(one.get("name", ""))) for one in noted]
    return [(path, name) for path, name in found if path is not None] if all(path for path, _ in found) else []


def fetch(location: Location, inside: str | None = None) -> tuple[list[tuple[Path, str]], list[Notice]]:
    """The objects of a place as files, each with its key, in the order of the keys.

    A place is a key, a pattern, or a folder, whose objects match `inside`. An object whose version was fetched before
    is not fetched again.

    Raises:
        DataError: there is none, it cannot be read, or the store cannot be reached and nothing was kept.
        MissingExtra: fsspec, or the library for such a store, is not installed.
    """
    try:
        return _fetched(location, inside), []
    except _Unreachable as error:
        found = kept(location)
        if not found:
            raise
        noted = copies.entry(_key(location))
        why = f"{location.written} could not be reached: the copies of {noted.get('fetched')} were read"
        return found, [Notice(why, (), error.cure or "")]


def reach(location: Location) -> bool:
    """Hold that a folder is there and can be listed; whether that needed no key.

    Raises:
        DataError: it is not, or cannot.
    """
    store = _Store(location)
    if not store.listed(store.path.rstrip("/")):
        raise store.none()
    return store.public


def no_permission(location: Location) -> DataError:
    """The error where the store knows who asks, and refuses."""
    cure = f"ask for it, or {_KEYS[str(scheme_of(location.text))]}"
    return DataError(f"{location.written}: no permission to read it", cure=cure)


class _Unreachable(DataError):
    """No answer came."""


class _Store:
    """The file system that an address is of, and the path in it. What it says is told in one line, with a cure."""

    def __init__(self, location: Location) -> None:
        self.location = location
        self.scheme = str(scheme_of(location.text))
        address = re.split("://", location.text, maxsplit=1)[1]
        if not address.strip("/"):
            rule = f"{location.written}: the bucket and the key are missing"
            raise DataError(rule, cure=f"write {self.scheme}://BUCKET/KEY")
        self.public = False
        self._system = self._opened()
        self.path = str(self._system._strip_protocol(f"{self.scheme}://{address}"))
        if self.scheme != "s3":  # whose library is told how often to try
            self._answers()

    def _opened(self, **options: Any) -> Any:
        # nothing of an earlier run: a listing that is kept would hide what has changed
        fresh: dict[str, Any] = {"skip_instance_cache": True, "use_listings_cache": False, **options}
        if self.scheme == "gs":
            fresh["access"] = "read_only"
            if access.variable(_ENDPOINTS["gs"]):
                fresh["token"] = "anon"
        if self.scheme == "s3":
            retries = {"retries": {"max_attempts": 2}, "connect_timeout": 10, "read_timeout": 60}
            fresh["config_kwargs"] = retries
        try:
            return access.store(self.location.text, self.scheme, fresh)
        except (MissingExtra, DataError):
            raise
        except Exception as error:  # of any library: of accounts, keys, settings
            raise self.error(error) from None

    def _answers(self) -> None:
        """Hold that an answer comes in time, whatever it is: libraries try for minutes."""
        came: list[Exception | None] = []

        def asked() -> None:
            try:
                self._system.info(self.path)
            except Exception as error:  # all but that nobody is there is told where it is met
                came.append(error if _NOWHERE.search(_words(error)) else None)
            else:
                came.append(None)

        thread = Thread(target=copy_context().run, args=(asked,), daemon=True)
        thread.start()
        thread.join(SECONDS)
        error = came[0] if came else TimeoutError()
        if error is not None:
            raise self.error(error)

    def ask(self, what: Callable[[Any], Any]) -> Any:
        """What the store answers; once more without a key where there is none: a bucket may be public."""
        try:
            return what(self._system)
        except Exception as error:
            if self.scheme == "s3" and not self.public and _NO_KEYS.search(_words(error)):
                self.public, self._system = True, self._opened(anon=True)
                try:
                    return what(self._system)
                except FileNotFoundError as second:
                    raise self.error(second) from None
                except Exception as second:
                    raise self.error(second if _NOWHERE.search(_words(second)) else error) from None
            raise self.error(error) from None

    def error(self, error: Exception) -> DataError:
        """What a library said, as a rule with its cure."""
        words, said = _words(error), (str(error).strip().splitlines() or [type(error).__name__])[0]
        name = self.location.written
        if isinstance(error, FileNotFoundError):
            if re.search(r"bucket|container", said, re.I) and "/" not in said:
                return DataError(f"{name}: no such bucket", cure="check the bucket's name, and whose account it is in")
            return DataError(f"{name}: no such key", cure="check the path")
        if _NO_KEYS.search(words):
            return DataError(f"{name}: no credentials for it", cure=_KEYS[self.scheme])
        if _REFUSED.search(words):
            return no_permission(self.location)
        if _NOWHERE.search(words):
            cure = f"check the connection, and {_ENDPOINTS[self.scheme]}"
            return _Unreachable(f"{name} cannot be reached: {type(error).__name__}", cure=cure)
        return DataError(f"{name} cannot be read: {said}", cure="check the address")

    def listed(self, folder: str) -> dict[str, dict[str, Any]]:
        """All objects below a path."""
        found: dict[str, dict[str, Any]] = self.ask(lambda system: system.find(folder, detail=True))
        return {name: about for name, about in found.items() if about.get("type") == "file" and name != folder}

    def none(self) -> DataError:
        """The error where nothing is at the path: what there is instead."""
        bucket, _, key = self.path.strip("/").partition("/")
        folder = self.path.rstrip("/").rpartition("/")[0] if key else bucket
        while "/" in folder and any(mark in folder for mark in "*?["):
            folder = folder.rpartition("/")[0]
        try:
            names = [str(name) for name in self.ask(lambda system: system.ls(folder, detail=False))]
        except DataError as error:
            if "no such key" not in error.rule:
                return error
            try:
                self.ask(lambda system: system.ls(bucket, detail=False))
            except DataError as of_bucket:
                return DataError(of_bucket.rule.replace("no such key", "no such bucket"), cure=of_bucket.cure)
            names = []
        pattern = any(mark in key for mark in "*?[")
        near = None if pattern else did_you_mean(self.path, [name for name in names if name != self.path.rstrip("/")])
        cure = near.replace("'", f"'{self.scheme}://", 1) if near else f"looked in {self.scheme}://{folder}"
        return DataError(f"{self.location.written}: {'no object is like it' if pattern else 'no such key'}", cure=cure)

    def blocks(self, name: str, size: int | None) -> Iterator[bytes]:
        """An object's content, all of the same version."""
        got = 0
        with self.ask(lambda system: system.open(name, "rb", block_size=_BLOCK)) as file:
            while block := self.ask(lambda _: file.read(_BLOCK)):
                got += len(block)
                yield block
        if size is not None and got != size:
            raise DataError(f"{self.scheme}://{name} changed while it was read", cure="run it again")


def _fetched(location: Location, inside: str | None) -> list[tuple[Path, str]]:
    store = _Store(location)
    objects = _objects(store, inside)
    if not objects:
        raise store.none()
    found: list[tuple[Path, str]] = []
    keys: list[str] = []
    for name in sorted(objects):
        about = objects[name]
        key = f"{store.scheme}://{name} at {_key(location)}"
        noted, version = copies.entry(key), _version(about)
        path = copies.copy(noted) if version is not None and noted.get("version") == version else None
        if path is None:
            path = copies.save(store.blocks(name, about.get("size")))
            copies.note(key, {"name": name, "version": version, "sha256": path.name})
        found.append((path, name))
        keys.append(key)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    copies.note(_key(location), {"url": location.written, "objects": keys, "fetched": today})
    return found


def _objects(store: _Store, inside: str | None) -> dict[str, dict[str, Any]]:
    """The objects of a place, by their names."""
    path = store.path
    if any(mark in path.partition("/")[2] for mark in "*?["):
        try:  # a key may have such marks itself
            about = store.ask(lambda system: system.info(path))
        except _Unreachable:
            raise
        except DataError:
            about = {}
        if about.get("type") == "file":
            return {path: about}
        found: dict[str, dict[str, Any]] = store.ask(lambda system: system.glob(path, detail=True))
        return {name: about for name, about in found.items() if about.get("type") == "file"}
    if not store.location.text.endswith("/"):
        try:
            about = store.ask(lambda system: system.info(path))
        except DataError as error:
            if "no such key" in error.rule:
                return {}
            raise
        if about.get("type") == "file":
            return {path: about}
    if inside is None:
        cure = "name an object, or a pattern such as " + store.location.written.rstrip("/") + "/*.csv"
        raise DataError(f"{store.location.written} is a folder", cure=cure)
    below = store.listed(path.rstrip("/"))
    found = {name: about for name, about in below.items() if in_data_set(name[len(path.rstrip("/")) + 1 :], inside)}
    if below and not found:
        rule = f"no object in the folder ends in {inside}: {store.location.written}"
        raise DataError(rule, cure="name the folder of the files")
    if any(f"{path.rstrip('/')}/_delta_log/" in name for name in below):
        cure = "write {delta: " + store.location.written.rstrip("/") + "}"
        raise DataError(f"a Delta table: {store.location.written}", cure=cure)
    return found


def in_data_set(name: str, ending: str) -> bool:
    """Whether a file in a folder is a part of the data set: what starts with '_' or '.' is somebody's notes."""
    return fnmatchcase(name, f"*{ending}") and not any(part.startswith(("_", ".")) for part in name.split("/"))


def _version(about: Mapping[str, Any]) -> str | None:
    """What changes when an object does; None where the store has no such thing, and it is fetched each time."""
    return next((f"{key} {about[key]}" for key in _VERSIONS if about.get(key)), None)


def _key(location: Location) -> str:
    """A place in the notes, with the server that it is on: that of a test is not that of the cloud."""
    scheme = str(scheme_of(location.text))
    return f"{location.text} at {access.variable(_ENDPOINTS[scheme])}"


def _words(error: BaseException) -> str:
    """All that tells what an error is: its classes' names, what it says, and what it came of."""
    kinds = " ".join(kind.__name__ for kind in type(error).__mro__ if kind not in (Exception, BaseException, object))
    cause = error.__cause__
    return f"{kinds} {error}" + (f" {_words(cause)}" if cause is not None else "")
