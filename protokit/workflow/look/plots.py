"""The pictures of a run: `run.plot.curves()` and its like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.metrics import auc, average_precision_score, precision_recall_curve, roc_curve

from protokit.bundle.model import Model
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values import Predictions
from protokit.show.plots.calibration import calibration
from protokit.show.plots.confusion import confusion
from protokit.show.plots.curves import curves
from protokit.show.plots.embeddings import embeddings
from protokit.show.plots.forecast import forecast
from protokit.show.plots.gradients import gradients
from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.show.plots.ranking import Line, ranking
from protokit.show.plots.residuals import residuals
from protokit.workflow.run.embedding import embedded

_CLASSES = ("binary", "multiclass")
_LABELS = (*_CLASSES, "multilabel")
_MOST_LINES = 5
_MOST_COLUMNS = 15
_MOST_WINDOWS = 6
# each plot, and the tasks that it is for; the others depend on what the run has
_FOR: dict[str, tuple[str, ...]] = {
    "confusion": _CLASSES,
    "roc": _LABELS,
    "pr": _LABELS,
    "residuals": ("regression", "quantile"),
    "forecast": ("forecasting",),
}


@dataclass(frozen=True)
class Predicted:
    """What a run's network and its baselines said of the test rows, by target, and which rows these are."""

    network: Mapping[str, Predictions]
    baselines: Mapping[str, Mapping[str, Predictions]]
    rows: np.ndarray


class NoPlot(SpecError, AttributeError):
    """A plot that there is not: `hasattr` and `getattr` know it as Python's own error."""


