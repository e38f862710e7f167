"""The fourth part of a script: the network, layer by layer, in the order in which the run made them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature
from protokit.menu import catalogue
from protokit.menu.expand import expand
from protokit.menu.graph import Node, Ref, Taken
from protokit.menu.items import Layer, Outline
from protokit.menu.menu import Menu
from protokit.menu.network.build import build
from protokit.menu.network.ends.drawn import NOISE
from protokit.menu.network.heads import ends_of
from protokit.menu.network.inputs import WORD_WIDTH, layer_name
from protokit.menu.network.noise.noise import Noise
from protokit.menu.reading.arguments import arguments_of
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.code import call, literal, name_of
from protokit.workflow.eject.script import INSTEAD, Section
from protokit.workflow.eject.series.layers import ended, parts_of
from protokit.workflow.eject.tasks.forms import form_for

BY_KNOTS = "PiecewiseLinearEmbedding"
_ALWAYS = ("numbers", "categories")
_FORMED = ("text", "image")  # which a menu takes in another form
_OF_SERIES = ("series", "known")
_KINDS = ("columns", "sequence", *_FORMED, *_OF_SERIES)


def takes_knots(recipe: Recipe) -> bool:
    """Whether a layer of the network lies between the knots of the training rows."""
    found = [node for node in expand(recipe.network).nodes if node.kind == BY_KNOTS]
    return any(node.arguments.get("bins") is None and node.arguments.get("knots") is None for node in found)


def building(recipe: Recipe, signature: Signature) -> Section:
    """Code that gives `build`, a function that makes the untrained network for encoded rows.

    Raises:
        SpecError: a layer has no script.
    """
    writer = _Writer(recipe.network, signature)
    lines, form = writer.lines(), form_for(signature.targets)
    if form is not None and (second := form.second(recipe)) is not None:
        lines += ["", "", *_second(*second, writer.model)]
    code = "\n".join(lines)
    told = "Layers have the names that the run shows them under. What is drawn follows from Python's seed."
    return Section("4. The network", told, code)


def _second(name: str, layers: list[Any], network: keras.Model) -> list[str]:
    """The function that calls the layers of a network that sees what another draws beside what it is drawn for."""
    noise = next(layer for layer in network.layers if isinstance(layer, Noise))
    width = network.output.shape[-1] + (0 if noise.alone else noise.input.shape[-1])
    writer = _Writer(Menu({"inputs": {"rows": [width]}, "layers": layers}), None)
    writer.known["rows"] = "rows"
    for node in writer.graph.nodes:
        writer.known[node.name] = writer.node(node)
    head = f"def {name}(rows: keras.KerasTensor) -> keras.KerasTensor:"
    about = f'    """The layers of the {name}, which is there in training alone."""'
    return [head, about, *writer.out, f"    return {writer.of(writer.graph.last)}"]


class _Writer:
    """Writes the calls of a graph's layers."""

    def __init__(self, menu: Outline, signature: Signature | None) -> None:
        self.signature, self.graph = signature or Signature((), ()), expand(menu)
        self.made: dict[str, Any] = {}  # the layers themselves, by name: what is not written in the menu
        self.model: keras.Model = build(menu, signature, layers=self.made)
        self.own = ends_of(menu, signature) if signature is not None else []
        if signature is None:
            self.made = {layer.name: layer for layer in self.model.layers}
        self.out: list[str] = []
        self.known: dict[str, str] = {}
        self.inputs: dict[str, InputSpec] = {}  # by their names in the script
        self.shared = {n.layer for n in self.graph.nodes if sum(m.layer == n.layer for m in self.graph.nodes) > 1}

    def lines(self) -> list[str]:
        """The whole function."""
        if self.graph.members:
            raise SpecError.one("an ensemble in one network has no script", INSTEAD, ("learn", "menu"))
        given = []
        for spec in self.signature.inputs:
            if spec.kind not in _KINDS or spec.vectors is not None:
                raise SpecError.one(f"{spec.name!r} is a {spec.kind}, which has no script", INSTEAD, ("represent",))
            always = spec.name in _ALWAYS or spec.kind in _OF_SERIES
            key, name = literal(spec.name), spec.name if always else name_of(spec.name, self.inputs)
            width = f'(rows["inputs"][{key}].shape[1],)' if len(spec.shape) == 1 else f"{spec.shape}"
            width = f'rows["inputs"][{key}].shape[1:]' if spec.kind == "sequence" else width
            of_keras = literal(spec.name.replace("/", "_"))
            self.say(f"{name} = keras.Input({width}, dtype={literal(spec.dtype)}, name={of_keras})")
            self.inputs[name] = spec
            if spec.kind not in _FORMED:
                self.known[spec.name] = name
            given.append(f"{key}: {name}")
        for node in self.graph.nodes:
            self.known[node.name] = self.node(node)
        end = self.head(self.of(self.own[0] if self.own else self.graph.last))
        inputs = "{" + ", ".join(given) + "}"
        about = '    """The untrained network for such rows."""'
        last = f'    return keras.Model({inputs}, {end}, name="network")'
        return ["def build(rows: dict[str, Any]) -> keras.Model:", about, *self.out, last]

    def say(self, line: str) -> None:
        """Add a line to the function."""
        self.out.append("\n".join(f"    {one}" for one in line.splitlines()))

    def of(self, ref: Ref) -> str:
        """The name of a tensor; those of the inputs are made when they are taken first."""
        name = ref.node
        if name not in self.known:
            self.known[name] = self.start(name)
        return self.known[name] if ref.part is None else f"{self.known[name]}[{ref.part}]"

    def start(self, name: str) -> str:
        if name == "category_numbers":
            levels, columns = 'rows["levels"]', 'rows["inputs"]["categories"].shape[1]'
            drawn = "embeddings_initializer=keras.initializers.RandomNormal(stddev=0.1)"
            arguments = [levels, f"width_of({levels}, {columns})", drawn, 'name="category_embedding"']
            self.out.append(call("keras.layers.Embedding", arguments, 4, before="vectors = ", after="(categories)"))
            self.say('category_numbers = keras.layers.Flatten(name="category_numbers")(vectors)')
            return "category_numbers"
        if (found := next((one for one, spec in self.inputs.items() if spec.name == name), None)) is not None:
            return self.formed(self.inputs[found], found)
        if name in (parts := parts_of(self.signature)):
            self.say(f"{name} = {parts[name]}")
            return name
        if name == "inputs" and parts:
            both = [self.of(Ref(part)) for part in ("history", "covariates") if part in parts]
            if len(both) == 1:
                return both[0]
            self.say(f'inputs = keras.layers.Concatenate(name="series_relative")([{", ".join(both)}])')
            return "inputs"
        if name == "inputs":
            specs = [s for s in self.signature.inputs if s.joins_columns] or self.signature.inputs
            both = [self.of(Ref("category_numbers" if s.name == "categories" else s.name)) for s in specs]
            if len(both) == 1:
                return both[0]
            self.say(f'inputs = keras.layers.Concatenate(name="inputs")([{", ".join(both)}])')
            return "inputs"
        raise SpecError.one(f"what the menu takes from {name!r} has no script", INSTEAD, ("learn", "menu"))

    def formed(self, spec: InputSpec, given: str) -> str:
        """An input in the form in which a menu takes it: pixels from 0 to 1, a vector of each word."""
        if spec.kind == "image":
            end, head, items = "scaled", "keras.layers.Rescaling", ["1 / 255"]
        else:
            end, head = "words", "keras.layers.Embedding"
            items = [f'rows["sizes"][{literal(spec.name)}]', str(WORD_WIDTH)]
        items.append(f"name={literal(layer_name(spec.name, end))}")
        name = name_of(f"{given}_{end}", {*self.inputs, *self.known.values()})
        self.out.append(call(head, items, 4, before=f"{name} = ", after=f"({given})"))
        return name

    def node(self, node: Node) -> str:
        """Write one call, and give the name of what comes out."""
        taken, name = self.taken(node.inputs), name_of(node.name, self.known.values())
        if node.kind == "residual":
            start, inner = (self.of(ref) for ref in _refs(node.inputs))
            if (layer := self.made.get(f"{node.layer}_projection")) is not None:
                start = self.projected(layer, start, name)
            self.say(f"{name} = keras.layers.Add(name={literal(node.layer)})([{start}, {inner}])")
            return name
        if node.call:
            raise self.refused(node, "called with more than tensors")
        if (operation := _operation(node)) is not None:
            several = isinstance(node.inputs, tuple)
            self.say(f"{name} = {operation}({taken[1:-1] if several else taken})")
            return name
        head, items = self.layer(node)
        if node.layer in self.shared:
            variable = f"layer_{name_of(node.layer)}"
            if not any(line.startswith(f"    {variable} = ") for line in self.out):
                self.out.append(call(head, items, 4, before=f"{variable} = "))
            self.say(f"{name} = {variable}({taken})")
        else:
            self.out.append(call(head, items, 4, before=f"{name} = ", after=f"({taken})"))
        return name

    def taken(self, taken: Taken) -> str:
        if isinstance(taken, Ref):
            return self.of(taken)
        if isinstance(taken, Mapping):
            return ", ".join(f"{name}={self.taken(part)}" for name, part in taken.items())
        return f"[{', '.join(self.taken(part) for part in taken)}]"

    def layer(self, node: Node) -> tuple[str, list[str]]:
        """The class of a layer, and its arguments."""
        entry = catalogue.find("layers", node.kind)
        assert entry is not None, "the menu has checked the name"
        arguments: dict[str, Any] = dict(node.arguments)
        if node.kind == BY_KNOTS and not {"bins", "knots"} & {n for n, v in arguments.items() if v is not None}:
            knots = next((spec.knots for spec in self.signature.inputs if spec.name == "numbers"), None)
            if knots is None or self.taken(node.inputs) != "numbers":
                raise self.refused(node, "of other than numbers with knots")
            own = [f"{name}={_value(name, value)}" for name, value in arguments.items()]
            return BY_KNOTS, [*own, 'knots=rows["knots"]', f"name={literal(node.layer)}"]
        if node.kind == NOISE:
            own = [f"{name}={_value(name, value)}" for name, value in arguments.items()]
            return NOISE, [*own, f"name={literal(node.layer)}"]
        several = not isinstance(node.inputs, Ref) and (sum(entry.call.values()) > 1 or "initial_state" in entry.call)
        if entry.own is not None or entry.home is not None or entry.kind is not None or entry.extra is not None:
            raise self.refused(node, "which Keras has not among its layers")
        if several or isinstance(node.inputs, Mapping):
            raise self.refused(node, "called with several tensors")
        own = [f"{name}={_value(name, value)}" for name, value in arguments.items()]
        return f"keras.layers.{entry.class_name}", [*own, f"name={literal(node.layer)}"]

    def projected(self, layer: Any, start: str, name: str) -> str:
        """The start of a residual, brought to the shape of what was made of it."""
        if not isinstance(layer, keras.layers.Dense):
            raise SpecError.one("a residual over images or steps has no script", INSTEAD, ("learn", "menu"))
        self.say(f"{name} = keras.layers.Dense({layer.units}, name={literal(layer.name)})({start})")
        return name

    def refused(self, node: Node, why: str) -> SpecError:
        return SpecError.one(f"the layer {node.kind}, {why}, has no script", INSTEAD, ("learn", "menu"))

    def head(self, last: str) -> str:
        """The last layer: it starts at zero, and has the activation of the task."""
        target = self.signature.targets[0]
        if self.own:
            return last
        if target.form == "steps":
            self.out += ended(self.model, self.signature, last, self.of(Ref("last")))
            return "output"
        if any(layer.name == "flat_for_output" for layer in self.model.layers):
            self.say(f'flat = keras.layers.Flatten(name="flat_for_output")({last})')
            last = "flat"
        if (form := form_for(self.signature.targets)) is not None and (lines := form.ended(target, last)):
            self.say("\n".join(lines))
            return "output"
        arguments = [
            str(target.units), 'kernel_initializer="zeros"', f"activation={literal(target.of_task.activation)}",
            'dtype="float32"', 'name="output"',
        ]  # fmt: skip
        self.out.append(call("keras.layers.Dense", arguments, 4, before="output = ", after=f"({last})"))
        return "output"


