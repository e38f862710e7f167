"""Which house menu fits which data: what `menu: auto` means."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.errors import SpecError
from protokit.core.values.signature import Signature
from protokit.menu.house_menu import EMBEDDING, HOUSE_MENUS
from protokit.menu.items import Plain

_BESIDE = 16  # numbers that are made of what stands beside the image of a mask
_OF_TEXT = 32  # units each way over a text that another one is made of
KNOWN_UNITS = 32  # of the layer between columns whose future is known and what they add to a forecast


def fitting(signature: Signature) -> Plain:
    """The menu for some inputs: a house menu by name, or one for each input, side by side.

    >>> from protokit.core.values.inputs import InputSpec
    >>> fitting(Signature((InputSpec("photo", (28, 28, 1), "uint8", ("photo",), 0, "image"),), ()))
    'image_small'
    """
    form = signature.targets[0].form if signature.targets else None
    if form == "steps":
        return _forecast(signature)
    if form in ("clusters", "inputs") and all(spec.joins_columns for spec in signature.inputs):
        return _default("columns", clusters=True)
    if form == "inputs":
        kinds = " and ".join(dict.fromkeys(spec.kind for spec in signature.inputs if not spec.joins_columns))
        cure = "write its layers, such as menu: [Flatten, {Dense: 8, name: code}, {Dense: 64}]"
        raise SpecError.one(f"no house menu gives back {kinds}", cure, ("learn", "menu"))
    if form == "tokens" and [spec.kind for spec in signature.inputs] == ["text"]:
        return [{"Bidirectional": {"layer": {"GRU": {"units": _OF_TEXT, "return_sequences": True}}}}]
    if form == "mask":
        return _for_masks(signature)
    menu = _for_inputs(signature)
    if form != "clusters":
        return menu
    return [*([{"use": menu}] if isinstance(menu, str) else menu), EMBEDDING]


def learning(menu: Plain, signature: Signature, rows: int) -> Mapping[str, Plain]:
    """What the house proposes under `learn` for a menu and so many training rows; nothing for menus side by side."""
    is_forecast = bool(signature.targets) and signature.targets[0].form == "steps"
    house = menu if isinstance(menu, str) else _default("series") if is_forecast else None
    found = HOUSE_MENUS[house].learning(signature, rows) if house else {}
    # the head of a pair takes no input as it is, from which a linear start could begin
    return {word: value for word, value in found.items() if word != "start"} if signature.pairs else found


def _default(kind: str, *, clusters: bool = False, masks: bool = False) -> str:
    """The name of the house menu for a kind of input; never one of another package."""
    own, wanted = HOUSE_MENUS.house().values(), (True, kind, clusters, masks)
    return next(menu.name for menu in own if (menu.default, menu.takes, menu.clusters, menu.masks) == wanted)


def _for_inputs(signature: Signature) -> str | list[Plain]:
    specs = signature.inputs
    own = [spec for spec in specs if not spec.joins_columns]
    if not own:
        return _default("columns")
    if len(specs) == len(own) == 1:
        return _default(own[0].kind)
    branches: dict[str, list[Plain]] = {spec.name: [{"use": _default(spec.kind), "from": spec.name}] for spec in own}
    if len(own) < len(specs):
        branches["columns"] = [{"use": _default("columns")}]
    if any(target.form == "tags" for target in signature.targets):  # what is of the whole sequence, at each step
        steps = signature.targets[0].horizon
        of_steps = {spec.name for spec in own if spec.kind == "sequence"}
        again: Plain = {"RepeatVector": steps}
        branches = {name: chain if name in of_steps else [*chain, again] for name, chain in branches.items()}
    return [{"branch": dict(branches)}]


def _for_masks(signature: Signature) -> Plain:
    """What takes the image of the masks, and gives a vector for each of its pixels.

    What is made of each other input is beside the vector of every pixel.
    """
    house, name = _default("image", masks=True), signature.targets[0].columns[1]
    [image] = [spec for spec in signature.inputs if spec.name == name]
    if len(signature.inputs) == 1:
        return house
    everywhere: list[Plain] = [
        "Flatten",
        {"Dense": _BESIDE},
        {"Reshape": {"target_shape": [1, 1, _BESIDE]}},
        {"UpSampling2D": {"size": list(image.shape[:2])}},
    ]
    branches: dict[str, Plain] = {"pixels": [{"use": house, "from": name}]}
    for spec in signature.inputs:
        if not spec.joins_columns and spec is not image:
            branches[spec.name] = [{"use": _default(spec.kind), "from": spec.name}, *everywhere]
    if any(spec.joins_columns for spec in signature.inputs):
        branches["columns"] = [{"use": _default("columns")}, *everywhere]
    return [{"branch": branches}, {"Conv2D": {"filters": 2 * _BESIDE, "kernel_size": 1, "activation": "relu"}}]


def _over_time(steps: int, **options: Plain) -> list[Plain]:
    """A map from the steps that there are to others, shared by all columns."""
    return [{"Permute": {"dims": [2, 1]}}, {"Dense": {"units": steps, **options}}, {"Permute": {"dims": [2, 1]}}]


def _forecast(signature: Signature) -> Plain:
    """`series_linear`, with what the other columns add to it where there are some."""
    horizon, columns = signature.targets[0].shape
    [series, *known] = signature.inputs
    if series.shape[1] == columns:
        return _default("series")
    last: Plain = {"Dense": {"units": columns, "kernel_initializer": "zeros"}}
    branches: dict[str, Plain] = {
        "linear": [{"Identity": {}, "from": "history"}, *_over_time(horizon, kernel_initializer="zeros")],
        "past": [{"Identity": {}, "from": "covariates"}, *_over_time(horizon), {"Dropout": 0.2}, last],
    }
    if known:
        hidden: Plain = {"Dense": {"units": KNOWN_UNITS, "activation": "relu"}, "from": "known"}
        branches["future"] = [hidden, last]
    branches["start"] = [{"Identity": {}, "from": "last"}]
    return [{"branch": branches, "merge": {"Add": {"dtype": "float32"}}, "name": "output"}]
