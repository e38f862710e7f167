"""Why a network says what it says of a row: how much each column adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from protokit.bundle.opened.columns import names_of
from protokit.core.errors import SpecError
from protokit.core.libraries.optional import optional
from protokit.core.names import added, as_text, counted, number
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Notice
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoder import Encoder
from protokit.show.blocks import Grid
from protokit.show.card import Card

_MOST_ROWS = 20
MOST_COLUMNS = 5
_LONGEST = 24  # letters of a cell


@dataclass(frozen=True)
class Explanation:
    """What each column adds to what a model says of some rows. `print` shows the columns that matter most.

    `values` has a row for each row that was explained, under its index, and a column for each of the model's: in
    probability where `of` names the class that is explained in each row, else in the target's own unit. A row's values
    add up to its `score` less its `start`, what is said of what it is held against; `gap` is by how much they miss that
    at most. `data` are the cells that were explained, `method` is how, and `notices` what was decided.
    """

    target: str
    values: pd.DataFrame
    score: pd.Series
    start: pd.Series
    of: pd.Series | None
    gap: float
    data: pd.DataFrame
    method: str = "integrated gradients"
    notices: tuple[Notice, ...] = ()

    def most(self, place: int) -> list[tuple[str, str, float]]:
        """The columns that add the most to a row, each with its cell, empty where that is no word or number."""
        own = self.values.iloc[place]
        names = own.abs().sort_values(ascending=False, kind="stable").index[:MOST_COLUMNS]
        return [(str(name), self._cell(place, str(name)), float(own[name])) for name in names]

    def as_shap(self) -> Any:
        """The same as a `shap.Explanation`, for SHAP's own plots: `shap.plots.waterfall(found.as_shap()[0])`.

        >>> model.explain(birds.head(2), background=birds).as_shap().values.shape
        (2, 3)

        Raises:
            MissingExtra: SHAP is not installed.
        """
        cells = self.data.reindex(columns=self.values.columns)
        arrays = (self.values.to_numpy(), self.start.to_numpy(), cells.to_numpy(object))
        found: Any = optional("shap", "explain").Explanation(*arrays, feature_names=list(self.values.columns))
        return found

    @property
    def card(self) -> Card:
        """What the explanation shows of itself."""
        rows = []
        for i in range(min(len(self.values), _MOST_ROWS)):
            said = number(float(self.score.iloc[i]))
            said = said if self.of is None else f"{as_text(self.of.iloc[i])} {said}"
            rows.append((as_text(self.values.index[i]), said, number(float(self.start.iloc[i])), added(self.most(i))))
        if len(self.values) > _MOST_ROWS:
            rows.append((f"… {len(self.values) - _MOST_ROWS} more", "", "", ""))
        grid = Grid("", ("row", self.target, "from", "what each column adds"), tuple(rows))
        missed = f"the columns add up to what is said but for {number(self.gap)} at most"
        notes = (f"by {self.method}", *map(str, self.notices), *([missed] if self.gap >= 0.0005 else []))
        return Card(f"why {self.target}", (), (grid,), notes)

    def _cell(self, place: int, name: str) -> str:
        if name not in self.data.columns:
            return ""
        cell = self.data[name].iloc[place]
        if not np.ndim(cell) and pd.isna(cell):
            return "missing"
        if isinstance(cell, (float, np.floating)):
            return f"{cell:.4g}"
        said = as_text(cell) if isinstance(cell, (str, int, np.generic)) else ""
        return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"

    def __len__(self) -> int:
        return len(self.values)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Explanation of {self.target}: {counted(len(self), 'row')}, {counted(self.values.shape[1], 'column')}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.card.bundle()


def explained(
    target: TargetSpec, values: pd.DataFrame, score: np.ndarray, start: np.ndarray, of: np.ndarray | None,
    frame: pd.DataFrame, encoder: Encoder, method: str = "integrated gradients", notices: Sequence[Notice] = (),
) -> Explanation:  # fmt: skip
    """What was found of the rows of a frame; `of` is the place of a class for each.

    Shapes: values (rows, columns); score, start, of (rows,).
    """
    gap = float(np.abs(values.to_numpy().sum(axis=1) - (score - start)).max(initial=0.0))
    names = names_of(target)
    named = None if of is None else pd.Series([names[i] for i in of], frame.index, name=target.name)
    cells = encoder.examples(frame).set_axis(frame.index)
    data = cells[[name for name in values.columns if name in cells.columns]]
    own = (pd.Series(score, frame.index, name="score"), pd.Series(start, frame.index, name="start"))
    return Explanation(target.name, values, *own, named, gap, data, method, tuple(notices))


def chosen(target: str | None, targets: Mapping[str, object]) -> str:
    """The name of a target that was asked for, or of the only one.

    Raises:
        SpecError: there is none, or there are several.
    """
    if target is None and len(targets) > 1:
        raise SpecError.one(f"there are {len(targets)} targets", f"say which: target={next(iter(targets))!r}")
    name = next(iter(targets)) if target is None else target
    if name not in targets:
        raise SpecError.one(f"no target {name!r}", did_you_mean(str(name), targets))
    return name


def unknown_row(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """A row of which nothing is known."""
    row = frame.iloc[:1].reset_index(drop=True)
    return row.assign(**{name: pd.Series([None], dtype=object) for name in columns if name in row.columns})
