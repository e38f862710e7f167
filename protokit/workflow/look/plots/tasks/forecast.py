"""Forecasts against what came."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean
from protokit.show.plots.tasks.forecast import forecast
from protokit.workflow.look.plot import PLOTS, Plot

_MOST_WINDOWS = 6


@PLOTS.add
class Forecast(Plot):
    """Windows of a forecast."""

    name = "forecast"
    about = "some windows of the test: what came, the network's forecast, and the best baseline's"
    tasks = ("forecasting",)
    of_target = False
    section = "errors"

    def draw(self, column: str | None = None, *, theme: str = "light") -> Figure:
        """Of one of the columns that are forecast, the first one if none is given."""
        p = self.predictions(None)
        columns = p.target.columns
        if column is not None and column not in columns:
            raise SpecError.one(f"{column!r} is not forecast", did_you_mean(column, columns))
        at = columns.index(column) if column else 0
        shown = np.unique(np.linspace(0, len(p.truth) - 1, _MOST_WINDOWS).round().astype(int))
        models = {"network": p, **self.view.best(p.target.name)}
        lines = {name: one.scores[shown, :, at] for name, one in models.items()}
        titles = [f"after row {self.view.predicted.rows.shown(i)}" for i in shown]
        return forecast(p.truth[shown, :, at], lines, columns[at], titles, theme=theme)

    def alt(self, target: str) -> str:
        """See Plot."""
        return "Some test windows: what came, and what was forecast."
