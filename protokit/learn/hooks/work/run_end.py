"""What a callback is given at the end of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunEnd:
    """The end of a run, as a callback's `on_run_end` is given it.

    >>> import keras
    >>> from protokit import plugins
    >>> @plugins.callback
    ... class Ended(keras.callbacks.Callback):
    ...     '''Says how good it is.'''
    ...     def on_run_end(self, end: plugins.RunEnd):
    ...         print(end.name, end.scores)
    >>> protokit.check(recipe, set={"learn.callbacks": ["Ended"]}).learn.callbacks
    ('Ended',)

    Attributes:
        folder: the run's.
        name: the recipe's.
        scores: of the network on the test rows, by metric; of several targets by `TARGET.METRIC`.
        recipe: its text.
        settings: what the recipe says, each by its place, such as `learn.epochs`.
    """

    folder: Path
    name: str
    scores: Mapping[str, float]
    recipe: str
    settings: Mapping[str, object]
