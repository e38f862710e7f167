"""Menus written by hand and the same networks in plain Keras: equal parameters, equal outputs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from protokit import Menu

HERE = Path(__file__).parent
MENUS = sorted(HERE.glob("*.yaml"))


def twin(name: str):
    spec = importlib.util.spec_from_file_location("twins", HERE / "twins.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)()


def rows(network, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [
        rng.integers(0, 100, (3, *x.shape[1:])).astype("int32")
        if x.dtype == "int32"
        else rng.normal(size=(3, *x.shape[1:])).astype("float32")
        for x in network.inputs
    ]


def outputs(network, given: list[np.ndarray]) -> list[np.ndarray]:
    found = network(given if len(given) > 1 else given[0], training=False)
    return [np.asarray(part) for part in (found if isinstance(found, (list, tuple)) else [found])]


@pytest.mark.parametrize("path", MENUS, ids=lambda p: p.stem)
def test_a_menu_and_its_twin(path: Path) -> None:
    menu, other = Menu.read(path), twin(path.stem)
    assert len(path.read_text().splitlines()) <= 40
    network = menu.build()
    assert network.count_params() == other.count_params()
    by_kind: dict[type, list] = {}
    for layer in other.layers:
        by_kind.setdefault(type(layer), []).append(layer)
    for layer in network.layers:  # both list the layers of one kind in the order of their calls
        layer.set_weights(by_kind[type(layer)].pop(0).get_weights())
    given = rows(network)
    for a, b in zip(outputs(network, given), outputs(other, given), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("path", MENUS, ids=lambda p: p.stem)
def test_it_is_written_and_read_back(path: Path) -> None:
    menu = Menu.read(path)
    assert Menu.from_text(menu.write()) == menu
    resolved = menu.resolve()
    assert not resolved.slots and Menu.from_text(resolved.write()) == resolved
    network = menu.build(seed=1)
    read = Menu.from_keras(network)
    assert Menu.from_text(read.write(names=True)) == read
    again = read.build(seed=1)
    weights = {layer.name: layer.get_weights() for layer in network.layers}
    for layer in again.layers:
        layer.set_weights(weights[layer.name])
    given = rows(network)
    for a, b in zip(outputs(network, given), outputs(again, given), strict=True):
        assert np.array_equal(a, b)
