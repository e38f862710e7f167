"""Several sets of data in one recipe: `sets` names the parts that differ, and the rest holds for all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.outside import access
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.grammar.document import Document
from protokit.grammar.faults import refuse
from protokit.grammar.words import TEXT, JsonSchema, Word, closed

SECTIONS = ("collect", "represent", "learn", "evaluate")
BY = "by"
MOST = 1_000  # sets
# words of a section whose keys are put together; all others of a set stand for the recipe's
_BY_KEY = {("collect", "tables"), ("represent", "columns"), ("represent", "split")}
_CLEAN = ("collect", "clean")
_NAME = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}"
_TABLE = "data"


@dataclass(frozen=True)
class Sets:
    """What `sets` says: parts of a recipe by the set's name, files of a set each, or the column that tells them apart.

    >>> Sets.read({"by": "origin"}).by
    'origin'
    """

    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    by: str = ""

    @classmethod
    def read(cls, value: object) -> Sets:
        """Read what is written.

        Raises:
            PydanticCustomError: with every fault.
        """
        if isinstance(value, Sets):
            return value
        given = [value] if isinstance(value, str) else value
        if isinstance(given, (list, tuple)):
            if not given or not all(isinstance(one, str) and one for one in given):
                raise refuse(Fault(f"sets are files, or parts of a recipe by name, not {value!r}", _CURE))
            if twice := _twice(given):
                raise refuse(Fault(f"the file {twice!r} is named twice", "name each set once"))
            return cls(files=tuple(given))
        if not isinstance(given, Mapping) or not given:
            raise refuse(Fault(f"sets are parts of a recipe by name, not {value!r}", _CURE))
        if set(given) == {BY} and isinstance(given[BY], str):
            return cls(by=given[BY])
        faults: list[Fault] = []
        for name, part in given.items():
            faults += _faults_of(name, part)
        if len(given) > MOST:
            faults.append(Fault(f"{len(given):,} sets are more than {MOST:,}", "write several recipes"))
        if faults:
            raise refuse(*faults)
        return cls({str(name): dict(part or {}) for name, part in given.items()})

    def as_plain(self) -> object:
        """As it is written."""
        if self.by:
            return {BY: self.by}
        if self.files:
            return self.files[0] if len(self.files) == 1 else list(self.files)
        return {name: dict(part) for name, part in self.parts.items()}

    def __bool__(self) -> bool:
        return bool(self.parts or self.files or self.by)


_CURE = "write sets: {a: {collect: {tables: {data: a.csv}}}, b: ...}, a pattern such as shops/*.csv, or {by: COLUMN}"


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _faults_of(name: object, part: object) -> list[Fault]:
    """What is wrong with one set."""
    if not isinstance(name, str) or not re.fullmatch(_NAME, name):
        rule = f"a set's name is letters, digits, '-', '_' and '.', not {name!r}"
        return [Fault(rule, None, (name,) if isinstance(name, (str, int)) else (), "key")]
    if part is None:
        return []
    if not isinstance(part, Mapping):
        cure = f"write {name}: {{collect: {{tables: {{{_TABLE}: FILE}}}}}}"
        return [Fault(f"a set is the parts of the recipe that differ, not {part!r}", cure, (name,))]
    faults = [
        Fault(f"a set has no {key!r}", did_you_mean(str(key), SECTIONS), (name, str(key)), "key")
        for key in part
        if key not in SECTIONS
    ]
    if isinstance(learn := part.get("learn"), Mapping) and "sets" in learn:
        rule = "the ways to train on several sets are of all sets together"
        faults.append(Fault(rule, "write learn: {sets: ...} once, beside sets", (name, "learn", "sets"), "key"))
    return faults


def _schema() -> JsonSchema:
    parts = closed({section: {"type": "object"} for section in SECTIONS})
    named: JsonSchema = {
        "type": "object",
        "propertyNames": {"pattern": f"^{_NAME}$"},
        "additionalProperties": {"anyOf": [parts, {"type": "null"}]},
        "minProperties": 1,
    }
    files: JsonSchema = {"type": "array", "items": TEXT, "minItems": 1}
    return {"anyOf": [TEXT, files, closed({BY: TEXT}, required=[BY]), named, {"type": "null"}]}


def _read(value: object) -> object:
    return None if value is None else Sets.read(value)


SETS = Word(_read, _schema)


def named_part(document: Document, name: str) -> Document:
    """The recipe of one set: the document with the set's parts in it, each still at its place in the text."""
    data = document.data if isinstance(document.data, Mapping) else {}
    part = data["sets"][name] or {}
    prefix: Path = ("sets", name)
    merged = _common(data)
    taken: list[Path] = []
    shift = 0
    for section, said in part.items():
        if not isinstance(said, Mapping) or not isinstance(merged.get(section), Mapping):
            merged[section] = said
            taken.append((section,))
            continue
        section_now = dict(merged[section])
        for word, value in said.items():
            known = section_now.get(word)
            if (section, word) == _CLEAN and isinstance(value, list) and isinstance(known, list):
                section_now[word] = [*value, *known]  # what a set is made equal by comes before what holds for all
                shift = len(value)
                taken += [(section, word, i) for i in range(shift)]
            elif (section, word) in _BY_KEY and isinstance(value, Mapping) and isinstance(known, Mapping):
                own_first = (section, word) == ("collect", "tables") and not set(value) <= set(known)
                section_now[word] = {**value, **{k: v for k, v in known.items() if k not in value}} if own_first else {
                    **known, **value
                }  # fmt: skip
                taken += [(section, word, key) for key in value]
            else:
                section_now[word] = value
                taken.append((section, word))
        merged[section] = section_now
    moved = _shifted(document, shift) if shift else document
    return replace(_placed(moved, prefix, taken), data={**merged, "name": name})


