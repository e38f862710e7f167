"""What tells a model from all others, wherever it is: what its networks compute, of what its encoders make."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

import numpy as np

from protokit.menu.menu import Menu
from protokit.represent.encoding import Encoding


def digest_of(menu: Menu, precision: str, encoders: Iterable[Encoding], tensors: Mapping[str, np.ndarray]) -> str:
    """The SHA-256 of a model, in hexadecimal; `tensors` are as its file names them."""
    plain = [menu.resolve().as_plain(in_full=True), precision, [one.as_plain() for one in encoders]]
    found = sha256(json.dumps(plain, sort_keys=True, default=str).encode())
    for name in sorted(tensors):
        values = np.ascontiguousarray(tensors[name])
        found.update(f"{name} {values.dtype} {values.shape}".encode())
        found.update(values.data)
    return found.hexdigest()
