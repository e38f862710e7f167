"""Hands the steps of sequences to the audit as rows, where each has a class of its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.audit.data import AuditData
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.sequences import COLUMN
from protokit.represent.represented import Represented

_GROUP = "sequence of the step"


def steps_of(recipe: Recipe, fold: Represented, data: AuditData) -> AuditData | None:
    """The steps that have a label, with their own numbers and the columns of the whole sequence.

    None where no step has one. Small models keep the steps of a sequence together.
    """
    [target, *_] = fold.encoder.signature.targets
    encoder, sequence = fold.encoder, recipe.represent.sequence
    if target.form != "tags" or not isinstance(encoder, Encoder) or encoder.grouping is None or sequence is None:
        return None
    split = fold.split
    parts = ((split.train, fold.in_memory), (split.validation, fold.validation), (split.test, fold.test))
    frames, rows = zip(*(_of_part(positions, part, encoder, target, data) for positions, part in parts), strict=True)
    ends = np.cumsum([len(one) for one in frames])
    train, validation, test = np.split(np.arange(ends[-1]), ends[:-1])
    frame: pd.DataFrame = pd.concat(frames, ignore_index=True)
    own = np.concatenate(rows)
    weights = {} if fold.in_memory.weights is None else {target.name: _weights(parts, frame[_GROUP].to_numpy())}
    return replace(
        data,
        frame=frame.assign(**{target.name: np.array(target.classes, object)[own]}),
        splits=(replace(split, train=train, validation=validation, test=test),),
        targets=(TargetSpec(target.name, "multiclass", target.classes),),
        truth={target.name: own},
        kinds={**dict.fromkeys(encoder.grouping.channels, "number"), **_whole(data)},
        left_out=(),
        group=_GROUP,
        time=None,
        weights=weights,
        sides=frozenset({target.name}),
        further=(),
    )


def _whole(data: AuditData) -> dict[str, str]:
    """The columns of the whole sequence, with their kinds."""
    return {name: kind for name, kind in data.kinds.items() if name != COLUMN}


def _of_part(
    positions: np.ndarray, part: Arrays, encoder: Encoder, target: TargetSpec, data: AuditData
) -> tuple[pd.DataFrame, np.ndarray]:
    """The steps of some sequences, and the place of the class of each."""
    assert encoder.grouping is not None and part.features.history is not None, "sequences have their steps"
    truth = np.asarray(part.truth[target.name])
    known = truth >= 0
    row = np.repeat(positions, known.sum(axis=1))
    steps = pd.DataFrame(part.features.history[known], columns=list(encoder.grouping.channels))
    whole = data.frame[list(_whole(data))].iloc[row].reset_index(drop=True)
    return pd.concat([steps, whole, pd.Series(row, name=_GROUP)], axis=1), truth[known]


def _weights(parts: tuple[tuple[np.ndarray, Arrays], ...], sequences: np.ndarray) -> np.ndarray:
    """How much each step counts: as its sequence. Shapes: sequences (steps,) -> (steps,)."""
    by = np.zeros(max(int(positions.max(initial=-1)) for positions, _ in parts) + 1)
    for positions, part in parts:
        by[positions] = 1.0 if part.weights is None else part.weights
    found: np.ndarray = by[sequences]
    return found
