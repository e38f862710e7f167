"""A commented recipe from a data file and its target."""

from __future__ import annotations

import os
from pathlib import Path

from protokit.core.errors import SpecError
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
  menu:                              # the network, layer by layer; leave it out for the default one
    - Dense: {{units: 128, activation: relu}}
    - Dropout: 0.3
    - Dense: {{units: 128, activation: relu}}
    - Dropout: 0.3
  # epochs: 200
  # class_weights: balanced
# evaluate: {{metrics: [accuracy]}}    # scikit-learn's names
"""


def new(data: Path, target: str, path: Path) -> Recipe:
    """Write a recipe for a table, and check it.

    Raises:
        SpecError: there is a file at `path` already, or the table has no such column.
        DataError: the table cannot be read.
    """
    from protokit.collect.collect import columns

    if path.exists():
        raise SpecError.one(f"{path} is there already", "choose another name with -o")
    relative = os.path.relpath(data.resolve(), path.resolve().parent)
    name = "".join(c if c.isalnum() else "_" for c in data.name.split(".")[0]) or "table"
    text = _TEXT.format(name=_quoted(name), path=_quoted(relative), target=_quoted(target))
    probe = Recipe.parse({"collect": {"tables": {name: str(data.resolve())}}, "represent": {"target": target or "-"}})
    names = columns(probe)
    if not target:
        cure = f"protokit new {data} NAME" + (f", {one_of(names)}" if names else "")
        raise SpecError.one("which column is to be predicted?", cure)
    if names is not None and target not in names:
        raise SpecError.one(f"no column {target!r} in {data}", did_you_mean(target, names))
    write_text(path, text)
    return Recipe.read(path)


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
