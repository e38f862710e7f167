"""Plain data as a menu: every fault is collected, with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from protokit.core.places import Path
from protokit.core.suggest import did_you_mean, nearest
from protokit.menu import items
from protokit.menu.items import INPUTS, Block, Input, Item, Source, Use
from protokit.menu.reading.chains import ChainReader
from protokit.menu.reading.layers import COMPOSITES, LayerReader

KEYS = ("hyperparameters", "blocks", "inputs", "takes", "layers", "outputs")
_OF_INPUTS = ("shape", "dtype", "batch_size", "sparse", "ragged", "optional")


class Reader:
    """Reads one menu. `faults` holds what was found wrong; `columns` are those of a recipe that are an input."""

    def __init__(self, columns: tuple[str, ...] = ()) -> None:
        self.columns = columns
        self.reader = LayerReader()
        self.faults = self.reader.faults
        self.hyperparameters = self.reader.hyperparameters
        self.blocks: dict[str, Block] = {}
        self.inputs: dict[str, Input] = {}
        self.outputs: tuple[str, ...] = ()
        self.takes: Source | None = None
        self.gives: Source | None = None
        self.layers: tuple[Item, ...] = ()
        self.chains = ChainReader(self.reader, self.blocks)

    def read(self, data: object) -> None:
        """Read a list of items, or a mapping with `layers`."""
        if not isinstance(data, Mapping):
            self.chains.known = {*INPUTS, *self.columns}
            self.layers = self.chains.chain(data, ())
            return
        for key in data:
            if key not in KEYS:
                self.reader.fault((key,), f"unknown key {key!r} of a menu", did_you_mean(str(key), KEYS), part="key")
        for name, value in self._mapping(data, "hyperparameters", "write hyperparameters: {width: 64}"):
            self.reader.hyperparameters[name] = self.reader.value(value, ("hyperparameters", name), name, own=name)
        for name, value in self._mapping(data, "inputs", "write inputs: {image: [28, 28, 1]}"):
            self._input(name, value)
        blocks = list(self._mapping(data, "blocks", "write blocks: {dense: [{Dense: 64}]}"))
        self.reader.blocks = tuple(name for name, _ in blocks)
        for name, value in blocks:
            self._block(name, value)
        self._cycles()
        self.chains.inputs = self.inputs
        self.chains.known = {*self.inputs} if self.inputs else {*INPUTS, *self.columns}
        if "layers" in data:
            self.layers = self.chains.chain(data["layers"], ("layers",))
        else:
            self.reader.fault((), "a menu without layers", "write layers: [{Dense: 64}]")
        self._takes(data)
        self._outputs(data)

    def _mapping(self, data: Mapping[object, object], key: str, cure: str) -> Iterator[tuple[str, object]]:
        given = data.get(key)
        if given is None:
            return
        if not isinstance(given, Mapping):
            self.reader.fault((key,), f"{key} is a mapping, not {given!r}", cure)
            return
        for name, value in given.items():
            if key == "inputs" and isinstance(name, str) and name.strip() and name == name.strip() and "/" not in name:
                yield name, value  # which no expression names
            elif not isinstance(name, str) or not name.isidentifier():
                self.reader.fault((key, name), f"a name is letters, digits and '_', not {name!r}", part="key")
            else:
                yield name, value

    def _input(self, name: str, value: object) -> None:
        path = ("inputs", name)
        plain = value if isinstance(value, Mapping) else {"shape": value}
        for key in plain:
            if key not in _OF_INPUTS:
                cure = did_you_mean(str(key), _OF_INPUTS) or f"one of: {', '.join(_OF_INPUTS)}"
                self.reader.fault((*path, key), f"unknown key {key!r} of an input", cure, part="key")
        shape: Any = plain.get("shape")
        shape = [shape] if isinstance(shape, int) else shape
        good = isinstance(shape, (list, tuple)) and all(
            n is None or (isinstance(n, int) and not isinstance(n, bool) and n > 0) for n in shape
        )
        if not good:
            self.reader.fault(path, f"an input is its shape without the batch, not {value!r}", "write [28, 28, 1]")
            return
        dtype = plain.get("dtype", "float32")
        if not isinstance(dtype, str):
            self.reader.fault((*path, "dtype"), f"dtype is a name, not {dtype!r}", "write int32")
            return
        found: Input = {"shape": tuple(shape), "dtype": dtype}
        size: Any = plain.get("batch_size")
        if size is not None:
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                self.reader.fault((*path, "batch_size"), f"batch_size is a whole number from 1, not {size!r}")
                return
            found["batch_size"] = size
        for key in _OF_INPUTS[3:]:
            said: Any = plain.get(key, False)
            if not isinstance(said, bool):
                self.reader.fault((*path, key), f"{key} is true or false, not {said!r}", f"write {key}: true")
            elif said:
                found[key] = True  # type: ignore[literal-required]
        self.inputs[name] = found

    def _block(self, name: str, value: object) -> None:
        path: Path = ("blocks", name)
        if nearest(name, COMPOSITES) == name:
            self.reader.fault(path, f"{name!r} is a word of the menu", "choose another name", part="key")
        plain = value if isinstance(value, Mapping) else {"layers": value}
        inner = path + (("layers",) if isinstance(value, Mapping) else ())
        for key in plain:
            if key not in {"parameters", "inputs", "layers"}:
                cure = did_you_mean(str(key), ("parameters", "inputs", "layers"))
                self.reader.fault((*path, key), f"unknown key {key!r} of a block", cure, part="key")
        parameters = plain.get("parameters") or {}
        if not isinstance(parameters, Mapping):
            self.reader.fault(
                (*path, "parameters"), "parameters is a mapping of names to defaults", "write {units: 64}"
            )
            parameters = {}
        defaults = {p: self.reader.value(v, (*path, "parameters", p), f"{name}.{p}") for p, v in parameters.items()}
        takes: Any = plain.get("inputs") or ()
        if not isinstance(takes, (list, tuple)) or not all(isinstance(n, str) for n in takes):
            self.reader.fault((*path, "inputs"), f"a block's inputs are names, not {takes!r}", "write [query, memory]")
            takes = ()
        self.chains.known, self.reader.parameters = {"input", *takes}, tuple(map(str, defaults))
        self.blocks[name] = Block(self.chains.chain(plain.get("layers"), inner), defaults, tuple(takes))
        self.reader.parameters = ()

    def _outputs(self, data: Mapping[object, object]) -> None:
        given = data.get("outputs")
        if given is None:
            return
        if isinstance(given, Mapping) or (
            isinstance(given, (list, tuple)) and not all(isinstance(n, str) for n in given)
        ):
            self.gives = self.chains.source(given, ("outputs",))
            self.outputs = tuple(_names_in(self.gives)) if self.gives is not None else ()
            return
        names: Any = [given] if isinstance(given, str) else given
        if not isinstance(names, (list, tuple)) or not names or not all(isinstance(name, str) for name in names):
            self.reader.fault(("outputs",), f"outputs are names of items, not {given!r}", "write [label, score]")
            return
        for i, name in enumerate(names):
            self.chains.known_name(name, ("outputs", i) if given is names else ("outputs",))
        self.outputs = tuple(names)

    def _takes(self, data: Mapping[object, object]) -> None:
        """How a Keras model of the menu is given its inputs."""
        given = data.get("takes")
        if given is None:
            return
        known, self.chains.known = self.chains.known, set(self.inputs)
        self.takes = self.chains.source(given, ("takes",))
        self.chains.known = known
        if self.takes is not None and sorted(_names_in(self.takes)) != sorted(self.inputs):
            rule = "takes has each input once"
            self.reader.fault(("takes",), rule, f"name them all: {', '.join(self.inputs) or 'under inputs'}")

    def _cycles(self) -> None:
        uses = {name: {use.block for use in _uses(block.layers)} for name, block in self.blocks.items()}
        for name in uses:
            seen, todo = set[str](), list(uses[name])
            while todo:
                other = todo.pop()
                if other == name:
                    self.reader.fault(("blocks", name), f"the block {name!r} uses itself", "use repeat", part="key")
                    break
                if other not in seen:
                    seen.add(other)
                    todo += uses.get(other, ())


def _names_in(source: Source) -> Iterator[str]:
    """The names in a structure, in the order of Keras: that of sorted keys."""
    if isinstance(source, str):
        yield source
    else:
        parts = [source[key] for key in sorted(source)] if isinstance(source, Mapping) else source
        for part in parts:
            yield from _names_in(part)


def _uses(chain: tuple[Item, ...]) -> list[Use]:
    found: list[Use] = []

    def look(part: Any) -> Any:
        if isinstance(part, Use):
            found.append(part)
        return part

    items.mapped(chain, look)
    return found
