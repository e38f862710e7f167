"""A trained model: from a table to predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protokit.collect.collect import as_frame
from protokit.core.values import Features, Predictions, Signature
from protokit.learn.snapshot import assign
from protokit.learn.train import predict
from protokit.menu.menu import Menu
from protokit.represent.represent import Encoder

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Part:
    """What was learned of one set of training rows: an encoder, and the weights of a network for each seed.

    The network may be shared with other parts: it holds whichever weights were used last.
    """

    encoder: Encoder
    network: keras.Model
    weights: tuple[tuple[np.ndarray, ...], ...]

    def scores(self, features: Features) -> dict[str, np.ndarray]:
        """Probabilities (rows, classes) or numbers (rows,) by target, averaged over the seeds."""
        inputs, signature = self.encoder.inputs(features), self.encoder.signature
        found = []
        for weights in self.weights:
            assign(self.network.weights, weights)
            outputs = predict(self.network, inputs, signature)
            found.append({t.spec.name: t.scores(outputs[t.spec.name]) for t in self.encoder.targets})
        return _mean(found)

    def predictions(self, features: Features, truth: dict[str, np.ndarray]) -> dict[str, Predictions]:
        """Scores beside the truth, by target."""
        scores = self.scores(features)
        return {t.spec.name: Predictions(t.spec, truth[t.spec.name], scores[t.spec.name]) for t in self.encoder.targets}


@dataclass(frozen=True)
class Model:
    """Networks with everything that comes before and after them. Made by `run` or `load`.

    A run without folds and further seeds has one network; else what the networks say is averaged.
    """

    menu: Menu
    parts: tuple[Part, ...]
    precision: str = "float32"

    @property
    def signature(self) -> Signature:
        """What the network takes and gives; that of the first part where folds differ in their columns' levels."""
        return self.parts[0].encoder.signature

    @property
    def encoder(self) -> Encoder:
        """What was learned of the columns; that of the first part."""
        return self.parts[0].encoder

    @property
    def network(self) -> keras.Model:
        """The Keras model, with the weights of the first of the networks."""
        first = self.parts[0]
        assign(first.network.weights, first.weights[0])
        return first.network

    @property
    def networks(self) -> int:
        """How many networks are averaged."""
        return sum(len(part.weights) for part in self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(dict.fromkeys(column.column for part in self.parts for column in part.encoder.columns))

    def predict(self, table: Any) -> pd.DataFrame:
        """Predict a table that has the model's columns, in any order; others are ignored.

        A category that training did not see counts as unseen; an empty cell as missing.

        Returns:
            One row for each row of the table: the predicted class or number under the target's name, and for
            classes a column `TARGET = CLASS` with the probability of each.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """
        import numpy as np
        import pandas as pd

        frame = as_frame(table)
        scores = _mean([part.scores(part.encoder.features(frame)) for part in self.parts])
        columns: dict[str, Any] = {}
        for target in self.signature.targets:
            found = scores[target.name]
            if target.task == "regression":
                columns[target.name] = found
                continue
            classes = np.array(target.classes, dtype=object)
            columns[target.name] = pd.Series(classes[found.argmax(axis=1)]).infer_objects()
            for i, name in enumerate(target.classes):
                columns[f"{target.name} = {name}"] = found[:, i]
        return pd.DataFrame(columns)


def _mean(scores: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    if len(scores) == 1:
        return scores[0]
    import numpy as np

    return {name: np.mean([some[name] for some in scores], axis=0) for name in scores[0]}
