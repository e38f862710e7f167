"""What a network says with its dropout on: as many answers as asked, whose spread says how sure it is.

Source: Gal and Ghahramani, Dropout as a Bayesian Approximation, 2016.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.keras_inside import layers_in
from protokit.core.libraries.keras_state import seeded
from protokit.core.seeds import derive
from protokit.core.values.signature import Signature
from protokit.learn.snapshot import values
from protokit.learn.training import data_feed

_LAYERS = (keras.layers.Dropout, keras.layers.AlphaDropout, keras.layers.GaussianDropout)
_ROWS = 4096  # in a batch
_GIVEN = 2**22  # numbers that a batch gives at most


def dropouts(network: keras.Model) -> list[keras.Layer]:
    """The layers of a network that drop something, those inside layers too; a recurrent layer drops by itself."""
    found = []
    for layer in layers_in(network):
        if isinstance(layer, _LAYERS):
            rates = [layer.rate]
        elif isinstance(layer, keras.layers.RNN):
            rates = [getattr(layer, "dropout", 0), getattr(layer, "recurrent_dropout", 0)]
        else:
            continue
        if any(rate > 0 for rate in rates):
            found.append(layer)
    return found


def sampled(
    network: keras.Model, inputs: Mapping[str, np.ndarray], signature: Signature, samples: int, seed: int
) -> list[dict[str, np.ndarray]]:
    """What the network gives for each target, several times: its dropout is on, all else is as in prediction.

    Rows are drawn for by themselves. Where they are few, a batch holds them several times over.

    Shapes: `samples` times (rows, units) by the target's name.
    """
    rows = len(data_feed.first(inputs))
    batch = min(_ROWS, max(1, _GIVEN // max(target.units for target in signature.targets)))
    found: dict[str, list[np.ndarray]] = {target.name: [] for target in signature.targets}
    spec = {name: tf.TensorSpec((None, *part.shape[1:]), part.dtype) for name, part in inputs.items()}

    def given(inputs: Mapping[str, tf.Tensor]) -> tf.Tensor | Mapping[str, tf.Tensor]:
        return network(inputs, training=False)

    with seeded(0, tensorflow=False), _dropping(network, seed):
        give = tf.function(given, autograph=False).get_concrete_function(spec)
        for start in range(0, max(1, rows), batch):
            some = {name: np.asarray(part[start : start + batch]) for name, part in inputs.items()}
            size = len(data_feed.first(some))
            at_once = max(1, batch // max(1, size))
            said: dict[str, list[np.ndarray]] = {name: [] for name in found}
            for first in range(0, samples, at_once):
                times = min(at_once, samples - first)
                tiled = {name: tf.constant(np.concatenate([part] * times)) for name, part in some.items()}
                output = give(tiled)
                by_key = output if isinstance(output, dict) else {signature.targets[0].key: output}
                for target in signature.targets:
                    numbers = by_key[target.key].numpy()
                    said[target.name].append(numbers.reshape(times, size, *numbers.shape[1:]))
            for name, parts in said.items():
                found[name].append(np.concatenate(parts))
    whole = {name: np.concatenate(parts, axis=1) for name, parts in found.items()}
    return [{name: numbers[i] for name, numbers in whole.items()} for i in range(samples)]


@contextmanager
def _dropping(network: keras.Model, seed: int) -> Iterator[None]:
    """Have the layers that drop something do so in prediction, by draws that follow from a seed alone."""
    layers = dropouts(network)
    states = [variable for variable in network.variables if variable.path.endswith("seed_generator_state")]
    before = [values(state) for state in states]
    for i, state in enumerate(states):
        state.assign([derive(seed, "samples", i), 0])
    for layer in layers:
        vars(layer)["call"] = partial(_in_training, layer.call)
    try:
        yield
    finally:
        for layer in layers:
            del vars(layer)["call"]
        for state, value in zip(states, before, strict=True):
            state.assign(value)


def _in_training(call: object, *given: object, **named: object) -> object:
    return call(*given, **{**named, "training": True})  # type: ignore[operator]
