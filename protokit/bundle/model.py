"""A trained model: from a table to predictions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.notices import notices_of
from protokit.collect.files.nested import filled
from protokit.collect.frames import as_frame, told_of_zones
from protokit.core.errors import PredictionNotice, SpecError
from protokit.core.libraries.backend import keras
from protokit.core.values.arrays import Arrays, Features, Predictions
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature, TargetSpec
from protokit.evaluate.temperature import tempered
from protokit.learn.clustering.clusters import Clusters
from protokit.learn.snapshot import hold
from protokit.learn.train import codes, predict
from protokit.menu.menu import Menu
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding


@dataclass(frozen=True)
class Part:
    """What was learned of one set of training rows: an encoder, and the weights of a network for each seed.

    The network may be shared with other parts: it holds whichever weights were used last. `clusters` are those that
    were found in the embedding, where there is no target.
    """

    encoder: Encoding
    network: keras.Model
    weights: tuple[tuple[np.ndarray, ...], ...]
    clusters: Clusters | None = None

    def codes(self, inputs: Mapping[str, np.ndarray]) -> np.ndarray:
        """The embedding of rows: the codes of the networks of all seeds side by side.

        Shapes: (rows, width of a code * seeds).
        """
        found = []
        for weights in self.weights:
            hold(self.network.weights, weights)
            found.append(codes(self.network, dict(inputs)))
        return np.concatenate(found, axis=1)

    def scores(self, inputs: Mapping[str, np.ndarray], features: Features) -> dict[str, np.ndarray]:
        """What the encoder makes of the network's outputs, by target, averaged over the seeds.

        Without a target: how near each row is to each cluster.
        """
        signature = self.encoder.signature
        if self.clusters is not None:
            return {signature.targets[0].name: self.clusters.scores(self.codes(inputs))}
        found = []
        for weights in self.weights:
            hold(self.network.weights, weights)
            outputs = predict(self.network, dict(inputs), signature)
            found.append(self.encoder.scores(outputs, features))
        means = _mean(found)
        temperatures = {spec.name: spec.temperature for spec in signature.targets}
        if not any(temperatures.values()):
            return means

        return {name: tempered(scores, temperatures[name]) for name, scores in means.items()}

    def predictions(self, arrays: Arrays) -> dict[str, Predictions]:
        """Scores beside the truth, by target."""
        scores, units = self.scores(arrays.inputs, arrays.features), arrays.features.units
        specs = list(self.encoder.signature.targets)
        if self.clusters is not None:
            specs = [replace(spec, classes=tuple(range(1, self.clusters.count + 1))) for spec in specs]
        return {
            s.name: Predictions(
                s,
                np.asarray(arrays.truth[s.name]),
                scores[s.name],
                units,
                arrays.blocks,
                reference=arrays.labels,
                weights=arrays.weights,
            )
            for s in specs
        }


@dataclass(frozen=True)
class Model:
    """Networks with everything that comes before and after them. Made by `run` or `load`.

    A run without folds and further seeds has one network; else what the networks say is averaged.
    """

    menu: Menu
    parts: tuple[Part, ...]
    precision: str = "float32"
    input_schema: InputSchema | None = None

    def __post_init__(self) -> None:
        """A later table's numbers are read as training's were written."""
        if self.input_schema is not None:
            found = {name: reading for part in self.parts for name, reading in part.encoder.notations.items()}
            object.__setattr__(self, "input_schema", self.input_schema.knowing(found))

    @property
    def signature(self) -> Signature:
        """What the network takes and gives; that of the first part where folds differ in their columns' levels."""
        return self.parts[0].encoder.signature

    @property
    def encoder(self) -> Encoding:
        """What was learned of the columns; that of the first part, with means of the parts' thresholds and spreads."""
        first = self.parts[0].encoder
        if len(self.parts) == 1 or not isinstance(first, Encoder):
            return first
        of_parts = [part.encoder.signature.targets for part in self.parts]
        return first.settled({specs[0].name: _settled(specs) for specs in zip(*of_parts, strict=True)})

    @property
    def network(self) -> keras.Model:
        """The Keras model, with the weights of the first of the networks."""
        first = self.parts[0]
        hold(first.network.weights, first.weights[0])
        return first.network

    @property
    def networks(self) -> int:
        """How many networks are averaged."""
        return sum(len(part.weights) for part in self.parts)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a table must have."""
        return self.input_schema.columns if self.input_schema else needed(self.parts)

    def rows(self, table: object) -> tuple[pd.DataFrame, list[Notice]]:
        """A table as the encoders take it, read and cleaned as the recipe's was; and what was decided in that.

        Raises:
            DataError: a column is missing, or a cell is not what a step says.
        """
        frame, notices = filled(as_frame(table), self.columns), list[Notice]()
        if self.input_schema is not None:
            kinds = {name: kind for part in self.parts for name, kind in part.encoder.kinds.items()}
            notices = list(told_of_zones(frame[[name for name in self.input_schema.columns if name in frame.columns]]))
            frame, told = self.input_schema.read(frame, kinds)
            notices += told
            frame = self.input_schema.cleaned(frame, needed(self.parts), notices.append)
        return frame, notices

    def predict(
        self, table: object, *, folder: str | Path | None = None, unseen: Literal["refuse", "allow"] = "refuse"
    ) -> pd.DataFrame:
        """Predict a table that has the model's columns, in any order; others are ignored.

        The table goes through the recipe's steps of cleaning, but none that drops rows; what the recipe joined has to
        be in it. One that has been cleaned already is taken as it is. Paths of images start at `folder`; where it is
        not given, at the recipe's folder in the run that trained the model, and at the current one after `load`.

        Cells are read as the recipe read them: where it learned from a file of texts, those of a frame are trimmed,
        and its marks of missing cells are missing. A category that training did not see counts as unseen; an empty
        cell as missing. What is not as in training is told in one `PredictionNotice`; `attrs["notices"]` of what is
        returned has it, too, and what was decided in reading and cleaning it. A forecast takes the last
        `window` rows of each series, or more; rows after the last with a value of what is forecast give what is known
        of the future.

        Returns:
            One row for each row of the table, under its index where it is a frame of pandas: the predicted class or
            number under the target's name, and for classes a column `TARGET = CLASS` with the probability of each; of
            quantiles a column `TARGET 0.1` for each. Of sequences, one row for each, its key first. Of clusters,
            `cluster`, from 1, and `distance` (in the embedding, to the cluster's center) or `probability`. Of
            forecasts, `horizon` rows for each series: the columns that tell it, the time, and what is forecast. Of
            masks, an array (height, width) in each cell, of the size of its image.

        Raises:
            DataError: a column is missing, a cell is not what its column is, or not one of two or more cells of a
                column was seen in training, unless `unseen` is "allow".
        """
        if unseen not in ("refuse", "allow"):
            raise SpecError.one(f"unseen is refuse or allow, not {unseen!r}", 'write unseen="allow"')
        frame, notices = self.rows(table)
        encoders = [part.encoder if folder is None else part.encoder.at(Path(folder)) for part in self.parts]
        examples = [encoder.examples(frame) for encoder in encoders]
        encoded = [encoder.encode(some) for encoder, some in zip(encoders, examples, strict=True)]
        each = zip(encoders, examples, encoded, strict=True)
        unusual = [encoder.unusual(some, features) for encoder, some, (_, features) in each]
        unlike = notices_of(unusual, allow=unseen == "allow")
        scores = _mean(
            [self._brought(part, part.scores(*some)) for part, some in zip(self.parts, encoded, strict=True)]
        )
        if (clusters := self.parts[0].clusters) is not None:
            [found] = scores.values()
            predicted = pd.DataFrame(clusters.columns(found))
        else:
            encoder = self.encoder if folder is None else self.encoder.at(Path(folder))
            predicted = pd.DataFrame(encoder.predictions(frame, scores))
        if isinstance(table, pd.DataFrame) and encoders[0].one_for_each_row:
            predicted.index = table.index
        if told := [str(notice) for notice in (*notices, *unlike)]:
            predicted.attrs["notices"] = told
        if unlike:
            warnings.warn("\n".join(told), PredictionNotice, stacklevel=2)
        return predicted

    def sample(self, table: object, *, seed: int = 0) -> pd.DataFrame:
        """Draw a row for each row of a table, of a model that draws (`learn: {task: generation}`), in own units.

        The table has the columns that rows are drawn for, as for `predict`. The same seed gives the same rows.

        Raises:
            SpecError: the model predicts, and does not draw.
            DataError: a column is missing, or a cell is not what its column is.
        """
        target = self.signature.targets[0]
        if target.form != "drawn":
            rule = f"this model does not draw rows: its task is {target.task}"
            raise SpecError.one(rule, "write learn: {task: generation} for one that does, or use predict")
        from protokit.learn.steps.sampling import drawn

        frame, _ = self.rows(table)
        encoder = self.parts[0].encoder
        inputs, features = encoder.encode(encoder.examples(frame))
        scores = encoder.scores({target.name: drawn(self.network, inputs, seed)}, features)
        found = pd.DataFrame(encoder.predictions(frame, scores))
        if isinstance(table, pd.DataFrame):
            found.index = table.index
        return found

    def _brought(self, part: Part, scores: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Scores of a part as those of the first one's targets."""
        pairs = zip(self.signature.targets, part.encoder.signature.targets, strict=True)
        if part is self.parts[0] or part.clusters is not None:
            return scores
        return {to.name: to.of_task.brought(own, scores[to.name], to) for to, own in pairs}


def needed(parts: Sequence[Part]) -> tuple[str, ...]:
    """The columns that the encoders of some parts take."""
    return tuple(dict.fromkeys(name for part in parts for name in part.encoder.needed))


def _settled(specs: Sequence[TargetSpec]) -> TargetSpec:
    """A target as all parts together have it."""
    spreads = [spec.spread for spec in specs if spec.spread is not None]
    spread = sum(spreads) / len(spreads) if spreads else None
    return replace(specs[0], threshold=sum(spec.threshold for spec in specs) / len(specs), spread=spread)


def _mean(scores: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    if len(scores) == 1:
        return scores[0]

    return {name: np.mean([some[name] for some in scores], axis=0) for name in scores[0]}
