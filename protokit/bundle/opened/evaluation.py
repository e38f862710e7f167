"""How good a model is on a table with the truth that it has never seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from protokit.core.errors import DataError, SpecError
from protokit.core.files import finite, write_text
from protokit.core.names import counted, number
from protokit.core.suggest import did_you_mean
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.core.values.scores import Interval, Score
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.metrics.metric import METRICS, default_metrics
from protokit.evaluate.per_class import per_class
from protokit.evaluate.verdict import show
from protokit.show.blocks import Grid, Notes, Section
from protokit.show.card import Card
from protokit.show.page import Page

_MOST_ROWS = 12


@dataclass(frozen=True)
class Evaluation:
    """Scores of a model on a labelled table, each with its 95% interval. `print` shows them.

    `predictions` are what the model said, by target, beside the truth; `notices` what was decided.
    """

    rows: int
    scores: tuple[Score, ...]
    predictions: Mapping[str, Predictions]
    notices: tuple[Notice, ...] = ()

    @property
    def metrics(self) -> dict[str, float]:
        """Each score by its metric (by `target.metric` for several targets)."""
        return {name: one.value for name, one in self.intervals.items()}

    @property
    def intervals(self) -> dict[str, Interval]:
        """Each score with its bounds, as `metrics` has them."""
        several = len(self.predictions) > 1
        return {(f"{s.target}.{s.metric}" if several else s.metric): s.network for s in self.scores}

    @property
    def frame(self) -> pd.DataFrame:
        """The scores as a table: target, metric, value, low, high."""
        rows = [(s.target, s.metric, s.network.value, s.network.low, s.network.high) for s in self.scores]
        return pd.DataFrame(rows, columns=["target", "metric", "value", "low", "high"])

    def as_plain(self) -> dict[str, object]:
        """All of it as JSON values; null for a score that is undefined."""
        scores = [
            {"target": s.target, "metric": s.metric, **s.network.as_plain(), "greater_is_better": s.greater_is_better}
            for s in self.scores
        ]
        notices = [str(notice) for notice in self.notices]
        return finite({"rows": self.rows, "metrics": self.metrics, "scores": scores, "notices": notices})

    @property
    def card(self) -> Card:
        """What the evaluation shows of itself."""
        grids = [grid.folded(_MOST_ROWS, "the report") for grid in self._grids]
        return Card(self._title, (), tuple(grids), tuple(map(str, self.notices)))

    def report(self, path: str | Path) -> Path:
        """Write the scores as a page of HTML.

        Raises:
            DataError: the file cannot be written.
        """
        path = Path(path)
        if path.is_dir():
            raise DataError("this is a folder", place=str(path), cure="name a file, such as report.html")
        first, *others = self._grids
        sections = [Section("Scores", (first,))] if not others else [Section("Scores", tuple(self._grids))]
        sections += [Section("Notices", (Notes(tuple(map(str, self.notices))),))] if self.notices else []
        write_text(path, Page(self._title, (), (), (), tuple(sections)).html())
        return path

    @property
    def _title(self) -> str:
        return f"evaluation on {counted(self.rows, 'row')}"

    @property
    def _grids(self) -> list[Grid]:
        arrows = {True: " ↑", False: " ↓", None: ""}
        found = []
        for target, p in self.predictions.items():
            own = [score for score in self.scores if score.target == target]
            names = (f"{s.metric} of {s.positive!r}" if s.positive else s.metric for s in own)
            rows = tuple(
                (name + arrows[s.greater_is_better], show(s.network)) for name, s in zip(names, own, strict=True)
            )
            found.append(Grid("scores, with 95% intervals", (target, "network"), rows))
            if p.target.of_task.probabilities:
                each = per_class(p)
                shown = ("precision", "recall", "f1")
                cells = [(str(c["class"]), f"{c['rows']:,}", *(_cell(c[k]) for k in shown)) for c in each]
                found.append(Grid("each class", (target, "rows", *shown), tuple(cells)))
        return found

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        said = ", ".join(f"{name} {show(one)}" for name, one in self.intervals.items())
        return f"<Evaluation on {counted(self.rows, 'row')}: {said}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.card.bundle()


def evaluated(
    predictions: Mapping[str, Predictions], metrics: Sequence[str] | None, notices: Sequence[Notice], seed: int
) -> Evaluation:
    """The scores of predictions; of `metrics` None those of the tasks.

    Raises:
        SpecError: there is no such metric, or it is not for these targets.
    """
    targets = [p.target for p in predictions.values()]
    if metrics is not None:
        metrics = [metrics] if isinstance(metrics, str) else list(metrics)
        if not metrics:
            raise SpecError.one("metrics names none", "leave it out for those of the task")
    for name in metrics or ():
        if name not in METRICS:
            others = ", ".join(default_metrics(targets[0].task))
            raise SpecError.one(f"no metric {name!r}", did_you_mean(name, METRICS) or f"such as {others}")
        if not any(map(METRICS[name].is_for, targets)):
            others = ", ".join(default_metrics(targets[0].task))
            raise SpecError.one(f"{name} is not for {targets[0].task}", f"such as {others}")
    scores: list[Score] = []
    said = list(notices)
    for target, p in predictions.items():
        wanted = default_metrics(p.target.task, labels=p.reference is not None) if metrics is None else metrics
        names, fitting = [], [name for name in wanted if METRICS[name].is_for(p.target)]
        if p.reference is not None:
            fitting, gone = (
                [name for name in fitting if METRICS[name].needs_labels is is_so] for is_so in (True, False)
            )
            rule = f"{', '.join(gone)}: of the columns as training saw them, which a model does not keep"
            cure = "its run has it of its test rows: run.metrics"
            if not fitting:
                raise SpecError.one(rule, cure)
            said += [Notice(f"left out are {rule}", (), cure)] if gone else []
        for name in fitting:
            if why := METRICS[name].fault_of_truth(p):
                said.append(Notice(f"{name} is undefined on these rows: {why}", (target,)))
            elif absent := _absent(name, p):
                shown = ", ".join(absent[:5]) + (", ..." if len(absent) > 5 else "")
                rule = f"{name} counts classes of which no row is here as 0: {shown}"
                said.append(Notice(rule, (target,), "score rows of all classes, or metrics: [accuracy]"))
            names.append(name)
        found = bootstrap.scored([(name, p) for name in names], seed) if names else []
        for name, (interval, _) in zip(names, found, strict=True):
            positive = p.target.positive_class if METRICS[name].of_positive else None
            scores.append(Score(target, name, METRICS[name].greater_is_better, interval, {}, positive))
    rows = len(next(iter(predictions.values())).truth)
    return Evaluation(rows, tuple(scores), predictions, tuple(said))


def _absent(name: str, predictions: Predictions) -> list[str]:
    """The classes without a row, where a metric is a mean over all."""
    target = predictions.target
    if target.form != "classes" or getattr(METRICS[name], "average", "") != "macro":
        return []
    there = set(predictions.truth.tolist())
    return [str(one) for i, one in enumerate(target.classes) if i not in there]


def _cell(value: object) -> str:
    return number(float("nan") if value is None else float(str(value)))
