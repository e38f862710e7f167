"""Models of earlier formats, brought to the format of today, one step at a time, as the plain data that they are.

A key that a file may lack needs no new format: `plugins` of `menu.json` is there only where a model needs what another
package brings (see `requirements.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from protokit.core.errors import BundleError

FORMAT = 5
_EMBEDDING = "PiecewiseLinearEmbedding"
_OLD_DEFAULTS = {"bins": 16, "activation": "relu"}
_PLACE = 4  # digits before the first versions' names of tensors, which were Keras's own paths


@dataclass(frozen=True)
class Written:
    """What the files of a model hold: `menu.json`, `encoders.json`, and the tensors by their names."""

    menu: dict[str, Any]
    encoders: Any
    tensors: dict[str, np.ndarray]


def migrated(written: Written, of: int) -> Written:
    """A model of the format `of`, as today's would be written. Nothing that it predicts changes.

    Raises:
        BundleError: no later format can say what it does.
        KeyError, TypeError, AttributeError: it is not of that format.
    """
    for step in range(of, FORMAT):
        written = MIGRATIONS[step](written)
    return written


def _from_1(written: Written) -> Written:
    """One network, in 32 bits; then there could be several, of folds and seeds, and other precisions.

    The first version wrote the menu in another way, and no `marks`, for it had none. It scaled numbers by their rank
    alone, which cannot be said in a later format: what it scaled so is refused.
    """
    menu = {"menu": written.menu["layers"], **written.menu} if "layers" in written.menu else written.menu
    tensors = {f"0.0.{_named(name)}": values for name, values in written.tensors.items()}
    scaler = written.encoders["scaler"]
    if "two" not in scaler:
        if None in scaler["scales"]:
            rule = (
                "a model of the first version, whose numbers are scaled by their rank alone: no later version does that"
            )
            raise BundleError(rule, cure="run its recipe again, or predict with the version of protokit that wrote it")
        scaler = {**scaler, "two": [True] * len(scaler["scales"])}
    marked: dict[str, dict[str, Any]] = {"number": {"marks": []}, "date": {"marks": []}}
    columns = [{**marked.get(column["kind"], {}), **column} for column in written.encoders["columns"]]
    encoders = {**written.encoders, "columns": columns, "scaler": scaler}
    return Written({**menu, "precision": "float32"}, [encoders], tensors)


def _from_2(written: Written) -> Written:
    """Columns of numbers and categories only, taken from a table as they are; then cleaning was done again."""
    columns = dict.fromkeys(column["column"] for plain in written.encoders for column in plain["columns"])
    intake = {"columns": list(columns), "clean": [], "reading": {}, "joined": False}
    menu = {name: value for name, value in written.menu.items() if name not in {"house", "layers"}}
    encoders = [{**plain, "own": [], "folding": None} for plain in written.encoders]
    return Written({**menu, "intake": intake}, encoders, written.tensors)


def _from_3(written: Written) -> Written:
    """One way to scale numbers, which had no name; the later one rounds them first."""
    encoders = [
        {**plain, "scaler": {"version": 1, **plain["scaler"]}} if "scaler" in plain else plain
        for plain in written.encoders
    ]
    return Written(written.menu, encoders, written.tensors)


def _from_4(written: Written) -> Written:
    """No knots; an embedding of numbers that said nothing of its bins had 16, and one that said nothing else a relu."""
    encoders = [plain if "clock" in plain else {**plain, "knots": None} for plain in written.encoders]
    menu = {**written.menu, "menu": _with_bins(written.menu["menu"])}
    return Written(menu, encoders, written.tensors)


def _with_bins(plain: Any) -> Any:
    """A menu, or a part of one, in which each embedding between bins says what it was by default."""
    if plain == _EMBEDDING:
        return {_EMBEDDING: {**_OLD_DEFAULTS}}
    if isinstance(plain, list):
        return [_with_bins(part) for part in plain]
    if not isinstance(plain, dict):
        return plain
    found = {name: _with_bins(part) for name, part in plain.items()}
    if _EMBEDDING in found:
        given = found[_EMBEDDING]
        if not isinstance(given, dict):
            given = {} if given is None else {"units": given}
        found[_EMBEDDING] = {**_OLD_DEFAULTS, **given}
    return found


def _named(name: str) -> str:
    place, path = name.split(".", 1)
    if len(place) > _PLACE:
        return name
    parts = path.split("/")
    return f"{int(place):06}.{parts[0]}.{parts[-1]}"


# from each format that has shipped to the next one; a model of each is in tests/golden
MIGRATIONS: dict[int, Callable[[Written], Written]] = {1: _from_1, 2: _from_2, 3: _from_3, 4: _from_4}
