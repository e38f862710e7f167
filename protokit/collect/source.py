"""A source of tables: one class says what may be written, and reads it.

csv: data/flights.csv        # the source and the place in it
delimiter: ";"               # an option: a field of the class
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field, ValidationError, model_serializer
from pydantic_core import PydanticCustomError

from protokit.collect.files.secrets import VARIABLE, passwords
from protokit.collect.remote.stores import SCHEMES
from protokit.core import plugins
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.places import Path as DataPath
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.said import Notice
from protokit.grammar.faults import faults_of, refuse
from protokit.grammar.words import JsonSchema, Section, closed

if TYPE_CHECKING:
    import pandas as pd

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
Refusal = tuple[str, str | None]  # the broken rule, and its cure


class Source(Section, ABC):
    """Where one table comes from. An instance is a table as it is written: its place, and the options of its source.

    Every field beside `location` is an option, None where it is not written; an option that several sources take is
    declared in `collect/options.py`. A list in a recipe is a `tuple` only through a `Word`.

    >>> from protokit import plugins
    >>> @plugins.source
    ... class Counted(plugins.Source):
    ...     name, about, example = "counted", "the numbers from 0 on", "{counted: '5'}"
    ...     def columns(self, folder):
    ...         return ["number"]
    ...     def read(self, folder, texts=()):
    ...         import pandas as pd
    ...         return pd.DataFrame({"number": range(int(self.location))}), self.location, ()
    >>> five = {"collect": {"tables": {"data": {"counted": "5"}}}, "represent": {"target": "number"}}
    >>> protokit.table(five).frame["number"].tolist()
    [0, 1, 2, 3, 4]
    """

    name: ClassVar[str]
    about: ClassVar[str]  # one sentence
    example: ClassVar[str]  # a table as YAML
    rank: ClassVar[int] = 100  # the order in lists
    endings: ClassVar[tuple[str, ...]] = ()  # of paths that name the source by themselves
    location_schema: ClassVar[JsonSchema] = {"type": "string"}

    texts_may_be_numbers: ClassVar[bool] = False  # whether its cells have no type of their own, as those of csv
    typed_cells: ClassVar[bool] = False  # whether, all the same, some cells of a column of texts may be numbers

    location: str = Field(description="path, address or name in the source, as written: secrets stay `${NAME}`")

    def some_cells(self, folder: Path) -> Mapping[str, list[str]]:
        """The first cells of each column, as texts, found as `columns` are; nothing where that takes more."""
        return {}

    @abstractmethod
    def columns(self, folder: Path) -> list[str] | None:
        """The columns' names, found without the network, the rows or a heavy library; None if that needs one.

        A path that is not absolute starts at `folder`.

        Raises:
            DataError: there is no such table, or its header cannot be read.
        """

    @abstractmethod
    def read(self, folder: Path, texts: Collection[str] = ()) -> tuple[pd.DataFrame, str, tuple[Notice, ...]]:
        """The rows, the SHA-256 of what was read, and what was decided in reading.

        Columns are of numbers, true and false, dates without a zone, or objects with None where a cell is missing.
        Of the columns in `texts`, which may name some that are not there, the cells are texts as they are written,
        where the source knows them.

        Raises:
            DataError: there is no such table, or it cannot be read. Its message has no secret.
        """

    def content_version(self, folder: Path) -> str | None:
        """What tells whether the rows are still the same, found without reading them: the SHA-256 of the files.

        None where only reading can tell: such a table is read anew in each run.

        Raises:
            DataError: there is no such table.
        """
        return None

    @property
    def kind(self) -> str:
        """The name of the source."""
        return self.name

    @property
    def options(self) -> dict[str, object]:
        """The options that are written."""
        found = {name: getattr(self, name) for name in self.option_names()}
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def option_names(cls) -> tuple[str, ...]:
        """The options that the source takes."""
        return tuple(name for name in cls.model_fields if name != "location")

    @classmethod
    def read_location(cls, given: object) -> object:
        """The place as a text, where something else may be written."""
        return given

    @classmethod
    def refused(cls, location: str) -> Refusal | None:
        """Rule and cure where the source cannot read such a place."""
        return None

    @classmethod
    def conflicts(cls, written: Mapping[str, object]) -> Iterator[Fault]:
        """Faults between options, or of an option that is needed; the path of each starts with a key."""
        yield from ()

    @classmethod
    def of_several(cls, name: str) -> dict[str, str | int]:
        """The option by which a person names one of several tables in a place."""
        return {"table": int(name) if name.isdecimal() else name}

    def origin(self, name: str, folder: Path, digest: str) -> dict[str, str]:
        """The record of what the table `name` was read from: its place as written, and the SHA-256.

        Raises:
            DataError: what was read has changed meanwhile.
        """
        return {f"{name}: {self.location}": digest}

    @classmethod
    def parse(cls, written: object) -> Source:
        """A table as a recipe has it: a path, or a mapping.

        Raises:
            SpecError: with every fault in it.

        >>> Source.parse("data/t.csv.gz").kind
        'csv'
        """
        try:
            return read_source(written)
        except PydanticCustomError as error:
            raise SpecError((error.context or {})["faults"]) from None

    @model_serializer
    def _written(self) -> dict[str, object]:
        return {self.name: self.location, **self.options}


SOURCES: Registry[type[Source]] = Registry("source", "protokit.collect.readers", key="source", base=Source)


def read_source(value: object) -> Source:
    """A table of `collect.tables`, for a validator.

    Raises:
        PydanticCustomError: with every fault in it.
    """
    if isinstance(value, Source):
        return value
    if isinstance(value, str):
        kind = _by_ending(value)
        return _checked(kind, {kind.name: value}, ())
    if isinstance(value, dict):
        kind = _of_mapping(value)
        return _checked(kind, value, (kind.name,))
    if hasattr(value, "columns"):  # a data frame is not written out: it may have millions of cells
        rule = f"a table is a path or a mapping, not a {type(value).__name__}"
        raise refuse(Fault(rule, "leave collect.tables out, and write run(recipe, table)"))
    raise refuse(Fault(f"a table is a path or a mapping, not {value!r}", "write data/flights.csv"))


def source_schema() -> JsonSchema:
    """The JSON Schema of a table: a path, or a mapping of a source and its options."""
    written = []
    for name, kind in SOURCES.all().items():
        fields = kind.model_json_schema()["properties"]
        options = {key: _without_default(fields[key]) for key in kind.option_names()}
        properties = {name: {**kind.location_schema, "description": kind.about}, **options}
        written.append(closed(properties, required=[name]))
    return {"anyOf": [{"type": "string"}, *written]}


def is_data(path: str) -> bool:
    """Whether a file's name says that it is a table."""
    return path.lower().endswith(tuple(ending for ending in endings(SOURCES.house()) if ending != "/"))


