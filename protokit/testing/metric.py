"""The contract test of metrics."""

from __future__ import annotations

from math import isfinite, isnan

import numpy as np

from protokit.core.values.arrays import Predictions
from protokit.core.values.forms.given_back import GivenBack
from protokit.core.values.signature import TASKS as KNOWN
from protokit.core.values.signature import TargetSpec, task_of
from protokit.evaluate.metrics.metric import Metric
from protokit.evaluate.pooling import some_of
from protokit.testing.contract import check_named, contract

TASKS = tuple(KNOWN.house())
PARTS = (  # of inputs that are given back: a number, two in one column, a category
    GivenBack("u", (), (), (0.0,), (1.0,)),
    GivenBack("v", (), (2,), (1.0,), (2.0,)),
    GivenBack("c", ("a", "b", "c")),
)
_CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "clustering": (1, 2, 3)}


def predictions(task: str, rows: int = 40, seed: int = 0, *, skill: float = 0.5) -> Predictions:
    """Made predictions of a task: of a skill of 0 they are chance, of a skill of 1 the truth.

    Numbers are above 0. Clusters have labels to be held against, some of them missing.
    """
    r = np.random.default_rng(seed)
    form = task_of(task).form
    classes = _CLASSES.get(task, ("a", "b", "c") if form in ("classes", "tags") else ())
    several = ("u", "v") if form in ("labels", "steps", "vector", "drawn") else ()
    quantiles = (0.1, 0.5, 0.9) if form == "quantiles" else ()
    target = TargetSpec("y", task, classes, several, 3, quantiles, 2 if form == "clusters" else 0)
    if form == "survival":
        times = (1.0, 2.0, 3.0, 4.0)
        target = TargetSpec("y", task, columns=("y", "seen"), times=times, hazards=(0.2,) * 4)
        found = np.stack([r.uniform(0.5, 5, rows), r.integers(0, 2, rows)], axis=1)
        said = skill * found[:, 0] + (1 - skill) * r.uniform(0.5, 5, rows)
        return Predictions(target, found, 1 / (1 + np.exp(4 * (np.array(times) - said[:, None]))))
    if form == "mask":
        target = TargetSpec("y", task, (0, 7, 9), ("y", "photo"), size=(4, 5))
        places = r.integers(0, 3, (rows, 4, 5))
        chance = r.dirichlet(np.ones(3), places.shape)
        said = skill * np.eye(3)[places] + (1 - skill) * chance
        return Predictions(target, places, said.astype(np.float32))
    if form in ("number", "quantiles"):
        numbers = r.uniform(0.5, 5, rows)
        if form == "number":
            return Predictions(target, numbers, skill * numbers + (1 - skill) * r.uniform(0.5, 5, rows))
        apart = np.sort(r.normal(size=(rows, 3)), axis=1)
        return Predictions(target, numbers, numbers[:, None] + (1 - skill) * apart)
    if form == "steps":
        later = r.uniform(0.5, 5, (rows, 3, 2))
        each = {"naive": [0.5, 2.0], "naive_1": [0.25, 4.0], "scale": [1.0, 3.0]}
        units = {name: np.tile(values, (rows, 1)) for name, values in each.items()}
        return Predictions(target, later, skill * later + (1 - skill) * r.uniform(0.5, 5, later.shape), units)
    if form == "tags":
        marks = np.repeat(r.integers(0, 3, (rows, 2)), 2, axis=1)[:, :3]
        chance = r.dirichlet(np.ones(3), marks.shape)
        scores = skill * np.eye(3)[marks] + (1 - skill) * chance
        marks[::5, 1], marks[::7, 2] = -1, -2
        return Predictions(target, marks, scores)
    if form == "tokens":
        target = TargetSpec("y", task, ("", "a", "b", "c"), width=4)
        places = r.integers(1, 4, (rows, 4))
        places[np.arange(rows), r.integers(1, 4, rows)] = 0
        gone = np.cumsum(places == 0, axis=1) - (places == 0) > 0
        other = np.where(r.random(places.shape) < skill, places, r.integers(0, 4, places.shape))
        other[np.cumsum(other == 0, axis=1) > 0] = 0
        return Predictions(target, np.where(gone, -2, places), other)
    if form == "embedding":
        target, own = TargetSpec("y", task, width=2), r.integers(0, 6, rows)
        points = skill * np.stack([np.cos(own), np.sin(own)], axis=1) + (1 - skill) * r.normal(size=(rows, 2))
        named = np.array([f"k{one}" for one in own], object)
        return Predictions(target, named, target.of_task.judged(target, points, named))
    if form == "inputs":
        target = TargetSpec("y", task, parts=PARTS)
        numbers, level = r.normal(size=(rows, 3)), r.integers(0, 3, rows)
        said = skill * np.eye(3)[level] + (1 - skill) * r.dirichlet(np.ones(3), rows)
        near = skill * numbers + (1 - skill) * r.normal(size=(rows, 3))
        return Predictions(target, np.column_stack([numbers, level]), np.column_stack([near, said]))
    if form in ("vector", "drawn"):
        numbers = r.normal(size=(rows, 2))
        return Predictions(target, numbers, skill * numbers + (1 - skill) * r.normal(size=(rows, 2)))
    if form == "labels":
        there = r.integers(0, 2, (rows, 2))
        return Predictions(target, there, skill * there + (1 - skill) * r.random(there.shape))
    own = r.permutation(np.arange(rows) % len(classes))
    scores = skill * np.eye(len(classes))[own] + (1 - skill) * r.dirichlet(np.ones(len(classes)), rows)
    if form != "clusters":
        return Predictions(target, own, scores)
    points = r.normal(size=(rows, 2)) + 8 * np.array([[0, 0], [0, 1], [1, 0]])[own]
    labels = np.array(["a", "b", "c"], object)[own]
    labels[::7] = None
    return Predictions(target, points, scores, reference=labels)


