"""Arrays without a target: the network learns to give back what it is given, as the neighbours have it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.values.arrays import Arrays
from protokit.core.values.said import Notice
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Split
from protokit.represent.clustering.feature_space import FeatureSpace, Neighbourhood
from protokit.represent.encoder import Encoder
from protokit.represent.kind import NumberColumn
from protokit.represent.target import TargetEncoder

TARGET = "cluster"


@dataclass(frozen=True)
class Unlabelled:
    """What makes the arrays of each part of the rows, fitted on the training rows."""

    encoder: Encoder
    space: FeatureSpace
    labels: str | None

    @classmethod
    def fit(cls, encoder: Encoder, train: pd.DataFrame, labels: str | None, seed: int) -> Unlabelled:
        """`encoder` is one without a target; `labels` is the column that clusters are held against."""
        _, features = encoder.encode(train)
        widths = [len(column.names) for column in encoder.columns if isinstance(column, NumberColumn)]
        space = FeatureSpace.fit(features, widths, seed)
        target = TargetEncoder(TargetSpec(TARGET, "clustering", width=space.width))
        whole = replace(encoder, targets=(target,))
        return cls(whole, space, labels)

    def parts(self, frame: pd.DataFrame, rows: Split) -> tuple[Arrays, Arrays, Arrays]:
        """The arrays of the training, validation and test rows."""
        train, validation, test = (self._plain(frame.iloc[part]) for part in (rows.train, rows.validation, rows.test))
        around = Neighbourhood(train.truth[TARGET])

        def whole(part: Arrays) -> Arrays:
            return replace(part, targets={TARGET: around.middle(part.truth[TARGET]).astype(np.float32)})

        return whole(train), whole(validation), whole(test)

    def _plain(self, examples: pd.DataFrame) -> Arrays:
        """All but what is learned."""
        inputs, features = self.encoder.encode(examples)
        points = self.space.points(features)
        labels = None if self.labels is None else _texts(examples[self.labels])
        return Arrays(inputs, {}, {TARGET: points}, replace(features, points=points), labels=labels)


def told_of_labels(name: str | None, frame: pd.DataFrame, rows: Split) -> list[Notice]:
    """What is said of labels that clusters cannot be held against on the test rows.

    Raises:
        SpecError: all rows have one label, none has any, or each has one of its own.
    """
    if name is None:
        return []
    labels = frame[name].dropna()
    many = labels.map(as_text).nunique()
    if many < 2 or many == len(labels):
        rule = "is missing in every row" if many == 0 else f"is {as_text(labels.iloc[0])!r} in every row that has one"
        if many > 1:
            rule = f"is another one in each of {many:,} rows"
        cure = "name a column of a few different labels, or remove it"
        raise SpecError.one(
            f"the label {name!r} {rule}: no clusters can be held against it", cure, ("evaluate", "labels")
        )
    tested = frame[name].iloc[rows.test].dropna().map(as_text)
    if tested.nunique() > 1:
        return []
    rule = f"the test rows have {'no' if tested.empty else 'one'} label of {name!r}: scores against labels say nothing"
    return [Notice(rule, (name,), "bring more rows, or raise represent: {split: {test: 0.2}}")]


def _texts(column: pd.Series) -> np.ndarray:
    return np.array([None if missing else as_text(v) for v, missing in zip(column, column.isna(), strict=True)], object)
