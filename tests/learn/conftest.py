from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.learn.train import Trained, Trainer
from protokit.learn.training.choice import Choice
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected as collect
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.representing import represent

WAYS = {
    "fit": Choice(None, False, ""),  # by Keras's fit, which has no choice
    "plain": Choice(None, False, ""),
    "xla": Choice(0, False, ""),
    "late": Choice(2, False, ""),
    "trial": Choice(1, True, ""),
}


def frame(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    columns = {"x": x, "z": z, "w": rng.random(rows), "c": (x + z > 0).astype(int)}
    return pd.DataFrame({**columns, "k": np.digitize(x, [-0.5, 0.5]), "r": 3 * x - z})


@pytest.fixture
def trainer_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Trainer, Represented]]:
    """A trainer that works in one of the WAYS, and its rows: 192 training rows, batches of 32."""

    def make(way: str, target: Any = "c", rows: int = 300, **learn: Any) -> tuple[Trainer, Represented]:
        monkeypatch.setattr("protokit.learn.training.choice.choose", lambda *_, **__: WAYS[way])
        learn = {**({"engine": "keras"} if way == "fit" else {}), **learn}
        learn = {"menu": [{"Dense": {"units": 8, "activation": "tanh"}}], "epochs": 5, "batch_size": 32, **learn}
        recipe = Recipe.parse({"represent": {"target": target}, "learn": {"stop": None, **learn}})
        weighted = ["w"] if "sample_weights" in learn else []
        names = [target] if isinstance(target, str) else target
        [data] = represent(recipe, collect(recipe, frame(rows)[["x", "z", *weighted, *names]]))
        signature = data.encoder.signature
        return Trainer(recipe.learn, network_for(recipe, signature), signature, seed=recipe.seed), data

    return make


@pytest.fixture
def trained_by(trainer_of: Callable[..., tuple[Trainer, Represented]]) -> Callable[..., Trained]:
    def train(way: str, target: Any = "c", **learn: Any) -> Trained:
        trainer, data = trainer_of(way, target, **learn)
        return trainer.train(data.train, data.validation)

    return train
