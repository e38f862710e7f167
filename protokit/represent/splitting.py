"""Which rows are for training, validation and test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.cells.times.rules import Rule
from protokit.core.errors import DataError, SpecError
from protokit.core.names import counted
from protokit.core.seeds import derive
from protokit.core.values.said import Notice
from protokit.core.values.tables import Split
from protokit.represent import words as spec
from protokit.represent.split_way import SPLITS, SplitTable, SplitWay


def split(
    frame: pd.DataFrame,
    parts: np.ndarray | None,
    rule: spec.Split,
    classes: pd.Series | None,
    seed: int,
    dates: Rule | None = None,
    known: np.ndarray | None = None,
) -> tuple[Split, ...]:
    """Deal out the rows: once, or once for each fold.

    `classes` is the target to stratify by, None where it is a number. `parts` names each row's table. `dates` says how
    dates in the column that rows are split by are read. Rows of which it is `known` which part they were in, in an
    earlier run, stay in it, and new ones are dealt; not where the table itself says the parts, nor of folds.

    Shapes: known (rows,) of train, validation, test, or "" of new rows.

    Raises:
        DataError: a part would be without rows, or the rule does not fit the data.
    """
    way = SPLITS[rule.way or ("stratified" if classes is not None else "random")]
    table = SplitTable(frame, rule.way_column, classes, dates)
    way.check(table)
    if rule.folds is not None:
        return _in_folds(way, table, rule, seed)
    named = {value: part for part in ("test", "validation") if isinstance(value := getattr(rule, part), str)}
    given = _of_tables(parts, named) if named else way.given(table)
    if known is not None and given is None and (known != "").any():
        return (_with_new(way, table, rule, known, seed),)
    rows = np.arange(len(frame))
    free = rows[given == "train"] if given is not None else rows
    fixed = {part: rows[given == part] if given is not None else rows[:0] for part in ("test", "validation")}
    result = dict(fixed)
    for part in ("test", "validation"):
        share = getattr(rule, part)
        if len(fixed[part]) or isinstance(share, str) or (part == "test" and not way.draws_test):
            continue
        free, result[part] = _take(way, table, free, share, derive(seed, "split", part))
    return (_split(free, result["validation"], result["test"], way.name, len(frame)),)


def _with_new(way: type[SplitWay], table: SplitTable, rule: spec.Split, known: np.ndarray, seed: int) -> Split:
    """The rows of an earlier run in their parts, and the new ones dealt as the rule says.

    New rows of a group go where its others are. So few new rows that a share of them is none are learned from.

    Raises:
        DataError: no row is left for a part.
    """
    known = known.copy()
    if (blocks := way.blocks(table)) is not None:
        first = pd.Series(known[known != ""], blocks[known != ""])
        first = first[~first.index.duplicated()]
        follows = (known == "") & np.isin(blocks, first.index.to_numpy())
        known[follows] = first.loc[blocks[follows]].to_numpy()
    for part in ("test", "validation"):
        new, share = np.flatnonzero(known == ""), getattr(rule, part)
        if len(new) < 2 or len(new) * share < 1:
            continue
        try:
            taken = way.take(table, new, share, derive(seed, "split", "new", part))[1]
        except DataError:  # one group, one time, or classes of a row each
            continue
        known[taken] = part
    known[known == ""] = "train"
    rows = [np.flatnonzero(known == part) for part in ("train", "validation", "test")]
    if not len(rows[2]):
        why = "an earlier run has learned from all these rows: none is left to test on"
        raise DataError(why, cure="bring the rows that it was tested on too, or more new ones", path=("learn", "from"))
    return _split(rows[0], rows[1], rows[2], way.name, len(table.frame))


def _split(
    train: np.ndarray, validation: np.ndarray, test: np.ndarray, name: str, rows: int, *, tested: bool = True
) -> Split:
    for part, found in (("train", train), ("validation", validation), ("test", test)):
        if len(found) == 0 and (tested or part != "test"):
            raise DataError(
                f"no {part} rows: {counted(rows, 'row', 'are')} too few to split",
                cure="bring more rows, or change represent.split",
            )
    return Split(np.sort(train), np.sort(validation), np.sort(test), name)


def _in_folds(way: type[SplitWay], table: SplitTable, rule: spec.Split, seed: int) -> tuple[Split, ...]:
    """Each fold is the test once; of the other rows a share is for validation."""
    assert rule.folds is not None and isinstance(rule.validation, float), "the recipe has checked it"
    if not way.has_folds:
        where = ("represent", "split", "folds")
        raise SpecError.one(f"rows that are split by {way.name} are not dealt into folds", "remove folds", where)
    found = []
    dealt = way.folds(table, rule.folds, derive(seed, "split", "folds"))
    for fold, (rest, test) in enumerate(dealt):
        fold_seed = derive(seed, "split", "validation", fold)
        train, validation = _take(way, table, rest, rule.validation, fold_seed)
        found.append(_split(train, validation, test, f"{rule.folds} folds, {way.name}", len(table.frame)))
    return tuple(found)


def _of_tables(parts: np.ndarray | None, named: dict[str, str]) -> np.ndarray:
    """The part of each row that its table stands for."""
    if parts is None:
        raise DataError("split names a table, and one data frame was given", cure="write test: 0.2")
    codes, names = pd.factorize(parts)
    found: np.ndarray = np.array([named.get(str(name), "train") for name in names], object)[codes]
    return found


def _take(
    way: type[SplitWay], table: SplitTable, rows: np.ndarray, share: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Take a share of the rows away: what stays, and what was taken."""
    if len(rows) < 2:
        raise DataError(f"{counted(len(table.frame), 'row', 'are')} too few to split", cure="bring more rows")
    return way.take(table, rows, share, seed)


