"""Fits the baselines of a run: in a thread beside the training of the network where there is more than one core."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from threading import Event, Thread

from threadpoolctl import threadpool_limits

from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.baselines.baseline import BASELINES
from protokit.evaluate.estimators.predicting import settled
from protokit.evaluate.pooling import pooled
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.run.evaluation_plan import EvaluationPlan

Key = tuple[str, str, int]  # target, baseline, fold


class Baselines:
    """The baselines of all targets, each fitted on every fold, the same to the bit whenever they are fitted.

    Within `with`, they are fitted in a thread; what is not there in the end is fitted when it is asked for.
    """

    def __init__(self, recipe: Recipe, folds: Sequence[Represented], plan: EvaluationPlan) -> None:
        self._recipe, self._folds, self._plan = recipe, folds, plan
        self._found: dict[Key, Predictions] = {}
        self._left = Event()
        self._error: BaseException | None = None
        self._thread: Thread | None = None
        self._filters = ExitStack()

    def __enter__(self) -> Baselines:
        # two threads that set the filters of warnings by turns may leave each other's: put back in the end
        self._filters.enter_context(warnings.catch_warnings())
        if cores() > 1 and self._recipe.learn.form != "clusters":  # how many clusters there are is learned first
            self._thread = Thread(target=self._fit_all, name="baselines", daemon=True)
            self._thread.start()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self._left.set()  # the run has failed or was stopped: no further one is begun
        elif self._thread is not None:
            self._thread.join()
        self._filters.close()

    def of(self, target: TargetSpec) -> dict[str, Predictions]:
        """The predictions of the test rows of all folds, by the baseline's name."""
        if self._thread is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error
        parts = range(len(self._folds))
        return {
            name: pooled([self._one((target.name, name, fold), target) for fold in parts])
            for name in self._plan.baselines[target.name]
        }

    def _fit_all(self) -> None:
        try:
            for target in self._folds[0].encoder.signature.targets:
                for name in self._plan.baselines[target.name]:
                    for fold in range(len(self._folds)):
                        if self._left.is_set():
                            return
                        self._one((target.name, name, fold), target)
        except BaseException as error:  # raised where the results are asked for
            self._error = error

    def _one(self, key: Key, target: TargetSpec) -> Predictions:
        if key not in self._found:
            self._found[key] = self._fitted(key, target)
        return self._found[key]

    def _fitted(self, key: Key, target: TargetSpec) -> Predictions:
        _, name, at = key
        model = self._plan.estimators.get(name) or BASELINES[name]
        fold = self._folds[at]
        rows = (fold.in_memory, fold.validation, fold.test)
        # on one thread, beside the network as by itself: several would add up in another order
        with threadpool_limits(1):
            # of networks that are dealt validation rows, all together have learned from all of them
            whole = fold.for_training if self._recipe.learn.deal else None
            return settled(model, target, rows, self._recipe.seed, self._plan.choices, whole)


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def as_plain(estimators: Mapping[str, object]) -> dict[str, str]:
    """A person's own estimators as texts."""
    return {name: repr(getattr(one, "estimator", one)) for name, one in estimators.items()}
