"""What of a network stays as it is in a training: items by name or pattern, and layers inside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import layers_in
from protokit.core.libraries.keras_state import set_trainable
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean, one_of
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.menu.reading.parts import parts

_INSIDE = "/"
_SHOWN = 12  # names in a cure


class Freezing:
    """The layers of a network, by the names that a recipe may freeze them by.

    A name is that of a layer, of an item that is several (a block, a repeat, a chain), or `LAYER/INNER` for a layer
    inside one, as of a backbone. What the menu itself freezes (`trainable: false`) is never trained.
    """

    def __init__(self, network: keras.Model, menu: object) -> None:
        self._layers: dict[str, keras.Layer] = {}
        for layer in network.layers:
            if not isinstance(layer, keras.layers.InputLayer):
                self._layers[layer.name] = layer
                for inner in _inside(layer):
                    self._layers.setdefault(f"{layer.name}{_INSIDE}{inner.name}", inner)
        self._network, self._items = network, parts(menu) if isinstance(menu, Menu) else {}
        self._own = [(layer, layer.trainable) for layer in self._layers.values()]

    def found(self, pattern: str) -> list[str]:
        """The names of the layers that a pattern means."""
        whole = _INSIDE not in pattern
        items = {name for item, names in self._items.items() if fnmatchcase(item, pattern) for name in names}
        return [
            name
            for name in self._layers
            if name in items or (fnmatchcase(name, pattern) and not (whole and _INSIDE in name))
        ]

    def put(self, patterns: Sequence[str]) -> None:
        """Freeze what the patterns mean, and nothing else beside what the menu freezes."""
        for layer, trainable in self._own:
            if layer.trainable is not trainable:
                set_trainable(layer, trainable)
        for layer, trainable in self._own:
            if not trainable:
                set_trainable(layer, False)
        for name in dict.fromkeys(name for pattern in patterns for name in self.found(pattern)):
            set_trainable(self._layers[name], False)

    def faults(self, learn: Learn) -> list[Fault]:
        """What is wrong with what a recipe freezes; paths are from `learn`."""
        faults: list[Fault] = []
        said: list[tuple[Path, tuple[str, ...]]] = [(("freeze",), learn.freeze)]
        said += [(("stages", i, "freeze"), stage.freeze) for i, stage in enumerate(learn.stages)]
        for path, patterns in said:
            faults += [self._unknown(pattern).under(path) for pattern in patterns if not self.found(pattern)]
        if faults:
            return faults
        for i, one in enumerate(learn.in_stages):
            self.put(one.freeze)
            if one.freeze and not self._network.trainable_variables:
                path = ("stages", i, "freeze") if learn.stages and learn.stages[i].freeze else ("freeze",)
                faults.append(Fault("all that could be trained is frozen", "freeze less of it", path))
        self.put(())
        return faults

    def _unknown(self, pattern: str) -> Fault:
        layer, _, inner = pattern.partition(_INSIDE)
        outer = [*self._items, *(name for name in self._layers if _INSIDE not in name)]
        known = outer
        if inner and (of := [name for top in self.found(layer) for name in self._layers if name.startswith(f"{top}/")]):
            known = of
        names = list(dict.fromkeys(known))
        shown = names if len(names) <= _SHOWN else [*names[:_SHOWN], f"{len(names) - _SHOWN} more"]
        cure = did_you_mean(pattern, names) or one_of(shown)
        return Fault(f"nothing is named {pattern!r}: nothing would be frozen", cure)


def hold_freezes(network: keras.Model, learn: Learn) -> None:
    """Hold that all that a recipe freezes is there, and that something is left to train in each stage.

    Raises:
        SpecError: with paths from `learn`.
    """
    if (learn.freeze or learn.stages) and (faults := Freezing(network, learn.menu).faults(learn)):
        raise SpecError(faults)


def _inside(layer: keras.Layer) -> Iterator[keras.Layer]:
    for inner in layers_in(layer):
        if not isinstance(inner, (keras.Model, keras.layers.InputLayer)):
            yield inner
