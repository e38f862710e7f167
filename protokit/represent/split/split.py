"""Which rows are for training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.seeds import derive
from protokit.core.suggest import did_you_mean
from protokit.core.values import Split
from protokit.represent import words as spec
from protokit.represent.kinds.columns import times
from protokit.represent.split.folds import deal

_NAMES = {"train": "train", "training": "train", "test": "test", "testing": "test"}
_NAMES |= {"validation": "validation", "valid": "validation", "val": "validation", "dev": "validation"}


def split(
    frame: pd.DataFrame,
    parts: np.ndarray | None,
    rule: spec.Split,
    classes: pd.Series | None,
    seed: int,
) -> tuple[Split, ...]:
    """Deal out the rows: once, or once for each fold.

    `classes` is the target to stratify by, None where it is a number. `parts` names each row's table.

    Raises:
        DataError: a part would be without rows, or the rule does not fit the data.
    """
    rows = np.arange(len(frame))
    by = rule.by or ("stratified" if classes is not None else "random")
    if by == "stratified" and classes is None:
        raise DataError("rows are stratified by classes, and the target is a number", cure="write by: random")
    if rule.folds is not None:
        return _in_folds(frame, rule, by, classes, seed)
    given = _given(frame, parts, rule, by)
    free = rows[given == "train"] if given is not None else rows
    name = by if isinstance(by, str) else next(k for k in ("group", "time", "column") if getattr(by, k))
    fixed = {part: rows[given == part] if given is not None else rows[:0] for part in ("test", "validation")}
    result = dict(fixed)
    for part in ("test", "validation"):
        share = getattr(rule, part)
        if len(fixed[part]) or isinstance(share, str) or (part == "test" and name == "column"):
            continue
        free, result[part] = _deal(frame, free, share, by, classes, derive(seed, "split", part))
    return (_split(free, result["validation"], result["test"], name, len(frame)),)


def _split(train: np.ndarray, validation: np.ndarray, test: np.ndarray, name: str, rows: int) -> Split:
    for part, found in (("train", train), ("validation", validation), ("test", test)):
        if len(found) == 0:
            raise DataError(
                f"no {part} rows: {rows} rows are too few to split",
                cure="bring more rows, or change represent.split",
            )
    return Split(np.sort(train), np.sort(validation), np.sort(test), name)


def _in_folds(
    frame: pd.DataFrame, rule: spec.Split, by: str | spec.By, classes: pd.Series | None, seed: int
) -> tuple[Split, ...]:
    """Each fold is the test once; of the other rows a share is for validation."""
    assert rule.folds is not None and isinstance(rule.validation, float), "the recipe has checked it"
    given = by if isinstance(by, spec.By) else spec.By()
    labels = classes.map(as_text).to_numpy() if by == "stratified" and classes is not None else None
    groups = _groups(frame, given.group) if given.group else None
    at = times(frame, given.time) if given.time else None
    dealt = deal(len(frame), rule.folds, labels, groups, at, derive(seed, "split", "folds"))
    name = f"{rule.folds} folds, {'group' if given.group else 'time' if given.time else by}"
    found = []
    for fold, (rest, test) in enumerate(dealt):
        fold_seed = derive(seed, "split", "validation", fold)
        train, validation = _deal(frame, rest, rule.validation, by, classes, fold_seed)
        found.append(_split(train, validation, test, name, len(frame)))
    return tuple(found)


def _given(frame: pd.DataFrame, parts: np.ndarray | None, rule: spec.Split, by: str | spec.By) -> np.ndarray | None:
    """The part of each row where a column or a table says it, else None."""
    named = {value: part for part in ("test", "validation") if isinstance(value := getattr(rule, part), str)}
    if named:
        if parts is None:
            raise DataError("split names a table, and one data frame was given", cure="write test: 0.2")
        return np.array([named.get(str(part), "train") for part in parts], object)
    if isinstance(by, str) or not by.column:
        return None
    column = _column(frame, by.column)
    found = []
    for value in column:
        text = as_text(value).lower()
        if text not in _NAMES:
            raise DataError(
                f"the split column {by.column!r} holds {as_text(value)!r}", cure="use train, validation and test"
            )
        found.append(_NAMES[text])
    if "test" not in found:
        raise DataError(f"the split column {by.column!r} names no test rows", cure="write test in some rows")
    return np.array(found, object)


def _deal(
    frame: pd.DataFrame,
    rows: np.ndarray,
    share: float,
    by: str | spec.By,
    classes: pd.Series | None,
    seed: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Take a share of the rows away: what stays, and what was taken."""
    if len(rows) < 2:
        raise DataError(f"{len(frame)} rows are too few to split", cure="bring more rows")
    if isinstance(by, spec.By) and by.time:
        return _latest(frame, rows, share, by.time)
    if isinstance(by, spec.By) and by.group:
        groups = _groups(frame, by.group)[rows]
        if len(np.unique(groups)) < 2:
            raise DataError(f"the column {by.group!r} holds one group only", cure="split by another column")
        shuffle = GroupShuffleSplit(n_splits=1, test_size=share, random_state=seed)
        stay, taken = next(shuffle.split(rows, groups=groups))
        return rows[stay], rows[taken]
    if classes is None or by == "random":
        stay, taken = train_test_split(rows, test_size=share, random_state=seed)
        return stay, taken
    # a class of so few rows that not every part can have one is kept for training
    labels = classes.map(as_text).to_numpy()[rows]
    _, positions, counts = np.unique(labels, return_inverse=True, return_counts=True)
    rare = counts[positions] < max(2, round(1 / share) // 2)
    kept, dealt, strata = rows[rare], rows[~rare], labels[~rare]
    taken_rows = max(1, round(len(dealt) * share))
    if len(dealt) == 0:
        raise DataError("every class has too few rows to split", cure="bring more rows, or write by: random")
    left = len(np.unique(strata))
    if taken_rows < left or len(dealt) - taken_rows < left:
        stay, taken = train_test_split(dealt, test_size=taken_rows, random_state=seed)
    else:
        stay, taken = train_test_split(dealt, test_size=taken_rows, random_state=seed, stratify=strata)
    return np.concatenate([stay, kept]), taken


def _latest(frame: pd.DataFrame, rows: np.ndarray, share: float, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Take the latest rows; rows of one time are not parted."""
    here = times(frame, name)[rows]
    border = np.sort(here)[int(len(here) * (1 - share))]
    late = here >= border
    if late.all():
        raise DataError(f"too few different times in {name!r} to split by", cure="split by another column")
    return rows[~late], rows[late]


def with_each_outcome(found: Split, rows: np.ndarray, outcomes: np.ndarray, movable: Sequence[str]) -> Split:
    """The split, with a row of every outcome (class or label) among the training rows, of those that have one at all.

    Where chance left it none, a row is moved there from one of the `movable` parts: what no training row shows can
    neither be learned nor be scored. Shapes: rows and outcomes (pairs,), a row for each outcome that it has.
    """
    parts = {name: getattr(found, name) for name in ("train", "validation", "test")}
    for outcome in np.setdiff1d(outcomes, outcomes[np.isin(rows, found.train)]):
        having = rows[outcomes == outcome]
        for name in movable:
            here = np.intersect1d(having, parts[name])
            if np.isin(having, parts["train"]).any() or len(here) == 0 or len(parts[name]) == 1:
                continue
            parts[name] = np.setdiff1d(parts[name], here[:1])
            parts["train"] = np.sort(np.append(parts["train"], here[0]))
    return replace(found, **parts)


def as_dealt(parts: np.ndarray, by: str | spec.By | None) -> Split:
    """The split of rows whose part is known: train, validation or test. Shapes: parts (rows,)."""
    name = next((key for key in ("group", "time", "column") if getattr(by, key, None)), "random")
    train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))
    return _split(train, validation, test, name, len(parts))


def blocks(frame: pd.DataFrame, name: str) -> np.ndarray:
    """The number of each row's group. Shapes: (rows,) int64."""
    numbers: np.ndarray = np.unique(_groups(frame, name), return_inverse=True)[1]
    return numbers


def _groups(frame: pd.DataFrame, name: str) -> np.ndarray:
    groups: np.ndarray = _column(frame, name).map(as_text, na_action="ignore").fillna("").to_numpy()
    return groups


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    if name not in frame.columns:
        raise DataError(f"no column {name!r} to split by", cure=did_you_mean(name, list(frame.columns)))
    return frame[name]
