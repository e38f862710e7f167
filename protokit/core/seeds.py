"""Seeds: one number in the recipe, one independent stream for each purpose."""

from __future__ import annotations

import hashlib


def derive(seed: int, *purpose: str | int) -> int:
    """A seed for one purpose, below 2**31: the same for the same words, unrelated for others.

    >>> derive(7, "split") == derive(7, "split"), derive(7, "split") == derive(7, "order")
    (True, False)
    """
    text = "/".join([str(seed), *map(str, purpose)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
