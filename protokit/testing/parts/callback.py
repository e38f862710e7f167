"""The contract of a callback of one's own."""

from __future__ import annotations

from protokit.learn.hooks.callback import CALLBACKS
from protokit.testing.contract import contract
from protokit.testing.parts.after_epoch import check_called


@contract
def check_callback(name: str, **arguments: object) -> None:
    """Whether a callback that is registered under a name keeps its contract: the same each time, in each engine.

    A training that was stopped and went on has the same bits and the same files. `arguments` are what a recipe may
    give it.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    part = CALLBACKS.find(name)
    assert part is not None, f"{name}: it is not registered; decorate it with @protokit.callback"
    assert not part.about.startswith("A callback of "), f"{name}: its docstring does not say what it is"
    for engine in ("keras",) if part.of_batches else ("fused", "keras"):
        check_called(name, engine=engine, callbacks=[{name: arguments} if arguments else name])