def _operation(node: Node) -> str | None:
    """The function of `keras.ops` that an item is, with tensors alone; None of others."""
    entry = catalogue.find("layers", node.kind)
    if entry is None or not node.kind.startswith("ops.") or isinstance(node.inputs, Mapping):
        return None
    takes = 1 if isinstance(node.inputs, Ref) else len(node.inputs)
    if set(entry.arguments) - {"value", "reverse"} or len(entry.call) != takes:
        return None
    if any(value is not None for value in node.arguments.values()):
        return None
    return f"keras.{node.kind}"


def _refs(taken: Taken) -> Sequence[Ref]:
    assert isinstance(taken, tuple), "a residual takes two"
    return [one for one in taken if isinstance(one, Ref)]


def _value(name: str, value: Any) -> str:
    """An argument as code: `{L2: 1e-4}` is an object of Keras, a layer a layer."""
    if isinstance(value, Layer):
        return _object("layers", value.kind, value.arguments)
    if isinstance(value, (list, tuple)):
        made = [_value("", part) for part in value]
        inside = ", ".join(made)
        if any(isinstance(part, Layer) for part in value):
            return f"[{inside}]"
        return f"({inside}{',' if len(made) == 1 else ''})"
    if isinstance(value, str) and catalogue.hub_activation(value):
        raise SpecError.one(f"the activation {value} has no script", INSTEAD, ("learn", "menu"))
    if isinstance(value, Mapping) and len(value) == 1:
        [(kind, given)] = value.items()
        if name.endswith("activation"):
            return _object("layers", str(kind), dict(given or {}))
        for ending in ("initializer", "regularizer", "constraint"):
            entry = catalogue.find(f"{ending}s", str(kind))
            if name.endswith(ending) and entry is not None:
                arguments = arguments_of(entry, given)
                assert isinstance(arguments, dict), "the menu has checked it"
                return _object(f"{ending}s", entry.name, arguments)
    return literal(value)


def _object(section: str, kind: str, arguments: Mapping[str, Any]) -> str:
    entry = catalogue.find(section, kind)
    if entry is None or entry.own is not None or entry.home is not None or entry.extra is not None:
        raise SpecError.one(f"{kind} has no script: Keras has it not", INSTEAD, ("learn", "menu"))
    own = ", ".join(f"{name}={_value(name, value)}" for name, value in arguments.items())
    return f"keras.{section}.{entry.class_name}({own})"
