"""The contract test of baselines."""

from __future__ import annotations

import numpy as np

from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.signature import TargetSpec, task_of
from protokit.evaluate.baselines.baseline import Baseline
from protokit.evaluate.estimators.predicting import predict_each
from protokit.testing.contract import check_named, contract
from protokit.testing.metric import PARTS, TASKS

_CLASSES = {"binary": ("no", "yes"), "multiclass": ("a", "b", "c"), "clustering": (1, 2, 3)}


def arrays(task: str, rows: int, seed: int = 0, *, columns: tuple[str, ...] = ("numbers", "codes")) -> Arrays:
    """Made rows of a task, with a target `y`; `columns` are of numbers, codes, texts, wide."""
    r = np.random.default_rng(seed)
    none = np.zeros((rows, 0))
    one = task_of(task)
    if one.form == "steps":
        history = np.cumsum(r.normal(size=(rows, 12, 2)), axis=1)
        ago = np.where(r.random((rows, 3, 2)) < 0.1, np.nan, history[:, 4:7])
        units = {name: np.ones((rows, 2)) for name in ("center", "scale", "naive", "naive_1")}
        features = Features(none, none.astype(np.int64), (), history=history, season_ago=ago, units=units)
        return Arrays({"history": history}, {}, {"y": history[:, -3:] + r.normal(size=(rows, 3, 2))}, features)
    if one.form == "tags":
        steps = r.normal(size=(rows, 4, 2))
        labels = np.digitize(steps[..., 0], [-0.5, 0.5])
        labels[::5, 2], labels[::5, 3] = -1, -2
        features = Features(none, none.astype(np.int64), (), history=steps)
        return Arrays({"steps": steps}, {}, {"y": labels}, features)
    if one.form == "clusters":
        points = r.normal(size=(rows, 3)) + 6 * np.eye(3)[r.integers(0, 3, rows)]
        return Arrays({"points": points}, {}, {"y": points}, Features(none, none.astype(np.int64), (), points=points))
    if one.form == "inputs":
        x, level = r.normal(size=(rows, 3)), r.integers(-1, 3, (rows, 1))
        x[::6, 1] = np.nan
        features = Features(x, level + 1, (4,))
        return Arrays({"x": x}, {}, {"y": np.concatenate([x, level], axis=1)}, features)
    if one.form == "tokens":
        x = r.normal(size=(rows, 2))
        said = np.stack([1 + (x[:, 0] > 0), 1 + (x[:, 1] > 0), np.zeros(rows, int)], axis=1)
        return Arrays({"x": x}, {}, {"y": said}, Features(x, none.astype(np.int64), ()))
    if one.form == "embedding":
        x = r.normal(size=(rows, 2))
        named = np.array([f"k{place}" for place in np.digitize(x[:, 0], [-0.5, 0.5])], object)
        return Arrays({"x": x}, {}, {"y": named}, Features(x, none.astype(np.int64), ()))
    if one.form == "mask":
        photos = r.integers(0, 256, (rows, 4, 5, 1)).astype(np.uint8)
        features = Features(none, none.astype(np.int64), (), wide={"photo": photos.reshape(rows, -1)})
        return Arrays({"photo": photos}, {}, {"y": np.digitize(photos[..., 0], [80, 160])}, features)
    x = r.normal(size=(rows, 2))
    truth = 2 * x[:, 0] + 3 if one.deviance == "squared_error" else np.exp(x[:, 0])
    if one.has_positive or one.form == "labels":
        truth = (x[:, 0] > 0 if one.has_positive else x > 0).astype(np.int64)
    elif one.form == "classes":
        truth = np.digitize(x[:, 0], [-0.5, 0.5])
    elif one.form in ("vector", "drawn"):
        truth = 2 * x + 3
    elif one.form == "survival":
        truth = np.stack([np.exp(x[:, 0]), r.integers(0, 2, rows)], axis=1)
    codes = r.integers(0, 5, (rows, 1))
    features = Features(
        np.where(r.random(x.shape) < 0.1, np.nan, x) if "numbers" in columns else none,
        codes if "codes" in columns else none.astype(np.int64),
        (5,) if "codes" in columns else (),
        {"text": np.array([f"word {i % 7} and {i % 5}" for i in range(rows)], object)} if "texts" in columns else {},
        {"wide": r.normal(size=(rows, 8))} if "wide" in columns else {},
    )
    return Arrays({"x": x}, {}, {"y": truth}, features)