def endings(sources: Mapping[str, type[Source]]) -> dict[str, type[Source]]:
    """The source that each ending of a path names. A package cannot take one of the house."""
    found: dict[str, type[Source]] = {}
    for kind in sorted(sources.values(), key=lambda kind: not kind.__module__.startswith("protokit.")):
        for ending in kind.endings:
            found.setdefault(ending, kind)
    return found


def _without_default(schema: JsonSchema) -> dict[str, object]:
    return {key: value for key, value in schema.items() if key not in ("default", "title")}


def _takers(sources: Mapping[str, type[Source]]) -> dict[str, list[str]]:
    """The sources that take each option."""
    found: dict[str, list[str]] = {}
    for name, kind in sources.items():
        for option in kind.option_names():
            found.setdefault(option, []).append(name)
    return found


def _of_mapping(value: dict[object, object]) -> type[Source]:
    """The one source that a mapping names."""
    known = SOURCES.house()
    if any(key not in known and key not in _takers(known) for key in value):
        known = SOURCES.all()
    takers = _takers(known)
    for key in value:
        if key not in known and key not in takers:
            cure = plugins.or_failure(did_you_mean(str(key), (*known, *takers)), "source")
            at = (key if isinstance(key, int) else str(key),)
            raise refuse(Fault(f"unknown key {key!r} of a table", cure, at, "key"))
    named = [kind for key, kind in known.items() if key in value]
    if len(named) != 1:
        raise refuse(Fault(f"a table has one source, not {len(named)}", one_of(known)))
    return named[0]


