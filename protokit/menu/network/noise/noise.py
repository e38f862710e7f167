"""Random numbers beside what a layer is given: what a network that draws rows makes them of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from protokit.core.libraries.backend import keras

SEED = 1337  # of predictions: the same table has the same draws


@keras.saving.register_keras_serializable("protokit")
class Noise(keras.layers.Layer):  # type: ignore[misc]
    """Normal random numbers beside what comes in, or alone: a network that draws rows makes them of these.

    In training they are other ones in each step; in prediction the same for the same rows, unless they are given.

    Args:
        units: Integer, how many for each row.
        alone: Boolean, whether what comes in is left out.

    Shapes: (rows, n) -> (rows, n + units), or (rows, units).
    """

    def __init__(self, units: int = 8, alone: bool = False, **more: Any) -> None:
        super().__init__(**more)
        if not isinstance(units, int) or isinstance(units, bool) or units < 1:
            raise ValueError(f"units is a whole number from 1, not {units!r}")
        self.units, self.alone = units, bool(alone)
        self.draws = keras.random.SeedGenerator()
        self._given: Any = None

    @contextmanager
    def giving(self, numbers: Any) -> Iterator[None]:
        """Have a call of the network inside the block take these numbers. Shapes: (rows, units)."""
        self._given = numbers
        try:
            yield
        finally:
            self._given = None

    def call(self, inputs: keras.KerasTensor, training: bool | None = None) -> keras.KerasTensor:
        """See keras.Layer."""
        ops = keras.ops
        if len(inputs.shape) != 2:
            raise ValueError(f"Noise takes one vector for each row, not the shape {tuple(inputs.shape[1:])}")
        numbers = self._given
        if numbers is None:
            seed = self.draws if training else SEED
            numbers = keras.random.normal((ops.shape(inputs)[0], self.units), dtype="float32", seed=seed)
        numbers = ops.cast(numbers, self.compute_dtype)
        return numbers if self.alone else ops.concatenate([ops.cast(inputs, self.compute_dtype), numbers], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """See keras.Layer."""
        return (*input_shape[:-1], self.units + (0 if self.alone else input_shape[-1] or 0))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "units": self.units, "alone": self.alone}
