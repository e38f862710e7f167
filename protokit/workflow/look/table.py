"""A look at the data before anything is learned from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from protokit.cells.times.columns import read, survey
from protokit.cells.times.durations import seconds
from protokit.cells.times.rules import Rule, decide
from protokit.collect.collect import as_written
from protokit.core.errors import SpecError
from protokit.core.names import as_text, counted, number
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Table
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.cells import missing_texts, without
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.times import asked
from protokit.show.blocks import Grid
from protokit.show.card import Card
from protokit.workflow.check import as_recipe
from protokit.workflow.look.card import step_grids
from protokit.workflow.run.collecting import collected

_MOST_COLUMNS = 60
_EXAMPLES = 3
_FEW = 5  # different numbers that are told one by one
_MOST_LETTERS = 24


@dataclass(frozen=True)
class Column:
    """One column: what it is (None: it would be left out, `why` says for what reason), and what is in it.

    `missing` counts empty cells, `different` the different values; `span` is from the least to the greatest, where
    they have an order, else the most frequent ones.
    """

    name: str
    kind: str | None
    missing: int
    different: int
    span: str
    why: str = ""


@dataclass(frozen=True)
class TableView:
    """Collected data. In a notebook it shows itself as a card; `print` gives the same as text.

    `frame` is the data, one row for each example or, of sequences and series, each of their steps.
    """

    name: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    notices: tuple[Notice, ...]
    targets: tuple[str, ...] = ()

    @property
    def card(self) -> Card:
        """What the table shows of itself."""
        rows = []
        for column in self.columns:
            kind = "target" if column.name in self.targets else column.kind or "left out"
            missing = f"{column.missing:,}" if column.missing else ""
            rows.append((column.name, kind, missing, f"{column.different:,}", column.span))
        grid = Grid("", ("column", "kind", "missing", "different", "values"), tuple(rows)).folded(_MOST_COLUMNS)
        out = tuple(f"{one.name!r} would be left out: {one.why}" for one in self.columns if one.why)
        grids = (grid, *step_grids([step.as_plain() for step in self.steps]))
        said = f"{counted(len(self.frame), 'row')}, {counted(self.frame.shape[1], 'column')}"
        return Card(self.name, (said,), grids, (*map(str, self.notices), *out))

    def __len__(self) -> int:
        return len(self.frame)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Table {self.name}: {counted(len(self.frame), 'row')}, {counted(self.frame.shape[1], 'column')}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.card.bundle()


def table(
    source: object, table: object = None, *, sheet: str | None = None, set: Settings = (), allow: Allow = ()
) -> TableView:
    """Collect the table of a recipe (its file, a dict of the same shape, a `Recipe`), joined and cleaned; or read one
    from a file, a folder of images, a web address or a data frame.

    A data frame may stand for a recipe's tables, and `set` holds other values than its own, as for `run`.
    `sheet` names one of several in a database, page or workbook. Kinds are read off all rows here; a run reads them off
    its training rows. What a recipe of a file may open beside its own is said by `allow`, as for `run`.

    >>> view = protokit.table(birds)
    >>> view, len(view), view.frame.shape, view.card.title
    (<Table table: 80 rows, 4 columns>, 80, (80, 4), 'table')
    >>> [(column.name, column.kind) for column in view.columns]
    [('wing', 'number'), ('mass', 'number'), ('island', 'category'), ('species', 'category')]

    Raises:
        SpecError: the recipe is wrong, or the ending of a file says nothing.
        DataError: the data cannot be read, or is not as the recipe says.
    """
    recipe = _recipe(source, set, allow)
    name = recipe.name if recipe is not None else "table"
    given: object = None
    if recipe is None:
        if set or table is not None:
            word = "set" if set else "a further table"
            raise SpecError.one(f"{word} is for a recipe, and this is a table", "give a recipe first")
        plain: dict[str, object] = {"represent": {"target": "-"}}
        if isinstance(source, (str, Path)):
            plain["collect"] = {"tables": {"data": as_written(source, sheet)}}
            name = Path(str(source).rstrip("/")).name or name
        else:
            given = source
        recipe = Recipe.parse(plain)
        return _view(name, None, collected(recipe, given))
    with access.named_by("recipe", recipe.reach):
        return _view(name, recipe, collected(recipe, table))


def _recipe(source: object, set: Settings, allow: Allow) -> Recipe | None:
    """The recipe, where the source is one."""
    if isinstance(source, Recipe) or (isinstance(source, dict) and {"collect", "represent"} & {*source}):
        return as_recipe(source, set, allow=allow)
    if isinstance(source, (str, Path)) and Path(source).suffix in {".yaml", ".yml"}:
        return as_recipe(source, set, allow=allow)
    return None


def _view(name: str, recipe: Recipe | None, collected: Table) -> TableView:
    frame = collected.frame
    columns = tuple(_column(frame[one], recipe) for one in frame.columns)
    targets = recipe.represent.targets if recipe is not None else ()
    return TableView(name, frame, columns, collected.steps, collected.notices, targets)


def _column(cells: pd.Series, recipe: Recipe | None) -> Column:
    name = str(cells.name)
    said = recipe.represent.kind(name) if recipe is not None else None
    rule = asked(recipe.represent, name) if recipe is not None else Rule()
    is_target = recipe is not None and name in recipe.represent.targets
    why = ""
    kind = said
    if said is None:
        guess = infer(without(cells, missing_texts(cells)))
        kind, why = guess.kind, "" if is_target else guess.why
    elif said == "ignore":
        kind, why = None, "the recipe says so"
    try:
        different = int(cells.nunique())
    except TypeError:  # arrays and lists
        different = len(cells)
    return Column(name, kind, int(cells.isna().sum()), different, _span(cells, kind, rule), why)


def _span(cells: pd.Series, kind: str | None, rule: Rule) -> str:
    """What the cells are like, in a few words."""
    present = cells.dropna()
    if present.empty:
        return ""
    if kind == "date":
        present = without(present, missing_texts(present))
        how = rule if rule.epoch else decide(survey(present), rule).rule
        present = pd.Series(read(present, how).values).dropna()
    elif kind == "duration":
        present = pd.Series(seconds(present)[0]).dropna()
    if present.empty:
        return ""
    try:
        often = present.value_counts()
    except TypeError:  # arrays and lists
        return f"{type(present.iloc[0]).__name__}s"
    if len(often) > _FEW and present.dtype.kind in "iufM":
        return f"{_short(present.min())} to {_short(present.max())}, half below {_short(present.median())}"
    shown = [_short(value) for value in often.index[:_EXAMPLES]]
    if len(often) < len(present):
        shown = [f"{one} ({count / len(present):.0%})" for one, count in zip(shown, often, strict=False)]
    return ", ".join([*shown, "…"] if len(often) > _EXAMPLES else shown)


def _short(value: object) -> str:
    """A cell as it fits into a line."""
    if isinstance(value, float):
        return as_text(value) if value.is_integer() and abs(value) < 1e6 else number(value)
    if hasattr(value, "strftime"):
        return str(value)[:10] if str(value).endswith("00:00:00") else str(value)
    if isinstance(value, bytes):
        return f"{len(value):,} bytes"
    text = " ".join(as_text(value).split())
    return text if len(text) <= _MOST_LETTERS else text[: _MOST_LETTERS - 1] + "…"
