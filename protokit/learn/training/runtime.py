"""What a training reads when it runs instead of having it compiled in: the inputs of a compiled program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_inside import rate_of
from protokit.core.suggest import did_you_mean
from protokit.learn.plan import Plan
from protokit.learn.snapshot import assign, values, variables
from protokit.learn.training.randomness import RuntimeRate
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import PiecewiseLinearEmbedding


@dataclass(frozen=True)
class Values:
    """What one training starts from.

    `variables` are the initial weights and seed states; None: those that the network had when the Trainer took it.
    `learning_rate`, `weight_decay` and the `dropout` rates by layer name stand in for the recipe's and the menu's.
    """

    variables: tuple[np.ndarray, ...] | None = None
    learning_rate: float | None = None
    weight_decay: float | None = None
    dropout: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, network: keras.Model) -> Values:
        """The weights, seed states and dropout rates of another network of the same structure."""
        rates = {layer.name: float(layer.rate) for layer in _dropouts(network)}
        return cls(tuple(values(v) for v in network.variables), dropout=rates)


class _PlainRate:
    """The rate of a layer on a backend whose `fit` is compiled anew for each training, or not at all."""

    def __init__(self, layer: keras.layers.Dropout) -> None:
        self._layer, self._start = layer, float(layer.rate)

    def assign(self, rate: float) -> None:
        """Have the layer use another rate."""
        self._layer.rate = rate

    def __float__(self) -> float:
        return self._start


class Inputs:
    """The runtime inputs of one network, with the values that they have when nothing else is said."""

    def __init__(self, network: keras.Model, step: keras.Model | None = None) -> None:
        """`step` is what trains the network, where it is another model of the same layers; it has the optimizer."""
        self._step = network if step is None else step
        optimizer = _inner(self._step.optimizer)
        self._network, self._optimizer = network, optimizer
        self._start = tuple(values(v) for v in network.variables)
        self.refresh()
        self._rate = float(values(rate_of(optimizer)))
        self._decay = None if optimizer.weight_decay is None else float(optimizer.weight_decay)
        self._rates: dict[str, RuntimeRate | _PlainRate] = {}
        if BACKEND != "tensorflow":
            self._rates.update((layer.name, _PlainRate(layer)) for layer in _dropouts(network))
            return
        if self._decay is not None:
            optimizer.weight_decay = tf.Variable(self._decay, trainable=False, dtype=tf.float32)
        for layer in _dropouts(network):
            # that of an earlier stage of the training, whose programs read it too
            known = layer.rate if isinstance(layer.rate, RuntimeRate) else RuntimeRate(layer.rate)
            layer.rate = self._rates[layer.name] = known

    def refresh(self) -> None:
        """Take up where the optimizer, and those that a step has beside it, begin: as they are now."""
        own = {id(variable) for variable in self._step.variables}
        self._further = [variable for variable in variables(self._step) if id(variable) not in own]
        self._fresh = tuple(values(variable) for variable in self._further)

    def set(self, given: Values) -> float:
        """Put values in place, and the optimizer back to its start.

        Returns:
            The learning rate that the schedule starts from.

        Raises:
            SpecError: there is no such dropout layer, or nothing that a weight decay could go into.
            DataError: the variables are of another network.
        """
        if unknown := next((name for name in given.dropout if name not in self._rates), None):
            raise SpecError.one(f"no dropout layer {unknown!r}", did_you_mean(unknown, self._rates))
        if odd := next((rate for rate in given.dropout.values() if not 0 <= rate < 1), None):
            raise SpecError.one(f"a dropout rate is between 0 and 1, not {odd!r}", "write 0.3")
        if given.weight_decay is not None and self._decay is None:
            raise SpecError.one("the optimizer has no weight decay", "give it one in learn.optimizer")
        assign(list(self._network.variables), given.variables if given.variables is not None else self._start)
        assign(self._further, self._fresh)
        if self._decay is not None:
            decay = self._decay if given.weight_decay is None else given.weight_decay
            if BACKEND == "tensorflow":
                self._optimizer.weight_decay.assign(decay)
            else:
                self._optimizer.weight_decay = decay
        if BACKEND != "tensorflow":  # jax compiles in what is no variable of the network
            self._step.train_function = self._step.test_function = None
        for name, rate in self._rates.items():
            rate.assign(given.dropout.get(name, float(rate)))
        # as an optimizer holds the rate that it is made with, so that schedules give the same bits of it
        return self._rate if given.learning_rate is None else float(np.float32(given.learning_rate))

    def of_plan(self, plan: Plan, rows: int) -> None:
        """Take up how many steps a training on so many rows has at most, which its learning rate may follow."""
        course = getattr(self._optimizer, "course", None)
        if course is not None:
            course.steps.assign(float(plan.epochs * plan.steps(rows)))


def structure(network: keras.Model) -> str:
    """All that is compiled into a network's program: equal for two networks that one program can train."""
    changeable = {layer.name for layer in _dropouts(network)}
    layers = {layer.name: layer for layer in network.layers}
    config = network.get_config()
    for layer in config["layers"]:
        if layer["config"]["name"] in changeable:
            layer["config"] = {**layer["config"], "rate": "at run time"}
        made = layers.get(layer["config"]["name"])
        if isinstance(made, PiecewiseLinearEmbedding):
            layer["config"] = made.compiled_config()
    found = json.dumps([config, [v.shape for v in network.variables]], default=str, sort_keys=True)
    for i, operation in enumerate(network.operations):
        if not isinstance(operation, keras.layers.Layer):  # Keras counts their names over the whole process
            found = found.replace(json.dumps(operation.name), json.dumps(f"operation {i}"))
    return found


def _dropouts(network: keras.Model) -> list[keras.layers.Dropout]:
    """The layers whose rate can be changed: at 0 and 1 Keras leaves the draw out."""
    found = [layer for layer in network.layers if isinstance(layer, keras.layers.Dropout)]
    return [layer for layer in found if 0 < layer.rate < 1]


def _inner(optimizer: keras.Optimizer) -> keras.Optimizer:
    """The optimizer that a scaling of the loss is wrapped around."""
    return getattr(optimizer, "inner_optimizer", optimizer)
