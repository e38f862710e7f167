"""The series of a run as the audit looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from protokit.cells.times.columns import day_numbers
from protokit.core.values.tables import Table
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.series.data import SeriesData
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.kind import KINDS, audited_as
from protokit.represent.represented import Represented
from protokit.represent.series.arrays import cells_of, numbers_of
from protokit.represent.series.encoder import SeriesEncoder
from protokit.represent.series.last import Last
from protokit.represent.series.panel import Panel


def series_data(
    recipe: Recipe, table: Table, folds: Sequence[Represented], derived: Mapping[str, Sequence[str]]
) -> SeriesData:
    """The rows of all series, and the windows of the last fold: it has all but the latest rows to learn from."""
    series, fold = recipe.represent.series, folds[-1]
    encoder, split = fold.encoder, fold.split
    assert series is not None and isinstance(encoder, SeriesEncoder)
    said = recipe.represent.split
    of_each = isinstance(said.test, Last) or isinstance(said.validation, Last)
    panel = Panel.of(table.frame, series.time, series.by, encoder.index)
    frame = table.frame.iloc[panel.rows].reset_index(drop=True)
    used = [one for one in (*encoder.past, *encoder.known) if one.column != series.time]
    kinds = {column.column: audited_as(column.kind) for column in used}
    place = np.empty(len(frame), np.int64)
    place[panel.rows] = np.arange(len(frame))
    origins = place[fold.positions] + 1
    dated = encoder.index.unit != "number"
    days = day_numbers(encoder.index.stamps(frame[series.time])) if dated else None
    apart = {*kinds, *encoder.columns, *series.by, series.time}
    return SeriesData(
        rows=AuditData(
            frame,
            (SeriesData.parts(panel.times, origins, series.horizon, split, panel.codes if of_each else None),),
            (),
            {},
            kinds,
            tuple(name for name in frame.columns if name not in apart),
            time=series.time,
            derived={name: tuple(columns) for name, columns in derived.items()},
            seed=recipe.seed,
        ),
        targets=encoder.columns,
        values=np.stack([to_numbers(frame[name]) for name in encoder.columns], axis=1),
        others={
            column.column: numbers_of(column, cells_of(column, frame, encoder.index))[:, 0]
            for column in used
            if KINDS[column.kind].one_number
        },
        known=series.known,
        codes=panel.codes,
        times=panel.times,
        days=days,
        step=encoder.index.step,
        starts=panel.starts,
        names=tuple(", ".join(key) for key in panel.keys),
        by=series.by,
        time=series.time,
        origins=origins,
        split=split,
        window=series.window,
        horizon=series.horizon,
        season=encoder.season,
        folds=len(folds),
    )
