"""A menu: the network as data, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean, nearest
from protokit.menu import catalogue, house
from protokit.menu.document import Document

_LATER_ITEMS = ("use", "share", "repeat", "residual", "branch", "merge", "choose", "when")
_LATER_KEYS = ("hyperparameters", "blocks", "inputs", "outputs")
# Layers that are made of others or take several inputs: they need the wider menu language.
_LATER_LAYERS = {
    "Bidirectional", "TimeDistributed", "RNN", "StackedRNNCells", "GRUCell", "LSTMCell", "SimpleRNNCell",
    "SpectralNormalization", "Pipeline", "Add", "Average", "Concatenate", "Dot", "Maximum", "Minimum",
    "Multiply", "Subtract", "Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention",
}  # fmt: skip
_RESERVED = ("inputs", "numbers", "categories", "embedding")


@dataclass(frozen=True)
class Layer:
    """One layer: its Keras class, its arguments, and its name if it has one."""

    kind: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None

    def as_plain(self) -> Any:
        """The item as it is written in a menu, in its shortest form."""
        first = catalogue.find("layers", self.kind)
        body: Any = dict(self.arguments)
        if first and list(body) == [first.first] and not isinstance(body[first.first], (dict, list)):
            body = body[first.first]
        item: Any = {self.kind: body} if body not in ({}, None) else self.kind
        if self.name is None:
            return item
        return {**(item if isinstance(item, dict) else {item: None}), "name": self.name}


@dataclass(frozen=True)
class Menu:
    """A chain of layers. `house` is the name of the house menu it came from, if any.

    >>> Menu.parse([{"Dense": 8}, "BatchNormalization"]).layers[0]
    Layer(kind='Dense', arguments={'units': 8}, name=None)
    """

    layers: tuple[Layer, ...]
    house: str | None = None

    @classmethod
    def parse(cls, data: Any) -> Menu:
        """A menu from plain data: a list of items, `{layers: [...]}`, or the name of a house menu.

        Raises:
            SpecError: with every fault, its path relative to `data`.
        """
        reader = _Reader()
        menu = reader.menu(data)
        if reader.faults:
            raise SpecError(reader.faults)
        return menu

    @classmethod
    def read(cls, path: str) -> Menu:
        """A menu from a YAML file.

        Raises:
            SpecError: with every fault at its line.
        """
        document = Document.read(path)
        try:
            return cls.parse(document.data)
        except SpecError as error:
            raise document.error(list(error.faults)) from None

    @property
    def has_output(self) -> bool:
        """Whether the last layer is named `output`: then the menu brings its own head."""
        return bool(self.layers) and self.layers[-1].name == "output"

    def as_plain(self) -> Any:
        """The menu as it is written: the name of a house menu, or a list."""
        return self.house or [layer.as_plain() for layer in self.layers]


class _Reader:
    """Turns plain data into a menu, collecting faults on the way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.names: set[str] = set()

    def menu(self, data: Any) -> Menu:
        if isinstance(data, Menu):
            return data
        if isinstance(data, str):
            if data in house.MENUS:
                return Menu(self._chain(house.MENUS[data], ()), data)
            cure = did_you_mean(data, house.MENUS)
            self._fault((), f"unknown house menu {data!r}", cure)
            return Menu(())
        if isinstance(data, dict):
            for key in data:
                if key in _LATER_KEYS:
                    self._fault((key,), f"{key!r} is not supported yet", part="key")
                elif key != "layers":
                    self._fault(
                        (key,),
                        f"unknown key {key!r} of a menu",
                        did_you_mean(str(key), ("layers", *_LATER_KEYS)),
                        part="key",
                    )
            return Menu(self._chain(data.get("layers"), ("layers",)))
        return Menu(self._chain(data, ()))

    def _chain(self, items: Any, path: Path) -> tuple[Layer, ...]:
        if not isinstance(items, (list, tuple)):
            self._fault(path, f"a menu is a list of layers, not {items!r}", "write [{Dense: 64}]")
            return ()
        layers = [self._item(item, (*path, i)) for i, item in enumerate(items)]
        for i, layer in enumerate(layers[:-1]):
            if layer and layer.name == "output":
                self._fault((*path, i), "the layer named 'output' is not the last one", "move it to the end")
        return tuple(layer for layer in layers if layer is not None)

    def _item(self, item: Any, path: Path) -> Layer | None:
        if isinstance(item, Layer):
            return item
        if isinstance(item, str):
            return self._layer(item, None, None, path, path)
        if not isinstance(item, dict) or not item:
            self._fault(path, f"a menu item is a layer, not {item!r}", "write Flatten or {Dense: 64}")
            return None
        body = {key: value for key, value in item.items() if key not in {"name", "from"}}
        if "from" in item:
            self._fault((*path, "from"), "'from' is not supported yet", part="key")
        if len(body) != 1:
            extra = list(body)[1] if len(body) > 1 else "name"
            rule = "one item holds one layer" if body else "an item without a layer"
            cure = "start a new item with '-'" if body else None
            if body and not catalogue.find("layers", str(extra)):
                rule = f"{extra!r} beside the layer {next(iter(body))!r}"
                guess = nearest(str(extra), ("name", "from"))
                cure = f"did you mean {guess!r}?" if guess else "put arguments inside braces: {Dense: {units: 64}}"
            self._fault((*path, extra), rule, cure, part="key")
            return None
        [(kind, arguments)] = body.items()
        return self._layer(kind, arguments, item.get("name"), path, (*path, kind))

    def _layer(self, kind: Any, given: Any, name: Any, item: Path, path: Path) -> Layer | None:
        if kind in _LATER_ITEMS or kind in _LATER_LAYERS:
            self._fault(path, f"{kind!r} is not supported yet", "a chain of single layers is", part="key")
            return None
        entry = catalogue.find("layers", str(kind))
        if entry is None:
            wrong = catalogue.unknown("layers", kind, also=_LATER_ITEMS)
            self.faults.append(wrong.under(path))
            return None
        arguments = catalogue.arguments_of(entry, given)
        if isinstance(arguments, Fault):
            self.faults.append(arguments.under(path))
            return None
        before = len(self.faults)
        self._slots(arguments, path)
        if len(self.faults) == before:
            short = given is not None and not isinstance(given, dict)
            for fault in catalogue.check_arguments(entry, arguments):
                self.faults.append(Fault(fault.rule, fault.cure, path if short else path + fault.path, fault.part))
        self._name(name, item)
        return Layer(entry.name, arguments, name if isinstance(name, str) else None)

    def _name(self, name: Any, item: Path) -> None:
        if name is None:
            return
        path = (*item, "name")
        if not isinstance(name, str) or not name.replace("_", "a").replace("-", "a").isalnum():
            self._fault(path, f"a layer's name is letters, digits, '_' and '-', not {name!r}")
        elif name in _RESERVED:
            self._fault(path, f"the name {name!r} is taken by an input", "choose another")
        elif name in self.names:
            self._fault(path, f"two layers are named {name!r}", "choose another")
        else:
            self.names.add(name)

    def _slots(self, value: Any, path: Path) -> None:
        """Refuse slots and `$` references anywhere in the arguments."""
        todo: list[tuple[Any, Path]] = [(value, path)]
        while todo:
            value, path = todo.pop()
            if isinstance(value, str) and value.startswith("$"):
                self._fault(path, f"the reference {value!r} is not supported yet", "write the value")
            elif isinstance(value, dict):
                if value and set(value) <= {"choice", "int", "float", "log", "step", "default"}:
                    self._fault(path, "a slot is not supported yet", "write one value")
                    continue
                todo += [(part, (*path, key)) for key, part in value.items()]
            elif isinstance(value, (list, tuple)):
                todo += [(part, (*path, i)) for i, part in enumerate(value)]

    def _fault(self, path: Path, rule: str, cure: str | None = None, *, part: Any = "value") -> None:
        self.faults.append(Fault(rule, cure, path, part))
