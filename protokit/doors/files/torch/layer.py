"""A layer of Keras as it stands in a module of torch, and what layers share there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras

Shape = Sequence[int | None]
CURE = "export it as ONNX, or take the network alone: model.to_keras()"
_ACTIVATIONS = {
    "linear": "{}",
    "relu": "torch.relu({})",
    "sigmoid": "torch.sigmoid({})",
    "tanh": "torch.tanh({})",
    "softmax": "torch.softmax({}, -1)",
    "log_softmax": "torch.log_softmax({}, -1)",
    "exponential": "torch.exp({})",
    "elu": "functional.elu({})",
    "selu": "functional.selu({})",
    "gelu": "functional.gelu({})",
    "silu": "functional.silu({})",
    "mish": "functional.mish({})",
    "relu6": "functional.relu6({})",
    "leaky_relu": "functional.leaky_relu({}, 0.2)",
    "softplus": "functional.softplus({})",
    "softsign": "functional.softsign({})",
    "hard_sigmoid": "functional.hardsigmoid({})",
    "hard_silu": "functional.hardswish({})",
}


@dataclass(frozen=True)
class Torch:
    """A layer in torch. `{me}` stands for its module, where it has one.

    Attributes:
        called: what is written where it is called.
        made: what makes its module.
        weights: of the module, by its own names.
        needs: texts of classes that the module is one of.
    """

    called: str
    made: str | None = None
    weights: Mapping[str, np.ndarray] = field(default_factory=dict)
    needs: tuple[str, ...] = ()


def active(layer: Any, text: str) -> str:
    """A text with the activation of a layer around it."""
    name = keras.activations.serialize(layer.activation)
    if not isinstance(name, str) or name not in _ACTIVATIONS:
        raise SpecError.one(f"the activation {name!r} is not written in torch here", CURE)
    return _ACTIVATIONS[name].format(text)


def array(variable: Any) -> np.ndarray:
    """A weight."""
    found: np.ndarray = np.ascontiguousarray(keras.ops.convert_to_numpy(variable), np.float32)
    return found
