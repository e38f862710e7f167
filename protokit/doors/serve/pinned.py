"""What a server needs to be installed, each package at the version that is here."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_NETWORKS = frozenset({"tensorflow", "keras", "h5py"})  # what only networks need, which a file does without
_RUNTIME = "onnxruntime"
_SERVER = ("protokit", "fastapi", "uvicorn", "prometheus-client")
_LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}


def pinned(*, networks: bool, plugins: Iterable[str] = ()) -> list[str]:
    """Lines of a file of requirements, all that they need among them: to be installed without looking further.

    `networks`: with TensorFlow and Keras, else with ONNX Runtime. What is not installed here has the bounds that it is
    needed in.
    """
    found: dict[str, str] = {}
    ahead = [Requirement(name) for name in (*_SERVER, *([] if networks else [_RUNTIME]), *plugins)]
    done: set[tuple[str, frozenset[str]]] = set()
    while ahead:
        one = ahead.pop()
        name, extras = canonicalize_name(one.name), frozenset(one.extras)
        if (name, extras) in done or (not networks and name in _NETWORKS):
            continue
        done.add((name, extras))
        try:
            found[name] = f"{name}=={version(name).partition('+')[0]}"
            needed = map(Requirement, requires(name) or ())
        except PackageNotFoundError:
            found.setdefault(name, f"{name}{one.specifier}")
            continue
        ahead += [more for more in needed if _applies(more, extras)]
    return [found[name] for name in sorted(found)]


def _applies(one: Requirement, extras: frozenset[str]) -> bool:
    marker = one.marker
    return marker is None or any(marker.evaluate({**_LINUX, "extra": extra}) for extra in (extras or {""}))
