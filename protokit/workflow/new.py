"""A commented recipe from a data file and its target."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd

from protokit.cells.numbers import found_in
from protokit.collect.collect import as_written, read_table
from protokit.collect.headers import columns
from protokit.core.errors import DataError, SpecError
from protokit.core.files import write_text
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.signature import task_of
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.cells import Cells
from protokit.represent.encoders.inference import of_parts
from protokit.represent.split.column import parts_in
from protokit.represent.target import infer_task

_TEXT = """\
protokit: 1
collect:
  tables:
    {name}: {path}
represent:
  target: {target}
  # columns: {{NAME: category}}       # number, category, boolean, date, text or ignore; the rest is inferred
{split}# learn:
#   menu: {menu}
#   epochs: 200
{weights}# evaluate: {{metrics: [{metric}]}}    # scikit-learn's names
"""
_SPLIT = "  # split: {test: 0.2, validation: 0.2, by: random}    # or STRATIFIED{group: C}, {time: C}, {column: C}\n"
_MENU = "[{Dense: {units: 128, activation: relu}}, {Dropout: 0.3}]    # the network; what fits the data when not given"
_PICTURES = "image_small                # what pictures get; `protokit menus image_small` prints it, to change it"
_READ_WHOLE = {"json", "jsonl", "xlsx", "html", "sklearn"}  # to see the target; databases and large files are not
_ENOUGH = 0.9  # of the cells of a column


def new(data: str | Path, target: str, path: Path, *, table: str | None = None) -> Recipe:
    """Write a recipe for a table (a file, a folder of images, a web address), and check it.

    `table` is one of a database or page, or a sheet.

    Raises:
        SpecError: there is a file at `path` already, or the table has no such column.
        DataError: the table cannot be read.
    """
    if path.exists():
        raise SpecError.one(f"{path} is there already", "choose another name with -o")
    name = "".join(c if c.isalnum() else "_" for c in Path(data).name.split(".")[0]) or "table"
    web = "://" in str(data)
    written = as_written(data if web else Path(data).resolve(), table)
    probe = Recipe.parse({"collect": {"tables": {name: written}}, "represent": {"target": target or "-"}})
    reading: dict[str, str] = {}
    frame: pd.DataFrame | None = None
    with probe.document.placing():
        names = None if probe.collect.tables[name].kind == "csv" else columns(probe.collect, probe.folder)
    if probe.collect.tables[name].kind == "csv":
        reading, frame = _read(probe.collect.tables[name].location)
    elif names is None or probe.collect.tables[name].kind in _READ_WHOLE:
        frame = read_table(data, table)
    names = list(frame.columns) if frame is not None else names or []
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
        [(option, value)] = source.options.items()
        shown = f"{{{source.kind}: {shown}, {option}: {value if isinstance(value, int) else _quoted(str(value))}}}"
    elif isinstance(written, dict):  # a folder whose ending does not say what it is
        shown = f"{{{source.kind}: {shown}}}"
    elif reading:
        options = ", ".join(f"{key}: {_quoted(value)}" for key, value in reading.items())
        shown = f"{{csv: {shown}, {options}}}"
    menu = _PICTURES if source.kind in {"images", "idx"} else _MENU
    parted = next((column for column in names if frame is not None and _says_parts(frame[column], column)), None)
    numbers = frame is not None and _is_number(frame[target])
    told = _told_of_parts(frame.drop(columns=target)) if frame is not None and parted is None else ""
    hints = {
        "split": told + _SPLIT.replace("STRATIFIED", "" if numbers else "stratified, ")
        if parted is None
        else f"  split: {{by: {{column: {_quoted(parted)}}}}}    # each row says its part\n",
        "weights": "" if numbers else "#   class_weights: balanced\n",
        "metric": "mean_absolute_error" if numbers else "accuracy",
    }
    write_text(path, _TEXT.format(name=_quoted(name), path=shown, target=_quoted(target), menu=menu, **hints))
    return Recipe.read(path)


def _is_number(column: pd.Series) -> bool:
    """Whether a target is one of regression, as the run will infer it."""
    try:
        return task_of(infer_task(column.dropna(), None)).form == "number"
    except (DataError, TypeError):  # the run says it at its place
        return False


def _says_parts(cells: pd.Series, name: str) -> bool:
    """Whether a column says of each row whether it is for training or the test."""
    return (
        cells.dtype.kind in "OT"
        and set(map(type, cells)) == {str}
        and {"train", "test"} <= parts_in(name, map(str, cells.unique()))
    )


def _told_of_parts(frame: pd.DataFrame) -> str:
    """What the run will say of columns that say the parts of rows, and that no split can take as they are: comments."""
    guesses = {name: of_parts(Cells(frame[name])) for name in frame.columns}
    told = [f"{name!r}: {guess.why}: {guess.cure}" for name, guess in guesses.items() if guess and guess.cure]
    return "".join(f"  # {' '.join(line.split())}\n" for line in told)


def _read(place: str) -> tuple[dict[str, str], pd.DataFrame]:
    """How a csv file is to be read where that is not by default, and its table as read so far."""
    reading: dict[str, str] = {}
    try:
        frame = read_table(place)
    except DataError as error:
        if "is not UTF-8" not in error.rule:
            raise
        reading["encoding"] = "cp1252"
        frame = read_table(place, reading=reading)
    texts = [frame[name].dropna().head(1000) for name in frame.columns if frame[name].dtype.kind in "OT"]
    if any(len(some) and _has_decimal_commas(some) for some in texts):
        reading["decimal"] = ","
    return reading, read_table(place, reading=reading) if "decimal" in reading else frame


def _has_decimal_commas(texts: pd.Series) -> bool:
    """Whether most of some texts are numbers with a decimal comma; 1,234 alone may be thousands, and says nothing."""
    often = texts.astype(str).value_counts()
    found = found_in(list(often.index), often.to_numpy())
    if found is None or found.other is not None or found.reading.decimal != ",":
        return False
    return float(often.to_numpy()[found.fits].sum()) >= _ENOUGH * len(texts)


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
