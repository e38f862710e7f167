"""The layer in the middle of a network: where rows are embedded."""

from __future__ import annotations

from math import prod

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, made_by
from protokit.core.values.said import Notice
from protokit.core.values.signature import Signature
from protokit.menu.network.end import CODE
from protokit.menu.network.ends.decoder import START
from protokit.menu.network.pairs import SIDES


def middle(network: keras.Model, signature: Signature) -> keras.KerasTensor:
    """What the layer named `code` gives; else the narrowest layer, where the inputs are the target; else the last one.

    The narrowest layer is one that every input has to go through on its way to the output. Of pairs it is the vectors
    of both sides, which are compared: (rows, 2, width).
    """
    if signature.pairs:
        return network.get_layer(SIDES).output
    if any(layer.name == CODE for layer in network.layers):
        return network.get_layer(CODE).output
    output, target = network.output, signature.targets[0]
    if target.form == "embedding":
        return output
    if target.form == "tokens":
        return network.get_layer(START).output
    taken = made_by(output[target.key] if isinstance(output, dict) else output).operation.input
    last = taken[0] if isinstance(taken, list) else taken
    if target.form != "inputs":
        return last
    passed = [layer.output for layer in network.layers if _is_passed(network, layer)]
    return min([last, *passed], key=_width)


def told_of_middle(network: keras.Model, signature: Signature) -> list[Notice]:
    """What is said of the middle of a network that gives back its inputs."""
    target = signature.targets[0]
    if target.form != "inputs":
        return []
    found = middle(network, signature)
    width, name = _width(found), made_by(found).operation.name
    cells = sum(part.cells for part in target.parts)
    said = []
    if name != CODE:
        rule = f"the embedding of a row is what {name!r} gives, the narrowest layer ({width:,} numbers)"
        said.append(Notice(rule, (), f"to take another one, name it {CODE}: {{Dense: {width}, name: {CODE}}}"))
    if width >= cells:
        rule = f"the middle is as wide as what is given back ({width:,} numbers for {cells:,} cells)"
        said.append(Notice(f"{rule}: the network may copy its inputs", (), "write a narrower layer into the menu"))
    return said


def _width(tensor: keras.KerasTensor) -> int:
    return prod(size or 1 for size in tensor.shape[1:])


def _is_passed(network: keras.Model, layer: keras.Layer) -> bool:
    """Whether no input comes to the output but through a layer that is called once, and is no input itself."""
    if isinstance(layer, keras.layers.InputLayer) or len(calls_of(layer)) != 1:
        return False
    if not isinstance(layer.output, keras.KerasTensor):
        return False
    outputs = network.outputs
    if any(layer is made_by(tensor).operation for tensor in outputs):
        return False
    left, seen = [made_by(tensor).operation for tensor in outputs], set[int]()
    while left:
        operation = left.pop()
        if operation is layer or id(operation) in seen:
            continue
        if isinstance(operation, keras.layers.InputLayer):
            return False
        seen.add(id(operation))
        left += [made_by(tensor).operation for node in calls_of(operation) for tensor in node.input_tensors]
    return True
