"""Rows on their way to the device: all of them put there once, or streamed where they would fill the memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol, TypeAlias

import numpy as np

from protokit.core.libraries.backend import tf
from protokit.core.libraries.keras_inside import gpu_memory
from protokit.core.memory import forget_pages, process_memory
from protokit.core.values.arrays import Arrays
from protokit.learn.order import Order

MEMORY_SHARE = 0.25  # of the device's memory that the rows of a training may take
_PAGES = 4 << 20  # bytes of rows that are taken from a file at once
CHUNK_BYTES = 32 << 20  # gathered at a time; of a stream, four such are held at once
VALIDATION_BATCH = 4096  # rows


Part: TypeAlias = "np.ndarray | Mapping[str, np.ndarray]"
# inputs by name, targets, and weights where rows are weighted
Batch: TypeAlias = tuple[Mapping[str, np.ndarray], Part] | tuple[Mapping[str, np.ndarray], Part, Part]
Tensors: TypeAlias = tuple["tf.Tensor | Mapping[str, tf.Tensor]", ...]
Specs: TypeAlias = tuple["tf.TensorSpec | Mapping[str, tf.TensorSpec]", ...]


class DataFeed(Protocol):
    """Gives rows in an order, a chunk at a time, as tensors of inputs, targets and weights."""

    spec: Specs
    """The tensors of any number of such rows."""

    def chunks(self, order: Order, size: int) -> Iterator[tuple[Tensors, np.ndarray]]:
        """Tensors, and where in them the rows `order[0:size]`, `order[size:2 * size]` and so on are."""

    def in_order(self, size: int) -> Iterator[Tensors]:
        """Tensors of all rows as they come, of at least `size` rows each but the last."""


class Resident:
    """Rows that lie on the device."""

    def __init__(self, arrays: Batch) -> None:
        self.data: Tensors = tf.nest.map_structure(lambda values: tf.constant(np.asarray(values)), arrays)
        self.spec: Specs = rows_spec(arrays)

    def chunks(self, order: Order, size: int) -> Iterator[tuple[Tensors, np.ndarray]]:
        """See DataFeed."""
        for start in range(0, len(order), size):
            yield self.data, order[start : start + size]

    def in_order(self, size: int) -> Iterator[Tensors]:
        """See DataFeed."""
        yield self.data


class Streamed:
    """Rows that stay where they are; while one chunk is trained on, the next is gathered."""

    def __init__(self, arrays: Batch) -> None:
        self._arrays = arrays
        self.spec: Specs = rows_spec(arrays)

    def chunks(self, order: Order, size: int) -> Iterator[tuple[Tensors, np.ndarray]]:
        """See DataFeed."""
        for chunk, rows in zip(self._gathered(order, size), range(0, len(order), size), strict=True):
            yield chunk, np.arange(min(size, len(order) - rows))

    def in_order(self, size: int) -> Iterator[Tensors]:
        """See DataFeed."""
        return self._gathered(np.arange(len(first(self._arrays))), size)

    def _gathered(self, order: Order, size: int) -> Iterator[Tensors]:
        def gathered() -> Iterator[Batch]:
            for start in range(0, len(order), size):
                rows = order[start : start + size]
                yield tf.nest.map_structure(lambda values: _taken(values, rows), self._arrays)  # noqa: B023

        return iter(tf.data.Dataset.from_generator(gathered, output_signature=self.spec).prefetch(1))


def _taken(values: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Some rows, in their order; from a file they are read from its start to its end."""
    if not isinstance(values, np.memmap):
        some: np.ndarray = values[rows]
        return some
    order = np.argsort(rows)
    found = np.empty((len(rows), *values.shape[1:]), values.dtype)
    for piece in np.array_split(order, max(1, found.nbytes // _PAGES)):
        found[piece] = values[rows[piece]]
        forget_pages(values)  # those around the rows are in memory too, until then
    return found


def first(arrays: Batch | Part | Tensors) -> np.ndarray:
    """The first of the arrays: all have the same rows."""
    found: np.ndarray = tf.nest.flatten(arrays)[0]
    return found


def rows_spec(arrays: Batch) -> Specs:
    """The tensors of any number of rows of such arrays."""
    found: Specs = tf.nest.map_structure(lambda v: tf.TensorSpec((None, *v.shape[1:]), v.dtype), arrays)
    return found


def bytes_of(*arrays: Batch | Part) -> int:
    """Bytes of all arrays together."""
    return int(sum(values.nbytes for values in tf.nest.flatten(arrays)))


def chunk_of(example: Batch, batch_size: int, rows: int) -> int:
    """Rows that go through one call of the loop with XLA: whole batches of so many rows, as far as memory goes."""
    one_row = max(1, bytes_of(example) // max(1, len(first(example))))
    most = max(1, CHUNK_BYTES // (one_row * batch_size))
    return batch_size * min(most, max(1, rows // batch_size))


def streamed(*arrays: Batch) -> str:
    """Why rows cannot lie on the device as they are, empty where they can."""
    if any(isinstance(values, np.memmap) for values in tf.nest.flatten(arrays)):
        return "they lie in files"
    return "they would fill the memory" if bytes_of(*arrays) > MEMORY_SHARE * device_memory() else ""


def device_memory() -> int:
    """Bytes of the memory that the rows go to: that of the GPU where there is one, else what the process may use."""
    found = gpu_memory()
    return process_memory() if found is None else found


def batch_of(train: Arrays, weights: Mapping[str, np.ndarray] | None = None, rows: np.ndarray | None = None) -> Batch:
    """Inputs, targets and, where rows are weighted, weights: of all rows or of some."""
    parts: list[dict[str, np.ndarray]] = [dict(train.inputs), dict(train.targets)]
    if weights is not None:
        parts.append(dict(weights))
    if rows is not None:
        parts = [{name: values[rows] for name, values in part.items()} for part in parts]
    inputs, targets, *more = parts
    return (inputs, single(targets), single(more[0])) if more else (inputs, single(targets))


def batches(arrays: Arrays, weights: Mapping[str, np.ndarray] | None, order: Order, size: int) -> Iterator[Batch]:
    """The rows in their order, in batches of one size and a smaller last one."""
    for start in range(0, len(order), size):
        yield batch_of(arrays, weights, order[start : start + size])


def single(by_target: dict[str, np.ndarray]) -> Part:
    """One target goes to Keras without its name."""
    return next(iter(by_target.values())) if len(by_target) == 1 else by_target
