"""Tables with the truth in them, as arrays and as predictions beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import brought, mean
from protokit.bundle.opened.learned import columns_of, target_columns
from protokit.bundle.part import Part
from protokit.core.errors import DataError, SpecError
from protokit.core.names import as_text, counted
from protokit.core.suggest import of_missing
from protokit.core.values.arrays import Arrays, Predictions
from protokit.core.values.said import Notice
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoder import Encoder
from protokit.represent.examples import with_target
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.later import with_future


def arrays_of(part: Part, frame: pd.DataFrame) -> Arrays:
    """A table as a network takes it, with the targets where it is a model of rows and the table has them."""
    encoder, columns = part.encoder, target_columns(part.encoder)
    examples = encoder.examples(frame)
    has_truth = isinstance(encoder, Encoder) and part.clusters is None and encoder.signature.targets[0].form != "drawn"
    if has_truth and all(name in frame.columns for name in columns):
        return encoder.arrays(examples)
    inputs, features = encoder.encode(examples)
    return Arrays(inputs, {}, {}, features)


@dataclass(frozen=True)
class Labelled:
    """A table with the truth in it; `labels` is the column that clusters are held against."""

    frame: pd.DataFrame
    labels: str | None = None

    @classmethod
    def of(cls, part: Part, frame: pd.DataFrame, labels: str | None = None) -> Labelled:
        """Hold that the truth of what a part predicts can be in a table, and is.

        Raises:
            SpecError: rows are drawn, or there are clusters and no labels, or labels and no clusters.
            DataError: a target's column is missing.
        """
        target = part.encoder.signature.targets[0]
        if labels is not None and part.clusters is None:
            rule = f"labels={labels!r} is what clusters are held against, and the task is {target.task}"
            raise SpecError.one(rule, "leave it out")
        if target.form == "drawn":
            rule = "there is no truth of a single row that is drawn"
            raise SpecError.one(rule, "its run has scored it on its own test rows: run.metrics")
        if part.clusters is not None and labels is None:
            rule = "clusters are held against labels, and no column of them is named"
            raise SpecError.one(rule, 'name it: evaluate(table, labels="COLUMN")')
        for name in target_columns(part.encoder) if labels is None else (labels,):
            if name not in frame.columns:
                cure = of_missing(name, list(frame.columns))
                raise DataError(f"the column {name!r} is missing: it holds what is predicted", cure=cure)
        return cls(frame, labels)

    def arrays(self, part: Part) -> tuple[Arrays, tuple[Notice, ...]]:
        """The rows whose truth is there as a part takes them; of series all forecasts; and what was decided.

        Raises:
            DataError: there is none, or a cell is not what its column is.
        """
        encoder = part.encoder
        if isinstance(encoder, SeriesEncoder):
            windows, told = with_future(encoder, self.frame)
            cure = "those of rows that the model learned from are no test: give later rows, with their past before them"
            return encoder.arrays(windows), (Notice(told, encoder.columns, cure),)
        examples = encoder.examples(self.frame)
        there = np.ones(len(examples), bool)
        columns: tuple[str, ...] = () if self.labels is None else (self.labels,)
        if self.labels is not None:
            there &= examples[self.labels].notna().to_numpy()
        elif isinstance(encoder, Encoder):
            for target in encoder.targets:
                if own := columns_of(target):
                    there &= with_target(examples, own, target.spec.of_task.written)
                    columns += own
        if not there.any():
            raise DataError(f"the truth of {columns[0]!r} is missing in each row", cure="give rows with the truth")
        gone = int((~there).sum())
        told = f"{counted(gone, 'row')} left out: the truth is missing there"
        notices = (Notice(told, columns),) if gone else ()
        examples = examples[there].reset_index(drop=True) if gone else examples
        if self.labels is None:
            return encoder.arrays(examples), notices
        inputs, features = encoder.encode(examples)
        none = {encoder.signature.targets[0].name: np.zeros((len(examples), 0))}
        labels = np.array([as_text(one) for one in examples[self.labels]], object)
        return Arrays(inputs, {}, none, features, labels=labels), notices


def beside_truth(
    parts: Sequence[Part], specs: Sequence[TargetSpec], labelled: Labelled
) -> tuple[dict[str, Predictions], tuple[Notice, ...]]:
    """What the parts say together of rows whose truth is known, by target, and what was decided."""
    first = parts[0]
    known, told = labelled.arrays(first)
    each = [(part, known if part is first else labelled.arrays(part)[0]) for part in parts]
    scores = mean([brought(first, part, part.scores(some.inputs, some.features)) for part, some in each])
    found: dict[str, Predictions] = {}
    for spec in specs:
        truth = np.asarray(known.truth[spec.name])
        own = replace(spec, temperature=None)  # the parts' have been applied
        if first.clusters is not None:
            own = replace(own, classes=tuple(range(1, first.clusters.count + 1)))
        said = own.of_task.judged(own, scores[spec.name], truth)
        found[spec.name] = Predictions(own, truth, said, known.features.units, known.blocks, known.labels)
    return found, told
