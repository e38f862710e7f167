"""A trained model: from a table to predictions."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from protokit.bundle.input_schema import InputSchema
from protokit.bundle.notices import notices_of
from protokit.bundle.part import Part, mean
from protokit.bundle.spread import hold_samples, spread
from protokit.collect.files.nested import filled
from protokit.collect.frames import as_frame, told_of_zones
from protokit.core.errors import PredictionNotice, SpecError
from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.snapshot import hold
from protokit.menu.menu import Menu
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.sides.encoder import PairEncoder


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
        self,
        table: object,
        *,
        folder: str | Path | None = None,
        unseen: Literal["refuse", "allow"] = "refuse",
        samples: int | None = None,
        seed: int = 0,
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

        With `samples`, each network is asked so many times with its dropout on, by draws that follow from the `seed`:
        what is predicted is the mean of all answers, and beside each number stands how much they differ. That is how
        sure the network is of its mean, not where the truth of a row lies.

        Returns:
            One row for each row of the table, under its index where it is a frame of pandas: the predicted class or
            number under the target's name, and for classes a column `TARGET = CLASS` with the probability of each; of
            quantiles a column `TARGET 0.1` for each. Of sequences, one row for each, its key first. Of clusters,
            `cluster`, from 1, and `distance` (in the embedding, to the cluster's center) or `probability`. Of
            forecasts, `horizon` rows for each series: the columns that tell it, the time, and what is forecast. Of
            masks, an array (height, width) in each cell, of the size of its image. With `samples`, also `COLUMN std`
            for each number and probability, and of numbers `COLUMN sampled 0.05` and `COLUMN sampled 0.95`, between
            which nine answers of ten lie.

        Raises:
            SpecError: there are `samples`, and no dropout.
            DataError: a column is missing, a cell is not what its column is, or not one of two or more cells of a
                column was seen in training, unless `unseen` is "allow".
        """
        if unseen not in ("refuse", "allow"):
            raise SpecError.one(f"unseen is refuse or allow, not {unseen!r}", 'write unseen="allow"')
        if samples is not None:
            hold_samples(samples, [part.network for part in self.parts], self.signature.targets)
        frame, notices = self.rows(table)
        encoders = [part.encoder if folder is None else part.encoder.at(Path(folder)) for part in self.parts]
        examples = [encoder.examples(frame) for encoder in encoders]
        encoded = [encoder.encode(some) for encoder, some in zip(encoders, examples, strict=True)]
        each = zip(encoders, examples, encoded, strict=True)
        unusual = [encoder.unusual(some, features) for encoder, some, (_, features) in each]
        unlike = notices_of(unusual, allow=unseen == "allow")
        drawn: list[dict[str, np.ndarray]] = []
        for i, (part, some) in enumerate(zip(self.parts, encoded, strict=True)):
            own = derive(seed, "part", i)
            said = [part.scores(*some)] if samples is None else part.sampled(*some, samples, own)
            drawn += [self._brought(part, one) for one in said]
        scores = mean(drawn)
        if (clusters := self.parts[0].clusters) is not None:
            [found] = scores.values()
            predicted = pd.DataFrame(clusters.columns(found))
        else:
            encoder = self.encoder if folder is None else self.encoder.at(Path(folder))
            columns = dict(encoder.predictions(frame, scores))
            if samples is not None:
                columns |= spread([encoder.predictions(frame, one) for one in drawn], self.signature.targets)
            predicted = pd.DataFrame(columns)
        if isinstance(table, pd.DataFrame) and encoders[0].one_for_each_row:
            predicted.index = table.index
        if told := [str(notice) for notice in (*notices, *unlike)]:
            predicted.attrs["notices"] = told
        if unlike:
            warnings.warn("\n".join(told), PredictionNotice, stacklevel=2)
        return predicted

    def sample(self, table: object, *, seed: int = 0) -> pd.DataFrame:
        """Draw a row for each row of a table, of a model that draws (`learn: {task: generation}`), in own units.

        The table has the columns that rows are drawn for, as for `predict`; where there are none, it may be a number of
        rows. The same seed gives the same rows.

        Raises:
            SpecError: the model predicts, and does not draw, or needs to know what rows are drawn for.
            DataError: a column is missing, or a cell is not what its column is.
        """
        target = self.signature.targets[0]
        if target.form != "drawn":
            rule = f"this model does not draw rows: its task is {target.task}"
            raise SpecError.one(rule, "write learn: {task: generation} for one that does, or use predict")
        from protokit.learn.steps.sampling import drawn

        if isinstance(table, int) and not isinstance(table, bool):
            if self.columns:
                rule = f"rows are drawn for {', '.join(self.columns[:3])}, and a number says nothing of it"
                raise SpecError.one(rule, "give a table with a row for each that is to be drawn")
            table = pd.DataFrame({"row": range(table)})
        frame, _ = self.rows(table)
        encoder = self.parts[0].encoder
        inputs, features = encoder.encode(encoder.examples(frame))
        scores = encoder.scores({target.name: drawn(self.network, inputs, seed)}, features)
        found = pd.DataFrame(encoder.predictions(frame, scores))
        if isinstance(table, pd.DataFrame):
            found.index = table.index
        return found

    def embed(
        self, table: object, *, folder: str | Path | None = None, side: Literal["left", "right"] | None = None
    ) -> pd.DataFrame:
        """Where the network puts the rows of a table, in the middle: those of several networks are side by side.

        That is what the item named `code` gives; where there is none, of inputs that are given back the narrowest layer
        that all of them go through, of all else what the last layer takes. The table is taken as by `predict`; of a
        model of pairs it has the columns of one `side`, which need not be named if it has not both.

        Returns:
            One row for each row of the table, or each sequence: `embedding 1`, `embedding 2`, and so on.

        Raises:
            DataError: a column is missing, or a cell is not what its column is.
        """
        first = self.parts[0].encoder
        of_pairs = isinstance(first, PairEncoder)
        frame, _ = self.rows(first.sides.doubled(as_frame(table), side) if isinstance(first, PairEncoder) else table)
        found = []
        for part in self.parts:
            encoder = part.encoder if folder is None else part.encoder.at(Path(folder))
            codes = part.codes(encoder.encode(encoder.examples(frame))[0])
            # both sides are the same row here
            found.append(codes.reshape(len(codes), len(part.weights), 2, -1)[:, :, 0] if of_pairs else codes)
        points = np.concatenate([codes.reshape(len(codes), -1) for codes in found], axis=1)
        embedded = pd.DataFrame(points, columns=[f"embedding {i + 1}" for i in range(points.shape[1])])
        if isinstance(table, pd.DataFrame) and len(embedded) == len(table):
            embedded.index = table.index
        return embedded

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
