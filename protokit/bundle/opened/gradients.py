"""How the loss of a network changes with each of its weights, and its outputs with what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import mask_of, nodes_by_depth
from protokit.core.libraries.keras_state import seeded
from protokit.core.values.arrays import Arrays
from protokit.learn.backends.gradients import gradients, slopes_at

Tensor: TypeAlias = Any  # of the backend that Keras runs on

_AT_A_TIME = 4096  # rows


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
            some = {name: np.asarray(values[rows]) for name, values in arrays.inputs.items()}
            truth = {name: np.asarray(values[rows]) for name, values in targets.items()}

            def loss(some: Any = some, truth: Any = truth) -> tuple[Any, None]:
                y = truth if isinstance(network.output, Mapping) else next(iter(truth.values()))
                said = network(some, training=False)
                return network.compute_loss(x=some, y=y, y_pred=said, training=False), None

            found = gradients(loss, variables)[1]
            share = len(next(iter(truth.values()))) / arrays.rows
            for total, one in zip(totals, found, strict=True):
                total += 0.0 if one is None else share * np.asarray(one, np.float64)
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
            self._below, self._masks = list[bool](), list[Tensor | None]()
            self._before, self._after = keras.Model(given, tensors), keras.Model(tensors, network.output)
        except ValueError as error:
            rule = "the network takes codes in more than one way: its outputs have no gradient to its inputs"
            raise SpecError.one(rule, "explain a network that embeds its codes once") from error

    def numbers(self, inputs: Mapping[str, np.ndarray]) -> list[Tensor]:
        """What comes in between, of some rows, one for each of `places`: the input that it is made of.

        Where the network has both sides of a pair below each other, they are beside each other here.
        """
        rows = len(next(iter(inputs.values())))
        found = self._before({name: np.asarray(values) for name, values in inputs.items()}, training=False)
        found = list(found) if isinstance(found, (list, tuple)) else [found]
        self._masks = [mask_of(one) for one in found]
        self._below = [len(one) != rows for one in found]
        whole = zip(found, self._below, strict=True)
        return [keras.ops.reshape(one, (rows, -1, *one.shape[1:])) if below else one for one, below in whole]

    def integrated(
        self, start: Sequence[Tensor], end: Sequence[Tensor], key: str, unit: np.ndarray, steps: int
    ) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
        """Integrated gradients of one output (`unit` of `key`, for each row) from `start` to `end`.

        The end is what `numbers` gave last: what it masks is masked on all of the way.

        Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017; by Gauss and Legendre.

        Shapes: start and end (rows, ...); the result is like `end`, and the outputs at start and end are (rows,).
        """
        nodes, weights = np.polynomial.legendre.leggauss(steps)
        totals = [np.zeros(tuple(one.shape), np.float64) for one in end]
        masks = self._masks
        ops, rows = keras.ops, len(unit)
        at_once = max(1, _AT_A_TIME // rows)
        for first in range(0, steps, at_once):
            some = (nodes[first : first + at_once] + 1) / 2
            count = len(some)
            at = [
                ops.concatenate([a + ops.cast(node, a.dtype) * (b - a) for node in some], 0)
                for a, b in zip(start, end, strict=True)
            ]
            tiled = [None if one is None else ops.concatenate([one] * count, 0) for one in masks]
            units = np.tile(unit, count)

            def said(at: list[Tensor], tiled: Any = tiled, units: np.ndarray = units) -> Tensor:
                return ops.sum(self._said(at, tiled, key, units))

            for total, each in zip(totals, slopes_at(said, at), strict=True):
                each = np.asarray(each, np.float64).reshape(count, *total.shape)
                total += np.tensordot(weights[first : first + at_once] / 2, each, axes=1)
        moved = [total * (plain(b) - plain(a)) for total, a, b in zip(totals, start, end, strict=True)]
        at_start, at_end = (plain(self._said(one, masks, key, unit)) for one in (start, end))
        return moved, at_start, at_end

    def _said(self, at: Sequence[Tensor], masks: Sequence[Tensor | None], key: str, unit: np.ndarray) -> Tensor:
        given = [
            keras.ops.reshape(one, (-1, *one.shape[2:])) if below else one
            for one, below in zip(at, self._below, strict=True)
        ]
        output = self._after(given, training=False, mask=masks if any(one is not None for one in masks) else None)
        whole = output[key] if isinstance(output, Mapping) else output
        flat = keras.ops.reshape(whole, (len(unit), -1))
        return keras.ops.take_along_axis(flat, keras.ops.convert_to_tensor(unit[:, None], "int32"), axis=1)[:, 0]


def plain(tensor: Tensor) -> np.ndarray:
    """A tensor of any backend as an array of float64."""
    return np.asarray(keras.ops.convert_to_numpy(tensor), np.float64)


def _is_number(tensor: keras.KerasTensor) -> bool:
    return str(tensor.dtype).startswith(("float", "bfloat"))


def _first_numbers(network: keras.Model, tensor: keras.KerasTensor) -> list[keras.KerasTensor]:
    """The first tensors of numbers that are made of a tensor of codes."""
    found: dict[int, keras.KerasTensor] = {}
    codes = {id(tensor)}
    by_depth = nodes_by_depth(network)
    for node in [node for depth in sorted(by_depth, reverse=True) for node in by_depth[depth]]:
        if not any(id(one) in codes for one in node.input_tensors):
            continue
        for made in node.output_tensors:
            if _is_number(made):
                found[id(made)] = made
            else:
                codes.add(id(made))
    return list(found.values())
