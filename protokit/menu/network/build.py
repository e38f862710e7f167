"""The one file that turns a menu into a `keras.Model`."""

from __future__ import annotations

import copy
import importlib
import inspect
from collections.abc import Callable, Mapping
from math import prod
from pathlib import Path as FilePath
from typing import Any, TypeAlias

from protokit.core.errors import MissingExtra, SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import layers_in
from protokit.core.libraries.keras_state import computing_in, seeded, set_trainable
from protokit.core.libraries.optional import optional
from protokit.core.libraries.weight_budget import TooManyWeights
from protokit.core.outside import limits
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.core.values.signature import Signature
from protokit.menu import catalogue
from protokit.menu.catalogue import takes_more
from protokit.menu.expand import as_written, expand
from protokit.menu.graph import Graph, Node, Ref, Taken
from protokit.menu.items import Layer, Outline, Source, Value
from protokit.menu.network.heads import heads
from protokit.menu.network.inputs import Inputs
from protokit.menu.network.members import Members, parts_of
from protokit.menu.network.operations import constant, operation
from protokit.menu.network.own_inputs import of_data
from protokit.menu.network.refusal import Tensors, not_of_members, refused, shape
from protokit.menu.reading.arguments import arguments_of

# what comes out of a node: tensors, or a function that gives one, for an input that is made when it is taken
Made: TypeAlias = "Tensors | Callable[[], keras.KerasTensor]"
_BY_KNOTS = "PiecewiseLinearEmbedding"
Called: TypeAlias = "Callable[..., keras.KerasTensor]"  # a layer, or an operation


def build(
    menu: Outline,
    signature: Signature | None,
    *,
    seed: int = 0,
    precision: str = "float32",
    folder: FilePath | None = FilePath(),
    seed_tensorflow: bool = True,
    layers: dict[str, Called] | None = None,
) -> keras.Model:
    """The network of a menu, its slots at their defaults.

    With a signature: the number inputs and embedded category codes are concatenated and go through the chain, or the
    one text, image or sequence where there is nothing else; then comes one head for each target (sigmoid, softmax or
    linear), unless the menu brings its own: a last layer named `output`, items named for the targets, or `outputs`. A
    menu with `inputs` is a whole model: they are what the data has by their names, and it ends as it is.
    A forecast is the last known value and what the head adds to it. Without a signature: as the menu's inputs and
    outputs say. Paths of weights start at the `folder`; None: none are read, as where a network's own take their place.
    Of the `layers` that are given by the names of the menu's, those are taken as they are; those that are made are put
    there. In a mixed `precision` the layers compute in 16 bits, and the heads that are made here in 32.

    Shapes:
        inputs: a mapping by the names of the signature's inputs; without a signature one tensor, or a list in the
            order of the menu's inputs.
        outputs: (rows, *shape of the target) for one target, else a mapping of such by target name; without a
            signature one tensor, or a list in the order of the menu's outputs.

    Raises:
        SpecError: Keras refused a layer, at its item; or the inputs are not those of the data.
    """
    graph = expand(menu)
    try:
        with seeded(seed, tensorflow=seed_tensorflow), computing_in(precision):
            if signature is None:
                return _standalone(menu, graph, folder)
            if getattr(menu, "weights", None) is not None:
                rule = "the menu holds the weights of a Keras model, which a recipe takes from a file"
                raise SpecError.one(
                    rule, "save the model and write learn: {from: NAME.keras}; read the menu without weights"
                )
            own = Inputs(signature)
            tensors = _Tensors({**own.tensors, **of_data(menu, own)}, own, folder)
            tensors.layers = tensors.layers if layers is None else layers
            tensors.call(graph)
            outputs = heads(menu, graph, tensors.of, own, signature)
            return _model(own.given, outputs)
    except SpecError as error:
        raise SpecError([as_written(menu, fault) for fault in error.faults]) from error.__cause__


def _standalone(menu: Outline, graph: Graph, folder: FilePath | None) -> keras.Model:
    if not menu.inputs:
        raise SpecError([Fault("a menu without inputs is built by a recipe", "add inputs: {numbers: [8]}")])
    inputs = {name: keras.Input(**spec, name=name) for name, spec in menu.inputs.items()}
    tensors = _Tensors(dict(inputs), folder=folder)
    tensors.names_operations = True
    tensors.call(graph)
    several: Tensors = list(inputs.values()) if len(inputs) > 1 else next(iter(inputs.values()))
    if menu.takes is not None:
        several = _structure(menu.takes, inputs.__getitem__)
    if graph.members:
        if menu.outputs:
            rule = "a menu that ends with an ensemble has one output, the mean of what its members give"
            raise SpecError([Fault(rule, "remove outputs", ("outputs",), "key")])
        mean = keras.layers.GlobalAveragePooling1D(name="mean_of_members")(tensors.of(graph.last))
        return _model(several, mean)

    def end(name: str) -> keras.KerasTensor:
        base, _, part = (name, "", "") if name in graph.names else name.rpartition(".")
        ref = graph.names[base]
        return tensors.of(Ref(ref.node, int(part)) if part else ref)

    if menu.gives is not None:
        return _model(several, _structure(menu.gives, end))
    outputs = [end(name) for name in menu.outputs] or [tensors.of(graph.last)]
    return _model(several, outputs if len(outputs) > 1 else outputs[0])


