"""The proof of a file: rows of a table, and such as are drawn, through it and through the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import mean
from protokit.doors.plan import Plan
from protokit.doors.plans.self_proving import SelfProving
from protokit.represent.encoder import Encoder
from protokit.represent.kind import NumberColumn
from protokit.represent.target import TargetEncoder

DRAWN, _FEWEST = 512, 16  # rows
_PIXELS = 4_000_000  # of them all
Run = Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]]


@dataclass(frozen=True)
class Proof:
    """How far a file is from the model, at most, in the networks' own units, and on how many rows.

    `changed` is how many of its classes are others, of the target of which there are the most.
    """

    rows: int
    drawn: int
    differs: float
    changed: float


def proven(plan: Plan, run: Run, rows: pd.DataFrame | None, *, by_class: bool = False, seed: int = 0) -> Proof:
    """Hold a file against the model: `rows` are those of a cleaned table.

    `by_class`: of classes only those that change count, not by how much their probabilities differ; rows are drawn
    only where none are given, since a file that is told by such may miss numbers far beyond those of training.
    """
    if isinstance(plan, SelfProving):
        held = [plan.drawn(DRAWN, seed), *([] if rows is None or not len(rows) else [plan.rows(rows)])]
        differs = max(plan.differs(run(plan.arrays(one)), one) for one in held)
        return Proof(sum(map(plan.count, held)), DRAWN, differs, 0.0)
    own = None if rows is None or not len(rows) else plan.rows(rows)
    some = None if own is not None and by_class else drawn(plan, many_drawn(plan), seed)
    tables = [table for table in (own, some) if table is not None]
    differs, changed = 0.0, dict.fromkeys((target.spec.name for target in plan.targets), 0)
    for table in tables:
        ours, theirs = scores(plan, table), run(arrays(plan, table))
        for target in plan.targets:
            end = next(one for one in plan.ends if one.target == target.spec.name and one.is_scores)
            one = ours[target.spec.name]
            other = np.asarray(theirs[end.name], np.float64).reshape(one.shape)
            apart = np.abs((one - other) / unit_of(target))
            apart = np.where(np.isnan(apart), np.inf, apart)
            if target.spec.form in ("classes", "labels"):
                task = target.spec.of_task
                said, meant = (task.labels(target.spec, scores, None) for scores in (other, one))
                others = (said != meant) | np.isinf(apart).any(axis=1).reshape(-1, *[1] * (said.ndim - 1))
                changed[target.spec.name] += int(others.reshape(len(table), -1).any(axis=1).sum())
                if by_class:
                    continue
            differs = max(differs, float(apart.max(initial=0.0)))
    many = sum(map(len, tables))
    return Proof(many, 0 if some is None else len(some), differs, max(changed.values()) / many)


def arrays(plan: Plan, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """A cleaned table as a file takes it. Shapes: (rows, 1) by column."""
    return {name: column.array(table[name]) for name, column in plan.raw.items()}


def scores(plan: Plan, table: pd.DataFrame) -> dict[str, np.ndarray]:
    """What the model says of a cleaned table, by target: see Predictions.scores."""
    encoded = [own.encode(plan.examples(own, table)) for own in plan.encoders]
    return mean(plan.model.answers(table, encoded))


def unit_of(target: TargetEncoder) -> np.ndarray:
    """What a difference of scores is divided by: that of 1 in what the network gives."""
    if target.spec.form == "vector":
        return np.array(target.scales)
    return np.array(target.scale if target.spec.form in ("number", "quantiles") else 1.0)


def many_drawn(plan: Plan) -> int:
    """How many rows are drawn: fewer of large images."""
    size = max((int(np.prod(column.shape)) for column in plan.raw.values() if column.dtype == "uint8"), default=1)
    return int(np.clip(_PIXELS // size, _FEWEST, DRAWN))


def drawn(plan: Plan, rows: int, seed: int) -> pd.DataFrame:
    """Rows such as may come, with what training did not see. Each cell is drawn by itself."""
    rng = np.random.default_rng(seed)
    seen = _seen(plan.encoders[0])
    return pd.DataFrame({n: column.drawn(rng, rows, seen.get(n, np.empty(0))) for n, column in plan.raw.items()})


def _seen(encoder: Encoder) -> dict[str, np.ndarray]:
    """Numbers of training rows, of the first that each column makes."""
    found, place = {}, 0
    for column in encoder.columns:
        if isinstance(column, NumberColumn):
            found[column.column] = encoder.scaler.knots(place)
            place += len(column.names)
    return found
