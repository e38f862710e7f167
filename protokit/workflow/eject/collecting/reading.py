"""The calls of a script that read tables, and what each gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from protokit.collect.files.dialect import dialect_of
from protokit.collect.files.files import File
from protokit.collect.readers.csv import Csv
from protokit.collect.readers.html import Html
from protokit.collect.readers.images import Images
from protokit.collect.readers.json import Json
from protokit.collect.readers.jsonl import JsonLines
from protokit.collect.readers.parquet import Parquet
from protokit.collect.readers.sklearn import Shipped
from protokit.collect.readers.sqlite import Sqlite
from protokit.collect.readers.xlsx import Workbook
from protokit.collect.source import Source
from protokit.core.errors import SpecError
from protokit.core.names import IMAGE_ENDINGS
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.collecting.comparing import otherwise
from protokit.workflow.eject.texts import tables
from protokit.workflow.eject.texts.inputs.images import read_images

# options that are seen in how a file is read, or in its cells
_KNOWN = {"missing", "encoding", "delimiter", "header", "names", "comment", "quote", "footer", "decimal", "thousands",
          "table", "query", "records", "sheet"}  # fmt: skip


Call = tuple[str, list[str]]  # what is called, and its arguments


def read(name: str, source: Source, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    """The call that reads a table, and what it gives; `run` is the table as the run has it.

    Raises:
        SpecError: no script reads such a table, or it reads it otherwise.
    """
    reader = _READERS.get(type(source))
    unsaid = [o for o in source.option_names() if o not in _KNOWN and getattr(source, o, None) is not None]
    if reader is None or unsaid:
        rule = f"the table {name!r} is of {source.kind}, which has no script"
        if reader is not None:
            rule = f"the table {name!r} is read with {unsaid[0]}, which has no script"
        raise SpecError([Fault(rule, "write it as a plain CSV file", ("collect", "tables", name))])
    try:
        return reader(source, folder, run)
    except (ValueError, KeyError, OSError) as error:
        raise otherwise(str(source.location), (str(error).splitlines() or [type(error).__name__])[0]) from None


def _place(source: Any, folder: Path) -> tuple[str, list[File]]:
    """The place in a script, and its files on this machine.

    Raises:
        SpecError: it is far away.
    """
    found = source.files(folder)[0]
    if not all(access.local(file.path).is_file() for file in found) or "://" in source.location:
        rule = f"{source.location!r} is no file of this machine"
        raise SpecError.one(rule, "write the table into a file", ("collect", "tables"))
    return f"FOLDER / {literal(source.location)}", found


def _each(
    source: Any, folder: Path, head: str, arguments: Sequence[str], one: Callable[[Path], pd.DataFrame]
) -> tuple[Call, pd.DataFrame]:
    """The call for the file of a place, or for each of several, which are put below each other."""
    code, found = _place(source, folder)
    frames = [one(access.local(file.path)) for file in found]
    if len(found) == 1 and access.local(folder / source.location).is_file():
        return (head, [code, *arguments]), frames[0]
    each = f"{head}({', '.join(['path', *arguments])})"
    paths = f"sorted(FOLDER.glob({literal(source.location)}))"
    whole = [f"[{each} for path in {paths}]", "ignore_index=True"]
    return ("pd.concat", whole), pd.concat(frames, ignore_index=True)


def _csv(source: Csv, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    _, found = _place(source, folder)
    dialect = dialect_of(found[0], source)
    delimiter = r"\s+" if dialect.delimiter == " " else dialect.delimiter
    options: dict[str, Any] = {}
    if dialect.above != 1 or source.names or source.header == "none":
        options |= {"header": None, "skiprows": dialect.above, "names": [*dialect.names]}
    if dialect.comment is not None:
        options["comment"] = dialect.comment
    if dialect.quote is None:
        options["quoting"] = 3  # csv.QUOTE_NONE
    elif dialect.quote != '"':
        options["quotechar"] = dialect.quote
    if dialect.footer:
        options |= {"skipfooter": dialect.footer, "engine": "python"}
    arguments = (delimiter, dialect.encoding)
    written = [*map(literal, arguments), *(f"{key}={literal(value)}" for key, value in options.items())]
    return _each(source, folder, "read_csv", written, lambda path: tables.read_csv(path, *arguments, **options))


def _sqlite(source: Sqlite, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    path = access.local(folder / source.location)
    if not path.is_file():
        rule = f"{source.location!r} is no one file of this machine"
        raise SpecError.one(rule, "write the table into one file", ("collect", "tables"))
    code = f"FOLDER / {literal(source.location)}"
    name = source.table
    if source.query is None and name is None:
        sql = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%'"
        name = str(tables.read_sqlite(path, sql)["name"].iloc[0])
    query = source.query or f'select * from "{name}"'
    frame = tables.read_sqlite(path, query)
    dates = [str(n) for n in frame if n in run and run[n].dtype.kind == "M" and frame[n].dtype.kind == "O"]
    items = [code, literal(query), *([f"dates={literal(dates)}"] if dates else [])]
    return ("read_sqlite", items), tables.read_sqlite(path, query, dates)


def _html(source: Html, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    text = re.escape(source.table) if isinstance(source.table, str) else None
    arguments = (source.encoding, text, source.table - 1 if isinstance(source.table, int) else 0)
    written = [*map(literal, arguments)]
    try:
        return _each(source, folder, "read_html", written, lambda path: tables.read_html(path, *arguments))
    except IndexError as error:
        raise otherwise(source.location, str(error)) from None


def _parquet(source: Parquet, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    _place(source, folder)
    place = source.location
    if access.local(folder / place).is_dir():
        place = place.rstrip("/") + "/**/*.parquet"
        if any(file.partitions for file in source.files(folder)[0]):
            place = place.replace("**", "*=*/**")
    return ("read_parquet", [f"FOLDER / {literal(place)}"]), tables.read_parquet(access.local(folder) / place)


def _jsonl(source: JsonLines, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    return _each(source, folder, "read_json_lines", (), tables.read_json_lines)


def _json(source: Json, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    below = source.records.split(".") if source.records else []
    written = [literal(below)] if below else []
    return _each(source, folder, "read_json", written, lambda path: tables.read_json(path, below))


def _xlsx(source: Workbook, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    sheet = source.sheet - 1 if isinstance(source.sheet, int) else source.sheet or 0
    options: dict[str, Any] = {"sheet_name": sheet, "keep_default_na": False, "na_values": [""]}
    if source.header == "none":
        options["header"] = None
    elif isinstance(source.header, int):
        options["header"] = source.header - 1
    if source.names:
        options["names"] = [*source.names]
    if source.footer:
        options["skipfooter"] = source.footer
    written = [f"{key}={literal(value)}" for key, value in options.items()]
    return _each(source, folder, "pd.read_excel", written, lambda path: pd.read_excel(path, **options))


def _images(source: Images, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    path = access.local(folder / source.location)
    for above in range(4):  # folders around those of the labels tell nothing
        try:
            frame = read_images(path, IMAGE_ENDINGS, above)
        except IndexError:
            break
        if "label" in run and [*frame["label"]] == [*run["label"]]:
            items = [f"FOLDER / {literal(source.location)}", literal(IMAGE_ENDINGS), str(above)]
            return ("read_images", items), frame
    raise otherwise(source.location, "its folders are not one for each label")


def _shipped(source: Shipped, folder: Path, run: pd.DataFrame) -> tuple[Call, pd.DataFrame]:
    return ("shipped", [literal(source.location)]), tables.shipped(source.location)


_READERS: Mapping[type, Callable[[Any, Path, pd.DataFrame], tuple[Call, pd.DataFrame]]] = {
    Csv: _csv,
    Html: _html,
    Sqlite: _sqlite,
    Parquet: _parquet,
    JsonLines: _jsonl,
    Json: _json,
    Workbook: _xlsx,
    Images: _images,
    Shipped: _shipped,
}
