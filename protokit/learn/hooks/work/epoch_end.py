"""What a hook is given: an epoch that has just ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.values.arrays import Arrays

Predict = Callable[[Mapping[str, np.ndarray]], dict[str, np.ndarray]]


@dataclass(frozen=True)
class EpochEnd:
    """An epoch that has just ended, as a hook is given it.

    >>> from protokit import plugins
    >>> @plugins.after_epoch
    ... def close(end: plugins.EpochEnd):
    ...     said, true = end.predict()["species"], end.truth["species"]
    ...     return len(end.history) > 1 and len(end.inputs) == 1 and abs(said - true).max() < 0.1
    >>> protokit.check(recipe, set={"learn.after_epoch": ["close"]}).learn.after_epoch
    ('close',)

    Attributes:
        epoch: its number, from 1; the stages of a training are counted through.
        epochs: how many there are at most.
        logs: its scores, as `history.csv` has them: `loss`, `validation_loss`, `learning_rate`, the metrics.
        is_best: whether its weights are the best so far: they are kept.
        network: the Keras network, with the weights that are trained on. What a hook changes in them stays changed.
        folder: where to write: the run's folder; where a run has several networks, one for each in it.
        fold: of which fold the network is, from 1.
        number: which of the networks of the fold it is, from 1.
        stage: the stage of the training, from 1; 0 where it has none.
        seed: a number for what the hook draws: the same for this epoch when a run that was killed goes on.
        judged: `with end.judged():` the network has the weights that are judged and kept: averages, where a recipe says
            `average`.
    """

    epoch: int
    epochs: int
    logs: Mapping[str, float]
    is_best: bool
    network: keras.Model
    folder: Path
    fold: int
    number: int
    stage: int
    seed: int
    judged: Callable[[], AbstractContextManager[None]] = field(repr=False)
    _validation: Arrays = field(repr=False)
    _predict: Predict = field(repr=False)
    _rows: Callable[[], list[dict[str, float]]] = field(repr=False)

    @property
    def history(self) -> Sequence[Mapping[str, float]]:
        """The scores of all epochs so far, this one last."""
        return self._rows()

    @property
    def inputs(self) -> Mapping[str, np.ndarray]:
        """What the network takes of the validation rows. Shapes: by the input's name, (rows, ...)."""
        return self._validation.inputs

    @property
    def truth(self) -> Mapping[str, np.ndarray]:
        """The validation rows' truth as the loss takes it: numbers in standard deviations, classes as their places.

        Shapes: by the target's key, (rows, ...).
        """
        return self._validation.targets

    def predict(self, inputs: Mapping[str, np.ndarray] | None = None) -> dict[str, np.ndarray]:
        """What the network gives for the validation rows, or for other inputs, with the weights that are judged.

        Shapes: by the target's name, (rows, units): probabilities, or numbers in standard deviations.
        """
        return self._predict(self.inputs if inputs is None else inputs)
