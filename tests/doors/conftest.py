"""Small trained models, made once for all tests of the ways out."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit


def table(rows: int = 160) -> pd.DataFrame:
    """Every kind of column that goes into a file, with gaps, and two targets."""
    rng = np.random.default_rng(0)
    some = pd.DataFrame({"wing size": rng.normal(200, 10, rows).round(1)})
    some["mass"] = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(40, 4, rows).round(0))
    some["at once"] = 1_700_000_000.0 + rng.integers(0, 90, rows)  # nearer each other than 32 bits tell
    some["island"] = rng.choice([*"ABCDEFGHIJKL", "a/b"], rows)
    some["sex"] = rng.choice(np.array(["m", "f", None], object), rows)
    some["tame"] = rng.choice(["yes", "no"], rows)
    some["seen"] = pd.to_datetime("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**8, rows), unit="s")
    some["born"] = [f"{2000 + i % 20}-{i % 12 + 1:02}-{i % 28 + 1:02}" for i in range(rows)]
    some["grade"] = rng.choice(["low", "middle", "high"], rows)
    some["fed"] = [f"{i % 24:02}:{i % 60:02}" for i in range(rows)]
    some["swam"] = [f"0{i % 3}:{i % 60:02}:00" for i in range(rows)]
    size = some["wing size"] + rng.normal(0, 5, rows)
    some["species"] = np.where(size > 200, "Adelie", "Gentoo")
    some["weight"] = size * 1000
    said = ["A big, LOUD bird!", "small bird; quiet", "not big + not loud", "\u5f88\u597d\u7684 bird \u00c4", None]
    some["said"] = [said[int(size > 200) + i % 4] for i, size in enumerate(some["wing size"])]
    some["sung"] = [f"{text} {text}" if text else "la la" for text in some["said"]]
    return some


KINDS = {
    "grade": {"ordered": ["low", "middle", "high"]},
    "fed": "time_of_day",
    "swam": "duration",
    "at once": "number",
}


def _recipe(targets: object, learn: dict[str, Any], columns: tuple[str, ...], **more: object) -> dict[str, Any]:
    kinds = {name: kind for name, kind in KINDS.items() if name in columns} | more.pop("kinds", {})  # type: ignore[operator]
    evaluate = {"baselines": [], **more.pop("evaluate", {})}  # type: ignore[dict-item]
    return {
        "represent": {"target": targets, "columns": kinds, **more},
        "learn": {
            "epochs": 12,
            "optimizer": {"Adam": {"learning_rate": 0.02}},
            "networks": 1,
            "menu": [{"Dense": 4}],
            **learn,
        },
        "evaluate": evaluate,
    }


LEARN = {"epochs": 6, "optimizer": {"Adam": {"learning_rate": 0.02}}, "networks": 1, "menu": [{"Dense": 4}]}
FEW = ("wing size", "mass", "island", "sex")
ALL = (*FEW, "at once", "tame", "seen", "born", "grade", "fed", "swam")
DAYS = (*FEW, "tame", "born", "grade", "fed", "swam")  # numbers of 32 bits, and dates without a time
TEXTS = ("said", "sung", "mass")
SUNG = {"text": {"form": "tfidf", "tokens": "mixed"}}
RECIPES: dict[str, Callable[[], tuple[dict[str, Any], tuple[str, ...]]]] = {
    "classes": lambda: (
        _recipe("species", {"networks": 2}, ALL, evaluate={"calibrate": "temperature", "threshold": "f1"}),
        (*ALL, "species"),
    ),
    "days": lambda: (_recipe("species", {}, DAYS), (*DAYS, "species")),
    "texts": lambda: (
        _recipe(
            "species", {"menu": None, "epochs": 2}, TEXTS, kinds={"said": {"text": {"tokens": "pairs"}}, "sung": SUNG}
        ),
        (*TEXTS, "species"),
    ),
    "tokens": lambda: (
        _recipe("species", {"menu": None, "epochs": 2}, ("said",), kinds={"said": "text"}, split={"folds": 2}),
        ("said", "species"),
    ),
    "default": lambda: (_recipe("species", {"menu": None}, FEW), (*FEW, "species")),
    "folds": lambda: (_recipe(["weight", "species"], {}, FEW, split={"folds": 2}), (*FEW, "weight", "species")),
}


def trained(name: str, folder: Path) -> Any:
    recipe, columns = RECIPES[name]()
    if recipe["learn"]["menu"] is None:
        del recipe["learn"]["menu"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
        return protokit.run(recipe, table()[list(columns)], out=folder).model


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """The model of one of RECIPES, trained once."""
    return cache(lambda name: trained(name, tmp_path_factory.mktemp("runs")))


@pytest.fixture
def birds() -> pd.DataFrame:
    return table(60)
