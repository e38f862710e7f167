"""Writes Keras models, and holds what is read back against them."""

from __future__ import annotations

import keras
import numpy as np

from protokit import Menu

WIDEST = 100


def layers_of(model: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in model._flatten_layers(include_self=False) if not isinstance(layer, keras.Model)]


def written(model: keras.Model) -> str:
    """The text, which is read back to an equal network: equal outputs with the weights set in their order."""
    menu = Menu.from_keras(model)
    short = menu.write()
    assert Menu.from_text(menu.write(names=True)) == menu
    assert max(map(len, short.splitlines())) <= WIDEST
    again = Menu.from_text(short).build()
    named = menu.build()
    for variable in named.weights:
        variable.assign(np.random.default_rng(1).uniform(0.01, 0.1, variable.shape).astype(variable.dtype))
    assert [w.shape for w in named.weights] == [w.shape for w in again.weights]
    again.set_weights(named.get_weights())
    rng = np.random.default_rng(0)
    given = [rng.integers(0, 2, [2, *(n or 64 for n in x.shape[1:])]).astype(x.dtype) for x in named.inputs]
    one, two = (m(given if len(given) > 1 else given[0]) for m in (named, again))
    for a, b in zip(keras.tree.flatten(one), keras.tree.flatten(two), strict=True):
        assert np.array_equal(a, b, equal_nan=True)
    for layer, other in zip(layers_of(named), layers_of(again), strict=True):
        assert type(layer) is type(other)
        assert _unnamed(layer.get_config()) == _unnamed(other.get_config())
    return short


def _unnamed(config: object) -> object:
    if isinstance(config, dict):
        return {key: _unnamed(part) for key, part in config.items() if key != "name"}
    return [_unnamed(part) for part in config] if isinstance(config, (list, tuple)) else config
