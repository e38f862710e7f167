"""How `protokit list` shows the things of a kind."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterable, Mapping

import protokit
from protokit.cli.kinds import KINDS, Entry, Kind, kind_of
from protokit.core import plugins
from protokit.core.plugins import Package
from protokit.grammar.schema_words import in_words
from protokit.grammar.writing import write

_NARROWEST = 60


def listed(kind: str | None, name: str | None) -> tuple[str, object]:
    """What there is of a kind, or of one thing: as text, and as plain data for programs.

    Raises:
        SpecError: there is no such kind or thing.
    """
    if kind is None:
        counted = {one.name: one.count() for one in KINDS.values()}
        rows = [(one.name, f"{counted[one.name]:>4}  {one.about}") for one in KINDS.values()]
        rows.append(("plugins", f"{len(by_package()):>4}  installed packages that bring any of these"))
        about = {one.name: one.about for one in KINDS.values()}
        return _table(rows), [{"kind": key, "count": counted[key], "about": about[key]} for key in counted]
    if kind == "plugins":
        packages = [_package(named, points) for named, points in by_package().items() if name in {None, named[0]}]
        text = "\n".join(map(_of_package, packages)) or "no installed package brings plug-ins"
        return text, packages
    found = kind_of(kind)
    entries = found.entries()
    if name is None:
        rows = [(_titled(entry), _about(entry)) for entry in entries.values()]
        return _table(rows), [entry.as_plain() for entry in entries.values()]
    if name not in entries:
        raise found.unknown(name)
    return _one(found, entries[name]), entries[name].as_plain()


def by_package() -> dict[tuple[str, str], list[Package]]:
    """The installed packages with plug-ins, by name and version, with their entry points."""
    found: dict[tuple[str, str], list[Package]] = {}
    for point in plugins.packages():
        found.setdefault((point.name, point.version), []).append(point)
    return found


def _package(named: tuple[str, str], points: list[Package]) -> dict[str, object]:
    """A package: its version, what it registered by kind, and what could not be imported."""
    brought = {
        kind.name: [entry.name for entry in kind.entries().values() if entry.package == named[0]]
        for kind in KINDS.values()
    }
    failures = {point.entry_point: point.failure for point in points if point.failure}
    things = {kind: names for kind, names in brought.items() if names}
    return {"package": named[0], "version": named[1], "things": things, "failures": failures}


def _of_package(package: Mapping[str, object]) -> str:
    things, failures = package["things"], package["failures"]
    lines = [f"{package['package']} {package['version']}"]
    if isinstance(things, Mapping) and isinstance(failures, Mapping):
        lines += [f"  {kind}: {', '.join(names)}" for kind, names in things.items()]
        lines += [f"  {point} could not be loaded: {failure}" for point, failure in failures.items()]
    return "\n".join(lines)


def _titled(entry: Entry) -> str:
    return f"{entry.name} ({entry.package})" if entry.package else entry.name


def _about(entry: Entry) -> str:
    return " ".join(filter(None, (entry.about, f"[{', '.join(entry.tasks)}]" if entry.tasks else "")))


def _one(kind: Kind, entry: Entry) -> str:
    """One thing in full: what it is, an example, what may be written, and its arguments."""
    lines = [f"{_titled(entry)}: {entry.about or kind.about}"]
    if entry.tasks:
        lines.append(f"  for: {', '.join(entry.tasks)}")
    if entry.example:
        lines += ["  write:", *textwrap.indent(entry.example.strip(), "    ").splitlines()]
    if entry.takes:
        lines.append(f"  takes: {in_words(entry.takes)}")
    if kind.name == "menus":
        lines += ["  layers:", *textwrap.indent(_menu(entry.name), "    ").splitlines()]
    return "\n".join([*lines, *_arguments(entry)])


def _menu(name: str) -> str:
    return write(protokit.Menu(name).as_plain(in_full=True)).rstrip()


def _arguments(entry: Entry) -> list[str]:
    """A line for each argument: its default, and its type where Keras says one."""
    shown = [
        (
            name,
            "(required)" if "default" not in about else f"= {_default(about['default'])}",
            about.get("type", about.get("about", "")),
        )
        for name, about in entry.arguments.items()
    ]
    widths = [max((len(str(row[i])) for row in shown), default=0) for i in (0, 1)]
    return [f"  {name:<{widths[0]}} {default:<{widths[1]}}  {type_}".rstrip() for name, default, type_ in shown]


def _default(value: object) -> str:
    try:
        return json.dumps(value)
    except TypeError:  # of a class that a person registered
        return repr(value)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Two columns; the second is wrapped to the terminal's width, and a line each for a program."""
    rows = list(rows)
    width = max((len(first) for first, _ in rows), default=0) + 2
    if not sys.stdout.isatty():
        return "\n".join(f"{first:<{width}}{second}".rstrip() for first, second in rows)
    room = max(_NARROWEST, shutil.get_terminal_size((110, 24)).columns)
    return "\n".join(
        textwrap.fill(f"{first:<{width}}{second}", room, subsequent_indent=" " * width, drop_whitespace=True).rstrip()
        for first, second in rows
    )
