"""One cure tried: a network trained as the run's was, on the same training rows, and scored on the validation rows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

import numpy as np

from protokit.bundle.part import Part
from protokit.core.errors import DataError
from protokit.core.values.arrays import Predictions
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty import bootstrap
from protokit.evaluate.certainty.comparison import paired
from protokit.evaluate.choices import Choices
from protokit.evaluate.metrics.metric import METRICS
from protokit.evaluate.verdict import deciding
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.show.progress import Progress
from protokit.workflow.record.contents import PlainGain, TrialOutcome
from protokit.workflow.record.folder import RunFolder
from protokit.workflow.record.results import Networks
from protokit.workflow.run.networks import count_of, dealt_to, network_for, of_few_rows, train_all


class OutOfTime(Exception):
    """A trial was stopped because its time had come."""


@dataclass(frozen=True)
class Rows:
    """The rows of a run without those of the test, as its recipe represents them."""

    recipe: Recipe
    fold: Represented

    @cached_property
    def fitted(self) -> Recipe:
        """The recipe with the menu for these rows, and as many networks as a run would train."""
        return of_few_rows(self.recipe.fitted(self.fold.encoder.signature, self.fold.train.rows), (self.fold,))[0]

    def said_by(self, part: Part) -> Mapping[str, Predictions]:
        """What a trained part says of the validation rows, those of each network where they are dealt."""
        fitted, fold = self.fitted, self.fold
        count = count_of(fitted)
        dealt = (dealt_to(fitted, fold, count),) if fitted.learn.deal else ()
        networks = Networks((replace(part, encoder=fold.encoder),), (), dealt=dealt)
        wanted = fitted.evaluate
        choices = Choices(wanted.calibrate is not None, wanted.threshold)
        # a row that several networks are stopped by is one row
        drawn = np.concatenate([own.split.validation for own in dealt[0]]) if dealt else None
        found = {}
        for name, p in networks.on_validation(0, fold.validation).items():
            found[name] = choices.settled(p if drawn is None or p.blocks is not None else replace(p, blocks=drawn))
        return found

    @property
    def scored(self) -> int:
        """How many validation rows there are, those of all networks together where they are dealt."""
        fitted, fold = self.fitted, self.fold
        if not fitted.learn.deal:
            return fold.validation.rows
        every = [own.split.validation for own in dealt_to(fitted, fold, count_of(fitted))]
        return len(np.unique(np.concatenate(every)))

    def same_rows(self, other: Represented) -> bool:
        """Whether other rows are the same, in the same parts."""
        for part in ("train", "validation"):
            own, others = (one.positions[getattr(one.split, part)] for one in (self.fold, other))
            if not np.array_equal(own, others):
                return False
        return True


def trained(rows: Rows, until: float, shown: Progress) -> Part:
    """The networks of some rows, trained from the start; `until` is when they have to be, by `time.monotonic`.

    Raises:
        OutOfTime: they were not.
        SpecError: the menu does not fit the data.
        TrainingError: the loss was not finite.
    """
    fitted = rows.fitted.with_learn(after_epoch=(), callbacks=())  # they are for runs
    first = network_for(fitted, rows.fold.encoder.signature)
    with TemporaryDirectory(prefix="protokit-") as folder:
        networks = train_all(fitted, first, (rows.fold,), RunFolder(Path(folder), ""), _Limited(shown, until))
    return networks.parts[0]


def gains(
    before: Mapping[str, Predictions],
    after: Mapping[str, Predictions],
    metrics: Mapping[str, Sequence[str]],
    seed: int,
    rows: int,
) -> list[PlainGain]:
    """By how much each target's score is better, with its 95% interval over the same validation rows.

    The metric is the one of the run's verdict, or the next that these rows define.

    Raises:
        DataError: the truths are not of the same rows.
    """
    found: list[PlainGain] = []
    for name, p in before.items():
        q = after[name]
        if not np.array_equal(p.truth, q.truth):
            raise DataError("the validation rows are not those of the run", cure="run the recipe again")
        metric, _ = deciding(p, metrics[name])
        sign = 1.0 if METRICS[metric].greater_is_better else -1.0
        first, second = bootstrap.resampled([(metric, p), (metric, q)], seed)
        was, now = METRICS[metric](p), METRICS[metric](q)
        difference = paired(sign * (now - was), sign * (second - first), bootstrap.units(p)).interval
        gain = Interval(difference.value, difference.low, difference.high).as_plain()
        found.append({"target": name, "metric": metric, "before": was, "after": now, "gain": gain, "rows": rows})
    return found


def outcome(found: Sequence[PlainGain]) -> TrialOutcome:
    """Better where no target's score is lower and one is higher; worse where one is lower."""
    values = [one["gain"]["value"] or 0.0 for one in found]
    if any(value < 0 for value in values):
        return "worse"
    return "better" if any(value > 0 for value in values) else "the same"


class _Limited:
    """The progress of a training that has to end by some time."""

    def __init__(self, shown: Progress, until: float) -> None:
        self._shown, self._until = shown, until

    def step(self, text: str) -> None:
        """See Progress."""
        self._shown.step(text)

    def epoch(self, done: int, of: int, loss: float, validation: float, label: str = "") -> None:
        """See Progress."""
        self._shown.epoch(done, of, loss, validation, label)
        if time.monotonic() > self._until:
            raise OutOfTime

    def __enter__(self) -> _Limited:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
