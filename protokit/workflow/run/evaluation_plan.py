"""The plan of the evaluation: the metrics and baselines of each target, settled before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from protokit.core.errors import ProtokitError, SpecError
from protokit.core.seeds import derive
from protokit.core.suggest import one_of
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature, TargetSpec, task_of
from protokit.evaluate.baselines.baseline import BASELINES, default_baselines
from protokit.evaluate.choices import Choices
from protokit.evaluate.estimators.custom import Estimator
from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS, Metric, default_metrics
from protokit.evaluate.metrics.own import Own
from protokit.evaluate.pooling import pooled
from protokit.evaluate.words import Evaluate
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented


@dataclass(frozen=True)
class EvaluationPlan:
    """Metrics and baselines by target, further estimators among these, and what is chosen on validation rows.

    `notices` say which metrics have no value on the test rows, or count all of them alike.
    """

    metrics: Mapping[str, tuple[str, ...]]
    baselines: Mapping[str, tuple[str, ...]]
    choices: Choices
    estimators: Mapping[str, Estimator] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()

    @classmethod
    def of(
        cls, recipe: Recipe, folds: Sequence[Represented], own: Mapping[str, object] | None = None
    ) -> EvaluationPlan:
        """The plan for the targets that the data has; `own` are estimators that were passed from Python.

        Raises:
            SpecError: a metric or baseline is not for the targets' tasks, or an estimator is none.
        """
        signature, wanted = folds[0].encoder.signature, recipe.evaluate
        targets = signature.targets
        pairs = sum(fold.in_memory.rows * fold.test.rows for fold in folds)
        for key, fits in (("threshold", _of_two), ("calibrate", _of_classes)):
            if getattr(wanted, key) != getattr(Evaluate(), key) and not any(map(fits, targets)):
                what = "two classes" if key == "threshold" else "classes"
                rule = f"{key} is for a target of {what}, and the task is {targets[0].task}"
                raise recipe.error(("evaluate", key), rule, "remove it")
        choices = Choices(wanted.calibrate is not None, wanted.threshold)
        estimators = _estimators({} if own is None else own, signature)
        baselines = {
            target.name: (
                *_baselines(recipe, target, pairs),
                *(name for name, e in estimators.items() if e.fits(target)),
            )
            for target in targets
        }
        metrics = _metrics(recipe, signature)
        return cls(metrics, baselines, choices, estimators, _undefined(recipe, folds, metrics))


def _of_two(target: TargetSpec) -> bool:
    return target.has_positive


def _of_classes(target: TargetSpec) -> bool:
    return target.has_classes


def _estimators(own: Mapping[str, object], signature: Signature) -> dict[str, Estimator]:
    if not isinstance(own, Mapping):
        raise SpecError.one(f"baselines are estimators by name, not {own!r}", "write baselines={'forest': ...}")
    found = {}
    for name, estimator in own.items():
        if not isinstance(name, str) or not name:
            raise SpecError.one(f"a baseline's name is a text, not {name!r}", "write baselines={'forest': ...}")
        if name in BASELINES or name == "network":
            raise SpecError.one(f"{name!r} is a name of protokit's own", "give your estimator another name")
        found[name] = Estimator(name, estimator)
        if not any(map(found[name].fits, signature.targets)):
            kind = "a classifier" if found[name].classifies else "a regressor"
            tasks = ", ".join(dict.fromkeys(target.task for target in signature.targets))
            cure = "own estimators are for classes, labels and numbers"
            raise SpecError.one(f"the baseline {name!r} is {kind}, and the task is {tasks}", cure)
    return found


def _baselines(recipe: Recipe, target: TargetSpec, pairs: int) -> tuple[str, ...]:
    """The baselines of a target: those that the recipe names, else those of its task.

    Nearest neighbours are among these where there are few `pairs` of a training and a test row.

    Raises:
        SpecError: one of the recipe's is not for this task.
    """
    wanted = recipe.evaluate.baselines
    if wanted is None:
        return default_baselines(target.task, pairs)
    if odd := next((name for name in wanted if not target.of_task.is_one_of(BASELINES[name].tasks)), None):
        fitting = [name for name, one in BASELINES.all().items() if target.of_task.is_one_of(one.tasks)]
        rule = f"the baseline {odd!r} is not for {target.task}"
        raise recipe.error(("evaluate", "baselines", wanted.index(odd)), rule, one_of(fitting))
    return wanted


def _metrics(recipe: Recipe, signature: Signature) -> dict[str, tuple[str, ...]]:
    """The metrics of each target.

    Raises:
        SpecError: one of the recipe's is for no target of this task.
    """
    targets = signature.targets
    wanted = recipe.evaluate.metrics
    if wanted is None:
        labels = recipe.evaluate.labels is not None
        return {target.name: default_metrics(target.task, labels=labels) for target in targets}
    first = METRICS[wanted[0]]
    if first.greater_is_better is None:
        rule = f"{wanted[0]} is better neither high nor low, and the first metric decides the verdict"
        raise recipe.error(("evaluate", "metrics", 0), rule, f"put {default_metrics(first.tasks[0])[0]} before it")
    for i, name in enumerate(wanted):
        if not any(map(METRICS[name].is_for, targets)):
            rule = f"{name} is not for {targets[0].task}"
            raise recipe.error(("evaluate", "metrics", i), rule, _instead(METRICS[name], targets[0]))
    return {
        target.name: tuple(n for n in wanted if METRICS[n].is_for(target)) or default_metrics(target.task)
        for target in targets
    }


def _instead(metric: Metric, target: TargetSpec) -> str:
    """What to write for a metric that is not for a target's task: what scikit-learn's same function gives there."""
    first, *others = (name for name in default_metrics(target.task) if METRICS[name].greater_is_better is not None)
    if not any(task_of(one).has_target for one in metric.tasks):
        of_clusters = f"learn: {{task: clustering}} and evaluate: {{labels: {target.name}}}"
        return f"write {first}; clusters are found by {of_clusters}, without a target"
    if isinstance(metric, Declared) and metric.takes == "likeliest" and target.has_positive:
        return "write accuracy: of two classes every one is among the two likeliest"
    if isinstance(metric, Declared) and metric.function:
        every = [one for one in METRICS.house().values() if isinstance(one, Declared) and one.is_for(target)]
        like = [one.name for one in every if one.function == metric.function]
        if like:
            return f"write {min(like, key=lambda name: (name not in (first, *others), '_macro' not in name))}"
    return f"such as {', '.join([first, *others])}"


def _undefined(
    recipe: Recipe, folds: Sequence[Represented], metrics: Mapping[str, tuple[str, ...]]
) -> tuple[Notice, ...]:
    """What is said of metrics that these test rows leave undefined, or that do not count rows by their weights.

    Raises:
        SpecError: the first one that the recipe names is such a metric, so that it cannot decide; or a function that is
            a metric fails.
    """
    said: list[Notice] = []
    for target in folds[0].encoder.signature.targets:
        if not target.of_task.has_target:  # how many clusters there are is not known yet
            continue
        p = _made(target, folds, recipe.seed)
        for name in metrics[target.name]:
            metric = METRICS[name]
            wrong = _fault(metric, p)
            if wrong is None:
                continue
            given = recipe.evaluate.metrics
            if given is not None and given[0] == name:
                others = [*given[1:], *default_metrics(target.task)]
                usable = (n for n in others if METRICS[n].greater_is_better is not None and METRICS[n].is_for(target))
                best = next((n for n in usable if n != name and _fault(METRICS[n], p) is None), None)
                cure = f"put {best} before it" if best else "remove it"
                if not metric.weighs and isinstance(metric, Own):
                    cure = f"let it take sample_weight, or {cure}"
                raise recipe.error(
                    ("evaluate", "metrics", 0), f"{wrong}, and the first metric decides the verdict", cure
                )
            said.append(Notice(wrong, (target.name,)))
    return tuple(said)


def _decides(metric: Metric, p: Predictions) -> bool:
    return metric.greater_is_better is not None and metric.is_for(p.target) and _fault(metric, p) is None


def _fault(metric: Metric, p: Predictions) -> str | None:
    """Why a metric says nothing, or not what it should, on test rows."""
    if why := metric.fault_of_truth(p):
        return f"{metric.name} is undefined on these test rows: {why}"
    if p.weights is not None and not metric.weighs:
        return f"{metric.name} counts all rows alike, and they have weights"
    if isinstance(metric, Own):
        try:
            metric(p)
        except ProtokitError as error:
            raise SpecError.one(error.rule, error.cure, ("evaluate", "metrics")) from error
    return None


def _made(target: TargetSpec, folds: Sequence[Represented], seed: int) -> Predictions:
    """The truth of all test rows, and as predictions that of others of them: what a metric of one's own is tried on."""
    parts = []
    for fold in folds:
        truth = np.asarray(fold.test.truth[target.name])
        other = truth[np.random.default_rng(derive(seed, "trial")).permutation(len(truth))]
        if target.has_classes or target.form == "mask":
            scores = 0.6 * np.eye(len(target.classes))[other] + 0.4 / len(target.classes)
        elif target.form == "quantiles":
            scores = np.sort(np.stack([other] * len(target.quantiles), axis=1), axis=1)
        elif target.form == "tags":
            count = len(target.classes)
            scores = 0.6 * np.eye(count)[np.maximum(other, 0)] + 0.4 / count
        elif target.form == "survival":
            scores = 0.6 * (other[:, :1] > np.array(target.times)) + 0.2
        elif target.form == "embedding":
            scores = target.of_task.judged(target, np.zeros((len(truth), target.width)), truth)
        elif target.form == "inputs":
            scores = np.zeros((len(truth), target.units))
        else:
            scores = 0.6 * other + 0.2 if target.form == "labels" else other
        units = fold.test.features.units
        parts.append(Predictions(target, truth, scores, units, None, weights=fold.test.weights))
    return pooled(parts)
