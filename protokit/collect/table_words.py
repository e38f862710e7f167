"""Where a table comes from, as a recipe says it: one source, and the options that this source takes."""

from __future__ import annotations

import codecs
import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, model_serializer, model_validator
from pydantic_core import CoreSchema

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import refuse

SOURCES = (
    "csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html", "sqlite", "sql", "images", "idx", "sklearn", "openml",
)  # fmt: skip
SKLEARN_TABLES = ("wine", "breast_cancer", "diabetes", "digits", "iris", "linnerud")
# by the end of a file's name; .gz may stand after those of text
ENDINGS = {
    ".csv": "csv", ".csv.gz": "csv", ".tsv": "csv", ".tsv.gz": "csv", ".parquet": "parquet", ".json": "json",
    ".json.gz": "json", ".jsonl": "jsonl", ".jsonl.gz": "jsonl", ".ndjson": "jsonl", ".ndjson.gz": "jsonl",
    ".xlsx": "xlsx", ".html": "html", ".htm": "html", ".sqlite": "sqlite", ".sqlite3": "sqlite", ".db": "sqlite",
    ".arrow": "arrow", ".feather": "arrow", ".zip": "images", "/": "images",
    "-idx3-ubyte": "idx", "-idx3-ubyte.gz": "idx",
}  # fmt: skip
# sources that are files: one path, several (`data/2024-*.csv`), or a web address
FILES = ("csv", "json", "jsonl", "parquet", "arrow", "xlsx", "html")
_ON_DISK = (*FILES, "sqlite", "images", "idx")
# the sources that take each option
OPTIONS: dict[str, tuple[str, ...]] = {
    "missing": ("csv", "xlsx", "html"),
    "encoding": ("csv", "html"),
    "delimiter": ("csv",),
    "decimal": ("csv", "html"),
    "thousands": ("csv", "html"),
    "file_column": FILES,
    "sheet": ("xlsx",),
    "table": ("html", "sqlite", "sql"),
    "query": ("sqlite", "sql"),
    "labels": ("idx",),
    "version": ("openml",),
}
ABOUT = {
    "csv": "delimited text, plain or gzipped; `data/2024-*.csv` reads several files as one",
    "json": "a list of records, or a mapping of columns",
    "jsonl": "one record a line, plain or gzipped",
    "parquet": "a Parquet file",
    "arrow": "an Arrow or Feather file",
    "xlsx": "a workbook",
    "html": "a table of a web page",
    "sqlite": "a database file, opened for reading only",
    "sql": "a database, by its SQLAlchemy URL; secrets as ${NAME}",
    "images": "a folder or .zip that has a folder of images for each label",
    "idx": "images as MNIST has them",
    "sklearn": "a table that scikit-learn ships",
    "openml": "a data set of OpenML, by its name or number",
}
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "latin-1", "iso-8859-1", "cp1250", "cp1251", "shift_jis", "gb18030")
_ESCAPES = {"unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape"}
_DECIMALS = (".", ",")
_THOUSANDS = (",", ".", " ", "'")
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
# what is a secret in an address: the password before the host, and arguments that are named like one
_PASSWORD = re.compile(r"://[^:/@]*:(?!\d+/)([^@]+)@")
SECRETS = (_PASSWORD, re.compile(r"[?&](?:[\w.-]*(?:password|passwd|pwd|secret|token)|api_?key)=([^&#]+)", re.I))


