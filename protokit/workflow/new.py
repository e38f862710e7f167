"""A commented recipe from a data file and its target."""

from __future__ import annotations

import os
from pathlib import Path

from protokit.core.errors import DataError, SpecError
from protokit.core.files import write_text
from protokit.core.suggest import did_you_mean, one_of
from protokit.recipe.recipe import Recipe

_TEXT = """\
protokit: 1
collect:
  tables:
    {name}: {path}
represent:
  target: {target}
  # columns: {{NAME: category}}       # number, category, boolean, date or ignore; the rest is inferred
  # split: {{test: 0.2, validation: 0.2, by: random}}    # or stratified, {{group: C}}, {{time: C}}, {{column: C}}
learn:
{menu}  # epochs: 200
  # class_weights: balanced
# evaluate: {{metrics: [accuracy]}}    # scikit-learn's names
"""
_MENU = """\
  menu:                              # the network, layer by layer; leave it out for the default one
    - Dense: {units: 128, activation: relu}
    - Dropout: 0.3
    - Dense: {units: 128, activation: relu}
    - Dropout: 0.3
"""
_PICTURES = """\
  menu: image_small                  # `protokit menus image_small` prints it, to start your own from
"""
_COMMA = r"[-+]?\d{1,3}(\.?\d{3})*,\d+"
_ENOUGH = 0.9  # of the cells of a column


def new(data: str | Path, target: str, path: Path, *, table: str | None = None) -> Recipe:
    """Write a recipe for a table (a file, a folder of images, a web address), and check it.

    `table` is one of a database or page, or a sheet.

    Raises:
        SpecError: there is a file at `path` already, or the table has no such column.
        DataError: the table cannot be read.
    """
    from protokit.collect.collect import as_written, columns, read_table

    if path.exists():
        raise SpecError.one(f"{path} is there already", "choose another name with -o")
    name = "".join(c if c.isalnum() else "_" for c in Path(data).name.split(".")[0]) or "table"
    web = "://" in str(data)
    written = as_written(data if web else Path(data).resolve(), table)
    probe = Recipe.parse({"collect": {"tables": {name: written}}, "represent": {"target": target or "-"}})
    reading: dict[str, str] = {}
    if probe.collect.tables[name].kind == "csv":
        reading, names = _read(probe.collect.tables[name].location)
    else:
        found = columns(probe)
        names = list(read_table(data, table).columns) if found is None else found
    if not target:
        cure = f"protokit new {data} NAME" + f", {one_of(names)}"
        raise SpecError.one("which column is to be predicted?", cure)
    if target not in names:
        raise SpecError.one(f"no column {target!r} in {data}", did_you_mean(target, names))
    source = probe.collect.tables[name]
    place = source.location
    if not web:
        place = os.path.relpath(source.location, path.resolve().parent) + ("/" if place.endswith("/") else "")
    shown = _quoted(place)
    if table is not None:
        option = "sheet" if source.sheet is not None else "table"
        value = source.sheet if option == "sheet" else source.table
        shown = f"{{{source.kind}: {shown}, {option}: {value if isinstance(value, int) else _quoted(str(value))}}}"
    elif reading:
        options = ", ".join(f"{key}: {_quoted(value)}" for key, value in reading.items())
        shown = f"{{csv: {shown}, {options}}}"
    menu = _PICTURES if source.kind in {"images", "idx"} else _MENU
    write_text(path, _TEXT.format(name=_quoted(name), path=shown, target=_quoted(target), menu=menu))
    return Recipe.read(path)


def _read(place: str) -> tuple[dict[str, str], list[str]]:
    """How a csv file is to be read where that is not by default, and the names of its columns."""
    from protokit.collect.collect import read_table

    reading: dict[str, str] = {}
    try:
        frame = read_table(place)
    except DataError as error:
        if "is not UTF-8" not in error.rule:
            raise
        reading["encoding"] = "cp1252"
        frame = read_table(place, reading=reading)
    texts = [frame[name].dropna().head(1000) for name in frame.columns if frame[name].dtype.kind in "OT"]
    if any(len(some) and some.astype(str).str.fullmatch(_COMMA).mean() >= _ENOUGH for some in texts):
        reading["decimal"] = ","
    return reading, list(frame.columns)


def _quoted(text: str) -> str:
    plain = text.replace("_", "").replace("-", "").replace("/", "").replace(".", "")
    if (
        plain.isalnum()
        and not plain[0].isdigit()
        and text[0] not in "-."
        and text.lower() not in {"true", "false", "null"}
    ):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
