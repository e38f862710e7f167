"""The contract of a training metric of one's own."""

from __future__ import annotations

import numpy as np

from protokit.learn.parts.training_metric import TRAINING_METRICS
from protokit.testing.contract import contract
from protokit.testing.parts.training import TASKS, check_training, trained


@contract
def check_training_metric(name: str, **arguments: object) -> None:
    """Whether a training metric that is registered under a name keeps its contract, for every task that it is for.

    `arguments` are what a recipe may give it.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    part = TRAINING_METRICS.find(name)
    assert part is not None, f"{name}: it is not registered; decorate it with @protokit.training_metric"
    assert not part.about.startswith("A training metric of "), f"{name}: its docstring does not say what it is"
    given = [{name: arguments} if arguments else name]
    for task in (task for task in TASKS if not part.tasks or task in part.tasks):
        whole = check_training(name, task, metrics=given)
        rows = whole.progress.history
        lacks = f"{name}: the history of {task} lacks it: {', '.join(rows[0])}"
        assert name in rows[0] and f"validation_{name}" in rows[0], lacks
        bare = trained(task).progress.history
        changed = f"{name}: training with it has other losses than without"
        assert [row["loss"] for row in rows] == [row["loss"] for row in bare], changed
        fit = trained(task, metrics=given, engine="keras").progress.history
        for key in (name, f"validation_{name}"):
            one, two = ([row[key] for row in some] for some in (rows, fit))
            assert np.allclose(one, two, rtol=1e-3, atol=1e-4), f"{name}: {key} is {one}, and in Keras's fit {two}"
