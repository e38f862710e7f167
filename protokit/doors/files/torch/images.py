"""Layers of images in torch. Between them channels come last, as in Keras; torch has them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from protokit.core.errors import SpecError
from protokit.doors.files.torch.layer import CURE, Shape, Torch, active, array


def channels_first(value: str) -> str:
    """What a layer's module is called on with channels first; what it gives has them last again."""
    return f"{{me}}({value}.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)"


def convolved(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    """Conv2D."""
    _hold(layer)
    kernel = np.ascontiguousarray(array(layer.kernel).transpose(3, 2, 0, 1))
    window = [1 + (size - 1) * apart for size, apart in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    value, padding = _padded(given[0], _around(layer, window, shapes[0]), "0.0")
    options = {"stride": layer.strides, "padding": padding, "dilation": layer.dilation_rate, "groups": layer.groups}
    usual = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
    said = "".join(f", {name}={one!r}" for name, one in options.items() if one != usual[name])
    said += "" if layer.use_bias else ", bias=False"
    made = f"nn.Conv2d({kernel.shape[1] * layer.groups}, {kernel.shape[0]}, {tuple(layer.kernel_size)}{said})"
    weights = {"weight": kernel, **({"bias": array(layer.bias)} if layer.use_bias else {})}
    return Torch(active(layer, channels_first(value)), made, weights)


def pooled(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
    """MaxPooling2D and AveragePooling2D."""
    _hold(layer)
    kind = type(layer).__name__.removesuffix("Pooling2D")
    around = _around(layer, layer.pool_size, shapes[0])
    if kind == "Average" and any(map(any, around)):
        raise SpecError.one("an AveragePooling2D over the border is not written in torch here", CURE)
    value, padding = _padded(given[0], around, "-torch.inf")
    said = "" if padding == (0, 0) else f", padding={padding}"
    made = f"nn.{'Max' if kind == 'Max' else 'Avg'}Pool2d({tuple(layer.pool_size)}, {tuple(layer.strides)}{said})"
    return Torch(channels_first(value), made)


def pooled_whole(name: str) -> Callable[..., Torch]:
    """GlobalAveragePooling2D and GlobalMaxPooling2D, by their name in torch."""

    def made(layer: Any, given: Sequence[str], shapes: Sequence[Shape]) -> Torch:
        _hold(layer)
        return Torch(f"{given[0]}.{name}((1, 2){', keepdim=True' if layer.keepdims else ''})")

    return made


def _hold(layer: Any) -> None:
    if layer.data_format != "channels_last":
        raise SpecError.one(f"{layer.name!r} has channels first, which is not written in torch here", CURE)


def _around(layer: Any, window: Sequence[int], shape: Shape) -> list[tuple[int, int]]:
    """How much is put before and behind each axis: TensorFlow has the larger part behind."""
    found = []
    for size, wide, step in zip(shape[1:3], window, layer.strides, strict=True):
        if layer.padding == "valid":
            found.append((0, 0))
            continue
        if size is None:
            raise SpecError.one(f"{layer.name!r} takes images of any size, which is not written in torch here", CURE)
        more = max((-(-size // step) - 1) * step + wide - size, 0)
        found.append((more // 2, more - more // 2))
    return found


def _padded(value: str, around: Sequence[tuple[int, int]], by: str) -> tuple[str, tuple[int, int]]:
    """The value, and what is put around it by the module, where it is as much on both sides."""
    [(top, bottom), (left, right)] = around
    if top == bottom and left == right:
        return value, (top, left)
    return f"functional.pad({value}, (0, 0, {left}, {right}, {top}, {bottom}), value={by})", (0, 0)
