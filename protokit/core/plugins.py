"""What other installed packages bring: entry points of the group `protokit.plugins`.

An entry point names a module; importing it registers what stands there. A recipe or a bundle can only name what an
installed package has registered: nothing in a file ever says what is imported. An entry point whose name is that of a
kind (`layer`, or `layer.two` where there are several) is imported only when a thing of this kind is looked for, so that
a step of cleaning does not wait for a layer's Keras; one of any other name, whenever anything is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from io import StringIO

from protokit.core.errors import ProtokitError
from protokit.core.libraries.quiet import native_stderr_held

GROUP = "protokit.plugins"
KINDS = (
    "source", "step", "kind", "split", "menu", "layer", "engine", "metric", "baseline", "check", "series_check", "rule",
    "plot", "loss", "training_metric", "optimizer", "schedule", "training_step", "after_epoch", "callback",
)  # fmt: skip


@dataclass(frozen=True)
class Package:
    """An installed package that brings plug-ins, and why one of its entry points could not be imported, if so."""

    name: str
    version: str
    entry_point: str
    module: str
    failure: str | None = None


@cache
def packages(kind: str = "") -> tuple[Package, ...]:
    """The packages that may have things of a kind, or of any, all of them imported."""
    return tuple(_loaded(point) for point in entry_points(group=GROUP) if not kind or _kind_of(point) in ("", kind))


def _kind_of(point: EntryPoint) -> str:
    """The kind that the name of an entry point says; none where it says no kind."""
    word = point.name.split(".")[0]
    return word if word in KINDS else ""


@cache
def _loaded(point: EntryPoint) -> Package:
    failure = None
    try:
        # what it prints, and TensorFlow, where a layer is among them, must not stand in what `--json` writes
        with native_stderr_held(), redirect_stdout(StringIO()):
            point.load()
    except (Exception, SystemExit) as error:  # of somebody else: it must not stop a recipe that does not name it
        failure = f"{type(error).__name__}: {error}"
    return Package(*_distribution(point), point.name, point.module, failure)


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist else (point.module, "")


def forget() -> None:
    """Look for packages anew, such as after one was installed while Python runs."""
    packages.cache_clear()
    _loaded.cache_clear()


def package_of(thing: object) -> tuple[str, str] | None:
    """Name and version of the package that a thing came with; None for protokit's own and for a person's."""
    module = str(getattr(thing, "__module__", "")).split(".")[0]
    if module in ("protokit", "keras", "builtins"):
        return None
    found = (point for point in entry_points(group=GROUP) if point.module.split(".")[0] == module)
    return next(map(_distribution, found), None)


@contextmanager
def guarded(what: str, thing: object) -> Iterator[None]:
    """Tell an error inside somebody else's thing as what it is, with its name and package.

    Raises:
        ProtokitError: protokit's own errors as they are, all others in these words.
    """
    try:
        yield
    except ProtokitError:
        raise
    except Exception as error:
        kind = thing if isinstance(thing, type) else type(thing)
        if kind.__module__.startswith("protokit."):
            raise
        package = package_of(kind)
        of = f"of the package {package[0]}" if package else f"of {kind.__module__}"
        rule = f"{what} {getattr(thing, 'name', kind.__name__)!r} {of} failed: {type(error).__name__}: {error}"
        raise ProtokitError(
            rule, cure=f"mend {kind.__qualname__}; `protokit.testing` says what it has to do"
        ) from error


def failures(kind: str = "") -> tuple[str, ...]:
    """A sentence for each package whose plug-ins could not be imported."""
    broken = {(one.name, one.failure): None for one in packages(kind) if one.failure}
    return tuple(f"the plug-ins of {name} could not be loaded: {failure}" for name, failure in broken)


def or_failure(cure: str | None, kind: str = "") -> str | None:
    """The cure of an unknown name, with the packages that may have it and could not be imported."""
    return "; ".join(text for text in (cure, *failures(kind)) if text) or None
