"""Layers of Keras as modules of torch: what makes one, its weights, and what is written where it is called."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.doors.files.torch import images, parts
from protokit.doors.files.torch.layer import CURE, Shape, Torch, active, array
from protokit.menu.network.members import Members, MembersHead
from protokit.menu.network.number_embeddings.periodic_embedding import PeriodicEmbedding
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import PiecewiseLinearEmbedding
from protokit.menu.network.ordinal import OrdinalHead

_AS_IT_IS = ("ActivityRegularization", "AlphaDropout", "GaussianDropout", "GaussianNoise", "Identity")


def in_torch(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    """A layer, called on values of these names and shapes.

    Raises:
        SpecError: there is none like it in torch here.
    """
    kind = type(layer).__name__
    of = _LAYERS.get(kind)
    ours = isinstance(layer, (Members, MembersHead, OrdinalHead, PiecewiseLinearEmbedding, PeriodicEmbedding))
    if of is None or not (ours or type(layer).__module__.startswith("keras.")):
        known = ", ".join(sorted(_LAYERS))
        raise SpecError.one(f"the layer {kind} is not written in torch here: {known} are", CURE)
    if getattr(layer, "compute_dtype", "float32") != "float32":
        raise SpecError.one(f"the network computes in {layer.compute_dtype}, which is not written in torch", CURE)
    return of(layer, given, shapes)


def _dense(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    kernel = array(layer.kernel)
    weights = {"weight": np.ascontiguousarray(kernel.T)}
    if layer.use_bias:
        weights["bias"] = array(layer.bias)
    made = f"nn.Linear({kernel.shape[0]}, {kernel.shape[1]}{'' if layer.use_bias else ', bias=False'})"
    return Torch(active(layer, f"{{me}}({given[0]})"), made, weights)


def _embedding(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    if layer.mask_zero:
        raise SpecError.one("an Embedding with mask_zero is not written in torch here", CURE)
    table = array(layer.embeddings)
    return Torch(f"{{me}}({given[0]})", f"nn.Embedding({table.shape[0]}, {table.shape[1]})", {"weight": table})


def _normalized(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    rank, many = len(shapes[0]), int(shapes[0][-1] or 0)
    axis = [*layer.axis] if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    of_batch = type(layer).__name__ == "BatchNormalization"
    if axis not in ([-1], [rank - 1]) or getattr(layer, "rms_scaling", False) or (of_batch and rank not in (2, 4)):
        raise SpecError.one(f"{layer.name!r} normalizes over axes that are not written in torch here", CURE)
    weights = {
        "weight": array(layer.gamma) if layer.scale else np.ones(many, np.float32),
        "bias": array(layer.beta) if layer.center else np.zeros(many, np.float32),
    }
    if of_batch:
        weights |= {"running_mean": array(layer.moving_mean), "running_var": array(layer.moving_variance)}
        weights["num_batches_tracked"] = np.array(0, np.int64)
    kind = f"BatchNorm{rank // 2}d" if of_batch else "LayerNorm"
    more = f", momentum={1 - layer.momentum:g}" if of_batch else ""
    called = images.channels_first(given[0]) if of_batch and rank == 4 else f"{{me}}({given[0]})"
    return Torch(called, f"nn.{kind}({many}, eps={layer.epsilon!r}{more})", weights)


def _dropout(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    return Torch(f"{{me}}({given[0]})", f"nn.Dropout({layer.rate!r})")


def _same(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    return Torch(given[0])


def _activation(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    return Torch(active(layer, given[0]))


def _relu(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        raise SpecError.one("a ReLU with bounds is not written in torch here", CURE)
    return Torch(f"torch.relu({given[0]})")


def _prelu(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    alpha = array(layer.alpha)
    if alpha.ndim != 1 or len(shapes[0]) != 2:
        raise SpecError.one("a PReLU of several axes is not written in torch here", CURE)
    return Torch(f"{{me}}({given[0]})", f"nn.PReLU({len(alpha)})", {"weight": alpha})


def _joined(sign: str) -> Callable[..., Torch]:
    return lambda layer, given, shapes: Torch(f" {sign} ".join(given))


def _each(name: str) -> Callable[..., Torch]:
    def made(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
        text = given[0]
        for one in given[1:]:
            text = f"torch.{name}({text}, {one})"
        return Torch(text)

    return made


def _average(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    return Torch(f"({' + '.join(given)}) / {len(given)}")


def _concatenate(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    return Torch(f"torch.cat([{', '.join(given)}], {layer.axis})")


def _reshaped(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    return Torch(f"{given[0]}.reshape(-1, {', '.join(map(str, layer.compute_output_shape(tuple(shapes[0]))[1:]))})")


def _rescaled(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    if np.ndim(layer.scale) or np.ndim(layer.offset):
        raise SpecError.one("a Rescaling of several numbers is not written in torch here", CURE)
    return Torch(f"{given[0]} * {float(layer.scale)!r} + {float(layer.offset)!r}")


def _pooled(name: str) -> Callable[..., Torch]:
    def made(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
        axis = 1 if layer.data_format == "channels_last" else 2
        return Torch(f"{given[0]}.{name}({axis}{', keepdim=True' if layer.keepdims else ''})")

    return made


def _members(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    scale = array(layer.scale)
    made = f"Members({scale.shape[0]}, {scale.shape[1]})"
    return Torch(f"{{me}}({given[0]})", made, {"scale": scale}, (parts.MEMBERS,))


def _members_head(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    kernel = array(layer.kernel)
    made = f"MembersHead({', '.join(map(str, kernel.shape))})"
    weights = {"kernel": kernel, "bias": array(layer.bias)}
    return Torch(f"{active(layer, f'{{me}}({given[0]})')}.mean(1)", made, weights, (parts.MEMBERS_HEAD,))


def _ordinal(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    weights = {"kernel": array(layer.kernel), "first": array(layer.first), "steps": array(layer.steps)}
    made = f"OrdinalHead({weights['kernel'].shape[0]}, {layer.classes})"
    return Torch(f"{{me}}({given[0]})", made, weights, (parts.ORDINAL_HEAD,))


def _of_each(layer: Any, bent: str, weights: dict[str, np.ndarray], text: str) -> Torch:
    """Parts of each number, and a linear map of its own for each column."""
    kernel = array(layer.kernel)
    made = f"nn.Sequential({bent}, OfEach({', '.join(map(str, kernel.shape))}))"
    weights |= {"1.kernel": kernel, "1.bias": array(layer.bias)}
    columns, _, units = kernel.shape
    called = active(layer, f"{{me}}({text})") + f".reshape(-1, {columns * units})"
    return Torch(called, made, weights, (parts.PERIODIC if bent.startswith("Periodic") else parts.BINS, parts.OF_EACH))


def _piecewise(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    columns, places, text = layer.kernel.shape[0], layer.places, given[0]
    if places is not None and len(places) < int(shapes[0][-1] or 0):
        text = f"{text}[:, {places}]"
    of_data = layer.knots is not None
    knots = array(layer.knots) if of_data else np.tile(np.array(layer._edges, np.float32), (columns, 1))
    bent = f"Bins({columns}, {knots.shape[1]}, is_open={not of_data})"
    return _of_each(layer, bent, {"0.knots": knots}, text)


def _periodic(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    turns = array(layer.turns)
    return _of_each(layer, f"Periodic({turns.shape[0]}, {turns.shape[1]})", {"0.turns": turns}, given[0])


_LAYERS: dict[str, Callable[..., Torch]] = {
    "Dense": _dense,
    "Embedding": _embedding,
    "BatchNormalization": _normalized,
    "LayerNormalization": _normalized,
    "Dropout": _dropout,
    **dict.fromkeys(_AS_IT_IS, _same),
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": lambda layer, given, _: Torch(f"functional.leaky_relu({given[0]}, {float(layer.negative_slope)!r})"),
    "ELU": lambda layer, given, _: Torch(f"functional.elu({given[0]}, {float(layer.alpha)!r})"),
    "PReLU": _prelu,
    "Add": _joined("+"),
    "Subtract": _joined("-"),
    "Multiply": _joined("*"),
    "Average": _average,
    "Maximum": _each("maximum"),
    "Minimum": _each("minimum"),
    "Concatenate": _concatenate,
    "Flatten": lambda layer, given, _: Torch(f"{given[0]}.flatten(1)"),
    "Reshape": _reshaped,
    "Rescaling": _rescaled,
    "GlobalAveragePooling1D": _pooled("mean"),
    "GlobalMaxPooling1D": _pooled("amax"),
    "Cast": lambda layer, given, _: Torch(f"{given[0]}.to(torch.{layer.dtype})"),
    "Conv2D": images.convolved,
    "MaxPooling2D": images.pooled,
    "AveragePooling2D": images.pooled,
    "GlobalAveragePooling2D": images.pooled_whole("mean"),
    "GlobalMaxPooling2D": images.pooled_whole("amax"),
    "Members": _members,
    "MembersHead": _members_head,
    "OrdinalHead": _ordinal,
    "PiecewiseLinearEmbedding": _piecewise,
    "PeriodicEmbedding": _periodic,
}