class TableSource(BaseModel):
    """Where one table comes from: a source, the place in it, and the options that this source takes.

    Written as a path whose ending names the source, or as a mapping: `{csv: data/t.csv, delimiter: ";"}`.

    >>> TableSource.model_validate("data/t.csv.gz").kind
    'csv'
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: str = Field(description="the source that reads it")
    location: str = Field(description="path, address or name in the source, as written: secrets stay `${NAME}`")
    missing: tuple[str, ...] | None = Field(None, description="cells that mean: no value")
    encoding: str | None = Field(None, description="of text; found by its marks, else UTF-8, when not given")
    delimiter: str | None = Field(None, description="between fields; found by itself when not given")
    decimal: str | None = Field(None, description="the decimal mark, '.' or ','; '.' when not given")
    thousands: str | None = Field(None, description="the mark between thousands; none when not given")
    file_column: str | None = Field(None, description="a column to add: the file that each row came from")
    sheet: str | int | None = Field(None, description="name of a sheet, or its number from 1; the first when not given")
    table: str | int | None = Field(
        None, description="a database's table; of a page, its number from 1 or a text in it"
    )
    query: str | None = Field(None, description="one SELECT, in place of `table`")
    labels: str | None = Field(None, description="the idx file that holds the labels")
    version: int | None = Field(None, description="of an OpenML data set; the active one when not given")

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        return _checked(value)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, schema()]}

    @model_serializer
    def _written(self) -> dict[str, Any]:
        options = {name: getattr(self, name) for name in OPTIONS}
        return {self.kind: self.location, **{name: value for name, value in options.items() if value is not None}}


def schema() -> dict[str, Any]:
    """JSON Schema of a table: a path, or a mapping."""
    text: dict[str, Any] = {"type": "string"}
    options: dict[str, Any] = {name: dict(text) for name in OPTIONS}
    options["missing"] = {"anyOf": [text, {"type": "array", "items": text}]}
    options["decimal"] = {"enum": list(_DECIMALS)}
    options["thousands"] = {"enum": list(_THOUSANDS)}
    options["sheet"] = options["table"] = {"anyOf": [text, {"type": "integer", "minimum": 1}]}
    options["version"] = {"type": "integer", "minimum": 1}
    for name, about in options.items():
        about["description"] = str(TableSource.model_fields[name].description)
    sources: dict[str, Any] = {kind: {"type": "string", "description": text} for kind, text in ABOUT.items()}
    sources["sklearn"]["enum"] = list(SKLEARN_TABLES)
    sources["openml"]["type"] = ["string", "integer"]
    return {
        "type": "object",
        "properties": {**sources, **options},
        "additionalProperties": False,
        "oneOf": [
            {
                "required": [kind],
                "propertyNames": {"enum": [kind, *(name for name, kinds in OPTIONS.items() if kind in kinds)]},
            }
            for kind in SOURCES
        ],
    }


def is_data(path: str) -> bool:
    """Whether a file's name says that it is a table."""
    return path.lower().endswith(tuple(ending for ending in ENDINGS if ending != "/"))


def _checked(value: Any) -> dict[str, Any]:
    """A table as written, as the fields of a `TableSource`."""
    path: Path = ()
    if isinstance(value, str):
        value = {_by_ending(value): value}
    elif isinstance(value, dict):
        path = tuple(key for key in value if key in SOURCES)[:1]
    if not isinstance(value, dict):
        if hasattr(value, "columns"):  # a data frame is not written out: it may have millions of cells
            rule = f"a table is a path or a mapping, not a {type(value).__name__}"
            raise refuse(Fault(rule, "leave collect.tables out, and write run(recipe, table)"))
        raise refuse(Fault(f"a table is a path or a mapping, not {value!r}", "write data/flights.csv"))
    for key in value:
        if key not in SOURCES and key not in OPTIONS:
            known = (*SOURCES, *OPTIONS)
            raise refuse(Fault(f"unknown key {key!r} of a table", did_you_mean(str(key), known), (key,), "key"))
    sources = [key for key in value if key in SOURCES]
    if len(sources) != 1:
        raise refuse(Fault(f"a table has one source, not {len(sources)}", one_of(SOURCES)))
    [kind] = sources
    location = value[kind]
    if kind == "openml" and isinstance(location, int) and not isinstance(location, bool):
        location = str(location)
    if not isinstance(location, str) or not location.strip():
        raise refuse(Fault(f"{kind} is a text, not {location!r}", None, (kind,)))
    faults = [*_of_location(kind, location, path), *_of_options(kind, value)]
    if faults:
        raise refuse(*faults)
    options = {name: value[name] for name in OPTIONS if value.get(name) is not None}
    if "missing" in options:
        marks = options["missing"]
        options["missing"] = tuple(str(mark) for mark in (marks if isinstance(marks, (list, tuple)) else [marks]))
    return {"kind": kind, "location": location, **options}


def _of_location(kind: str, location: str, path: Path) -> list[Fault]:
    if kind == "sklearn" and location not in SKLEARN_TABLES:
        cure = did_you_mean(location, SKLEARN_TABLES)
        return [Fault(f"scikit-learn ships no table {location!r}", cure, path)]
    if any(not VARIABLE.fullmatch(secret) for pattern in SECRETS for secret in pattern.findall(location)):
        cure = "put it in an environment variable, and write ${NAME} in its place"
        return [Fault("a password stands in a recipe", cure, path)]
    if "${" in VARIABLE.sub("", location):
        return [Fault("a '${' without a name and '}' after it", "write ${NAME}", path)]
    scheme = _SCHEME.match(location)
    if kind in _ON_DISK and scheme and scheme[1].lower() not in {"http", "https"}:
        cure = "write {sql: ...}" if kind == "sqlite" or "sql" in scheme[1] else "download it, and name the file"
        cure = "write the path without file://" if scheme[1].lower() == "file" else cure
        return [Fault(f"{scheme[1]}:// is not read, http:// and https:// are", cure, path)]
    if kind == "sql" and not scheme and not VARIABLE.match(location) and not location.startswith("sqlite:"):
        return [Fault(f"{location!r} is not the URL of a database", "write sqlite:///data/shop.db, or ${NAME}", path)]
    if kind == "idx" and scheme:
        return [Fault("idx files are read from the disk", "download them, and name the files", path)]
    return []


