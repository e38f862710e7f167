"""A trained model: from a table to predictions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from protokit.collect.collect import as_frame
from protokit.core.values import Features, Predictions, Signature
from protokit.learn.train import predict
from protokit.menu.menu import Menu
from protokit.represent.represent import Encoder

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd


@dataclass(frozen=True)
class Model:
    """A network with everything that comes before and after it. Made by `run` or `load`."""

    menu: Menu
    encoder: Encoder
    network: keras.Model

    @property
    def signature(self) -> Signature:
        """What the network takes and gives."""
        return self.encoder.signature

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return tuple(column.column for column in self.encoder.columns)

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
        scores = self.scores(self.encoder.features(frame))
        columns: dict[str, Any] = {}
        for target in self.encoder.targets:
            found = scores[target.spec.name]
            if target.spec.task == "regression":
                columns[target.spec.name] = found
                continue
            classes = np.array(target.spec.classes, dtype=object)
            columns[target.spec.name] = pd.Series(classes[found.argmax(axis=1)]).infer_objects()
            for i, name in enumerate(target.spec.classes):
                columns[f"{target.spec.name} = {name}"] = found[:, i]
        return pd.DataFrame(columns)

    def scores(self, features: Features) -> dict[str, np.ndarray]:
        """Probabilities (rows, classes) or numbers (rows,) by target."""
        outputs = predict(self.network, self.encoder.inputs(features), self.signature)
        return {t.spec.name: t.scores(outputs[t.spec.name]) for t in self.encoder.targets}

    def predictions(self, features: Features, truth: dict[str, np.ndarray]) -> dict[str, Predictions]:
        """Scores beside the truth, by target."""
        scores = self.scores(features)
        return {t.spec.name: Predictions(t.spec, truth[t.spec.name], scores[t.spec.name]) for t in self.encoder.targets}
