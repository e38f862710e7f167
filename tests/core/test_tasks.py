"""What every task declares fits together, and what it writes it reads again."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from protokit.core.values.signature import TASKS, TargetSpec, Task, form_written, task_of
from protokit.evaluate.baselines.baseline import default_baselines
from protokit.evaluate.metrics.metric import METRICS
from protokit.learn.losses.loss import LOSSES
from protokit.learn.words import TASKS as WRITTEN
from protokit.menu import catalogue
from protokit.represent.targets.coding import CODINGS
from protokit.testing.metric import predictions


class Columns:
    """A table's columns, one after the other."""

    def __init__(self, *tables: dict[str, np.ndarray]) -> None:
        self._left: Iterator[np.ndarray] = iter([values for table in tables for values in table.values()])

    def take(self) -> np.ndarray:
        return next(self._left)

    def skip(self, count: int) -> None:
        for _ in range(count):
            next(self._left)

    def stacked(self, count: int) -> np.ndarray:
        return np.stack([self.take() for _ in range(count)], axis=1)

    def leading(self, name: str) -> None:
        return None


@pytest.mark.parametrize("task", TASKS.house().values(), ids=lambda task: task.name)
def test_what_a_task_declares_is_there(task: Task) -> None:
    assert task.about.endswith(".") and task.written in WRITTEN and form_written(task.written) == task.form
    assert not task.like or task_of(task.like).form == task.form
    assert task.metrics and all(task.is_one_of(METRICS[name].tasks) for name in task.metrics)
    assert METRICS[task.metrics[0]].greater_is_better is not None
    assert default_baselines(task.name, 1)
    assert not task.importance or task.is_one_of(METRICS[task.importance].tasks)
    assert task.loss in LOSSES or catalogue.find("losses", task.loss) is not None
    assert all(task.is_one_of(LOSSES[name].tasks) for name in (*task.losses, task.loss) if name in LOSSES)
    assert not task.coding or task.coding in CODINGS


@pytest.mark.parametrize("task", TASKS)
def test_columns_are_read_again(task: str) -> None:
    p = predictions(task, 20)
    spec, one = p.target, p.target.of_task
    true = one.truth_columns(spec, p.truth)
    said = one.score_columns(spec, p.scores, None)
    assert not {*true} & {*said}
    reader = Columns(true, said)
    assert np.array_equal(one.read_truth(_texts(spec), reader), p.truth)
    scores, thresholds = one.read_scores(_texts(spec), reader, chosen=False)
    assert np.array_equal(scores, p.scores) and thresholds is None


def _texts(spec: TargetSpec) -> TargetSpec:
    """As `metrics.json` has it: classes are texts."""
    classes = tuple(map(str, spec.classes))
    whole = (spec.name, spec.task, classes, spec.columns, spec.horizon, spec.quantiles, spec.width)
    return TargetSpec(*whole, size=spec.size, times=spec.times, parts=spec.parts)


def test_the_words_of_tasks_and_their_order() -> None:
    assert WRITTEN[0] == "classification"
    assert [name for name in WRITTEN if name in ("multilabel", "quantile", "forecasting", "clustering")] == [
        "multilabel", "quantile", "forecasting", "clustering",
    ]  # fmt: skip
    assert form_written(None) is None and form_written("classification") == "classes"
