"""The contract of an optimizer of one's own."""

from __future__ import annotations

import numpy as np

from protokit.learn.parts.optimizer import OPTIMIZERS
from protokit.testing.contract import contract
from protokit.testing.parts.training import check_as_keras, check_training, trained


@contract
def check_optimizer(name: str, **arguments: object) -> None:
    """Whether an optimizer that is registered under a name keeps its contract.

    It learns, gives the same bits each time, stopped or not, and its learning rate is the one that it is given.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    part = OPTIMIZERS.find(name)
    assert part is not None, f"{name}: it is not registered; decorate it with @protokit.optimizer"
    assert not part.about.startswith("An optimizer of "), f"{name}: its docstring does not say what it is"
    assert "learning_rate" in part.entry.arguments, f"{name}: it takes no learning_rate"
    given = {name: {"learning_rate": 0.05, **arguments}}
    whole = check_training(name, "regression", optimizer=given)
    check_as_keras(name, "regression", whole, optimizer=given)
    still = trained("regression", optimizer={name: {**arguments, "learning_rate": 1e-12}}, stop=False)
    losses = [row["validation_loss"] for row in still.progress.history]
    assert np.allclose(losses, losses[0], rtol=1e-4), f"{name}: it moves weights at a learning rate of next to nothing"
