"""Search recipes of other tools' own docs, rewritten as ours, with small tables made up for them.

KerasTuner: the three of its README and its getting-started guide (`hp.Int`, `hp.Choice`, `hp.Boolean`, `hp.Float`), and
the convolutions that its tests and tutorials search. Ludwig: the configurations of its guide to hyperparameter
optimization, and the table of its example of it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

ROWS = 120

# one layer, its units, and the learning rate of Adam
KERAS_TUNER_BASICS = {
    "represent": {"target": "y"},
    "learn": {
        "optimizer": {"Adam": {"learning_rate": {"choice": [0.01, 0.001, 0.0001]}}},
        "epochs": 5,
        "menu": [{"Dense": {"units": {"int": [32, 512], "step": 32}, "activation": "relu"}}],
    },
    "search": {"trials": 5, "sampler": "random", "pruner": None, "metric": "accuracy"},
}

# layers in number, the units of each, one activation for all, a dropout or none, the learning rate on a log scale
KERAS_TUNER_GUIDE = {
    "represent": {"target": "y"},
    "learn": {
        "optimizer": {"Adam": {"learning_rate": {"float": [0.0001, 0.01], "log": True}}},
        "epochs": 2,
        "menu": {
            "hyperparameters": {
                "num_layers": {"int": [1, 3]},
                "activation": {"choice": ["relu", "tanh"]},
                "units_0": {"int": [32, 512], "step": 32},
                "units_1": {"int": [32, 512], "step": 32},
                "units_2": {"int": [32, 512], "step": 32},
            },
            "layers": [
                {"Dense": {"units": "$units_0", "activation": "$activation"}},
                {"when": {"$num_layers > 1": [{"Dense": {"units": "$units_1", "activation": "$activation"}}]}},
                {"when": {"$num_layers > 2": [{"Dense": {"units": "$units_2", "activation": "$activation"}}]}},
                {"choose": {"no": [], "yes": [{"Dropout": 0.25}]}, "name": "dropout"},
            ],
        },
    },
    "search": {"trials": 3, "sampler": "random", "metric": "accuracy"},
}

# blocks of convolutions, filters, kernels and poolings of each, the pooling at the end, the optimizer
_POOL = {"choose": {"max": ["MaxPooling2D"], "avg": [{"AveragePooling2D": 2}]}}
_FILTERS = {"int": [4, 32], "step": 4, "default": 8}
_CONV = {"Conv2D": {"filters": _FILTERS, "kernel_size": {"int": [3, 5]}, "padding": "same"}}
_BLOCK = [{**_CONV}, _POOL, "BatchNormalization", "ReLU"]
KERAS_TUNER_CONVOLUTIONS = {
    "represent": {"target": "y", "columns": {"photo": {"image": {"size": [8, 8]}}}},
    "learn": {
        "optimizer": {"choice": ["adam", "sgd"]},
        "epochs": 2,
        "menu": {
            "hyperparameters": {"conv_layers": {"int": [1, 3], "default": 3}},
            "layers": [
                {"Identity": {}, "from": "photo"},
                *_BLOCK,
                {"when": {"$conv_layers > 1": _BLOCK}},
                {"when": {"$conv_layers > 2": _BLOCK}},
                {
                    "choose": {"max": ["GlobalMaxPooling2D"], "avg": ["GlobalAveragePooling2D"]},
                    "name": "global_pooling",
                },
            ],
        },
    },
    "search": {"trials": 3, "pruner": "halving", "metric": "accuracy"},
}

# filters of a text's convolution, the learning rate, layers of the combiner
LUDWIG_GUIDE = {
    "represent": {"target": "y", "columns": {"title": {"text": {"length": 8}}}},
    "learn": {
        "optimizer": {"Adam": {"learning_rate": {"float": [0.0001, 0.1], "log": True}}},
        "epochs": 2,
        "menu": {
            "hyperparameters": {"num_filters": {"choice": [128, 256, 512]}, "num_fc_layers": {"int": [2, 5]}},
            "layers": [
                {"Conv1D": {"filters": "$num_filters", "kernel_size": 3, "activation": "relu"}, "from": "title"},
                "GlobalMaxPooling1D",
                {"repeat": {"times": "$num_fc_layers", "layers": [{"Dense": {"units": 16, "activation": "relu"}}]}},
            ],
        },
    },
    "search": {"trials": 3},
}

# the vocabulary of texts, the recurrent cell and its layers, the optimizer
LUDWIG_TEXTS = {
    "represent": {
        "target": "y",
        "columns": {"title": {"text": {"vocabulary": {"choice": [10, 50, 100]}, "length": 8}}},
    },
    "learn": {
        "optimizer": {"choice": ["sgd", "adam", "adagrad"], "default": "adam"},
        "epochs": 2,
        "menu": [
            {"Identity": {}, "from": "title"},
            {"choose": {"rnn": [{"SimpleRNN": 8}], "gru": [{"GRU": 8}], "lstm": [{"LSTM": 8}]}, "name": "cell_type"},
        ],
    },
    "search": {"trials": 3},
}

# numbers and categories: the learning rate, the size and number of layers, dropout, the batch
LUDWIG_TABLE = {
    "represent": {"target": "y", "columns": {"area": "category"}},
    "learn": {
        "optimizer": {"Adam": {"learning_rate": {"float": [0.001, 0.1], "log": True}}},
        "batch_size": {"choice": [16, 32, 64]},
        "epochs": {"int": [2, 3]},
        "menu": {
            "hyperparameters": {
                "output_size": {"int": [16, 64], "step": 16},
                "dropout": {"float": [0.0, 0.5]},
            },
            "layers": [
                {
                    "repeat": {
                        "times": {"int": [1, 3]},
                        "layers": [{"Dense": {"units": "$output_size", "activation": "relu"}}, {"Dropout": "$dropout"}],
                    }
                }
            ],
        },
    },
    "search": {"trials": 3, "sampler": "random"},
}

RECIPES: dict[str, dict[str, Any]] = {
    "keras_tuner_basics": KERAS_TUNER_BASICS,
    "keras_tuner_guide": KERAS_TUNER_GUIDE,
    "keras_tuner_convolutions": KERAS_TUNER_CONVOLUTIONS,
    "ludwig_guide": LUDWIG_GUIDE,
    "ludwig_texts": LUDWIG_TEXTS,
    "ludwig_table": LUDWIG_TABLE,
}


def table_of(name: str) -> pd.DataFrame:
    """A table that the recipe of a name can learn from."""
    r = np.random.default_rng(5)
    x = r.normal(size=(ROWS, 2))
    y = np.where(x[:, 0] + 0.3 * r.normal(size=ROWS) > 0, "yes", "no")
    if name == "keras_tuner_convolutions":
        images = [np.clip(80 * (label == "yes") + r.normal(80, 20, (8, 8, 1)), 0, 255).astype("uint8") for label in y]
        return pd.DataFrame({"photo": images, "y": y})
    if name in ("ludwig_guide", "ludwig_texts"):
        words = {"yes": ["good", "bright", "warm"], "no": ["bad", "dark", "cold"]}
        both = ["day", "house", "sea", "road"]
        titles = [" ".join(r.choice([*words[label], *both], 6)) for label in y]
        return pd.DataFrame({"title": titles, "y": y})
    frame = pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": y})
    return frame.assign(area=r.choice(["north", "south", "west"], ROWS)) if name == "ludwig_table" else frame
