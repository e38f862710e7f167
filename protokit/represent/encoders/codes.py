"""Whole numbers that are codes: their order tells nothing of the target, and which one it is does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from protokit.core.seeds import derive
from protokit.core.values.said import Notice
from protokit.core.values.signature import form_written, task_of
from protokit.represent.target import infer_task

FEWEST, MOST = 10, 1000  # levels: the order of fewer cannot be told from chance, and as numbers they do no harm
_MOST_COLUMNS = 100  # of a table that are looked at
_ROWS = 20_000  # that are looked at
_A_LEVEL = 8  # rows of a level on average
_SURE = 6.0  # standard errors by which the levels tell more than any smooth function of the number
_GAIN = 0.01  # of the error without the column
_ORDERLY = 0.1  # chance that a random order of the levels is as smooth: below it the order tells something
_SHUFFLES = 199
_FOLDS = 3
_CLASSES = 20  # the commonest of a target


# names of what is counted or measured: its order means something, whatever the rows say
_MEASURED = """
age ages year years yr month months mnth week weeks day days hour hours hr minute minutes min second seconds date
time duration weight height length width size area volume depth distance amount amt count counts number total
sum mean score scores points grade rank rating price cost income wage wages salary rate percent percentage pct
experience exper educ education level temperature temp speed population pop quantity qty rooms
"""
_OF_MEASURES = frozenset(_MEASURED.split())


class CodeHunt:
    """Looks for codes among the columns of one table's training rows, of the first hundred that may be some."""

    def __init__(self, train: pd.DataFrame, targets: Sequence[str], task: str | None, seed: int) -> None:
        self._train, self._seed, self._left = train, seed, _MOST_COLUMNS
        self._truth: pd.Series | None = None
        self._of_classes = False
        if len(targets) == 1 and form_written(task) in (None, "classes", "number", "quantiles"):
            self._truth = train[targets[0]]
            if self._truth.nunique() > 1:
                self._of_classes = task_of(infer_task(self._truth, task)).form == "classes"

    def notice(self, column: pd.Series) -> Notice | None:
        """What is said of a column of numbers that is one of codes."""
        name = str(column.name)
        if self._truth is None or not self._left or column.dtype.kind not in "iuf" or not _may_be_codes(name):
            return None
        values = column.to_numpy(float, na_value=np.nan)
        present = values[np.isfinite(values)]
        if not len(present) or (present != np.round(present)).any():
            return None
        self._left -= 1
        if not are_codes(values, self._truth, of_classes=self._of_classes, seed=self._seed):
            return None
        rule = (
            f"{name!r} is read as numbers, and looks like one of codes: which one it is tells of "
            f"{str(self._truth.name)!r}, their order does not"
        )
        return Notice(rule, (name,), f"columns: {{{name}: category}}", advised=True)


