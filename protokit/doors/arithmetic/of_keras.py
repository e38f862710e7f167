"""What Keras does with numbers: operations and layers of its own only, so that a model of them loads anywhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.arithmetic import Given
from protokit.doors.arithmetic.steps import StepArithmetic

UNKNOWN = "\x00"  # what stands for a text that is no key: no table has it


class OfKeras(StepArithmetic[keras.KerasTensor]):
    """See Arithmetic: each value is a tensor of a functional model."""

    def cast(self, value: keras.KerasTensor, dtype: str) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.cast(value, dtype)

    def binary(self, name: str, left: Given[keras.KerasTensor], right: Given[keras.KerasTensor]) -> keras.KerasTensor:
        """See Arithmetic."""
        whole = name == "divide" and any(str(getattr(one, "dtype", "")).startswith("int") for one in (left, right))
        return getattr(keras.ops, "floor_divide" if whole else name)(left, right)

    def unary(self, name: str, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return getattr(keras.ops, name)(value)

    def where(
        self,
        condition: keras.KerasTensor | np.ndarray,
        yes: Given[keras.KerasTensor],
        no: Given[keras.KerasTensor],
    ) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.where(condition, yes, no)

    def take(self, table: np.ndarray, places: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.take(table, places, axis=0)

    def columns(self, value: keras.KerasTensor, places: Sequence[int]) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.take(value, np.array(places, np.int64), axis=1)

    def concatenate(self, values: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
        """See Arithmetic."""
        return values[0] if len(values) == 1 else keras.ops.concatenate(list(values), axis=1)

    def reduce(self, name: str, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return getattr(keras.ops, name)(value, axis=1, keepdims=True)

    def ascending(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.sort(value, axis=1)

    def cumulated(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.cumsum(value, axis=1)

    def most(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.cast(keras.ops.argmax(value, axis=1, keepdims=True), "int64")

    def lookup(self, texts: keras.KerasTensor, keys: Sequence[str]) -> keras.KerasTensor:
        """See Arithmetic."""
        return _lookup(keys)(texts)

    def texts(self, places: keras.KerasTensor, texts: Sequence[str]) -> keras.KerasTensor:
        """See Arithmetic."""
        return _lookup(texts, invert=True)(keras.ops.add(places, 1))

    def flat(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """See Arithmetic."""
        return keras.ops.squeeze(value, axis=1)

    def flattened(self, value: keras.KerasTensor) -> keras.KerasTensor:
        """See StepArithmetic."""
        return keras.ops.reshape(value, (-1, 1))

    def folded(self, value: keras.KerasTensor, steps: int) -> keras.KerasTensor:
        """See StepArithmetic."""
        return keras.ops.reshape(value, (-1, steps, value.shape[-1]))

    def channels(self, values: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
        """See StepArithmetic."""
        return values[0] if len(values) == 1 else keras.ops.concatenate(list(values), axis=2)

    def channel(self, value: keras.KerasTensor, place: int) -> keras.KerasTensor:
        """See StepArithmetic."""
        return keras.ops.squeeze(keras.ops.take(value, np.array([place], np.int64), axis=2), axis=2)


def _lookup(keys: Sequence[str], *, invert: bool = False) -> keras.layers.Layer:
    # without what stands for unknown texts before it, an empty first key would be lost
    words = [UNKNOWN, *keys]
    return keras.layers.StringLookup(vocabulary=words, oov_token=UNKNOWN, mask_token=None, invert=invert)