@contract
def check_metric(metric: Metric | type[Metric]) -> None:
    """Whether a metric keeps what `protokit.evaluate.metrics.metric.Metric` asks for.

    Raises:
        AssertionError: it does not; the message says what.
    """
    one = metric() if isinstance(metric, type) else metric
    assert isinstance(one, Metric), f"{metric!r} is no Metric: derive it from protokit.evaluate.metrics.metric.Metric"
    name = check_named(one)
    assert one.tasks and {*one.tasks} <= {*TASKS}, f"the tasks of {name} are some of {', '.join(TASKS)}"
    assert one.greater_is_better in {True, False, None}, f"greater_is_better of {name} is True, False or None"
    assert not one.chooses_threshold or "binary" in one.tasks, f"{name} chooses thresholds, and is not for binary"
    for task in one.tasks:
        _check_values(one, name, task)
        _check_resampling(one, name, task)
        if one.greater_is_better is not None:
            good, poor = (one(predictions(task, 120, 1, skill=skill)) for skill in (1.0, 0.0))
            better = good >= poor if one.greater_is_better else good <= poor
            better = better or isnan(good) or isnan(poor)
            assert better, f"{name} says {good} of perfect predictions of {task}, and {poor} of chance"
    if one.chooses_threshold:
        p = predictions("binary", 60, 2)
        cells = np.zeros((1, 2, 2))
        np.add.at(cells[0], (p.truth, p.labels), 1)
        found = np.asarray(one.of_confusion(cells))
        assert found.shape == (1,), f"of_confusion of {name} gives one number for each matrix"
        assert abs(found[0] - one(p)) < 1e-9, f"of_confusion of {name} says {found[0]}, and score {one(p)}"


def _check_values(one: Metric, name: str, task: str) -> None:
    p = predictions(task)
    before = (p.truth.copy(), p.scores.copy())
    value = one(p)
    if isinstance(value, float) and isnan(value):  # such as a ratio of what is never there where a model is good
        p = predictions(task, skill=0.0)
        before, value = (p.truth.copy(), p.scores.copy()), one(p)
    assert isinstance(value, float) and isfinite(value), f"{name} of {task} is {value!r}, not a finite float"
    low, high = one.bounds
    assert low - 1e-9 <= value <= high + 1e-9, f"{name} of {task} is {value}, beyond its bounds, {low} to {high}"
    same = all(np.array_equal(a, b) for a, b in zip(before, (p.truth, p.scores), strict=True))
    assert same, f"{name} changes the predictions that it is given"
    assert one(some_of(p, np.arange(len(p.truth)))) == value, f"{name} says another number of the same predictions"
    drawn = np.random.default_rng(3).integers(len(p.truth), size=len(p.truth))
    again, direct = one(p, drawn), one(some_of(p, drawn))
    assert again == direct or (isnan(again) and isnan(direct)), f"{name} of some rows is not that of these rows alone"
    few = some_of(p, np.array([0, 0, 0]))
    assert isinstance(one(few), float), f"{name} of one row three times is no float: give NaN where it is undefined"


def _check_resampling(one: Metric, name: str, task: str) -> None:
    p = predictions(task)
    rows = len(p.truth)
    numbers = one.per_row(p)
    assert numbers is None or np.shape(numbers) == (rows,), f"per_row of {name} gives one number for each row"
    assert numbers is not None or not (one.root or one.unbounded), f"{name} is the mean of nothing: it has no per_row"
    fast = one.fast(p)
    if fast is None:
        return
    found = np.asarray(fast(p, np.stack([np.ones(rows), np.full(rows, 2.0)])))
    assert found.shape == (2,), f"the fast form of {name} gives one number for each resampling"
    wrong = f"the fast form of {name} says {found[0]} of all rows, and score {one(p)}"
    assert np.allclose(found, one(p), rtol=1e-9, atol=1e-9, equal_nan=True), wrong
