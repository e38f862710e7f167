"""Scripts of counts and of numbers above 0."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.learn import deviances
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.texts import losses

LEARN = {"engine": "keras", "epochs": 2, "batch_size": 32, "networks": 1, "menu": [{"Dense": 4}, {"Dropout": 0.2}]}


@pytest.mark.proof
@pytest.mark.parametrize(
    ("target", "learn", "says"),
    [pytest.param("visits", {"task": "count"}, "PoissonDeviance()", id="count"),
     pytest.param("visits", {"task": "count", "loss": "negative_binomial"}, "NegativeBinomialDeviance(", id="wide"),
     pytest.param("visits", {"task": "count", "loss": "MeanSquaredError"}, "keras.losses.MeanSquared", id="squares"),
     pytest.param("price", {"task": "positive"}, "GammaDeviance()", id="positive")],
)  # fmt: skip
def test_means_are_predicted_to_the_bit(target: str, learn: dict[str, Any], says: str, tmp_path: Path) -> None:
    drawn = np.random.default_rng(6)
    size = drawn.normal(size=120)
    frame = pd.DataFrame({"size": size.round(3), "town": drawn.choice(["a", "b"], 120)})
    frame["visits"] = drawn.poisson(np.exp(1 + size))
    frame["price"] = drawn.gamma(2, np.exp(size)).round(3) + 0.001
    frame[["size", "town", target]].to_csv(tmp_path / "houses.csv", index=False)
    plain = {
        "name": "houses", "collect": {"tables": {"houses": "houses.csv"}},
        "represent": {"target": target, "split": {"folds": 2}}, "learn": {**LEARN, **learn},
        "evaluate": {"baselines": []},
    }  # fmt: skip
    done = protokit.run(Recipe.parse(plain, folder=tmp_path), out=tmp_path / "runs", cache=False)
    script = protokit.eject(done, tmp_path / "houses.py", prove=True)
    assert script.proof is not None and script.proof.equal, str(script)
    text = script.path.read_text()
    assert says in text and "_deviance:" in text


@pytest.mark.parametrize(
    ("own", "theirs"),
    [(losses.PoissonDeviance(), deviances.Poisson()),
     (losses.NegativeBinomialDeviance(0.7), deviances.NegativeBinomial(0.7)),
     (losses.GammaDeviance(), deviances.Gamma())],
)  # fmt: skip
def test_losses_are_those_of_the_run(own: Any, theirs: Any) -> None:
    drawn = np.random.default_rng(1)
    truth, mean = drawn.poisson(2, (50, 1)) / 2, drawn.gamma(2, 1, (50, 1)).astype(np.float32)
    assert np.array_equal(own.call(truth, mean), theirs.call(truth, mean))
