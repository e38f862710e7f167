"""A network of Keras as a class of torch, layer by layer."""

from __future__ import annotations

import keyword
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import nodes_by_depth, operations_of
from protokit.core.names import identifiers
from protokit.doors.files.torch.layers import in_torch

# what a name in a class cannot be: words of its methods, and attributes of each module
_TAKEN = frozenset(
    {
        *("self", "torch", "nn", "functional", "Tensor", "super", "columns", "said", "place", "network", "given"),
        *("places", "device", "decide", "encode", "training", "forward", "train", "eval", "type", "half", "apply"),
        *("children", "modules", "parameters", "buffers", "float", "double", "cpu", "cuda", "to", "compile"),
        *("requires_grad_", "share_memory", "zero_grad", "state_dict", "load_state_dict", "bfloat16", "add_module"),
    }
)


@dataclass
class Written:
    """A class: its text without its name, its weights by their names in it, the classes that it needs, its inputs.

    The `inputs` are what `forward` calls each input of the network.
    """

    body: list[str] = field(default_factory=list)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    needs: list[str] = field(default_factory=list)
    inputs: Mapping[str, str] = field(default_factory=dict)


def written(network: keras.Model, ends: Mapping[str, keras.KerasTensor]) -> Written:
    """A network; `ends` are its outputs by the names of what it returns.

    Raises:
        SpecError: a layer is none of those that are written in torch.
    """
    inputs = [*network.input]
    layers = [one for one in operations_of(network) if not isinstance(one, keras.layers.InputLayer)]
    names = usable([*inputs, *(one.name for one in layers)])
    text = {id(tensor): names[name] for name, tensor in network.input.items()}
    found, made, lines = Written(inputs={name: names[name] for name in inputs}), list[str](), list[str]()
    done: set[str] = set()
    for depth in sorted(nodes_by_depth(network), reverse=True):
        for node in nodes_by_depth(network)[depth]:
            if node.is_input:
                continue
            layer, name = node.operation, names[node.operation.name]
            given = [text[id(one)] for one in node.input_tensors]
            torch = in_torch(layer, given, [one.shape for one in node.input_tensors])
            if torch.made is not None and name not in done:
                made.append(f"self.{name} = {torch.made}")
                found.weights |= {f"{name}.{own}": array for own, array in torch.weights.items()}
                found.needs += [one for one in torch.needs if one not in found.needs]
                done.add(name)
            value = torch.called.replace("{me}", f"self.{name}")
            if value == given[0]:
                text[id(node.outputs[0])] = value
                continue
            variable = name
            while variable in text.values():  # a layer that is called several times
                variable += "_"
            text[id(node.outputs[0])] = variable
            lines.append(f"{variable} = {value}")
    arguments = ", ".join(f"{names[name]}: Tensor" for name in inputs)
    gives = ", ".join(f"{name!r}: {text[id(one)]}" for name, one in ends.items())
    found.body = [
        "def __init__(self) -> None:",
        "    super().__init__()",
        *(f"    {one}" for one in made),
        "",
        f"def forward(self, {arguments}) -> dict[str, Tensor]:",
        *(f"    {one}" for one in lines),
        f"    return {{{gives}}}",
    ]
    return found


def usable(names: list[str]) -> dict[str, str]:
    """Names as they can stand in a method: none is a word of Python, of torch, or of what is written around it."""
    found = identifiers(names)
    return {
        name: f"{own}_" if own in _TAKEN or keyword.iskeyword(own) or (own[0] == "x" and own[1:].isdigit()) else own
        for name, own in found.items()
    }
