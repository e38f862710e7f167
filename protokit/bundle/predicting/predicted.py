"""A table on its way through what predicts it: see `Model.predict`."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd

from protokit.bundle.notices import notices_of
from protokit.bundle.opened.learned import Learned
from protokit.bundle.predicting.few import Few
from protokit.bundle.predicting.rows import Rows
from protokit.core.errors import PredictionNotice, SpecError
from protokit.core.runs import path_of
from protokit.core.values.said import Notice


def predicted(
    model: Learned,
    table: object,
    folder: str | Path | None,
    unseen: str,
    samples: int | None = None,
    seed: int = 0,
    few: Few | None = None,
) -> pd.DataFrame:
    """What a model predicts, and what is told of it to whoever called `predict`. `few` is how few rows go through it.

    Raises:
        SpecError: `unseen` is none of the two words.
        DataError: see `Model.predict`.
    """
    if unseen not in ("refuse", "allow"):
        raise SpecError.one(f"unseen is refuse or allow, not {unseen!r}", 'write unseen="allow"')
    notices = list[Notice]()
    rows = few.rows(table) if few is not None and folder is None and samples is None else None
    if rows is None:
        frame, notices = model.rows(table)
        rows = Rows.of(model, frame, None if folder is None else path_of(folder, "folder"))
    unlike = notices_of(rows.unusual, allow=unseen == "allow")
    found = rows.predicted(samples, seed)
    if isinstance(table, pd.DataFrame) and rows.encoders[0].one_for_each_row:
        found.index = table.index
    if told := [str(notice) for notice in (*notices, *unlike)]:
        found.attrs["notices"] = told
    if unlike:
        warnings.warn("\n".join(told), PredictionNotice, stacklevel=3)
    return found