def says_validation(frame: pd.DataFrame, rule: spec.Split) -> bool:
    """Whether a column of the table says which rows are for validation: others cannot be, then."""
    if rule.way is None:
        return False
    given = SPLITS[rule.way].given(SplitTable(frame, rule.way_column, None))
    return given is not None and "validation" in given


def told_of_share(frame: pd.DataFrame, rule: spec.Split) -> list[Notice]:
    """That a written share of validation rows does not count, where a column names these rows."""
    if "validation" not in rule.model_fields_set or not isinstance(rule.validation, float):
        return []
    if rule.folds is not None or not says_validation(frame, rule):
        return []
    said = f"the column {rule.way_column!r} names the validation rows: the share of {rule.validation:g} does not count"
    return [Notice(said, (str(rule.way_column),), "remove represent.split.validation, or write train in these rows")]


def told_of_known(run: str, known: np.ndarray, found: Split) -> list[Notice]:
    """How many rows an earlier run had, and where the new ones are."""
    new = np.flatnonzero(known == "")
    had = len(known) - len(new)
    if not had:
        return [Notice(f"none of the rows is one that {run} had", (), "")]
    moved = had - sum(int((known[getattr(found, part)] == part).sum()) for part in ("train", "validation", "test"))
    if moved:
        rule = f"of {had:,} rows that {run} had {moved:,} are in another part, as the recipe says"
        return [Notice(rule, (), "write split: {test: 0.2} to have them stay in their parts")]
    parts = [f"{np.isin(new, getattr(found, p)).sum():,} {p}" for p in ("train", "validation", "test")]
    rule = f"{had:,} rows are such that {run} had, and stay in the part that they were in"
    rule += f"; {counted(len(new), 'row', 'are')} new: {', '.join(parts)}" if len(new) else "; none is new"
    if found.by == "time" and len(new):
        rule += "; new training rows may be later than earlier test rows"
    return [Notice(rule, (), "remove learn.from to deal all rows anew")]


def dealt_validation(
    found: Split, frame: pd.DataFrame, rule: spec.Split, classes: pd.Series | None, networks: int, seed: int
) -> list[np.ndarray]:
    """The validation rows of each of several networks: of the first those of the split, of others as many other rows.

    No row is dealt twice while there are others. Test rows stay what they are.

    Raises:
        DataError: there are too few rows.
    """
    way = SPLITS[rule.way or ("stratified" if classes is not None else "random")]
    table = SplitTable(frame, rule.way_column, classes)
    dealt, left, count = [found.validation], found.train, len(found.validation)
    for i in range(1, networks):
        if len(left) < max(2, 0.8 * count):
            left = found.train
        share = count / len(left)
        left, taken = way.take(table, left, share, derive(seed, "deal", i)) if share < 1 else (left[:0], left)
        dealt.append(np.sort(taken))
    return dealt


def with_each_class(found: Split, rows: np.ndarray, classes: np.ndarray, movable: Sequence[str]) -> Split:
    """The split, with a row of every class or label among the training rows, of those that have one at all.

    Where chance left it none, a row is moved there from one of the `movable` parts: what no training row shows can
    neither be learned nor be scored. Shapes: rows and classes (pairs,), a row for each class or label that it has.
    """
    parts = {name: getattr(found, name) for name in ("train", "validation", "test")}
    for one in np.setdiff1d(classes, classes[np.isin(rows, found.train)]):
        having = rows[classes == one]
        for name in movable:
            here = np.intersect1d(having, parts[name])
            if np.isin(having, parts["train"]).any() or len(here) == 0 or len(parts[name]) == 1:
                continue
            parts[name] = np.setdiff1d(parts[name], here[:1])
            parts["train"] = np.sort(np.append(parts["train"], here[0]))
    return replace(found, **parts)


def as_dealt(parts: np.ndarray, rule: spec.Split) -> Split:
    """The split of rows whose part is known: train, validation or test, of which there may be none.

    Shapes: parts (rows,).
    """
    name = rule.way if rule.way_column and rule.way else "random"
    train, validation, test = (np.flatnonzero(parts == part) for part in ("train", "validation", "test"))
    return _split(train, validation, test, name, len(parts), tested=False)


def way_of(rule: spec.Split) -> type[SplitWay] | None:
    """The way that a recipe names; None where it names none."""
    return SPLITS[rule.way] if rule.way else None
