"""Seeds and the order of rows."""

from __future__ import annotations

import hashlib

import numpy as np


def derived(*purpose: str | int) -> int:
    """A seed for one purpose: the same for the same words, unrelated for others."""
    text = "/".join(map(str, purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def order_of(seed: int, epoch: int, rows: int) -> np.ndarray:
    """The order of the training rows in an epoch: drawn anew for each, from the seed alone."""
    return np.random.Generator(np.random.PCG64(derived(seed, "order", epoch))).permutation(rows)
