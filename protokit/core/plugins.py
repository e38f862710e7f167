"""What other installed packages bring: entry points of the group `protokit.plugins`.

An entry point names a module, or a thing in one; importing it registers what stands there. A recipe or a bundle can
only name what an installed package has registered: nothing in a file ever says what is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

GROUP = "protokit.plugins"


@dataclass(frozen=True)
class Package:
    """An installed package that brings plug-ins, and why one of its entry points could not be imported, if so."""

    name: str
    version: str
    entry_point: str
    module: str
    failure: str | None = None


@cache
def packages() -> tuple[Package, ...]:
    """The packages with plug-ins, all of them imported; done once in a process, when a name is not of the house."""
    return tuple(_loaded(point) for point in entry_points(group=GROUP))


def _loaded(point: EntryPoint) -> Package:
    failure = None
    try:
        point.load()
    except Exception as error:  # a broken package of somebody else must not stop a recipe that does not name it
        failure = f"{type(error).__name__}: {error}"
    name, version = (point.dist.name, point.dist.version) if point.dist else (point.module, "")
    return Package(name, version, point.name, point.module, failure)


def package_of(thing: object) -> Package | None:
    """The package that a thing came with; None for what is protokit's own or was registered in this process."""
    module = str(getattr(thing, "__module__", ""))
    found = [one for one in packages() if (module + ".").startswith(one.module.split(".")[0] + ".")]
    return found[0] if found else None


def failures() -> tuple[str, ...]:
    """A sentence for each package whose plug-ins could not be imported."""
    return tuple(f"the plug-ins of {one.name} could not be loaded: {one.failure}" for one in packages() if one.failure)