def of_file(document: Document, name: str, file: str) -> Document:
    """The recipe of a set that is a file: the table of the rows is the file."""
    data = document.data if isinstance(document.data, Mapping) else {}
    merged = _common(data)
    collect = dict(merged.get("collect") or {}) if isinstance(merged.get("collect"), Mapping) else {}
    tables = collect.get("tables")
    others = {key: value for key, value in tables.items() if key != _TABLE} if isinstance(tables, Mapping) else {}
    merged["collect"] = {**collect, "tables": {_TABLE: file, **others}}
    found = replace(document, data={**merged, "name": name}, is_part=True)
    place: Path = ("collect", "tables", _TABLE)
    mark = document.values.get(("sets",))
    return found if mark is None else replace(found, values={**document.values, place: mark})


def of_level(document: Document, name: str, column: str, level: object) -> Document:
    """The recipe of the rows in which a column has a level."""
    data = document.data if isinstance(document.data, Mapping) else {}
    merged = _common(data)
    quoted = '"' + column.replace('"', '""') + '"'
    text = f"{level}" if isinstance(level, (bool, int, float)) else "'" + str(level).replace("'", "''") + "'"
    collect = dict(merged.get("collect") or {})
    collect["clean"] = [*(collect.get("clean") or ()), {"filter": f"{quoted} = {text}"}]
    represent = dict(merged.get("represent") or {})
    represent["columns"] = {**(represent.get("columns") or {}), column: "ignore"}
    data = {**merged, "collect": collect, "represent": represent, "name": name}
    return replace(document, data=data, is_part=True)


def without_sets(document: Document) -> Document:
    """The recipe of all rows together."""
    return replace(document, data=_common(document.data if isinstance(document.data, Mapping) else {}), is_part=True)


def _common(data: Mapping[str, Any]) -> dict[str, Any]:
    """What holds for all sets."""
    found = {key: value for key, value in data.items() if key not in ("sets", "search")}
    if isinstance(found.get("learn"), Mapping):
        found["learn"] = {key: value for key, value in found["learn"].items() if key != "sets"}
    return found


def _placed(document: Document, prefix: Path, taken: Iterable[Path]) -> Document:
    """The document with the places of what a set says."""
    whole = list(taken)

    def of(marks: Mapping[Path, Any]) -> dict[Path, Any]:
        kept = {p: m for p, m in marks.items() if not any(p[: len(one)] == one for one in whole)}
        own = {p[len(prefix) :]: m for p, m in marks.items() if p[: len(prefix)] == prefix and len(p) > len(prefix)}
        return {**kept, **{p: m for p, m in own.items() if any(p[: len(one)] == one for one in whole) or p not in kept}}

    keys, values, settings = of(document.keys), of(document.values), of(document.settings)
    return replace(document, keys=keys, values=values, settings=settings, is_part=True)


def _shifted(document: Document, by: int) -> Document:
    """The document with the steps of cleaning that hold for all at later places."""

    def of(marks: Mapping[Path, Any]) -> dict[Path, Any]:
        return {
            (*_CLEAN, p[2] + by, *p[3:]) if p[:2] == _CLEAN and len(p) > 2 and isinstance(p[2], int) else p: m
            for p, m in marks.items()
        }

    return replace(document, keys=of(document.keys), values=of(document.values))


