"""Weights of one network put into another, layer by layer from the inputs on, where they mean the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, made_by, operations_by_depth
from protokit.core.values.signature import Signature
from protokit.learn.snapshot import values
from protokit.menu.network.backbones.backbone import Backbone
from protokit.workflow.warm.growing import grown, with_places
from protokit.workflow.warm.meaning import Meaning, Places

# what of a layer's configuration does not change what its weights mean
_BESIDE = {"trainable", "dtype", "seed", "rate", "input_dim", "build_config", "knots"}
_OF_BACKBONES = {"weights", "trainable"}
_ONLY_IN_TRAINING = {
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "GaussianNoise",
    "AlphaDropout", "ActivityRegularization",
}  # fmt: skip
_ENDINGS = ("_initializer", "_regularizer", "_constraint")


@dataclass
class Taken:
    """The layers whose weights were taken, those that begin anew, with the reason, and how they were found."""

    layers: list[str] = field(default_factory=list)
    anew: dict[str, str] = field(default_factory=dict)
    how: str = ""


def take(
    network: keras.Model,
    own: tuple[Mapping[str, Meaning], Signature],
    earlier: keras.Model,
    weights: tuple[np.ndarray, ...],
    others: tuple[Mapping[str, Meaning], Signature],
) -> Taken:
    """Put the weights of an earlier network into a new one, where all that leads to a layer means the same.

    Of codes the rows are taken by what they stand for, and of numbers that were fewer the weights of those that were
    there; others begin as they were. `own` and `others` are what the
    inputs of the two networks mean, and what they are for.
    """
    (inputs, signature), (inputs_before, signature_before) = own, others
    there = {layer.name: layer for layer in earlier.layers}
    held = {id(weight): value for weight, value in zip(earlier.weights, weights, strict=True)}
    ends, ends_before = _ends(network, signature), _ends(earlier, signature_before)
    means: dict[int, Meaning | None] = {}  # by the operation; None where it does not mean what it did
    taken = Taken()
    for operation in _in_order(network):
        if isinstance(operation, keras.layers.InputLayer):
            name = next((name for name in inputs if name.replace("/", "_") == operation.name), "")
            new, old = inputs.get(name), inputs_before.get(name)
            means[id(operation)] = _of_input(new, old)
            continue
        before = [means.get(id(one)) for one in _producers(operation)]
        means[id(operation)] = None
        if type(operation).__name__ in _ONLY_IN_TRAINING:
            means[id(operation)] = before[0] if len(before) == 1 else None
            continue
        if not isinstance(operation, keras.layers.Layer):
            if all(one is not None and one.places is None for one in before):
                codes = next((one.codes for one in before if one and one.codes), ())
                means[id(operation)] = Meaning("made", codes)
            continue
        was = there.get(operation.name)
        reason = _differs(operation, was, before, ends, ends_before)
        if reason is None and was is not None:
            source = next((one for one in before if one is not None), None)
            reason = _put(operation, [held[id(weight)] for weight in was.weights], source, inputs_before)
        if reason is None and was is not None:
            places = [one.places for one in before if one is not None]
            with suppress(ValueError):  # nobody knows which of what it gives was there
                means[id(operation)] = Meaning("made", places=grown(operation, was, places))
        if operation.weights:
            if reason is None:
                taken.layers.append(operation.name)
            else:
                taken.anew[operation.name] = reason
    return taken


def _of_input(new: Meaning | None, old: Meaning | None) -> Meaning | None:
    """What an input means, and where its numbers stood before; None where it is another."""
    if new is None or old is None or new.text != old.text:
        return None
    return replace(new, places=Places.of(new.columns, old.columns)) if new.columns else new


def _differs(
    layer: keras.Layer,
    was: keras.Layer | None,
    before: list[Meaning | None],
    ends: Mapping[str, object],
    ends_before: Mapping[str, object],
) -> str | None:
    """Why the weights of a layer do not mean what they did; None where they do."""
    if was is None:
        return "it was not there"
    if type(was) is not type(layer) or _config(was) != _config(layer):
        return "it is another layer"
    if not all(before):
        return "what comes to it is not what it was"
    if ends.get(layer.name) != ends_before.get(layer.name):
        return "its target is another"
    return None


def _put(
    layer: keras.Layer, given: list[np.ndarray], source: Meaning | None, before: Mapping[str, Meaning]
) -> str | None:
    """Put weights into a layer; why they do not fit, or None."""
    codes, places = (source.codes, source.places) if source is not None else ((), None)
    if isinstance(layer, keras.layers.Embedding) and codes:
        old = next((one for one in before.values() if source is not None and one.text == source.text), None)
        [table], [rows] = layer.weights, given
        if old is None or tuple(table.shape[1:]) != rows.shape[1:]:
            return f"it gives {table.shape[-1]} numbers for a level, and gave {rows.shape[-1]}"
        place = {key: i for i, key in enumerate(old.codes)}
        whole = values(table)
        for i, key in enumerate(codes):
            if key in place:
                whole[i] = rows[place[key]]
        table.assign(whole)
        return None
    found = [with_places(values(weight), value, places) for weight, value in zip(layer.weights, given, strict=False)]
    if len(given) != len(layer.weights) or any(value is None for value in found):
        return "its weights are of another shape"
    for weight, value in zip(layer.weights, found, strict=True):
        weight.assign(value)
    return None


def _config(layer: keras.Layer) -> str:
    config = {
        name: {key: part for key, part in value.items() if key not in _OF_BACKBONES}
        if isinstance(layer, Backbone) and isinstance(value, dict)
        else value
        for name, value in layer.get_config().items()
        if name not in _BESIDE and not name.endswith(_ENDINGS)
    }
    return json.dumps(config, sort_keys=True, default=str)


def _in_order(network: keras.Model) -> Iterator[keras.Operation]:
    """All operations of a network, each after those that it takes from."""
    by_depth = operations_by_depth(network)
    for depth in sorted(by_depth, reverse=True):
        yield from by_depth[depth]


def _producers(operation: keras.Operation) -> list[keras.Operation]:
    return [made_by(tensor).operation for node in calls_of(operation) for tensor in node.input_tensors]


def _ends(network: keras.Model, signature: Signature) -> dict[str, object]:
    """The layers that give the outputs, by name, each with the target that it is for."""
    outputs = network.output if isinstance(network.output, dict) else {signature.targets[0].key: network.output}
    found: dict[str, object] = {}
    for target in signature.targets:
        found[made_by(outputs[target.key]).operation.name] = target
    return found
