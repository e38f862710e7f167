"""The contract of a loss of one's own."""

from __future__ import annotations

from protokit.learn.losses.loss import LOSSES
from protokit.learn.parts.loss import LossPart
from protokit.testing.contract import contract
from protokit.testing.parts.training import TASKS, check_as_keras, check_training


@contract
def check_loss(name: str, **arguments: object) -> None:
    """Whether a loss that is registered under a name keeps its contract: every task that it is for learns by it.

    `arguments` are what a recipe may give it.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    part = LOSSES.find(name)
    assert isinstance(part, LossPart), f"{name}: it is not registered; decorate it with @protokit.loss(task=...)"
    assert not part.about.startswith("A loss of "), f"{name}: its docstring does not say what it is"
    tried = [task for task in TASKS if not part.tasks or task in part.tasks]
    for task in tried:
        given = {name: arguments} if arguments else name
        whole = check_training(name, task, loss=given)
        check_as_keras(name, task, whole, loss=given)