def files_of(sets: Sets, folder: FilePath, fewest: int = 2) -> dict[str, str]:
    """The files of sets by the sets' names, which are those of the files; paths stay as they are written.

    There are `fewest` sets at least.

    Raises:
        SpecError: a pattern finds nothing, or two files have one name; the path is that of `sets`.
        DataError: a pattern leads where the recipe may not read.
    """
    found: dict[str, str] = {}
    several = len(sets.files) > 1
    for i, pattern in enumerate(sets.files):
        at: Path = ("sets", i) if several else ("sets",)
        is_pattern = any(mark in pattern for mark in "*?[")
        if is_pattern and "://" not in pattern:
            files = [name for name in access.like(pattern, folder) if access.is_file(folder / name)]
        else:
            files = [pattern]
        if not files:
            raise SpecError([Fault(f"no file is called like {pattern!r}", f"looked in {folder.resolve()}", at)])
        for file in files:
            name = name_of(re.split(r"[\\/]", file.split("?")[0])[-1].split(".")[0])
            if name in found:
                rule = f"two sets are called {name!r}: {found[name]} and {file}"
                cure = f"name one of them: write sets: {{NAME: {{collect: {{tables: {{{_TABLE}: {file}}}}}}}, ...}}"
                raise SpecError([Fault(rule, cure, at)])
            found[name] = file
    if len(found) < fewest:
        rule, cure = f"one file alone is no several sets: {next(iter(found.values()))}", "write it under collect.tables"
        raise SpecError([Fault(rule, cure, ("sets",))])
    if len(found) > MOST:
        raise SpecError([Fault(f"{len(found):,} sets are more than {MOST:,}", "name fewer files", ("sets",))])
    return found


def names_of_levels(levels: Iterable[object], fewest: int = 2, path: Path = ("sets", BY)) -> dict[str, object]:
    """The levels of a column by the names of sets, of which there are `fewest` at least.

    Raises:
        SpecError: two levels have one name, or there are too few or too many.
    """
    found: dict[str, object] = {}
    for level in levels:
        name = name_of(str(level))
        if name in found:
            rule = f"the levels {found[name]!r} and {level!r} would both be called {name!r}"
            raise SpecError([Fault(rule, "replace one of them: collect: {clean: [{replace: ...}]}", path)])
        found[name] = level
    if len(found) < fewest:
        what = f"only {next(iter(found.values()))!r}" if found else "no level"
        raise SpecError([Fault(f"the column holds {what}: that is no several sets", "name another column", path)])
    if len(found) > MOST:
        rule = f"the column holds {len(found):,} levels, and sets are at most {MOST:,}"
        raise SpecError([Fault(rule, "name a column with fewer", path)])
    return found


def name_of(text: str) -> str:
    """The name of the set that a file or a level of a column is."""
    found = re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-.")[:100]
    return found or "set"


def of_stack(document: Document, column: str, parts: Mapping[str, str]) -> Document:
    """The recipe of the rows of all sets below each other: tables by the part of the split, and the set as a column."""
    data = dict(document.data) if isinstance(document.data, Mapping) else {}
    represent, evaluate = dict(data.get("represent") or {}), dict(data.get("evaluate") or {})
    columns = {name: kind for name, kind in (represent.get("columns") or {}).items() if name != column}
    represent |= {"columns": {**columns, column: "category"}, "split": dict(parts)}
    slices = evaluate.get("slices") or ()
    evaluate["slices"] = list(dict.fromkeys([*([slices] if isinstance(slices, str) else slices), column]))
    data |= {"represent": represent, "evaluate": evaluate, "name": "stacked"}
    data.pop("collect", None)
    return replace(document, data=data, is_part=True)


def of_panel(document: Document, column: str) -> Document:
    """The recipe of the series of all sets as one panel: the set is one of the columns that tell series."""
    data = dict(document.data) if isinstance(document.data, Mapping) else {}
    represent = dict(data["represent"])
    series = dict(represent["series"])
    by = series.get("by") or ()
    series["by"] = [column, *([by] if isinstance(by, str) else by)]
    columns = {name: kind for name, kind in (represent.get("columns") or {}).items() if name != column}
    data |= {"represent": {**represent, "columns": columns, "series": series}, "name": "stacked"}
    data.pop("collect", None)
    return replace(document, data=data, is_part=True)
