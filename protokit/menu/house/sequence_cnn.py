"""The default network for sequences."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS, HouseMenu
from protokit.menu.items import Plain

SHORT = 32  # steps: of longer sequences convolutions with strides see more, by measurement
FILTERS = (32, 64, 64, 128)  # of the convolutions that each leave half of the steps; the last of all further ones
LEFT = 4  # steps that they leave at least
DEEPEST = 7  # convolutions of labels by step


def _convolution(filters: int, kernel: int, **more: Plain) -> list[Plain]:
    return [
        {"Conv1D": {"filters": filters, "kernel_size": kernel, **more, "padding": "same", "use_bias": False}},
        {"BatchNormalization": {"momentum": 0.9}},  # so that few steps are enough for what is remembered of the batches
        {"Activation": "relu"},
    ]


def near() -> list[Plain]:
    """Three convolutions over all steps, each of which sees 13."""
    return [*_convolution(128, 7), *_convolution(128, 5), *_convolution(128, 3)]


def far(steps: int) -> list[int]:
    """The filters of the convolutions that each leave half of so many steps: the last ones see nearly all of them."""
    count = (steps // LEFT).bit_length() - 1
    return [FILTERS[min(i, len(FILTERS) - 1)] for i in range(count)]


def by_step(steps: int) -> list[Plain]:
    """Convolutions that keep the steps, each with gaps twice as wide: the last one sees nearly all of them.

    Source: Yu and Koltun, Multi-Scale Context Aggregation by Dilated Convolutions, 2016.
    """
    gaps = [2**i for i in range(max(2, min(DEEPEST, (steps // 4).bit_length())))]
    first = _convolution(64, 5)
    return [*first, *[{"residual": _convolution(64, 5, dilation_rate=gap)} for gap in gaps]]


def pooled(spec: InputSpec | None = None, halved: int = 0) -> list[Plain]:
    """The mean and the most of what is made of the steps: of those that are there, where lengths differ."""
    if spec is None or not spec.is_marked:
        return [{"branch": {"mean": ["GlobalAveragePooling1D"], "most": ["GlobalMaxPooling1D"]}}]
    half: Plain = {"MaxPooling1D": {"pool_size": 2, "padding": "same"}}
    mark: list[Plain] = [
        {"Permute": {"dims": [2, 1]}, "from": spec.name},
        {"Cropping1D": {"cropping": [spec.shape[-1] - 1, 0]}},
        {"Permute": {"dims": [2, 1]}},
        *[half] * halved,
    ]
    mean: Plain = {
        "branch": {"of_all": ["GlobalAveragePooling1D"], "share": [*mark, "GlobalAveragePooling1D"]},
        "merge": "ops.divide",
    }
    return [
        {"branch": {"made": [], "mark": mark}, "merge": "Multiply"},
        {"branch": {"mean": [mean], "most": ["GlobalMaxPooling1D"]}},
    ]


@HOUSE_MENUS.add
class SequenceCnn(HouseMenu):
    """Chosen by measurement: docs/decisions/sequences.md.

    Source of the network for short sequences: Wang et al., Time Series Classification from Scratch with Deep Neural
    Networks, 2017 (FCN).
    """

    name = "sequence_cnn"
    about = "convolutions over time, with strides where sequences are long: the default for sequences"
    example = "menu: sequence_cnn"
    layers = (*near(), *pooled(), {"Dropout": 0.5})
    takes = "sequence"
    default = True
    rank = 4

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """See HouseMenu."""
        spec = next((spec for spec in signature.inputs if spec.kind == "sequence"), None)
        if any(target.form == "tags" for target in signature.targets):
            return (*by_step(spec.shape[0] if spec else SHORT), {"Dropout": 0.3})
        if spec is None or spec.shape[0] <= SHORT:
            return (*near(), *pooled(spec), {"Dropout": 0.5})
        filters = far(spec.shape[0])
        convolutions = [layer for count in filters for layer in _convolution(count, 9, strides=2)]
        return (*convolutions, *pooled(spec, len(filters)), {"Dropout": 0.3})
