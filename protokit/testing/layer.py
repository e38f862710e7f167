"""The contract of a layer of one's own."""

from __future__ import annotations

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.menu import catalogue
from protokit.menu.items import Input
from protokit.menu.menu import Menu
from protokit.testing.contract import contract


@contract
def check_layer(
    kind: type[keras.Layer], shape: tuple[int, ...] = (4,), *, dtype: str = "float32", **arguments: object
) -> None:
    """Whether a layer keeps its contract: a menu can name it, and its configuration says all there is to know of it.

    `arguments` are what it is made with, `shape` is of one row of what it takes, without the batch.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    name = kind.__name__
    entry = catalogue.find("layers", name)
    assert entry is not None, f"{name}: it is not registered; decorate it with @protokit.layer"
    assert entry.about, f"{name}: its docstring does not say what it is"
    item = {name: dict(arguments) or None, "name": "it"}
    menu = Menu([item], inputs={"x": Input(shape=shape, dtype=dtype)})
    assert Menu.from_text(menu.write()) == menu, f"{name}: what is written of its menu is read back as another menu"
    network = menu.build()
    layer = network.get_layer("it")
    assert type(layer) is kind, f"{name}: the catalogue finds another class, {type(layer).__name__}"
    config = layer.get_config()
    assert kind.from_config(config).get_config() == config, f"{name}: `from_config(get_config())` is another layer"
    missing = [key for key in arguments if key not in config]
    assert not missing, f"{name}: `get_config` does not give {missing}, so that it is lost when a model is read back"
    again = Menu.from_keras(network).build()
    assert again.get_layer("it").get_config() == config, f"{name}: read back from Keras it is another layer"
    again.set_weights(network.get_weights())
    generator = np.random.Generator(np.random.PCG64(0))
    rows = generator.normal(size=(8, *shape)) if dtype.startswith("float") else generator.integers(0, 3, (8, *shape))
    given = network(rows.astype(dtype), training=False)
    one, two = (keras.ops.convert_to_numpy(out) for out in (given, again(rows.astype(dtype), training=False)))
    assert np.array_equal(one, two), f"{name}: the same weights give other numbers in a layer read back"
    assert len(one) == 8, f"{name}: {len(one)} rows come out of 8"
    static = tuple(network.output.shape[1:])
    assert all(s in {None, n} for s, n in zip(static, one.shape[1:], strict=True)), f"{name}: it gives {one.shape}"
    alone = keras.ops.convert_to_numpy(network(rows[:1].astype(dtype), training=False))
    assert np.allclose(alone, one[:1], atol=1e-5), f"{name}: what it makes of a row depends on the other rows"
