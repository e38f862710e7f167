"""Which layers a file of Keras holds weights of: models inside models too, by the names that a menu has for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import h5py

from protokit.core.libraries.keras_inside import in_snake_case
from protokit.menu.network.keras_models.names import inside, unique

_INPUT, _AROUND = "InputLayer", "TimeDistributed"
_NOT_WEIGHTS = "seed_generator"
_OF_OPERATIONS = ".ops."


@dataclass(frozen=True)
class SavedLayer:
    """A layer with weights: its names in a menu, its class in snake_case, its place in the file, its weights' shapes.

    `unwrapped`: it stands inside a layer around a chain, of which a menu has one around each layer.
    """

    names: tuple[str, ...]
    kind: str
    place: str
    shapes: tuple[tuple[int, ...], ...]
    unwrapped: bool = False


def saved_layers(config: Mapping[str, Any], tensors: h5py.File) -> tuple[list[SavedLayer], bool]:
    """The layers with weights, and whether they are in the order of the model: where its config says it.

    `config` is that of the model: its class name and its own configuration.

    Raises:
        KeyError, TypeError, ValueError: it is no config of a model.
    """
    own = config["config"]
    known = isinstance(own, Mapping) and isinstance(own.get("layers"), list)
    parts = own["layers"] if known else []
    names = {str(one["config"]["name"]) for one in parts if one["class_name"] == _INPUT}
    found: list[SavedLayer] = []
    in_order = known
    for name, kind, place, unwrapped in _in_model(own, "", tensors) if known else _in_group("", tensors):
        in_order = in_order and bool(kind)
        if place and place not in tensors:  # it stood in the model before
            continue
        name = unique(name, names)
        if shapes := _shapes(tensors, place):
            kind = kind or _without_number(place.rpartition("/")[2])
            found.append(SavedLayer((name,), kind, place, shapes, unwrapped))
    if known:
        ends = dict(_ends(own, tensors))
        found = [
            replace(one, names=(*one.names, ends[one.place])) if ends.get(one.place, one.names[0]) not in names else one
            for one in found
        ]
    return found, in_order


def _in_model(own: Mapping[str, Any], place: str, tensors: h5py.File) -> Iterator[tuple[str, str, str, bool]]:
    """The layers of a functional or sequential model: name, class, place, and whether from inside a wrapper."""
    for layer, at in _parts(own, place):
        name, config = str(layer["config"]["name"]), layer["config"]
        if not at:
            yield name, layer["class_name"], at, False
            continue
        around = config.get("layer") if layer["class_name"] == _AROUND else None
        if isinstance(config.get("layers"), list):
            yield from _in_model(config, at, tensors)
        elif isinstance(around, Mapping) and isinstance(around["config"].get("layers"), list):
            for inner, _, under, _ in _in_model(around["config"], f"{at}/layer", tensors):
                yield inside(name, inner), in_snake_case(_AROUND), under, True
        elif f"{at}/layers" in tensors:  # a subclass whose config has none of its layers
            yield from _in_group(at, tensors)
        else:
            yield name, in_snake_case(layer["class_name"]), at, False


def _parts(own: Mapping[str, Any], place: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The layers of a model with their places, as Keras numbers them, those of each class by themselves.

    Operations are among them, which have no place.
    """
    seen: Counter[str] = Counter()
    for layer in own["layers"]:
        if _OF_OPERATIONS in str(layer.get("module")):
            yield layer, ""
            continue
        kind = in_snake_case(layer["class_name"])
        at = f"{place}/layers/{kind}" if place else f"layers/{kind}"
        yield layer, f"{at}_{seen[kind]}" if seen[kind] else at
        seen[kind] += 1


def _in_group(place: str, tensors: h5py.File) -> Iterator[tuple[str, str, str, bool]]:
    """The layers that lie in the file at a place, with the names there; nothing says their order."""
    at = f"{place}/layers" if place else "layers"
    for own in tensors[at]:
        inner = f"{at}/{own}"
        if "layers" in tensors[inner]:
            yield from _in_group(inner, tensors)
        elif (kept := tensors[inner].get("vars")) is not None and "name" in kept.attrs:
            yield str(kept.attrs["name"]), "", inner, False


def _shapes(tensors: h5py.File, place: str) -> tuple[tuple[int, ...], ...]:
    """The shapes of the weights at a place, sorted."""
    found: list[tuple[int, ...]] = []

    def look(path: str, part: object) -> None:
        if isinstance(part, h5py.Dataset) and _NOT_WEIGHTS not in path:
            found.append(tuple(part.shape))

    if place:
        tensors[place].visititems(look)
    return tuple(sorted(found))


def _ends(own: Mapping[str, Any], tensors: h5py.File) -> Iterator[tuple[str, str]]:
    """The places of layers that give the outputs of models which are themselves outputs, with these models' names."""
    for name, _, part in _outputs(own.get("output_layers", [])):
        layer, place = next((layer, at) for layer, at in _parts(own, "") if layer["config"]["name"] == name)
        if isinstance(layer["config"].get("layers"), list):
            yield _end(layer["config"], place, part), name


def _end(own: Mapping[str, Any], place: str, part: int) -> str:
    parts = list(_parts(own, place))
    if "output_layers" in own:
        name, _, inner = list(_outputs(own["output_layers"]))[part]
        layer, at = next((layer, at) for layer, at in parts if layer["config"]["name"] == name)
    else:  # a sequential model
        (layer, at), inner = parts[-1], 0
    return _end(layer["config"], at, inner) if isinstance(layer["config"].get("layers"), list) else at


def _outputs(value: Any) -> Iterator[tuple[str, int, int]]:
    """Each output in a config: the layer, which call of it, which output of that."""
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _outputs(part)
    elif len(value) == 3 and isinstance(value[0], str):
        yield value[0], int(value[1]), int(value[2])
    else:
        for part in value:
            yield from _outputs(part)


def _without_number(kind: str) -> str:
    base, _, number = kind.rpartition("_")
    return base if base and number.isdigit() else kind
