"""The contract of a training step of one's own."""

from __future__ import annotations

from protokit.learn.steps.step import STEPS
from protokit.testing.contract import contract
from protokit.testing.parts.training import TASKS, check_as_keras, check_training


@contract
def check_training_step(name: str, *, tasks: tuple[str, ...] = TASKS, **arguments: object) -> None:
    """Whether a training step that is registered under a name keeps its contract, for some tasks.

    It is tried on two rows, learns, and gives the same bits each time, stopped or not, in the fused engine as in
    Keras's `fit`. `arguments` are what a recipe may give it.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    part = STEPS.find(name)
    assert part is not None, f"{name}: it is not registered; decorate it with @protokit.training_step"
    assert not part.about.startswith("A training step of "), f"{name}: its docstring does not say what it is"
    given = {name: arguments} if arguments else name
    for task in tasks:
        whole = check_training(name, task, training_step=given)
        check_as_keras(name, task, whole, training_step=given)