def _checked(kind: type[Source], value: Mapping[str, object], path: DataPath) -> Source:
    """A table as it is written. `path` leads to its place, () where that is all that is written."""
    location = kind.read_location(value[kind.name])
    if not isinstance(location, str) or not location.strip():
        raise refuse(Fault(f"{kind.name} is a text, not {location!r}", None, (kind.name,)))
    faults: list[Fault] = []
    refusal = _unsafe(location) or kind.refused(location)
    if refusal is not None:
        faults.append(Fault(*refusal, path))
    options = {key: given for key, given in value.items() if key != kind.name and given is not None}
    for key in [key for key in options if key not in kind.option_names()]:
        takers = _and(_takers(SOURCES.all() if kind.name not in SOURCES.house() else SOURCES.house())[key])
        faults.append(Fault(f"{key!r} is for {takers}, not {kind.name}", "remove it", (key,), "key"))
        del options[key]
    faults += kind.conflicts(value)
    given = {"location": location, **options}
    try:
        source = kind.model_validate(given)
    except ValidationError as error:
        faults += faults_of(error, kind, given)
    if faults:
        order: list[object] = [*value]
        raise refuse(*sorted(faults, key=lambda fault: order.index(fault.path[0]) if fault.path else -1))
    return source


def _unsafe(location: str) -> Refusal | None:
    """Rule and cure where a secret stands in a recipe, or a variable has no name."""
    if any(not VARIABLE.fullmatch(secret) for secret in passwords(location)):
        cure = "put it in an environment variable, and write ${NAME} in its place"
        return "a password stands in a recipe", cure
    if "${" in VARIABLE.sub("", location):
        return "a '${' without a name and '}' after it", "write ${NAME}"
    return None


def _by_ending(location: str) -> type[Source]:
    """The source that a path or a web address names by its ending. Those of packages are asked last."""
    scheme = SCHEME.match(location)
    web = scheme is not None and scheme[1].lower() in {"http", "https"}
    cloud = scheme is not None and scheme[1].lower() in SCHEMES
    if cloud and location.endswith("/"):
        return SOURCES["parquet"]
    if scheme and not web and not cloud:
        cure = "write {sql: " + location + ", table: NAME}"
        cure = "write the path without file://" if scheme[1].lower() == "file" else cure
        shown = f"an address that starts with {scheme[1]}:// is no file"
        raise refuse(
            Fault(shown, "write ${NAME} for its password, under {sql: ...}" if any(passwords(location)) else cure)
        )
    path = re.split(r"[?#]", location, maxsplit=1)[0] if web else location
    for known in (SOURCES.house, SOURCES.all):
        for ending, kind in endings(known()).items():
            if path.lower().endswith(ending) and not (web and ending == "/"):
                return kind
        if path.lower().endswith(".xls"):
            raise refuse(Fault("the old .xls files are not read", "save it as .xlsx"))
    name = path.rsplit("/", 1)[-1]
    ending = "." + name.rsplit(".", 1)[-1] if "." in name else name
    cure = did_you_mean(ending, endings(SOURCES.all())) or "write {csv: " + location + "}, or the source that it is"
    raise refuse(Fault(f"the ending of {location!r} says nothing of what it is", cure))


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