def _may_be_codes(name: str) -> bool:
    """Whether no word of a name says that something is counted or measured.

    >>> _may_be_codes("zip"), _may_be_codes("dep_hour"), _may_be_codes("YearBuilt")
    (True, False, False)
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return not _OF_MEASURES & {re.sub(r"\d+$", "", word) for word in re.split(r"[\W_]+", spaced.casefold())}


def are_codes(values: np.ndarray, truth: pd.Series, *, of_classes: bool, seed: int = 0) -> bool:
    """Whether whole numbers are codes, by their training rows.

    Two things have to be so. The mean of each level tells more of the target than the best of two smooth functions of
    the number do, on rows that neither was fitted on and by six standard errors of the paired difference: so it does
    not matter that levels of few rows are badly known. And the means of neighbouring levels are no more alike than
    those of levels in a random order: what is high for 11 and 13 says nothing of 12.

    Shapes: values (rows,) float64, NaN where missing.
    """
    known = np.isfinite(values) & truth.notna().to_numpy()
    x, y = values[known], truth[known]
    generator = np.random.Generator(np.random.PCG64(derive(seed, "codes")))
    if len(x) > _ROWS:
        some = np.sort(generator.choice(len(x), _ROWS, replace=False))
        x, y = x[some], y.iloc[some]
    levels, codes, counts = np.unique(x, return_inverse=True, return_counts=True)
    if not FEWEST <= len(levels) <= MOST or len(x) < _A_LEVEL * len(levels):
        return False
    wanted = _wanted(y, of_classes)
    return (
        bool(wanted.shape[1])
        and _tells(x, codes, len(levels), wanted, generator)
        and not _ordered(codes, counts, wanted, generator)
    )


def _wanted(truth: pd.Series, of_classes: bool) -> np.ndarray:
    """Shapes: (rows,) -> (rows, outputs), each of mean 0 and variance 1, or the commonest classes as 0 and 1."""
    if of_classes:
        codes = pd.factorize(truth.map(str))[0]
        common = np.argsort(-np.bincount(codes), kind="stable")[:_CLASSES]
        made = (codes[:, None] == common).astype(float)
        return np.asarray(made - made.mean(axis=0))
    numbers = pd.to_numeric(truth, errors="coerce").to_numpy(float)
    if not np.isfinite(numbers).all():
        return np.zeros((len(numbers), 0))
    low, high = np.quantile(numbers, [0.005, 0.995])
    numbers = np.clip(numbers, low, high) if low < high else numbers
    spread = numbers.std()
    return np.asarray(((numbers - numbers.mean()) / spread)[:, None]) if spread else np.zeros((len(numbers), 0))


def _tells(x: np.ndarray, codes: np.ndarray, count: int, wanted: np.ndarray, generator: np.random.Generator) -> bool:
    """Whether the levels surely tell more than a smooth function does, on rows that neither was fitted on."""
    fold = generator.permutation(len(x)) % _FOLDS
    by_level, by_order = np.zeros_like(wanted), [np.zeros_like(wanted) for _ in range(2)]
    ranks = pd.Series(x).rank().to_numpy() / len(x)
    scaled = (x - x.mean()) / max(1e-300, x.std())
    bases = [_powers(ranks - 0.5), _powers(np.clip(scaled, -3, 3) / 3)]
    for i in range(_FOLDS):
        learn, say = fold != i, fold == i
        means = _means(codes[learn], count, wanted[learn])
        by_level[say] = means[codes[say]]
        for basis, found in zip(bases, by_order, strict=True):
            found[say] = basis[say] @ np.linalg.lstsq(basis[learn], wanted[learn], rcond=None)[0]
    whole = float((wanted**2).sum(axis=1).mean())
    wrong = ((by_level - wanted) ** 2).sum(axis=1)
    for found in by_order:
        gain = ((found - wanted) ** 2).sum(axis=1) - wrong
        if gain.mean() < max(_GAIN * whole, _SURE * gain.std() / len(gain) ** 0.5):
            return False
    return True


def _powers(values: np.ndarray) -> np.ndarray:
    """Shapes: (rows,) -> (rows, 6)."""
    return np.stack([values**power for power in range(6)], axis=1)


def _means(codes: np.ndarray, count: int, wanted: np.ndarray) -> np.ndarray:
    """The mean of each level, drawn to 0 (that of all) as if two rows more had it. Shapes: -> (levels, outputs)."""
    sums = np.stack([np.bincount(codes, w, count) for w in wanted.T], axis=1)
    found: np.ndarray = sums / (np.bincount(codes, minlength=count)[:, None] + 2.0)
    return found


def _ordered(codes: np.ndarray, counts: np.ndarray, wanted: np.ndarray, generator: np.random.Generator) -> bool:
    """Whether neighbouring levels are more alike than levels in a random order, or hold a trend.

    Source: von Neumann, Distribution of the ratio of the mean square successive difference, 1941, weighted by rows.
    """
    means = _means(codes, len(counts), wanted)
    weights = np.minimum(counts, np.median(counts) * 4).astype(float)

    def rough(order: np.ndarray) -> tuple[float, float]:
        own, heavy = means[order], weights[order]
        pairs = np.sqrt(heavy[1:] * heavy[:-1])
        steps = float((pairs[:, None] * (own[1:] - own[:-1]) ** 2).sum() / pairs.sum())
        place = np.arange(len(order)) - (len(order) - 1) / 2
        trend = float((((heavy * place)[:, None] * own).sum(axis=0) ** 2).sum())
        return steps, -trend

    own = rough(np.arange(len(counts)))
    others = [rough(generator.permutation(len(counts))) for _ in range(_SHUFFLES)]
    for value, drawn in zip(own, zip(*others, strict=True), strict=True):
        if (1 + sum(one <= value for one in drawn)) / (1 + _SHUFFLES) < _ORDERLY:
            return True
    return False
