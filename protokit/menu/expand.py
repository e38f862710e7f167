"""From a menu to a flat graph of layers: composites are written out, slots chosen, expressions computed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import Any, TypeAlias

from protokit.core.errors import SpecError
from protokit.core.outside import limits
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.menu import catalogue, items
from protokit.menu.ensembles import refusal
from protokit.menu.expressions import Expression
from protokit.menu.graph import Graph, Node, Ref, Taken
from protokit.menu.items import (
    Branch,
    Chain,
    Choose,
    Ensemble,
    Item,
    Layer,
    Outline,
    Repeat,
    Residual,
    Source,
    Use,
    Value,
    When,
)
from protokit.menu.reading.arguments import check_arguments
from protokit.menu.scope import Known, Scope
from protokit.menu.slots import Slot

Chooser: TypeAlias = Callable[[Slot], Any]


def expand(menu: Outline, chooser: Chooser | None = None) -> Graph:
    """Write a menu out. `chooser` gives each slot that is met its value, its default where there is no chooser.

    Raises:
        SpecError: what only the values show: a name that is not there now, a number that is no whole one.
    """
    try:
        return _Expander(menu, chooser or (lambda slot: slot.default)).graph()
    except SpecError as error:
        raise SpecError([as_written(menu, fault) for fault in error.faults]) from None


def as_written(menu: Outline, fault: Fault) -> Fault:
    """The fault with its path as a bare list has it."""
    if menu.is_chain and fault.path[:1] == ("layers",):
        return Fault(fault.rule, fault.cure, fault.path[1:], fault.part)
    return fault


class _Expander:
    def __init__(self, menu: Outline, chooser: Chooser) -> None:
        self.menu, self.chooser = menu, chooser
        self.nodes: list[Node] = []
        self.calls: dict[str, int] = {}
        self.chosen: dict[str, object] = {}
        self.shared: dict[str, tuple[str, str]] = {}
        self.taken = {str(part.name) for part in _named(menu.layers)}
        self.members = 0  # of the ensemble whose items are written out now
        self.ended: tuple[Path, Ref, int] | None = None  # the ensemble that was written out: its end, its members

    def graph(self) -> Graph:
        start = next(iter(self.menu.inputs)) if len(self.menu.inputs) == 1 else "inputs"
        names = {name: Ref(name) for name in self.menu.starts}
        scope = Scope(names, Known(self.menu.hyperparameters, self.settle))
        last = self.chain(self.menu.layers, ("layers",), Ref(start), scope)
        if self.ended and last != self.ended[1]:
            raise self.not_last(self.ended[0])
        return Graph(tuple(self.nodes), last, scope.names, dict(self.chosen), self.ended[2] if self.ended else 0)

    def settle(self, value: Any, known: Any, path: Path = ()) -> Any:
        """A value without slots and expressions."""

        def change(part: Any) -> Any:
            if isinstance(part, Slot):
                if part.name not in self.chosen:
                    value = self.chooser(part)
                    if not part.holds(value):
                        raise _error(path, f"{part.name} cannot be {value!r}", "choose one of the slot's values")
                    self.chosen[part.name] = value
                return self.chosen[part.name]
            if isinstance(part, Expression):
                try:
                    return part.value(known)
                except SpecError as error:
                    raise SpecError([fault.under(path) for fault in error.faults]) from None
            return part

        return items.mapped(value, change)

    def chain(self, layers: tuple[Item, ...], path: Path, x: Ref, scope: Scope) -> Ref:
        for i, item in enumerate(layers):
            at = (*path, i)
            taken = x if item.source is None else self.source(item.source, scope, at)
            x = getattr(self, f"_{type(item).__name__.lower()}")(item, taken, at, scope)
            if item.name is not None:
                scope.names[item.name] = x
        return x

    def source(self, source: Source, scope: Scope, path: Path) -> Taken:
        if isinstance(source, str):
            base, _, part = (source, "", "") if source in scope.names else source.partition(".")
            if base not in scope.names:
                cure = did_you_mean(base, scope.names)
                raise _error((*path, "from"), f"the item {base!r} is not there with the values chosen", cure)
            found = scope.names[base]
            return Ref(found.node, int(part)) if part else found
        if isinstance(source, Mapping):
            return {name: self.source(part, scope, path) for name, part in source.items()}
        return tuple(self.source(part, scope, path) for part in source)

    def _layer(self, item: Layer, x: Taken, path: Path, scope: Scope) -> Ref:
        at = (*path, item.kind)
        arguments = {name: self.settle(value, scope.known, (*at, name)) for name, value in item.arguments.items()}
        self.check(item.kind, arguments, at)
        scope.made += 1
        name = scope.prefix + (
            item.name or self.fresh(f"{catalogue.snake(item.kind).replace('.', '_')}_{scope.made}", scope)
        )
        return self.node(name, item.kind, arguments, x, at, scope, self.called(item, scope, path))

    def called(self, item: Layer | Use, scope: Scope, path: Path) -> dict[str, Value]:
        """What a layer is called with beside tensors."""
        return {name: self.settle(value, scope.known, (*path, "call", name)) for name, value in item.call.items()}

    def check(self, kind: str, arguments: Mapping[str, Value], path: Path) -> None:
        entry = catalogue.find("layers", kind)
        if entry is None:
            raise _error(path, f"unknown layer {kind!r}")
        faults = [fault.under(path) for fault in check_arguments(entry, dict(arguments))]
        if faults:
            raise SpecError(faults)
        for value in arguments.values():
            for layer in value if isinstance(value, tuple) else (value,):
                if isinstance(layer, Layer):
                    self.check(layer.kind, layer.arguments, path)

    def fresh(self, name: str, scope: Scope) -> str:
        while scope.prefix + name in self.taken or (scope.prefix + name in self.calls and not scope.shared):
            name += "_"
        return name

    def node(
        self,
        layer: str,
        kind: str,
        arguments: Mapping[str, Value],
        x: Taken,
        path: Path,
        scope: Scope,
        call: Mapping[str, Value] | None = None,
    ) -> Ref:
        if len(self.menu.inputs) > 1 and x == Ref("inputs"):
            cure = f"write from: {next(iter(self.menu.inputs))}"
            raise _error(path[:-1], "the menu has several inputs, and its first item does not say which it takes", cure)
        calls = self.calls.get(layer, 0)
        if calls and not scope.shared:
            raise _error(path, f"two layers are named {layer!r}", "choose another name")
        if (most := limits.now().layers) <= len(self.nodes):
            _, cure = limits.beyond("layers", inf) or ("", "")  # how many it would make in all is not known
            raise _error(path, f"the menu makes more than {most:,} layers", f"repeat less; {cure}")
        if self.ended:
            raise self.not_last(self.ended[0])
        if self.members and (why := refusal(kind, arguments)):
            raise _error(path, why, "put it before the ensemble")
        self.calls[layer] = calls + 1
        name = f"{layer}__{calls + 1}" if calls else layer
        twin = scope.twin + name[len(scope.prefix) :] if name.startswith(scope.prefix) else name
        self.nodes.append(Node(name, layer, kind, arguments, x, path, twin, self.members, call or {}))
        return Ref(name)

    def _chain(self, item: Chain, x: Taken, path: Path, scope: Scope) -> Ref:
        named = item.name is not None or item.source is not None
        return self.chain(item.layers, (*path, "layers") if named else path, self.one(x, path), scope)

    def _use(self, item: Use, x: Taken, path: Path, scope: Scope) -> Ref:
        at = (*path, "share" if item.shared else "use")
        block = self.menu.blocks.get(item.block)
        if block is None:
            return self.again(item, x, at, scope)
        given = {name: self.settle(value, scope.known, at) for name, value in item.arguments.items()}
        if unknown := [name for name in given if name not in block.parameters]:
            raise _error(at, f"unknown parameter {unknown[0]!r} of the block {item.block!r}")
        known = Known({**block.parameters, **given}, self.settle, scope.known)
        # two uses with the same values share weights only where both say so; the turns of a repeat do
        home = (scope.around or scope) if item.shared else scope
        key = json.dumps([item.block, {name: str(known[name]) for name in block.parameters}, home.prefix])
        first = not item.shared or key not in self.shared
        if first:
            number = home.counts[item.block] = home.counts.get(item.block, 0) + 1
            base = item.name if item.name and not item.shared else f"{item.block}_{number}"
            prefix, twin = f"{home.prefix}{base}_", f"{home.twin}{base}_"
            if item.shared:
                self.shared[key] = (prefix, twin)
        else:
            prefix, twin = self.shared[key]
        taken = x if isinstance(x, tuple) else (x,)
        names = block.inputs or ("input",)
        if len(taken) != len(names):
            word = f"takes {len(names)} inputs ({', '.join(names)}), not {len(taken)}"
            raise _error(at, f"the block {item.block!r} {word}", "name them: from: [a, b]")
        refs = {name: self.one(ref, at) for name, ref in zip(names, taken, strict=True)}
        names_in = {"input": next(iter(refs.values())), **refs}
        inner = Scope(names_in, known, prefix, twin, item.shared or scope.shared)
        return self.chain(block.layers, ("blocks", item.block, "layers"), next(iter(refs.values())), inner)

    def again(self, item: Use, x: Taken, path: Path, scope: Scope) -> Ref:
        """A named layer once more, on another input."""
        ref = scope.names.get(item.block)
        made = next((node for node in self.nodes if ref is not None and node.name == ref.node), None)
        if made is None:
            raise _error(path, f"{item.block!r} is no layer that is there with the values chosen")
        if made.kind == "residual":
            raise _error(path, f"{item.block!r} is a residual", "make it a block, and share that")
        call = self.called(item, scope, path[:-1])
        return self.node(made.layer, made.kind, made.arguments, x, path, replace(scope, shared=True), call)

    def _repeat(self, item: Repeat, x: Taken, path: Path, scope: Scope) -> Ref:
        at = (*path, "repeat")
        times = self.count("times", 0, item.times, at, scope)
        number = scope.counts["repeat"] = scope.counts.get("repeat", 0) + 1
        last = self.one(x, path)
        for turn in range(1, times + 1):
            base = item.name or f"repeat_{number}"
            prefix, twin = f"{scope.prefix}{base}_{turn}_", f"{scope.twin}{base}_1_"
            inner = Scope(dict(scope.names), scope.known, prefix, twin, scope.shared, around=scope.around or scope)
            last = self.chain(item.layers, (*at, "layers"), last, inner)
        return last

    def _residual(self, item: Residual, x: Taken, path: Path, scope: Scope) -> Ref:
        at = (*path, "residual")
        start = self.one(x, path)
        inner = self.chain(item.layers, at, start, scope)
        scope.made += 1
        name = scope.prefix + (item.name or self.fresh(f"residual_{scope.made}", scope))
        return self.node(name, "residual", {}, (start, inner), at, scope)

    def _ensemble(self, item: Ensemble, x: Taken, path: Path, scope: Scope) -> Ref:
        at = (*path, "ensemble")
        if self.members:
            raise _error(path, "an ensemble inside an ensemble", "take one of them, with more members")
        members = self.count("members", 1, item.members, at, scope)
        start = self.one(x, path)
        scope.made += 1
        name = scope.prefix + (item.name or self.fresh(f"ensemble_{scope.made}", scope))
        self.members = members
        first = self.node(name, "ensemble", {"members": members}, start, at, scope)
        last = self.chain(item.layers, (*at, "layers"), first, scope)
        self.members, self.ended = 0, (path, last, members)
        return last

    def not_last(self, path: Path) -> SpecError:
        """An ensemble that something comes after."""
        rule = "an ensemble is the last item of a menu: what its members say is averaged at the end"
        return _error(path, rule, "move what comes after it into its layers, or before it")

    def count(self, word: str, low: int, value: object, path: Path, scope: Scope) -> int:
        """A whole number that an item says."""
        found = self.settle(value, scope.known, (*path, word))
        if isinstance(found, bool) or not isinstance(found, int) or found < low:
            raise _error((*path, word), f"{word} is a whole number from {low}, not {found!r}", "write // to divide")
        return found

    def _branch(self, item: Branch, x: Taken, path: Path, scope: Scope) -> Ref:
        start = self.one(x, path)
        ends = tuple(self.chain(c, (*path, "branch", n), start, scope) for n, c in item.branches.items())
        merge = replace(item.merge, name=item.name)
        return ends[0] if len(ends) == 1 else self._layer(merge, ends, (*path, "merge"), scope)

    def _choose(self, item: Choose, x: Taken, path: Path, scope: Scope) -> Ref:
        option = str(self.settle(item.slot, scope.known))
        return self.chain(item.options[option], (*path, "choose", option), self.one(x, path), scope)

    def _when(self, item: When, x: Taken, path: Path, scope: Scope) -> Ref:
        last = self.one(x, path)
        for test, chain in item.conditions:
            if self.settle(test, scope.known, (*path, "when", test.text)):
                last = self.chain(chain, (*path, "when", test.text), last, scope)
        return last

    def one(self, x: Taken, path: Path) -> Ref:
        """A composite of a single input takes one."""
        if not isinstance(x, Ref):
            raise _error((*path, "from"), "this item takes one input, not several", "merge them first: Concatenate")
        return x


def _named(chain: tuple[Item, ...]) -> list[Item]:
    found: list[Item] = []

    def look(part: Any) -> Any:
        if getattr(part, "name", None) is not None and not isinstance(part, Slot):
            found.append(part)
        return part

    items.mapped(chain, look)
    return found


def _error(path: Path, rule: str, cure: str | None = None) -> SpecError:
    return SpecError([Fault(rule, cure, path)])