@contract
def check_baseline(baseline: Baseline | type[Baseline]) -> None:
    """Whether a baseline keeps what `protokit.evaluate.baselines.baseline.Baseline` asks for.

    Raises:
        AssertionError: it does not; the message says what.
    """
    one = baseline() if isinstance(baseline, type) else baseline
    rule = "derive it from protokit.evaluate.baselines.baseline.Baseline"
    assert isinstance(one, Baseline), f"{baseline!r} is no Baseline: {rule}"
    name = check_named(one)
    assert one.tasks and {*one.tasks} <= {*TASKS}, f"the tasks of {name} are some of {', '.join(TASKS)}"
    for task in (known for known in TASKS if task_of(known).is_one_of(one.tasks)):
        tables: list[tuple[str, ...]] = [("numbers", "codes"), ("numbers",), ("codes", "texts", "wide")]
        own_way = task_of(task).form in ("steps", "clusters", "tags", "mask", "inputs", "embedding", "tokens")
        for columns in tables[:1] if own_way else tables:
            _check_fit(one, name, task, columns)


def _check_fit(one: Baseline, name: str, task: str, columns: tuple[str, ...]) -> None:
    form = task_of(task).form
    several = ("u", "v") if form in ("labels", "steps", "vector", "drawn") else ()
    quantiles = (0.1, 0.5, 0.9) if form == "quantiles" else ()
    target = TargetSpec(
        "y",
        task,
        _CLASSES.get(task, ("a", "b", "c") if form in ("classes", "tags") else ()),
        several,
        4 if form == "tags" else 3,
        quantiles,
        3,
    )
    if form == "survival":
        target = TargetSpec("y", task, columns=("y", "seen"), times=(0.5, 1.0, 2.0), hazards=(0.3, 0.3, 0.3))
    if form == "tokens":
        target = TargetSpec("y", task, ("", "a", "b"), width=3)
    if form == "embedding":
        target = TargetSpec("y", task, width=2)
    if form == "inputs":
        target = TargetSpec("y", task, parts=PARTS)
    if form == "mask":
        target = TargetSpec("y", task, (0, 7, 9), ("y", "photo"), size=(4, 5))
    train, test = arrays(task, 60, 1, columns=columns), arrays(task, 20, 2, columns=columns)
    before = train.truth["y"].copy()
    [first], [second] = (predict_each(one, target, train, (test,), 5) for _ in range(2))
    of = f"{name} of {task} with {' and '.join(columns)}"
    same = np.array_equal(train.truth["y"], before, equal_nan=form == "inputs")
    assert same, f"{of} changes the truth that it is given"
    shape = {
        "steps": (20, 3, 2),
        "labels": (20, 2),
        "vector": (20, 2),
        "drawn": (20, 2),
        "tags": (20, 4, 3),
        "quantiles": (20, 3),
        "number": (20,),
        "survival": (20, 3),
        "mask": (20, 4, 5, 3),
        "inputs": (20, 6),
        "embedding": (20, 10),
        "tokens": (20, 3),
    }.get(form, (20, len(target.classes)))
    assert first.scores.shape == shape, f"the scores of {of} have the shape {first.scores.shape}, not {shape}"
    assert form == "embedding" or np.isfinite(first.scores).all(), f"some scores of {of} are not finite"
    assert np.array_equal(first.scores, second.scores), f"{of} says something else the second time: use the seed"
    if target.of_task.probabilities:
        inside = ((first.scores >= 0) & (first.scores <= 1)).all()
        assert inside, f"some probabilities of {of} are not from 0 to 1"
    if form == "quantiles":
        assert (np.diff(first.scores, axis=1) >= 0).all(), f"the quantiles of {of} do not ascend"
    if target.has_classes and len(target.classes) > 2:  # a class that no training row has
        fewer = Arrays(train.inputs, {}, {"y": np.minimum(train.truth["y"], len(target.classes) - 2)}, train.features)
        [few] = predict_each(one, target, fewer, (test,), 5)
        assert few.scores.shape == shape, f"{of} has no scores where a class is not in the training rows"