def _of_options(kind: str, value: dict[str, Any]) -> list[Fault]:
    found: list[Fault] = []
    for key, given in value.items():
        if key not in OPTIONS or given is None:
            continue
        if kind not in OPTIONS[key]:
            found.append(Fault(f"{key!r} is for {_and(OPTIONS[key])}, not {kind}", "remove it", (key,), "key"))
        elif (rule := _of_option(key, given, kind)) is not None:
            found.append(Fault(rule[0], rule[1], (key,)))
    if value.get("table") is not None and value.get("query") is not None:
        found.append(Fault("a table of the database, or a query: not both", "remove one", ("query",), "key"))
    if kind == "sql" and value.get("table") is None and value.get("query") is None:
        found.append(Fault("sql needs a table or a query", "write table: NAME, or query: select ...", ("sql",)))
    decimal, thousands = value.get("decimal") or ".", value.get("thousands")
    if decimal == thousands:
        cure = "write decimal: ',' too" if thousands == "." else "write another mark"
        found.append(Fault(f"{thousands!r} cannot mark both decimals and thousands", cure, ("thousands",)))
    return found


def _of_option(key: str, given: Any, kind: str) -> tuple[str, str | None] | None:
    """Rule and cure where an option's value is wrong."""
    if key == "missing":
        marks = given if isinstance(given, (list, tuple)) else [given]
        for mark in marks:
            if not isinstance(mark, (str, int)) or isinstance(mark, bool):
                return f"a mark is a text, not {mark!r}", "put it in quotes as it stands in the file"
        return None
    if key == "version":
        right = isinstance(given, int) and not isinstance(given, bool) and given >= 1
        return None if right else (f"version is a whole number from 1, not {given!r}", None)
    if key == "sheet" or (key == "table" and kind == "html"):
        if isinstance(given, int) and not isinstance(given, bool):
            return None if given >= 1 else (f"{key} is counted from 1, not {given!r}", "write 1 for the first")
        return None if isinstance(given, str) and given else (f"{key} is a name or a number, not {given!r}", None)
    if key in {"decimal", "thousands"}:
        marks = _DECIMALS if key == "decimal" else _THOUSANDS
        return None if given in marks else (f"{key} is a mark, not {given!r}", one_of(map(repr, marks)))
    if key == "delimiter" and isinstance(given, str) and (len(given) != 1 or given in '"\r\n'):
        return f"a delimiter is one character, not {given!r}", "write delimiter: ';'"
    if key == "encoding" and isinstance(given, str) and not _is_encoding(given):
        return f"unknown encoding {given!r}", did_you_mean(given, _ENCODINGS)
    return None if isinstance(given, str) and given else (f"{key} is a text, not {given!r}", None)


def _is_encoding(name: str) -> bool:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    # Python's own codecs for other ends than files
    return found._is_text_encoding and found.name not in {"idna", "punycode", "undefined", "mbcs", "oem"} | _ESCAPES


def _and(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _by_ending(location: str) -> str:
    """The source that a path or a web address names by its ending."""
    scheme = _SCHEME.match(location)
    web = scheme is not None and scheme[1].lower() in {"http", "https"}
    if scheme and not web:
        cure = "write {sql: " + location + ", table: NAME}"
        cure = "write the path without file://" if scheme[1].lower() == "file" else cure
        password = _PASSWORD.search(location) is not None
        shown = f"an address that starts with {scheme[1]}:// is no file"
        raise refuse(Fault(shown, "write {sql: ${NAME}, table: NAME}" if password else cure))
    path = re.split(r"[?#]", location, maxsplit=1)[0] if web else location
    kinds = [kind for ending, kind in ENDINGS.items() if path.lower().endswith(ending) and not (web and ending == "/")]
    if kinds:
        return kinds[0]
    if path.lower().endswith(".xls"):
        raise refuse(Fault("the old .xls files are not read", "save it as .xlsx"))
    name = path.rsplit("/", 1)[-1]
    ending = "." + name.rsplit(".", 1)[-1] if "." in name else name
    cure = did_you_mean(ending, ENDINGS) or "write {csv: " + location + "}, or the source that it is"
    raise refuse(Fault(f"the ending of {location!r} says nothing of what it is", cure))
