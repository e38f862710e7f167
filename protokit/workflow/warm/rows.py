"""The rows of a run, which a later one that begins at it knows again."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.values.known import Known
from protokit.core.values.said import Finding, Notice
from protokit.evaluate.audit.edits import listed
from protokit.evaluate.audit.kept_rows import NEW, NONE, PARTS, KeptRows
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.represented import Represented

MOST = 1_000_000  # rows that are kept
SEEN = "seen_rows"  # the name of what is found
_NAMED = 5
_FATAL, _WARNING, _FEWEST = 0.05, 0.01, 3  # as the audit across sets has it


def kept_rows(recipe: Recipe, folds: Sequence[Represented]) -> KeptRows | None:
    """The rows of a run, to be kept with its model; None where its examples are no rows of a table in memory.

    Of a run with folds all rows were learned from by one network or another.
    """
    fold = folds[0]
    encoder = fold.encoder
    if type(encoder) is not Encoder or encoder.grouping is not None or recipe.represent.series is not None:
        return None
    if fold.sample is not None or len(fold.frame) > MOST:
        return None
    frame = as_kept(fold.frame, encoder)
    names = dict.fromkeys((*encoder.kinds, *encoder.needed, *recipe.represent.targets))
    found = KeptRows.of(frame, [name for name in names if name in frame], fold.split)
    return found if len(folds) == 1 else KeptRows(found.columns, found.hashes, np.zeros_like(found.parts))


def as_kept(frame: pd.DataFrame, encoder: Encoding) -> pd.DataFrame:
    """A table with each column as its kind is looked at by the audit, by which rows are known again."""
    columns = (*encoder.columns, *encoder.own) if isinstance(encoder, Encoder) else ()
    found = frame.copy(deep=False)
    for one in columns:
        if one.column in frame:
            found[one.column] = one.audited(frame[one.column])
    return found.reset_index(drop=True)


def known_rows(run: str, rows: KeptRows, encoder: Encoding) -> Known:
    """What tells of a later table's rows which part of a run they were in. `encoder` is the run's."""
    return Known(run, partial(_parts, rows, encoder))


def places_of(rows: KeptRows, encoder: Encoding, frame: pd.DataFrame) -> np.ndarray:
    """Which of a run's rows each row of a later table is; all are new where a column is missing. Shapes: (rows,)."""
    if any(name not in frame for name in rows.columns):
        return np.full(len(frame), NEW, np.int64)
    try:
        return rows.places(as_kept(frame, encoder))
    except ProtokitError:  # a cell is not of its column's kind any more: whoever fits the column tells it
        return np.full(len(frame), NEW, np.int64)


def _parts(rows: KeptRows, encoder: Encoding, frame: pd.DataFrame) -> np.ndarray:
    places = places_of(rows, encoder, frame)
    names = np.array([*PARTS, "", ""], object)
    found: np.ndarray = names[np.where(places == NEW, NONE, rows.parts[places] if len(rows.parts) else NONE)]
    return found


def told_of_rows(recipe: Recipe, rows: KeptRows | None, run: str, table: pd.DataFrame) -> list[Notice]:
    """Why rows cannot be known again, where they cannot."""
    if recipe.represent.series is not None or recipe.learn.form == "clusters":
        return []
    if rows is None:
        rule = f"the model of {run} keeps no hashes of its rows: test rows that it has learned from cannot be told"
        return [Notice(rule, (), "run it again with this version, or split both by the same column")]
    if missing := [name for name in rows.columns if name not in table]:
        rule = f"rows of {run} cannot be known again without its {listed(missing[:_NAMED])}: test rows that it has "
        return [Notice(f"{rule}learned from cannot be told", (), "split both by the same column")]
    return []


def seen_rows(fold: Represented, rows: KeptRows, encoder: Encoding, run: str) -> list[Finding]:
    """Test rows that a run which is begun at has learned from, and rows of its test that are learned from now."""
    if fold.sample is not None or any(name not in fold.frame for name in rows.columns):
        return []
    test, learned = fold.split.test, np.concatenate([fold.split.train, fold.split.validation])
    frame = as_kept(fold.frame, encoder)
    seen = test[rows.copies(frame.iloc[test])]
    found = []
    if len(seen):
        share = len(seen) / len(test)
        grave = len(seen) >= _FEWEST and share >= _WARNING
        shown = ", ".join(str(row + 1) for row in seen[:_NAMED]) + (", ..." if len(seen) > _NAMED else "")
        rule = (
            f"{len(seen):,} of {len(test):,} test rows are such that {run}, where this network begins, has learned "
            f"from (rows {shown}): scores on them are too good"
        )
        evidence: dict[str, float | int | str] = {"rows": len(seen), "share_of_test_rows": round(share, 4)}
        severity = "note" if not grave else "fatal" if share >= _FATAL else "warning"
        found.append(Finding(SEEN, severity, (), rule, evidence, _EDIT))  # type: ignore[arg-type]
    tested = rows.parts == PARTS.index("test")
    places = places_of(rows, encoder, fold.frame)[learned]
    taken = int(tested[places[places != NEW]].sum())
    if taken:
        rule = f"{taken:,} rows that {run} was tested on are learned from now: its score and this one are of other rows"
        found.append(Finding(SEEN, "note", (), rule, {"rows": taken}, _EDIT))
    return found


_EDIT = "represent:\n  split: {test: 0.2}  # rows that the earlier run had stay in the part that they were in"
