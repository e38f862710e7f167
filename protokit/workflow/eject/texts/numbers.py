"""Numbers as a network likes them: bounded, centred, missing cells filled and marked."""

# mypy: disable-error-code=no-any-return
# types here are for people who read a script: no library is told twice what it gives
from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtri


def rounded(numbers: np.ndarray, bits: int) -> np.ndarray:
    """Numbers with so many binary digits: 24 are those of a float32."""
    spare = 53 - bits
    words = np.ascontiguousarray(numbers, np.float64).view(np.int64)
    words = (words + ((1 << (spare - 1)) - 1 + ((words >> spare) & 1))) & -(1 << spare)
    most = np.ldexp(1 - 0.5**bits, 1024)
    return np.clip(words.view(np.float64), -most, most)


def some_of(ordered: np.ndarray, many: int) -> np.ndarray:
    """So many of the numbers, at even steps through them, with the first and the last."""
    return ordered[np.arange(many) * (len(ordered) - 1) // (many - 1)] if many > 1 else ordered[:many]


def different_of(ordered: np.ndarray, most: int) -> np.ndarray:
    """The different numbers; of more than so many, those at even steps through all."""
    different = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return different if len(different) <= most else np.unique(some_of(ordered, most))


def fit_scale(numbers: np.ndarray, most: int, straight: bool) -> dict[str, Any]:
    """Learn from the training rows how the numbers of one column are scaled.

    Shapes: (rows,), NaN where missing. A missing cell counts as one in the middle.
    """
    marked, ordered = bool(np.isnan(numbers).any()), np.sort(numbers)
    ordered = ordered[~np.isnan(ordered)]
    gaps, here = len(numbers) - len(ordered), len(ordered)
    if here == 0:
        return {"middle": 0.0, "center": 0.0, "spread": 1.0, "bits": 24, "knots": (), "marked": marked}
    # float32 where it tells the numbers apart, else nearly all of float64
    few = different_of(ordered, 1000)
    bits = 24 if len(np.unique(rounded(few, 24))) >= 0.9 * len(np.unique(rounded(few, 44))) else 44
    ordered = rounded(ordered, bits)
    middle = float(rounded((ordered[[(here - 1) // 2, here // 2]] / 2).sum(keepdims=True), bits)[0])
    at = np.searchsorted(ordered, middle)
    ordered = np.concatenate([ordered[:at], np.full(gaps, middle), ordered[at:]])
    center, spread = float(ordered[0]), 1.0
    if ordered[0] != ordered[-1]:
        power = np.frexp(max(abs(ordered[0]), abs(ordered[-1])))[1]  # so that no square overflows
        small = np.ldexp(ordered, -power)
        mean = small.mean()
        spread = float(np.ldexp(np.sqrt(np.square(small - mean).mean()), power)) or 1.0
        center = float(np.ldexp(mean, power))
    found = {"middle": middle, "center": center, "spread": spread, "bits": bits, "knots": (), "marked": marked}
    if not ((ordered != ordered[0]) & (ordered != ordered[-1])).any():
        return found  # constant, or of two values
    # the rank of a number, as a normal distribution has it; of equal ones that of their middle
    knots = different_of(ordered, most)
    first, after = (np.searchsorted(ordered, knots, side=side) for side in ("left", "right"))
    ranks = np.clip(ndtri((first + after - 1) / 2 / (len(ordered) - 1)), -3.0, 3.0)
    return {**found, "knots": knots, "ranks": ranks, "straight": straight}


def scaled(numbers: np.ndarray, scale: dict[str, Any]) -> np.ndarray:
    """Numbers without missing ones as `fit_scale` learned it: the mean of their rank and of their size."""
    numbers = rounded(numbers, scale["bits"])
    with np.errstate(over="ignore"):
        units = np.clip((numbers - scale["center"]) / scale["spread"], -1e9, 1e9)
    if not len(scale["knots"]):
        return np.clip(units, -3.0, 3.0)
    if scale["straight"]:  # of few training rows ranks say little
        return np.clip(units, -32.0, 32.0)
    size = units / np.sqrt(1 + (units / 3.0) ** 2)  # softly bounded
    return (np.interp(numbers, scale["knots"], scale["ranks"]) + size) / 2


def scaled_columns(numbers: np.ndarray, scales: list[dict[str, Any]]) -> np.ndarray:
    """All columns, scaled, missing cells in the middle; behind them a mark of missing cells of those that had some.

    Shapes: (rows, columns) -> (rows, columns + marks) float32.
    """
    missing = np.isnan(numbers)
    columns = [scaled(np.where(missing[:, i], s["middle"], numbers[:, i]), s) for i, s in enumerate(scales)]
    marks = [missing[:, i] for i, s in enumerate(scales) if s["marked"]]
    found = [column.astype(np.float32) for column in (*columns, *marks)]
    return np.stack(found, axis=1) if found else np.zeros((len(numbers), 0), np.float32)


def knots_of(numbers: np.ndarray, scale: dict[str, Any], most: int) -> list[float]:
    """Where the training rows lie in one column, as it is scaled: half of the knots by rows, half by different numbers.

    Shapes: (rows,), NaN where missing.
    """
    if most == 0:
        return []
    ordered = np.sort(rounded(np.where(np.isnan(numbers), scale["middle"], numbers), scale["bits"]))
    different = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    if len(different) > most:
        different = np.concatenate([some_of(ordered, -(-most // 2)), some_of(different, most // 2)])
    return np.unique(scaled(different, scale).astype(np.float32)).tolist()


def aligned(folds: list[list[list[float]]]) -> list[list[list[float]]]:
    """The knots of the columns, as many of each: of those of which a line can bend in one of the folds."""
    bends = [i for i in range(len(folds[0])) if any(len(knots[i]) > 2 for knots in folds)]
    size = max((len(knots[i]) for knots in folds for i in bends), default=0)
    return [
        [[*own, *own[-1:] * (size - len(own))] if i in bends else [] for i, own in enumerate(knots)] for knots in folds
    ]
