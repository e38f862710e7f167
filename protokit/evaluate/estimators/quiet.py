"""Fits without warnings that a person cannot act on, and on one thread."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits


@contextmanager
def quiet() -> Iterator[None]:
    """Without warnings of convergence, or of classes of a row or two."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        yield


@contextmanager
def one_thread() -> Iterator[None]:
    """The same on one thread, for several would add up in another order each time."""
    with threadpool_limits(1), quiet():
        yield
