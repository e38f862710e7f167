"""Tables with the truth in them, as arrays and as predictions beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import brought
from protokit.bundle.part import Part, mean
from protokit.core.errors import DataError, SpecError
from protokit.core.names import counted
from protokit.core.suggest import of_missing
from protokit.core.values.arrays import Arrays, Predictions
from protokit.core.values.said import Notice
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoder import Encoder


def target_columns(targets: Sequence[TargetSpec]) -> dict[str, str]:
    """The columns of a table that hold the truth, each with the kind that it is read as."""
    found: dict[str, str] = {}
    for target in targets:
        numeric = target.form in ("number", "quantiles", "vector", "survival")
        found |= dict.fromkeys(target.columns or (target.name,), "number" if numeric else "category")
    return found


def arrays_of(part: Part, frame: pd.DataFrame) -> Arrays:
    """A table as a network takes it, with the targets where the table has them.

    Raises:
        SpecError: it is not a model of single rows.
    """
    encoder = part.encoder
    if not isinstance(encoder, Encoder):
        inputs, features = encoder.encode(encoder.examples(frame))
        return Arrays(inputs, {}, {}, features)
    columns = target_columns(encoder.signature.targets)
    labelled = encoder.signature.targets[0].of_task.has_target and all(name in frame.columns for name in columns)
    if labelled and part.clusters is None:
        return encoder.arrays(encoder.examples(frame))
    inputs, features = encoder.encode(encoder.examples(frame))
    return Arrays(inputs, {}, {}, features)


def with_truth(parts: Sequence[Part], frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Notice]]:
    """The rows whose truth is there, and what was left out.

    Raises:
        SpecError: the model has no truth in the columns of a table.
        DataError: a target's column is missing, or all its cells are.
    """
    encoder = parts[0].encoder
    targets = encoder.signature.targets
    if not isinstance(encoder, Encoder) or parts[0].clusters is not None or not targets[0].of_task.has_target:
        rule = f"there is no truth in the columns of a table for a model of {targets[0].task}"
        raise SpecError.one(rule, "its run has scored it on its own test rows: run.metrics")
    columns = list(target_columns(targets))
    for name in columns:
        if name not in frame.columns:
            cure = of_missing(name, list(frame.columns))
            raise DataError(f"the column {name!r} is missing: it holds what is predicted", cure=cure)
    there = frame[columns].notna().all(axis=1).to_numpy()
    if not there.any():
        raise DataError(f"the truth of {columns[0]!r} is missing in each row", cure="give rows with the truth")
    if there.all():
        return frame, []
    gone = int((~there).sum())
    rule = f"{counted(gone, 'row')} left out: the truth is missing there"
    return frame[there].reset_index(drop=True), [Notice(rule, tuple(columns))]


def beside_truth(parts: Sequence[Part], specs: Sequence[TargetSpec], frame: pd.DataFrame) -> dict[str, Predictions]:
    """What the parts say together of rows whose truth is known, by target."""
    first = parts[0]
    known = arrays_of(first, frame)
    each = [(part, known if part is first else arrays_of(part, frame)) for part in parts]
    scores = mean([brought(first, part, part.scores(some.inputs, some.features)) for part, some in each])
    found: dict[str, Predictions] = {}
    for spec in specs:
        truth = np.asarray(known.truth[spec.name])
        own = replace(spec, temperature=None)  # the parts' have been applied
        said = spec.of_task.judged(own, scores[spec.name], truth)
        found[spec.name] = Predictions(own, truth, said, known.features.units, known.blocks)
    return found
