"""How the loss of a network changes with each of its weights, and its outputs with what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_state import seeded
from protokit.core.values.arrays import Arrays

_AT_A_TIME = 4096  # rows


def hold_tensorflow(what: str) -> None:
    """Hold that gradients can be taken here.

    Raises:
        SpecError: Keras runs on another backend.
    """
    if BACKEND != "tensorflow":
        rule = f"{what} are taken on TensorFlow, and Keras runs on {BACKEND} here"
        raise SpecError.one(rule, "load the model in a process without KERAS_BACKEND")


def of_weights(network: keras.Model, arrays: Arrays) -> list[np.ndarray]:
    """The gradients of a compiled network's mean loss over some rows.

    Shapes: those of the weights that are trained.
    """
    variables = network.trainable_variables
    totals = [np.zeros(tuple(one.shape), np.float64) for one in variables]
    targets: Any = arrays.targets
    with seeded(0, tensorflow=False):
        for start in range(0, arrays.rows, _AT_A_TIME):
            rows = slice(start, start + _AT_A_TIME)
            some = {name: tf.constant(np.asarray(values[rows])) for name, values in arrays.inputs.items()}
            truth = {name: tf.constant(np.asarray(values[rows])) for name, values in targets.items()}
            y = truth if isinstance(network.output, Mapping) else next(iter(truth.values()))
            with tf.GradientTape() as tape:
                loss = network.compute_loss(x=some, y=y, y_pred=network(some, training=False), training=False)
            found = tape.gradient(loss, [one.value for one in variables], unconnected_gradients="zero")
            share = len(next(iter(truth.values()))) / arrays.rows
            for total, one in zip(totals, found, strict=True):
                total += share * np.asarray(tf.convert_to_tensor(one), np.float64)
    return [total.astype(np.float32) for total in totals]


class Split:
    """A network in two: what makes numbers of codes, words and pixels, and all that comes after it.

    Between the two everything is a number, so that there is a straight line from one row to another.

    Raises:
        SpecError: some input goes another way.
    """

    def __init__(self, network: keras.Model) -> None:
        given: dict[str, keras.KerasTensor] = dict(network.input)
        self.places: list[str] = []
        tensors: list[keras.KerasTensor] = []
        for name, tensor in given.items():
            found = [tensor] if _is_number(tensor) else _first_numbers(network, tensor)
            self.places += [name] * len(found)
            tensors += found
        try:
            self._before, self._after = keras.Model(given, tensors), keras.Model(tensors, network.output)
        except ValueError as error:
            rule = "the network takes codes in more than one way: its outputs have no gradient to its inputs"
            raise SpecError.one(rule, "explain a network that embeds its codes once") from error

    def numbers(self, inputs: Mapping[str, np.ndarray]) -> list[tf.Tensor]:
        """What comes in between, of some rows, one for each of `places`: the input that it is made of."""
        found = self._before({name: np.asarray(values) for name, values in inputs.items()}, training=False)
        return list(found) if isinstance(found, (list, tuple)) else [found]

    def integrated(
        self, start: Sequence[tf.Tensor], end: Sequence[tf.Tensor], key: str, unit: np.ndarray, steps: int
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Integrated gradients of one output (`unit` of `key`, for each row) from `start` to `end`.

        Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017; by Gauss and Legendre.

        Shapes: start and end (rows, ...); the result is like `end`, and the outputs at start and end are (rows,).
        """
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        totals = [np.zeros(tuple(one.shape), np.float64) for one in end]
        masks = [getattr(one, "_keras_mask", None) for one in end]
        rows = len(unit)
        at_once = max(1, _AT_A_TIME // rows)
        for first in range(0, steps, at_once):
            some = (nodes[first : first + at_once] + 1) / 2
            count = len(some)
            at = [
                tf.concat([a + tf.cast(node, a.dtype) * (b - a) for node in some], 0)
                for a, b in zip(start, end, strict=True)
            ]
            with tf.GradientTape() as tape:
                tape.watch(at)
                tiled = [None if one is None else tf.concat([one] * count, 0) for one in masks]
                said = tf.reduce_sum(self._said(at, tiled, key, np.tile(unit, count)))
            found = tape.gradient(said, at, unconnected_gradients="zero")
            for total, one in zip(totals, found, strict=True):
                each = np.asarray(one, np.float64).reshape(count, *total.shape)
                total += np.tensordot(weights[first : first + at_once] / 2, each, axes=1)
        moved = [
            total * (np.asarray(b, np.float64) - np.asarray(a, np.float64))
            for total, a, b in zip(totals, start, end, strict=True)
        ]
        at_start, at_end = (np.asarray(self._said(one, masks, key, unit), np.float64) for one in (start, end))
        return moved, at_start, at_end

    def _said(
        self, at: Sequence[tf.Tensor], masks: Sequence[tf.Tensor | None], key: str, unit: np.ndarray
    ) -> tf.Tensor:
        output = self._after(list(at), training=False, mask=None if not any(m is not None for m in masks) else masks)
        whole = output[key] if isinstance(output, Mapping) else output
        return tf.gather(tf.reshape(whole, (len(unit), -1)), tf.constant(unit), batch_dims=1)


def _is_number(tensor: keras.KerasTensor) -> bool:
    return str(tensor.dtype).startswith(("float", "bfloat"))


def _first_numbers(network: keras.Model, tensor: keras.KerasTensor) -> list[keras.KerasTensor]:
    """The first tensors of numbers that are made of a tensor of codes."""
    found: dict[int, keras.KerasTensor] = {}
    codes = {id(tensor)}
    by_depth = network._nodes_by_depth
    for node in [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]:
        if not any(id(one) in codes for one in node.input_tensors):
            continue
        for made in node.output_tensors:
            if _is_number(made):
                found[id(made)] = made
            else:
                codes.add(id(made))
    return list(found.values())