def _structure(source: Source, of: Callable[[str], keras.KerasTensor]) -> Tensors:
    """Tensors in the lists and mappings that names stand in."""
    if isinstance(source, str):
        return of(source)
    if isinstance(source, Mapping):
        return {name: _structure(part, of) for name, part in source.items()}
    return [_structure(part, of) for part in source]


def _model(inputs: Tensors, outputs: Tensors) -> keras.Model:
    try:
        network = keras.Model(inputs, outputs, name="network")
    except ValueError as error:
        rule = f"Keras makes no model of this: {str(error).splitlines()[0][:300]}"
        raise SpecError([Fault(rule, "let the outputs follow from the inputs", ("layers",))]) from error
    for layer in layers_in(network):
        if not layer.trainable:
            set_trainable(layer, False)
    return network


class _Tensors:
    """Calls the layers of a graph, and keeps what comes out of each node."""

    def __init__(self, found: dict[str, Made], own: Inputs | None = None, folder: FilePath | None = None) -> None:
        self.found, self.own, self.folder = found, own, folder
        self.layers: dict[str, Called] = {}
        self.names_operations = False  # as where nothing else makes some, whose names could be the same

    def call(self, graph: Graph) -> None:
        for node in graph.nodes:
            taken = self.taken(node.inputs, node.path)
            try:
                self.found[node.name] = _flat(self.made(node, taken))
                _hold_small(self.found[node.name], node)
            except (MissingExtra, TooManyWeights):
                raise
            except SpecError as error:
                raise (_at(node, error) if node.kind == catalogue.BACKBONE else error) from error.__cause__
            except Exception as error:
                raise SpecError([refused(node, taken, error)]) from error
            if node.members and (fault := not_of_members(node, self.of(Ref(node.name)))):
                raise SpecError([fault])

    def made(self, node: Node, taken: Tensors) -> Made:
        if node.kind == "residual":
            start, inner = taken
            return self.residual(node, start, inner)
        return self.ensemble(node, taken) if node.kind == "ensemble" else self.one(node, taken)

    def of(self, ref: Ref, path: Path = ()) -> keras.KerasTensor:
        if ref.node not in self.found:
            raise SpecError([Fault(f"there is no input {ref.node!r}", did_you_mean(ref.node, self.found), path)])
        value = self.found[ref.node]
        value = value() if callable(value) else value
        if ref.part is None:
            return value[0] if isinstance(value, (list, tuple)) else value
        if not isinstance(value, (list, tuple)) or ref.part >= len(value):
            count = len(value) if isinstance(value, (list, tuple)) else 1
            raise SpecError([Fault(f"{ref.node!r} gives {count} output{'s' if count > 1 else ''}", None, path)])
        return value[ref.part]

    def taken(self, taken: Taken, path: Path) -> Tensors:
        if isinstance(taken, Ref):
            return self.of(taken, path)
        if isinstance(taken, Mapping):
            return {name: self.taken(part, path) for name, part in taken.items()}
        return [self.taken(part, path) for part in taken]

    def one(self, node: Node, taken: Tensors) -> Made:
        layer = self.layers.get(node.layer)
        if layer is None:
            name = node.layer if self.names_operations or not node.kind.startswith("ops.") else None
            layer = self.layers[node.layer] = _layer(Layer(node.kind, self.arguments(node, taken)), name)
            if node.kind == catalogue.BACKBONE:
                layer.reads_from = self.folder  # type: ignore[attr-defined]
        entry = catalogue.find("layers", node.kind)
        call = entry.call if entry else {}
        more = {name: constant(value) for name, value in node.call.items()}
        if isinstance(taken, dict):
            first = next(iter(call))
            if first not in taken:
                return layer(**taken, **more)
            return layer(taken[first], **{k: v for k, v in taken.items() if k != first}, **more)
        if isinstance(taken, list) and (sum(call.values()) > 1 or (entry and entry.many)):
            return layer(*taken, **more)
        if isinstance(taken, list) and "initial_state" in call:
            return layer(taken[0], initial_state=taken[1:] if len(taken) > 2 else taken[1], **more)
        return layer(taken, **more)

    def ensemble(self, node: Node, start: keras.KerasTensor) -> keras.KerasTensor:
        parts = parts_of(start, self.own.specs if self.own else ()) if len(start.shape) == 2 else None
        return Members(node.members, parts, name=node.layer)(start)

    def arguments(self, node: Node, taken: Tensors) -> Mapping[str, Value]:
        """Those of the menu, and the knots of the data where the layer asks for some."""
        given = node.arguments
        if node.kind != _BY_KNOTS or self.own is None or {"bins", "knots"} & {n for n in given if given[n] is not None}:
            return given
        knots = self.own.knots(taken)
        return given if knots is None else {**given, "knots": knots}

    def residual(self, node: Node, start: keras.KerasTensor, inner: keras.KerasTensor) -> keras.KerasTensor:
        if start.shape != inner.shape:
            start = self.projection(node, start, inner)
        if node.layer not in self.layers:
            self.layers[node.layer] = keras.layers.Add(name=node.layer)
        return self.layers[node.layer]([start, inner])

    def projection(self, node: Node, start: keras.KerasTensor, inner: keras.KerasTensor) -> keras.KerasTensor:
        """A linear map of the input to the shape that was made of it: by 1 x 1 windows where space shrank."""
        name = f"{node.layer}_projection"
        old, new = start.shape[1:-1], inner.shape[1:-1]
        if len(start.shape) != len(inner.shape):
            raise ValueError(f"a residual cannot add {shape(start)} to {shape(inner)}")
        if name not in self.layers:
            units = inner.shape[-1]
            if old == new:
                self.layers[name] = keras.layers.Dense(units, name=name)
            elif 1 <= len(old) <= 3 and all(
                a and b and -(-a // -(-a // b)) == b for a, b in zip(old, new, strict=True)
            ):
                strides = tuple(-(-a // b) for a, b in zip(old, new, strict=True))
                kind = getattr(keras.layers, f"Conv{len(old)}D")
                self.layers[name] = kind(units, 1, strides=strides, padding="same", name=name)
            else:
                raise ValueError(f"a residual cannot bring {shape(start)} to {shape(inner)}")
        return self.layers[name](start)


def _hold_small(made: Made, node: Node) -> None:
    """Hold that what a layer makes of one row is no more than is taken."""
    for one in made if isinstance(made, (list, tuple)) else (made,):
        size = prod(size or 1 for size in one.shape[1:])
        if (found := limits.beyond("row", size, f"numbers that {node.kind} makes of one row")) is not None:
            raise SpecError([Fault(*found, node.path)])


def _flat(made: Made) -> Made:
    """What a layer gives, in one list in Keras's order where it stands in lists or mappings of its own."""
    nested = isinstance(made, (list, tuple)) and any(isinstance(one, (list, tuple, dict)) for one in made)
    return keras.tree.flatten(made) if nested or isinstance(made, dict) else made


def _at(node: Node, error: SpecError) -> SpecError:
    """What is wrong with a layer, at its item."""
    return SpecError([fault.under(node.path) for fault in error.faults])


def _layer(layer: Layer, name: str | None) -> Called:
    entry = catalogue.find("layers", layer.kind)
    assert entry is not None, "the menu has checked the name"
    if entry.kind is not None:
        return operation(entry, layer.arguments, name)
    if entry.extra is not None:
        optional("keras_hub", entry.extra)
    kind = entry.own or getattr(importlib.import_module(entry.home) if entry.home else keras.layers, entry.class_name)
    arguments = {key: _value(key, value) for key, value in layer.arguments.items()}
    if entry.own is not None and not takes_more(entry.own):
        return _without_name(entry.own, arguments, name)
    made: Called = kind(**arguments, **({"name": name} if name else {}))
    return made


def _without_name(kind: type, arguments: dict[str, object], name: str | None) -> Called:
    """A layer whose constructor takes no name, nor what every layer takes: they are set."""
    own = inspect.signature(kind).parameters
    made = kind(**{key: value for key, value in arguments.items() if key in own})
    if name:
        made.name = name
    if "dtype" in arguments and "dtype" not in own:
        made.dtype_policy = keras.dtype_policies.get(arguments["dtype"])
    if "trainable" in arguments and "trainable" not in own:
        set_trainable(made, bool(arguments["trainable"]))
    called: Called = made
    return called


def _value(name: str, value: Any) -> object:
    """An argument as Keras takes it: `{L2: 1e-4}` becomes the object, a layer the layer."""
    if isinstance(value, Layer):
        return _layer(value, value.name)
    if isinstance(value, (list, tuple)):
        made = [_value("", part) for part in value]
        return made if any(isinstance(part, Layer) for part in value) else tuple(made)
    if name.endswith("activation") and (home := catalogue.hub_activation(value)):
        optional("keras_hub", "hub")
        return getattr(importlib.import_module(home), str(value).removeprefix(catalogue.HUB))
    if name.endswith("activation") and isinstance(value, Mapping):
        [(kind, given)] = value.items()
        return _layer(Layer(str(kind), dict(given or {})), None)
    for ending in ("initializer", "regularizer", "constraint"):
        if name.endswith(ending) and isinstance(value, Mapping):
            [(kind, given)] = value.items()
            entry = catalogue.find(ending + "s", str(kind))
            arguments = arguments_of(entry, given) if entry else {}
            if entry and isinstance(arguments, dict):
                given = {key: _value(key, part) for key, part in arguments.items()}
                return getattr(getattr(keras, ending + "s"), entry.name)(**given)
    return copy.deepcopy(value)
