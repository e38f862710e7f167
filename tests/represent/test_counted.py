"""A target that looks like a count is said to, and stays a number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from protokit.represent.targets.counted import told_of_counts

RNG = np.random.default_rng(0)
COUNTS = RNG.poisson(np.exp(RNG.normal(2, 1, 200)))


def test_counts_are_said_with_the_edit() -> None:
    notice = told_of_counts(pd.Series(COUNTS, name="visits"))
    assert notice is not None and "learn: {task: count}" in str(notice.cure) and not notice.advised


@pytest.mark.parametrize(
    "values",
    [
        COUNTS[:20],  # few rows
        COUNTS + 0.5,
        COUNTS - 5,
        COUNTS + 1990,  # such as years
        RNG.integers(0, 3, 200),  # narrower than a Poisson distribution's
        COUNTS.max() - COUNTS,  # to the left
        COUNTS.astype(str),
    ],
)
def test_other_numbers_are_not(values: np.ndarray) -> None:
    assert told_of_counts(pd.Series(values, name="y")) is None
