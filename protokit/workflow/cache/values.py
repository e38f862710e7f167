"""Tables and arrays as plain values beside files of arrays, and back to the bit. Nothing of it is code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from protokit.collect.step import Step as CleaningStep
from protokit.collect.words import Collect
from protokit.core.rows import SourceRows
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.said import Finding, Notice, Step
from protokit.core.values.tables import Split, Table
from protokit.represent.encoder import Encoder
from protokit.represent.encoding import from_plain as encoder_of
from protokit.workflow.cache.entries import Shelf, Uncacheable

_KINDS = {kind.__name__: kind for kind in (Arrays, Features, Finding, Notice, SourceRows, Split, Step, Table)}
_SIMPLE = (str, bool, int, float, type(None))


def as_plain(value: Any, shelf: Shelf) -> Any:
    """A value as JSON takes it; arrays go to the shelf.

    Raises:
        Uncacheable: it is, or has in it, something else than arrays, frames, the values of the steps and plain ones.
    """
    if isinstance(value, _SIMPLE):
        return value
    if isinstance(value, np.ndarray):
        return {"cells": _objects(value, shelf)} if value.dtype.kind == "O" else {"array": shelf.put(value)}
    if isinstance(value, pd.DataFrame):
        return {"frame": [[name, _column(value[name], shelf)] for name in value.columns]}
    if isinstance(value, (tuple, list)):
        return {"tuple": [as_plain(part, shelf) for part in value]}
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise Uncacheable("a mapping of other keys than texts")
        return {"mapping": [[name, as_plain(part, shelf)] for name, part in value.items()]}
    if isinstance(value, CleaningStep):
        return {"step": value.as_plain()}
    if isinstance(value, Encoder):
        return {"encoder": value.as_plain()}
    if type(value) is _KINDS.get(type(value).__name__):
        parts = {field.name: as_plain(getattr(value, field.name), shelf) for field in fields(value)}
        return {"of": type(value).__name__, "parts": parts}
    raise Uncacheable(type(value).__name__)


def from_plain(plain: Any, shelf: Shelf) -> Any:
    """The value of `as_plain`."""
    if not isinstance(plain, dict):
        return plain
    if "array" in plain:
        return shelf.get(plain["array"])
    if "cells" in plain:
        return _of_objects(plain["cells"], shelf)
    if "frame" in plain:
        return pd.DataFrame({name: _of_column(column, shelf) for name, column in plain["frame"]})
    if "tuple" in plain:
        return tuple(from_plain(part, shelf) for part in plain["tuple"])
    if "mapping" in plain:
        return {name: from_plain(part, shelf) for name, part in plain["mapping"]}
    if "step" in plain:
        return Collect.of(clean=[plain["step"]]).clean[0]
    if "encoder" in plain:
        return encoder_of(plain["encoder"])
    parts = {name: from_plain(part, shelf) for name, part in plain["parts"].items()}
    return _KINDS[plain["of"]](**parts)


def _column(column: pd.Series, shelf: Shelf) -> dict[str, object]:
    kind = column.dtype
    if isinstance(kind, np.dtype):
        if kind.kind == "O":
            return {"cells": _objects(column.to_numpy(), shelf)}
        return {"array": shelf.put(column.to_numpy())}
    if isinstance(kind, pd.StringDtype):
        cells = column.astype(object).where(column.notna(), None).to_numpy()
        return {"cells": _objects(cells, shelf), "string": [kind.storage, kind.na_value is pd.NA]}
    if isinstance(kind, (pd.Int64Dtype, pd.UInt64Dtype, pd.Float64Dtype, pd.BooleanDtype)):
        missing = column.isna().to_numpy()
        plain = np.dtype(str(kind).lower().replace("boolean", "bool"))
        values = column.array.to_numpy(plain, na_value=plain.type(0))
        return {"masked": str(kind), "array": shelf.put(values), "missing": shelf.put(missing)}
    raise Uncacheable(str(kind))


def _of_column(plain: Mapping[str, Any], shelf: Shelf) -> Any:
    if "cells" in plain:
        kind: Any = object
        if "string" in plain:
            storage, nullable = plain["string"]
            kind = pd.StringDtype(storage, na_value=pd.NA if nullable else np.nan)
        return pd.Series(_of_objects(plain["cells"], shelf), dtype=kind)
    values = shelf.get(plain["array"])
    if "masked" in plain:
        return pd.Series(np.array(values), dtype=plain["masked"]).mask(np.array(shelf.get(plain["missing"])))
    return values


def _objects(cells: np.ndarray, shelf: Shelf) -> dict[str, object]:
    """Cells of texts, or of true and false, with None where one is missing: each different one once."""
    if cells.ndim != 1:
        raise Uncacheable("objects in several dimensions")
    if pd.api.types.infer_dtype(cells, skipna=True) not in {"string", "boolean", "empty"}:
        raise Uncacheable("objects that are no texts")
    codes, different = pd.factorize(cells)
    values = different.tolist()
    missing = codes < 0
    if any(cell is not None for cell in cells[missing]):
        raise Uncacheable("missing cells of several kinds")
    small = np.min_scalar_type(-max(1, len(values)))
    return {"codes": shelf.put(codes.astype(small)), "values": values}


def _of_objects(plain: Mapping[str, Any], shelf: Shelf) -> np.ndarray:
    values = np.empty(len(plain["values"]) + 1, dtype=object)
    values[:-1] = plain["values"]
    found: np.ndarray = values[shelf.get(plain["codes"])]  # -1 takes the last one: None
    return found