class Plots:
    """Pictures of a run, each a matplotlib Figure: a notebook shows it, and it has `savefig`.

    All take `theme`, "light" or "dark", and those of one target its name where the run has several. Colours are those
    of Okabe and Ito; marks and dashes tell apart what they tell apart.
    """

    def __init__(
        self, results: Mapping[str, Any], predicted: Callable[[], Predicted], model: Callable[[], Model] | None = None
    ) -> None:
        self._results, self._read, self._model = results, predicted, model
        self._metrics: Mapping[str, Any] = results["metrics"]

    @property
    def names(self) -> tuple[str, ...]:
        """The plots that fit this run."""
        tasks = {p.target.task for p in self._predicted.network.values()}
        fitting = [name for name, own in _FOR.items() if tasks & {*own}]
        fitting += [name for name in ("calibration", "importance", "slices") if self._metrics.get(name)]
        fitting += ["gradients"] if self._layers else []
        rows = "forecasting" not in tasks
        return tuple(sorted(["curves", "scores", *(["embeddings"] if rows else []), *fitting]))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # what notebooks and copies ask every object for
            raise AttributeError(name)
        raise NoPlot([Fault(f"there is no plot {name!r}", did_you_mean(name, self.names))])

    def curves(self, *, theme: str = "light") -> Figure:
        """Loss of training and validation rows by epoch, and the epoch that was kept."""
        history = self._results["history"]
        if not history:
            raise self._unfit("curves", "this run has no epochs")
        networks = self._metrics["networks"]
        return curves(history, networks[0]["best_epoch"] if len(networks) == 1 else 0, theme=_theme(theme))

    def scores(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Each metric of the network and of its baselines, with 95% intervals."""
        target = self._target("scores", target)
        arrows = {True: " ↑", False: " ↓", None: ""}
        panels = []
        for score in self._metrics["scores"]:
            if score["target"] != target:
                continue
            models = {"network": score["network"], **score["baselines"]}
            dots = tuple(
                Dot(name, one["value"], one["low"], one["high"], int(i > 0))
                for i, (name, one) in enumerate(models.items())
                if one["value"] is not None
            )
            panels += [Panel(score["metric"] + arrows[score["greater_is_better"]], dots)] if dots else []
        if not panels:
            raise self._unfit("scores", "no score of this run is defined")
        return intervals(panels[:3], theme=_theme(theme))

    def confusion(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Test rows of each class by what they were taken for."""
        p = self._of("confusion", target)
        return confusion(p.truth, p.labels, p.target.classes, theme=_theme(theme))

    def roc(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """True against false positives at each threshold; of several classes each against all others."""

        def line(truth: np.ndarray, scores: np.ndarray) -> Line:
            false, true, _ = roc_curve(truth, scores)
            return false, true, float(auc(false, true))

        lines = self._lines("roc", target, line)
        return ranking(lines, "false positive rate", "true positive rate", chance="diagonal", theme=_theme(theme))

    def pr(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Precision against recall at each threshold; of several classes each against all others."""

        def line(truth: np.ndarray, scores: np.ndarray) -> Line:
            precision, recall, _ = precision_recall_curve(truth, scores)
            # scikit-learn's last point, precision 1 at recall 0, is of no threshold
            return recall[-2::-1], precision[-2::-1], float(average_precision_score(truth, scores))

        p = self._of("pr", target)
        chance = float((p.truth == 1).mean()) if p.target.task == "binary" else ""
        return ranking(self._lines("pr", target, line), "recall", "precision", chance=chance, theme=_theme(theme))

    def calibration(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Of the rows that were given a probability, the share for which it came true."""
        found = self._kept("calibration", target)
        return calibration(found["bins"], found["error"]["value"], theme=_theme(theme))

    def residuals(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """Truth against prediction, and how the errors are spread."""
        p = self._of("residuals", target)
        band = np.stack([p.scores.min(axis=1), p.scores.max(axis=1)], 1) if p.target.task == "quantile" else None
        return residuals(p.truth, p.labels, p.target.name, band, theme=_theme(theme))

    def forecast(self, column: str | None = None, *, theme: str = "light") -> Figure:
        """Some windows of the test: what came, the network's forecast, and the best baseline's."""
        p = self._of("forecast", None)
        columns = p.target.columns
        if column is not None and column not in columns:
            raise SpecError.one(f"{column!r} is not forecast", did_you_mean(column, columns))
        at = columns.index(column) if column else 0
        shown = np.unique(np.linspace(0, len(p.truth) - 1, _MOST_WINDOWS).round().astype(int))
        models = {"network": p, **self._best(p.target.name)}
        lines = {name: one.scores[shown, :, at] for name, one in models.items()}
        titles = [f"after row {row + 1:,}" for row in self._predicted.rows[shown]]
        return forecast(p.truth[shown, :, at], lines, columns[at], titles, theme=_theme(theme))

    def importance(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """By how much the main metric drops when a column is shuffled among validation rows."""
        found = self._kept("importance", target)[:_MOST_COLUMNS]
        dots = tuple(Dot(one["column"], *(one["drop"][key] for key in ("value", "low", "high"))) for one in found)
        return intervals([Panel(f"loss of {found[0]['metric']} when shuffled", dots, zero=True)], theme=_theme(theme))

    def slices(self, target: str | None = None, *, theme: str = "light") -> Figure:
        """The main metric on parts of the test rows, of the network and of the best baseline."""
        target = self._target("slices", target)
        found = [one for one in self._metrics.get("slices") or () if one["target"] == target]
        if not found:
            raise self._unfit("slices", "no slices were asked for; name columns under evaluate.slices")
        dots = []
        for one in found:
            column = one["column"] if len(one["column"]) <= 16 else one["column"][:15] + "…"
            name = f"{column}: {one['value']}, {one['rows']:,} rows"
            for i, model in enumerate(("network", "baseline")):
                part = one[model]
                if part and part["value"] is not None:
                    dots.append(Dot(name, part["value"], part["low"], part["high"], i))
        if not dots:
            raise self._unfit("slices", f"no slice has the metric {found[0]['metric']}")
        verdict = next(v for v in self._metrics["verdicts"] if v["target"] == target)
        keys = ("network", verdict["baseline"]) if verdict["baseline"] else ("network",)
        return intervals([Panel(found[0]["metric"], tuple(dots))], keys=keys, theme=_theme(theme))

    def embeddings(self, table: Any = None, *, theme: str = "light") -> Figure:
        """The rows of a table where the network's last layer but one puts them, in their two main directions.

        Each is marked by what it is predicted to be.
        """
        if "embeddings" not in self.names or self._model is None:
            raise self._unfit("embeddings", "windows of series have none")
        if table is None:
            raise SpecError.one("embeddings are of the rows of a table", "write run.plot.embeddings(table)")
        found = embedded(self._model(), table)
        return embeddings(found.points, found.groups, found.names, found.shares, theme=_theme(theme))

    def gradients(self, *, theme: str = "light") -> Figure:
        """How large the gradient is at each layer, and the share of its units that are dead or saturated."""
        if not self._layers:
            raise self._unfit("gradients", "this run kept no gradients")
        return gradients(self._layers, theme=_theme(theme))

    @cached_property
    def _predicted(self) -> Predicted:
        return self._read()

    @property
    def _layers(self) -> list[dict[str, Any]]:
        return [one for one in self._results["diagnosis"]["layers"] if one["gradient"] is not None]

    def _unfit(self, plot: str, why: str) -> SpecError:
        return SpecError.one(f"no {plot} plot: {why}", "those of this run: " + ", ".join(self.names))

    def _target(self, plot: str, target: str | None) -> str:
        """The name of a target: the first one that the plot is for, if none is given."""
        known = self._predicted.network
        if target is not None and target not in known:
            raise SpecError.one(f"there is no target {target!r}", did_you_mean(target, list(known)))
        tasks = _FOR.get(plot)
        fitting = [name for name, p in known.items() if tasks is None or p.target.task in tasks]
        wanted = target or next(iter(fitting or known))
        if wanted not in fitting:
            raise self._unfit(plot, f"it is not for {known[wanted].target.task}")
        return wanted

    def _of(self, plot: str, target: str | None) -> Predictions:
        return self._predicted.network[self._target(plot, target)]

    def _kept(self, plot: str, target: str | None) -> Any:
        """What the run found of a target, under the plot's own name."""
        found = self._metrics.get(plot) or {}
        name = self._target(plot, target) if target or not found else next(iter(found))
        if not found.get(name):
            raise self._unfit(plot, f"this run has no {plot} of {name!r}")
        return found[name]

    def _best(self, target: str) -> dict[str, Predictions]:
        """The baseline that the verdict is about, by its name."""
        names: list[str] = [v["baseline"] for v in self._metrics["verdicts"] if v["target"] == target]
        known = self._predicted.baselines.get(target, {})
        return {name: known[name] for name in names if name in known}

    def _lines(self, plot: str, target: str | None, line: Callable[[np.ndarray, np.ndarray], Line]) -> dict[str, Line]:
        """A curve for the network and the best baseline; of several classes or labels one for each of the largest."""
        p = self._of(plot, target)
        if p.target.task == "binary":
            models = {"network": p, **self._best(p.target.name)}
            if len(np.unique(p.truth)) < 2:
                raise self._unfit(plot, "the test rows are of one class")
            return {name: line((one.truth == 1).astype(int), one.scores[:, 1]) for name, one in models.items()}
        several = p.target.task == "multilabel"
        names = p.target.columns if several else p.target.classes
        truth = p.truth if several else np.eye(len(names), dtype=int)[p.truth]
        counts = truth.sum(axis=0)
        drawn = [i for i in np.argsort(-counts, kind="stable") if 0 < counts[i] < len(truth)][:_MOST_LINES]
        if not drawn:
            raise self._unfit(plot, "the test rows are of one class")
        return {str(names[i]): line(truth[:, i], p.scores[:, i]) for i in sorted(drawn)}


def _theme(name: str) -> str:
    if name not in {"light", "dark"}:
        raise SpecError.one(f"there is no theme {name!r}", one_of(("light", "dark")))
    return name
