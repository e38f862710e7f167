"""Chains of items, read from plain data: layers, composites, names, and what each takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from protokit.core.outside import limits
from protokit.core.places import Path
from protokit.core.suggest import did_you_mean, nearest
from protokit.menu import catalogue
from protokit.menu.expressions import Expression
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.items import (
    INPUTS,
    SERIES,
    Block,
    Branch,
    Chain,
    Choose,
    Ensemble,
    Input,
    Item,
    Layer,
    Repeat,
    Residual,
    Source,
    Use,
    Value,
    When,
    plain_item,
)
from protokit.menu.reading.layers import COMPOSITES, DEEPEST, LayerReader
from protokit.menu.slots import Slot, is_slot

_BESIDE = {"branch": ("merge",), "choose": ("default",)}


class ChainReader:
    """Reads chains. `known` are the names that `from` may give, `inputs` those of the menu itself."""

    def __init__(self, reader: LayerReader, blocks: Mapping[str, Block]) -> None:
        self.reader, self.blocks = reader, blocks
        self.known: set[str] = set()
        self.inputs: Mapping[str, Input] = {}
        self._maybe = 0  # inside alternatives, of which only one may be there
        self._depth = 0

    def chain(self, data: object, path: Path) -> tuple[Item, ...]:
        """The items of a list."""
        if not isinstance(data, (list, tuple)):
            self.reader.fault(path, f"a menu is a list of layers, not {data!r}", "write [{Dense: 64}]")
            return ()
        if self._depth >= DEEPEST:
            self.reader.fault(path, f"nested deeper than {DEEPEST}", "name parts of it as blocks")
            return ()
        if (beyond := limits.beyond("layers", len(data))) is not None:
            self.reader.fault(path, *beyond)
            return ()
        self._depth += 1
        found = [self._item(item, (*path, i)) for i, item in enumerate(data)]
        self._depth -= 1
        return tuple(item for item in found if item is not None)

    def _item(self, data: object, path: Path) -> Item | None:
        if isinstance(data, Item):
            data = plain_item(data)
        if isinstance(data, (list, tuple)):
            return Chain(self.chain(data, path))
        if isinstance(data, str):
            return self._finish(self.reader.layer(data, None, path), None, None, path)
        if not isinstance(data, Mapping) or not data:
            self.reader.fault(path, f"a menu item is a layer, not {data!r}", "write Flatten or {Dense: 64}")
            return None
        heads = [key for key in data if key not in {"name", "from", "call", "merge", "default"}]
        if len(heads) != 1:
            self._several(list(data), heads, path)
            return None
        head = heads[0]
        for key in ("merge", "default"):
            if key in data and key not in _BESIDE.get(str(head), ()):
                of = "branch" if key == "merge" else "choose"
                self.reader.fault((*path, key), f"{key!r} belongs to {of}, not {head!r}", "remove it", part="key")
        source = self.source(data["from"], (*path, "from")) if "from" in data else None
        name = self._name(data.get("name"), (*path, "name"))
        body = data[head]
        composite = head if head in COMPOSITES else None
        item = getattr(self, f"_{composite}")(body, (*path, head), data, name) if composite else None
        if composite is None:
            item = self.reader.layer(head, body, (*path, head), name)
        if data.get("call") is not None and item is not None:
            item = self._with_call(item, data["call"], (*path, "call"))
        return self._finish(item, name, source, path)

    def _with_call(self, item: Item, call: object, path: Path) -> Item:
        """A layer with what it is called with beside tensors."""
        entry = catalogue.find("layers", item.kind) if isinstance(item, Layer) else None
        again = isinstance(item, Use) and item.shared and item.block not in self.reader.blocks
        if not isinstance(item, (Layer, Use)) or (not again and entry is None):
            self.reader.fault(path, "'call' belongs to a layer", "remove it", part="key")
            return item
        if not isinstance(call, Mapping):
            self.reader.fault(path, f"call is a mapping of names to values, not {call!r}", "write {training: false}")
            return item
        names = (*entry.call, "training") if entry and entry.call else tuple(call)
        for name in call:
            if name not in names:
                rule = f"{getattr(item, 'kind', 'the layer')} is not called with {name!r}"
                self.reader.fault((*path, name), rule, did_you_mean(str(name), names), part="key")
        return replace(item, call={k: self.reader.value(v, (*path, k), f"call.{k}") for k, v in call.items()})

    def _finish(self, item: Item | None, name: str | None, source: Source | None, path: Path) -> Item | None:
        if item is None:
            self.known |= {name} if name else set()  # one fault is enough
            return None
        if isinstance(item, Layer) and isinstance(source, Mapping):
            self._called(item, source, (*path, "from"))
        if name is not None:
            self.known.add(name)
        return replace(item, name=name, source=source) if name or source is not None else item

    def _called(self, item: Layer, source: Mapping[str, Source], path: Path) -> None:
        entry = catalogue.find("layers", item.kind)
        if entry is None or not entry.call:
            return
        for name in source:
            if name not in entry.call:
                rule = f"{item.kind} is not called on {name!r}"
                self.reader.fault((*path, name), rule, did_you_mean(name, entry.call), part="key")
        if missing := [n for n, needed in entry.call.items() if needed and n not in source and n not in item.call]:
            self.reader.fault(path, f"{item.kind} is called on {missing[0]} too", f"add {missing[0]}: NAME")

    def _several(self, keys: list[Any], heads: list[Any], path: Path) -> None:
        extra = heads[1] if len(heads) > 1 else keys[0]
        rule = "one item holds one layer" if heads else "an item without a layer"
        cure = "start a new item with '-'" if heads else None
        if heads and not catalogue.find("layers", str(extra)) and extra not in COMPOSITES:
            rule = f"{extra!r} beside the layer {heads[0]!r}"
            guess = nearest(str(extra), ("name", "from", "call", *_BESIDE.get(str(heads[0]), ())))
            cure = f"did you mean {guess!r}?" if guess else "put arguments inside braces: {Dense: {units: 64}}"
        self.reader.fault((*path, extra), rule, cure, part="key")

    def _name(self, name: object, path: Path) -> str | None:
        if name is None:
            return None
        if not isinstance(name, str) or not name.replace("_", "a").replace("-", "a").isalnum():
            self.reader.fault(path, f"a layer's name is letters, digits, '_' and '-', not {name!r}")
        elif name in self.inputs or (not self.inputs and name in INPUTS) or name == "input":
            self.reader.fault(path, f"the name {name!r} is taken by an input", "choose another")
        elif name in self.known and not self._maybe:
            self.reader.fault(path, f"two items are named {name!r}", "choose another")
        else:
            return name
        return None

    @contextmanager
    def _alternative(self) -> Iterator[None]:
        self._maybe += 1
        yield
        self._maybe -= 1

    def source(self, data: object, path: Path) -> Source | None:
        """Names of items and inputs, alone or in lists and mappings."""
        if isinstance(data, str):
            self.known_name(data, path)
            return data
        if isinstance(data, (list, tuple)) and data:
            found = [self.source(part, (*path, i)) for i, part in enumerate(data)]
            return tuple(part for part in found if part is not None)
        if isinstance(data, Mapping) and data:
            parts = {str(name): self.source(part, (*path, name)) for name, part in data.items()}
            return {name: part for name, part in parts.items() if part is not None}
        self.reader.fault(path, f"'from' is a name, or a list or mapping of names, not {data!r}", "write from: stem")
        return None

    def known_name(self, name: str, path: Path) -> None:
        """A fault where no item or input has the name."""
        base, dot, part = name.partition(".")
        series = base in SERIES and not self.inputs
        if name in self.known or ((base in self.known or series) and (not dot or part.isdigit())):
            return
        rule = f"no item or input {name!r} before this one"
        self.reader.fault(path, rule, did_you_mean(base, sorted(self.known)))

    def _use(
        self, body: object, path: Path, data: Mapping[str, object], name: str | None, shared: bool = False
    ) -> Use | Chain | None:
        if isinstance(body, Mapping) and len(body) == 1:
            [(block, given)] = body.items()
            at = (*path, block)
        else:
            block, given, at = body, None, path
        word = "share" if shared else "use"
        if not isinstance(block, str):
            self.reader.fault(path, f"{word} is a block's name, not {body!r}", f"write {{{word}: dense}}")
            return None
        if shared and block not in self.reader.blocks and block in self.known and not given:
            return Use(block, {}, True)
        if block not in self.reader.blocks and not shared and not given and (house := HOUSE_MENUS.find(block)):
            return Chain(self.chain(house.layers, path), house=block)
        if block not in self.reader.blocks:
            known = [*self.reader.blocks, *(sorted(self.known) if shared else ())]
            rule = f"no block {block!r}" + (" or named layer" if shared else "")
            cure = did_you_mean(block, known) or "name it under blocks"
            self.reader.fault(at, rule, cure, part="value" if at == path else "key")
            return None
        return Use(block, self._block_arguments(block, given, at), shared)

    def _block_arguments(self, block: str, given: object, path: Path) -> dict[str, Value]:
        known = self.blocks[block].parameters if block in self.blocks else None
        if given is not None and not isinstance(given, Mapping) and known:
            given = {next(iter(known)): given}
        if given is not None and (not isinstance(given, Mapping) or is_slot(given)):
            self.reader.fault(path, f"the block {block!r} takes its parameters by name, not {given!r}")
            return {}
        arguments: dict[str, Value] = {}
        for key, value in (given or {}).items():
            if known is not None and key not in known:
                rule = f"unknown parameter {key!r} of the block {block!r}"
                self.reader.fault((*path, key), rule, did_you_mean(str(key), known) or "it has none", part="key")
            arguments[str(key)] = self.reader.value(value, (*path, key), f"{block}.{key}")
        for key, value in (known or {}).items():
            if value is None and key not in arguments:
                self.reader.fault(path, f"the block {block!r} needs {key}", f"write {{{block}: {{{key}: ...}}}}")
        return arguments

    def _share(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Use | Chain | None:
        return self._use(body, path, data, name, shared=True)

    def _repeat(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Repeat | None:
        before = set(self.known)
        found = self._counted(("repeat", "times", 3, 0), body, path, name)
        self.known = before
        return Repeat(*found) if found else None

    def _ensemble(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Ensemble | None:
        found = self._counted(("ensemble", "members", 8, 1), body, path, name)
        return Ensemble(*found) if found else None

    def _counted(
        self, words: tuple[str, str, int, int], body: object, path: Path, name: str | None
    ) -> tuple[int | Slot | Expression, tuple[Item, ...]] | None:
        """The number and the chain of an item; `words` are its own, that of the number, and what to write and least."""
        word, number, usual, low = words
        keys, cure = (number, "layers"), f"write {{{word}: {{{number}: {usual}, layers: [{{Dense: 64}}]}}}}"
        if not isinstance(body, Mapping):
            self.reader.fault(path, f"{word} has {number} and layers, not {body!r}", cure)
            return None
        odd = [key for key in body if key not in keys]
        for key in odd:
            rule = f"unknown key {key!r} of {word}"
            self.reader.fault((*path, key), rule, did_you_mean(str(key), keys), part="key")
        if missing := [key for key in keys if key not in body]:
            if not odd:
                self.reader.fault(path, f"{word} has {number} and layers, and {missing[0]} is missing", cure)
            return None
        count = self.reader.value(body[number], (*path, number), f"{name or word}.{number}")
        lowest = count.options[0] if isinstance(count, Slot) else count
        if (
            not isinstance(count, Expression)
            and count is not catalogue.OPEN
            and (isinstance(lowest, bool) or not isinstance(lowest, int) or lowest < low)
        ):
            rule = f"{number} is a whole number from {low}, not {body[number]!r}"
            self.reader.fault((*path, number), rule, f"write {number}: {usual}")
            count = low + 1
        return count, self.chain(body["layers"], (*path, "layers"))

    def _residual(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Residual:
        return Residual(self.chain(body, path))

    def _layers(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Chain:
        return Chain(self.chain(body, path))

    def _branch(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Branch | None:
        chains = self._chains(body, path, "write {branch: {deep: [{Dense: 64}], wide: []}}")
        merge = self.reader.inner(data.get("merge", "Concatenate"), (*path[:-1], "merge"))
        return Branch(chains, merge) if chains else None

    def _choose(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> Choose | None:
        with self._alternative():
            chains = self._chains(body, path, "write {choose: {small: [{Dense: 32}], large: [{Dense: 256}]}}")
        if not chains:
            return None
        default = data.get("default", next(iter(chains)))
        if len(chains) == 1:
            rule = f"a choice of one, {default}: nothing is searched there"
            self.reader.fault(path, rule, "write its layers alone, or give it more", part="key")
        if not isinstance(default, str) or default not in chains:
            self.reader.fault((*path[:-1], "default"), f"no choice {default!r}", did_you_mean(str(default), chains))
            default = next(iter(chains))
        slot = Slot("choice", tuple(chains), default, name=self.reader.slot_name(name or "choose", path[:-1]))
        return Choose(chains, slot)

    def _chains(self, body: object, path: Path, cure: str) -> dict[str, tuple[Item, ...]]:
        if not isinstance(body, Mapping) or not body:
            self.reader.fault(path, f"{path[-1]} is a mapping of names to lists of layers, not {body!r}", cure)
            return {}
        return {str(name): self.chain(chain, (*path, name)) for name, chain in body.items()}

    def _when(self, body: object, path: Path, data: Mapping[str, object], name: str | None) -> When | None:
        if not isinstance(body, Mapping) or not body:
            self.reader.fault(
                path, f"when is a condition and its layers, not {body!r}", 'write {when: {"$n > 2": [...]}}'
            )
            return None
        found: list[tuple[Expression, tuple[Item, ...]]] = []
        with self._alternative():
            for text, chain in body.items():
                test = self.reader.expression(text, (*path, text), "key")
                layers = self.chain(chain, (*path, text))
                if isinstance(test, Expression):
                    found.append((test, layers))
        return When(tuple(found))
