"""A menu: the network as data, checked."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from protokit.core.errors import SpecError
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.core.plain import without_numpy
from protokit.core.suggest import did_you_mean
from protokit.grammar.document import Document
from protokit.menu import items
from protokit.menu.expand import Chooser, expand
from protokit.menu.graph import Graph
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.items import Chain, Choose, Item, Outline
from protokit.menu.reading.reader import KEYS, Reader
from protokit.menu.slots import Slot

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras
    from protokit.menu.network.drawing import Drawing


_SHOWN = 6  # items that a Menu's repr names


class Parts(TypedDict, total=False):
    """What a menu has beside its layers, as keyword arguments of `Menu`."""

    hyperparameters: Mapping[str, Any]
    blocks: Mapping[str, Any]
    inputs: Mapping[str, Any]
    takes: Any
    outputs: Any


@dataclass(frozen=True)
class Menu(Outline):
    """A network as data: items in a chain, with blocks, hyperparameters, inputs and outputs where it has them.

    Takes what a file takes, or layers from `protokit.menu.layers` or of Keras, a Keras model too; an invalid menu
    cannot exist. `house` is the name of the house menu it came from, if any; `even` is there on menus that were read
    from a Keras model: the names of its sums of equal shapes.

    >>> Menu([{"Dense": 8}, "BatchNormalization"]).layers[0]
    Layer(kind='Dense', arguments={'units': 8}, name=None, source=None)
    >>> menu = Menu([{"Dense": 8}], inputs={"x": [3]})
    >>> Menu.parse(menu.as_plain()) == menu, menu.expand().nodes[0].name
    (True, 'dense_1')
    >>> menu.starts, menu.is_chain, [str(fault) for fault in menu.in_data(SpecError.one("too wide"), menu.as_plain())]
    (('x',), False, ['too wide'])
    >>> menu.with_layers(menu.layers * 2)
    <Menu of 2 items: Dense, Dense>
    >>> written = open("menu.yaml", "w").write(menu.write())
    >>> Menu.is_written_in("menu.yaml"), Menu.read("menu.yaml") == menu
    (True, True)
    """

    house: str | None = field(default=None, compare=False)
    even: frozenset[str] | None = field(default=None, compare=False)
    weights: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)  # of layers, by name

    def __init__(self, layers: Any, *, columns: tuple[str, ...] = (), **parts: Unpack[Parts]) -> None:
        """`layers` is a list of items, a mapping with `layers`, or the name of a house menu.

        `columns` are those of a recipe that items may name in `from`.

        Raises:
            SpecError: with every fault, its path relative to what was given.
        """
        name = None
        if isinstance(layers, str):
            name, layers = layers, HOUSE_MENUS[layers].layers
        if "keras" in sys.modules:  # else it holds none of its layers
            from protokit.menu.network.of_layers import plain_of

            layers = plain_of(layers)
        if parts and isinstance(layers, Mapping):
            raise SpecError.one("this has its inputs and outputs: a whole model", "give it alone")
        data = without_numpy({"layers": layers, **parts} if parts else layers)
        reader = Reader(columns)
        reader.read(data)
        if reader.faults:
            raise SpecError(reader.faults)
        for key in ("layers", "blocks", "hyperparameters", "inputs", "outputs", "takes", "gives"):
            object.__setattr__(self, key, getattr(reader, key))
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "house", name)
        object.__setattr__(self, "even", None)

    @classmethod
    def parse(cls, data: Any, *, columns: tuple[str, ...] = ()) -> Menu:
        """A menu from plain data: a list of items, `{layers: [...]}`, or the name of a house menu.

        `columns` are those of a recipe that items may name in `from`.

        Raises:
            SpecError: with every fault, its path relative to `data`.
        """
        return data if isinstance(data, Menu) else cls(data, columns=columns)

    @classmethod
    def read(cls, path: str | Path) -> Menu:
        """A menu from a YAML file.

        Raises:
            SpecError: with every fault at its line, also those that show only when its slots are at their defaults.
        """
        document = Document.read(path)
        menu = cls._placed(document)
        try:
            menu.expand()
        except SpecError as error:
            raise document.error(menu.in_data(error, document.data)) from None
        return menu

    @staticmethod
    def is_written_in(path: str | Path) -> bool:
        """Whether a file is of a menu, not of a recipe, by the names at its margin."""
        try:
            text = access.text(Path(path))
        except (OSError, UnicodeDecodeError):
            return False
        margin = re.findall(r"^(-|[A-Za-z_]+(?=\s*:))", text, re.M)
        return bool(margin) and all(name == "-" or name in KEYS for name in margin)

    @classmethod
    def from_text(cls, text: str) -> Menu:
        """A menu from YAML text, such as `write` gives.

        >>> Menu.from_text("- Dense: 8\\n- ReLU")
        <Menu of 2 items: Dense, ReLU>

        Raises:
            SpecError: with every fault at its line.
        """
        if not isinstance(text, str):
            raise SpecError.one(f"a menu's text is YAML, not a {type(text).__name__}", "read a file by Menu.read(path)")
        return cls._placed(Document.parse(text))

    @classmethod
    def _placed(cls, document: Document) -> Menu:
        try:
            return cls.parse(document.data)
        except SpecError as error:
            raise document.error(list(error.faults)) from None

    @classmethod
    def from_keras(cls, model: keras.Model, *, weights: bool = False) -> Menu:
        """The menu of a functional or sequential Keras model: `build` gives the same network again.

        With `weights` it begins at a copy of the model's weights, as they are now. They are in this object alone:
        `write` does not hold them, and a recipe takes them from a file: `learn: {from: NAME.keras}`.

        >>> import keras
        >>> network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(8), keras.layers.ReLU()])
        >>> Menu.from_keras(network)
        <Menu of 2 items: Dense, ReLU>

        Raises:
            SpecError: the model is subclassed, or has a layer or a call that a menu cannot write; it names the layer.
        """
        from protokit.menu.network.keras_models.read import read
        from protokit.menu.network.keras_models.sums import even_sums
        from protokit.menu.network.keras_models.weights import weights_of

        plain, layers = read(model)
        menu = cls(plain)
        object.__setattr__(menu, "even", even_sums(model))
        if weights:
            object.__setattr__(menu, "weights", weights_of(layers))
        return menu

    def resolve(self, values: Mapping[str, object] | Chooser | None = None) -> Menu:
        """The menu with every slot settled: by `values` (by slot name, or a function of the slot), else its default.

        >>> menu = Menu([{"Dense": protokit.choice(32, 64)}])
        >>> list(menu.slots)
        ['Dense.units']
        >>> menu.resolve({list(menu.slots)[0]: 64}).as_plain()
        [{'Dense': 64}]

        Raises:
            SpecError: a value is not one of its slot's, or there is no such slot.
        """
        if isinstance(values, Mapping):
            given = values
            if unknown := [name for name in given if name not in self.slots]:
                raise SpecError.one(f"no slot {unknown[0]!r}", did_you_mean(unknown[0], self.slots))
            return self.resolve(lambda slot: given.get(slot.name, slot.default))
        chosen = expand(self, values).chosen

        def settle(part: Any) -> Any:
            if isinstance(part, Choose):
                return Chain(part.options[str(chosen.get(part.slot.name, part.slot.default))], part.name, part.source)
            return chosen.get(part.name, part.default) if isinstance(part, Slot) else part

        settled = object.__new__(Menu)
        for key in ("layers", "blocks", "hyperparameters"):
            object.__setattr__(settled, key, items.mapped(getattr(self, key), settle))
        for key in ("inputs", "outputs", "takes", "gives", "columns", "house"):
            object.__setattr__(settled, key, getattr(self, key))
        return settled

    def with_layers(self, layers: tuple[Item, ...], columns: tuple[str, ...] = ()) -> Menu:
        """The same menu with other items, as they are, which may take from further `columns`."""
        found = object.__new__(Menu)
        for key in ("blocks", "hyperparameters", "inputs", "outputs", "takes", "gives", "house"):
            object.__setattr__(found, key, getattr(self, key))
        object.__setattr__(found, "columns", tuple(dict.fromkeys((*self.columns, *columns))))
        object.__setattr__(found, "layers", layers)
        return found

    def expand(self, values: Chooser | None = None) -> Graph:
        """The network written out, layer by layer."""
        return expand(self, values)

    def build(self, *, seed: int = 0) -> keras.Model:
        """The untrained Keras model of a menu that names its inputs, or at the weights that it was read with.

        >>> Menu([{"Dense": 8}], inputs={"x": [3]}).build().count_params()
        32

        Raises:
            SpecError: there are no inputs, or Keras refused a layer.
        """
        from protokit.menu.network.build import build

        if isinstance(seed, bool) or not isinstance(without_numpy(seed), int):
            raise SpecError.one(f"a seed is a whole number, not {seed!r}", "write build(seed=0)")
        network = build(self, None, seed=seed)
        if self.weights is not None:
            from protokit.menu.network.keras_models.weights import put

            put(self.weights, network)
        return network

    def draw(self) -> Drawing:
        """A picture of the menu: `print` shows a tree, a notebook a graph.

        >>> drawing = Menu([{"Dense": 8}, "ReLU"]).draw()
        >>> print(drawing)
        2 layers
        inputs
        Dense dense_1
        ReLU re_lu_2
        >>> drawing.html()[:4]
        '<svg'
        """
        from protokit.menu.network.drawing import draw

        return draw(self)

    def as_plain(self, *, in_full: bool = False) -> Any:
        """The menu as it is written, a list or a mapping; house menus by name, or `in_full` as their layers."""
        if self.house and not in_full:
            return self.house
        chain = items.plain_chain(items.mapped(self.layers, items.without_house) if in_full else self.layers)
        if self.is_chain:
            return chain
        plain: dict[str, items.Plain] = {}
        if self.inputs:
            plain["inputs"] = {name: _plain_input(spec) for name, spec in self.inputs.items()}
        if self.takes is not None:
            plain["takes"] = items.plain_source(self.takes)
        if self.hyperparameters:
            plain["hyperparameters"] = items.plain_value(self.hyperparameters)
        if self.blocks:
            blocks = items.mapped(self.blocks, items.without_house) if in_full else self.blocks
            plain["blocks"] = {name: block.as_plain() for name, block in blocks.items()}
        plain["layers"] = chain
        if self.outputs:
            plain["outputs"] = list(self.outputs) if self.gives is None else items.plain_source(self.gives)
        return plain

    def write(self, *, names: bool = False) -> str:
        """The menu as YAML, in its short forms.

        One that was read from a Keras model says once what repeats, and names only the layers that are referred to:
        it reads back as the same network but for the names of layers, with its weights in the same order. `names`
        keeps every layer on its own, with its name.

        >>> print(Menu([{"Dense": 8}, "ReLU"]).write(), end="")
        - Dense: 8
        - ReLU
        """
        from protokit.grammar.writing import write

        if self.even is not None and not names:
            from protokit.menu.writing.write import write as shortest

            return shortest(self, self.as_plain(), self.even)
        return write(self.as_plain())

    def __repr__(self) -> str:
        kinds = [one.kind if isinstance(one, items.Layer) else type(one).__name__.lower() for one in self.layers]
        shown = [*kinds[:_SHOWN], *(["…"] if len(kinds) > _SHOWN else [])]
        house = f" {self.house}" if self.house else ""
        return f"<Menu{house} of {counted(len(kinds), 'item')}{': ' * bool(shown)}{', '.join(shown)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        drawing = self.draw()
        return {"text/plain": str(drawing), "text/html": drawing.html()}


def _plain_input(spec: items.Input) -> items.Plain:
    more: dict[str, Any] = {key: value for key, value in spec.items() if key != "shape"}
    if more["dtype"] == "float32":
        del more["dtype"]
    shape = list(spec["shape"])
    return {"shape": shape, **more} if more else shape
