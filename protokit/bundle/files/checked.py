"""What was made of a model's files, held against what it may be: types, shapes, and one row that goes through it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.outside import limits
from protokit.core.outside.printed import short
from protokit.core.values.conform import fault_of
from protokit.represent.encoding import Encoding, from_plain

_BESIDE = {"clusters"}  # keys that are not the encoder's own


def encoding_of(plain: Mapping[str, Any]) -> Encoding:
    """The encoder of plain data that anybody may have written.

    Raises:
        ProtokitError: it is larger than is taken, or no installed package has the kind of a column.
        ValueError: it is nothing that an encoder says.
    """
    if not isinstance(plain, Mapping):
        raise ValueError(f"an encoder is a mapping, not {short(repr(plain))}")
    found = from_plain(plain)
    if (fault := fault_of(found)) is not None:
        raise ValueError(fault)
    if beside := set(plain) - set(found.as_plain()) - _BESIDE:
        raise ValueError(f"{short(min(beside))!r} is no part of an encoder")
    for spec in found.signature.inputs:
        limits.hold("row", prod(spec.shape), f"numbers that one row is in the input {short(spec.name)!r}")
    return found


def hold_that_it_encodes(encoders: Sequence[Encoding]) -> None:
    """Hold that a row of missing cells goes through each encoder, or is refused by it as data is.

    Raises:
        ValueError: an encoder fails, or gives what its network does not take.
    """
    for encoder in encoders:
        row = pd.DataFrame({name: pd.Series([None], dtype=object) for name in encoder.needed})
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                examples = encoder.examples(row)
                arrays, features = encoder.encode(examples)
                encoder.unusual(examples, features)
                nothing = {spec.name: np.zeros((1, *spec.shape), np.float32) for spec in encoder.signature.targets}
                encoder.predictions(row, encoder.scores(nothing, features))
        except ProtokitError:
            continue
        except Exception as error:
            raise ValueError(f"what was learned does not fit itself: {short(repr(error))}") from None
        sides = (2,) if encoder.signature.pairs else ()
        for spec in encoder.signature.inputs:
            given = arrays.get(spec.name)
            if given is None or given.shape[1:] != (*sides, *spec.shape):
                raise ValueError(f"the input {short(spec.name)!r} is not what the columns give")
