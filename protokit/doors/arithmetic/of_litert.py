"""What LiteRT does with numbers: operations of Keras that its converter knows, on 32 bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import made_by
from protokit.doors.arithmetic.arithmetic import Given
from protokit.doors.arithmetic.of_keras import OfKeras

_NARROW = {"float64": "float32", "int64": "int32"}


class OfLiteRt(OfKeras):
    """See Arithmetic: numbers have 32 bits, and a text is its place among `texts` of its input, from 1."""

    def __init__(self, texts: Mapping[str, Sequence[str]]) -> None:
        self._texts = texts

    def cast(self, value: keras.KerasTensor, dtype: str) -> keras.KerasTensor:
        """See Arithmetic."""
        dtype = _NARROW.get(dtype, dtype)
        if value.dtype == "bool" and dtype == "int32":  # of a cast the converter makes what LiteRT cannot
            return keras.ops.where(value, np.int32(1), np.int32(0))
        return value if value.dtype == dtype else keras.ops.cast(value, dtype)

    def binary(self, name: str, left: Given[keras.KerasTensor], right: Given[keras.KerasTensor]) -> keras.KerasTensor:
        """See Arithmetic. Of a constant that is added, what 32 bits lose is added after it."""
        if name == "add" and not isinstance(right, keras.KerasTensor):
            made = constant_first(left, narrow(right))
        else:
            made = super().binary(name, narrow(left), narrow(right))
        if name not in ("add", "subtract") or isinstance(right, keras.KerasTensor):
            return made
        lost = np.asarray(right) - np.asarray(narrow(right), np.asarray(right).dtype)
        return super().binary(name, made, narrow(lost)) if lost.any() else made

    def unary(self, name: str, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        if name == "isnan":  # which is no operation of LiteRT, and `not x <= inf` becomes `x > inf`
            known = keras.ops.cast(keras.ops.less_equal(value, np.float32(np.inf)), "int32")
            return keras.ops.equal(known, np.int32(0))
        return super().unary(name, value)

    def where(
        self,
        condition: keras.KerasTensor | np.ndarray,
        yes: Given[keras.KerasTensor],
        no: Given[keras.KerasTensor],
    ) -> keras.KerasTensor:
        """See Arithmetic."""
        return super().where(condition, narrow(yes), narrow(no))

    def take(self, table: np.ndarray, places: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return super().take(np.asarray(narrow(table)), places)

    def columns(self, value: keras.KerasTensor, places: Sequence[int]) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.take(value, np.array(places, np.int32), axis=1)

    def most(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic: that of Keras looks at the sign of zeros, which LiteRT cannot."""
        many = value.shape[1]
        there = keras.ops.less_equal(self.reduce("max", value), value)
        places = keras.ops.where(there, np.arange(many, dtype=np.int32)[None], np.int32(many - 1))
        return keras.ops.min(places, axis=1, keepdims=True)

    def lookup(self, texts: keras.KerasTensor, keys: Sequence[str]) -> keras.KerasTensor:
        """See Arithmetic: of the texts of an input's own."""
        known = self._texts[made_by(texts).operation.name]
        places = {key: i for i, key in enumerate(keys, 1)}
        table = np.array([0, *(places.get(text, 0) for text in known)], np.int32)
        return texts if (table == np.arange(len(table))).all() else super().take(table, texts)

    def texts(self, places: keras.KerasTensor, texts: Sequence[str]) -> keras.KerasTensor:
        """See Arithmetic: it stays the place."""
        return places


def constant_first(value: keras.KerasTensor, constant: Given[keras.KerasTensor]) -> keras.KerasTensor:
    """A sum. What Keras adds as the second it often makes a bias, and LiteRT has none of whole numbers or channels."""
    return keras.ops.add(constant, value)


def narrow(value: Given[keras.KerasTensor]) -> Given[keras.KerasTensor]:
    """A constant as 32 bits have it; what is none stays."""
    if isinstance(value, keras.KerasTensor):
        return value
    array = np.asarray(value)
    to = _NARROW.get(str(array.dtype), str(array.dtype))
    with np.errstate(over="ignore"):
        return array.astype(to)
