"""The menus that the house offers by name, and which of them fits which data."""

from __future__ import annotations

from typing import Any

from protokit.core.values import Signature

ABOUT = {
    "tabular": "two hidden layers with dropout, and the inputs beside them: the default for tables",
    "image_small": "three blocks of convolutions: the default for images",
    "text_bag": "the mean of the words' vectors, with dropout: the default for texts",
    "text_cnn": "convolutions over three, four and five words, for texts in which their order tells",
    "sequence_cnn": "three convolutions over time: the default for sequences",
    "autoencoder": "down to ten numbers and back, the inputs beside the hidden layers: the default for clusters",
    "series_linear": "one linear map from the window to the horizon, shared by all columns: the default for forecasts",
}


# so that few steps of training are enough for what is remembered of the batches
_NORM = {"BatchNormalization": {"momentum": 0.9}}
_CODE = 10  # numbers of an embedding


def _hidden(dropout: float) -> dict[str, Any]:
    """Two hidden layers, and the inputs beside what they make."""
    layers = [{"Dense": {"units": 256, "activation": "relu"}}, {"Dropout": dropout}]
    return {"branch": {"deep": layers * 2, "wide": []}}


def _image_block(filters: int, dropout: float) -> list[Any]:
    convolution = [
        {"Conv2D": {"filters": filters, "kernel_size": 3, "padding": "same", "use_bias": False}},
        _NORM,
        {"Activation": "relu"},
    ]
    return [*convolution, {"MaxPooling2D": {"pool_size": 2, "padding": "same"}}, {"Dropout": dropout}]


def _words(count: int) -> list[Any]:
    convolution = {"Conv1D": {"filters": 64, "kernel_size": count, "padding": "same", "activation": "relu"}}
    return [convolution, "GlobalMaxPooling1D"]


def _steps(filters: int, kernel: int) -> list[Any]:
    convolution = {"Conv1D": {"filters": filters, "kernel_size": kernel, "padding": "same", "use_bias": False}}
    return [convolution, _NORM, {"Activation": "relu"}]


MENUS: dict[str, list[Any]] = {
    # Chosen by measurement on public tables: docs/decisions/default-network.md
    "tabular": [_hidden(0.4)],
    "image_small": [
        *_image_block(32, 0.1),
        *_image_block(64, 0.2),
        *_image_block(128, 0.3),
        "Flatten",
        {"Dense": {"units": 128, "activation": "relu"}},
        {"Dropout": 0.4},
    ],
    # Source: Joulin et al., Bag of Tricks for Efficient Text Classification, 2016 (fastText)
    "text_bag": [{"Dropout": 0.3}, "GlobalAveragePooling1D", {"Dropout": 0.5}],
    # Source: Kim, Convolutional Neural Networks for Sentence Classification, 2014
    "text_cnn": [
        {"Dropout": 0.3},
        {"branch": {"three": _words(3), "four": _words(4), "five": _words(5)}},
        {"Dropout": 0.5},
    ],
    # Source: Wang et al., Time Series Classification from Scratch with Deep Neural Networks, 2017 (FCN)
    "sequence_cnn": [
        *_steps(64, 7),
        *_steps(128, 5),
        *_steps(64, 3),
        {"branch": {"mean": ["GlobalAveragePooling1D"], "most": ["GlobalMaxPooling1D"]}},
        {"Dropout": 0.3},
    ],
    # Source: Zeng et al., Are Transformers Effective for Time Series Forecasting?, 2023 (NLinear)
    "series_linear": [{"Identity": {}, "from": "history"}],
    # How it was chosen: docs/decisions/clusters.md
    "autoencoder": [_hidden(0.2), {"Dense": _CODE, "name": "code"}],
}
KNOWN_UNITS = 32  # of the layer between columns whose future is known and what they add to a forecast
_FOR_KIND = {"image": "image_small", "text": "text_bag", "sequence": "sequence_cnn", "series": "series_linear"}


def fitting(signature: Signature) -> Any:
    """The menu for some inputs: a house menu by name, or one for each input, side by side.

    >>> from protokit.core.values import InputSpec
    >>> fitting(Signature((InputSpec("photo", (28, 28, 1), "uint8", ("photo",), 0, "image"),), ()))
    'image_small'
    """
    if signature.targets and signature.targets[0].task == "clustering":
        return _with_code(fitting(Signature(signature.inputs, ())))
    if signature.targets and signature.targets[0].task == "forecasting":
        return _forecast(signature)
    specs = signature.inputs
    own = [spec for spec in specs if spec.kind != "columns"]
    if not own:
        return "tabular"
    if len(specs) == len(own) == 1:
        return _FOR_KIND[own[0].kind]
    branches: dict[str, Any] = {spec.name: [{"use": _FOR_KIND[spec.kind], "from": spec.name}] for spec in own}
    if len(own) < len(specs):
        branches["columns"] = [{"use": "tabular"}]
    return [{"branch": branches}]


def _with_code(menu: Any) -> Any:
    """The menu for some inputs, and an embedding after it."""
    if menu == "tabular":
        return "autoencoder"
    return [*([{"use": menu}] if isinstance(menu, str) else menu), {"Dense": _CODE, "name": "code"}]


def _over_time(steps: int, **options: Any) -> list[Any]:
    """A map from the steps that there are to others, shared by all columns."""
    return [{"Permute": {"dims": [2, 1]}}, {"Dense": {"units": steps, **options}}, {"Permute": {"dims": [2, 1]}}]


def _forecast(signature: Signature) -> Any:
    """`series_linear`, with what the other columns add to it where there are some."""
    horizon, columns = signature.targets[0].shape
    [series, *known] = signature.inputs
    if series.shape[1] == columns:
        return "series_linear"
    last = {"Dense": {"units": columns, "kernel_initializer": "zeros"}}
    branches: dict[str, Any] = {
        "linear": [{"Identity": {}, "from": "history"}, *_over_time(horizon, kernel_initializer="zeros")],
        "past": [{"Identity": {}, "from": "covariates"}, *_over_time(horizon), {"Dropout": 0.2}, last],
    }
    if known:
        hidden = {"Dense": {"units": KNOWN_UNITS, "activation": "relu"}, "from": "known"}
        branches["future"] = [hidden, last]
    branches["start"] = [{"Identity": {}, "from": "last"}]
    return [{"branch": branches, "merge": {"Add": {"dtype": "float32"}}, "name": "output"}]
