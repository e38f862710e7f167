"""Runs of every task and every kind of input, whole: trained, saved, loaded, predicted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

from protokit.bundle.folder import load
from protokit.core.errors import AuditError, PredictionNotice, ProtokitError, SpecError
from protokit.workflow.run.run import run

FEW = {"epochs": 3, "stop": None}


def table(rows: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 3)), columns=["u", "v", "w"])
    frame["said"] = [
        " ".join([*rng.choice(["sun", "rain", "wind", "snow", "fog"], 6), "warm" if u > 0 else "cold"]) for u in frame.u
    ]
    shade = np.where(frame["v"] > 0, 200, 50)
    frame["seen"] = pd.Series([np.full((8, 8), s, np.uint8) for s in shade], dtype=object)
    frame["hot"], frame["wet"] = (frame["u"] > 0).astype(int), (frame["v"] > 0).astype(int)
    frame["y"] = np.where(frame["u"] + frame["v"] > 0, "yes", "no")
    frame["Größe in %"] = frame["u"] * 3 + rng.normal(size=rows)
    frame["price"] = 100 + 20 * frame["u"] + rng.normal(size=rows)
    return frame


def long_table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        [
            (f"k{key}", step, np.sin(step * (1 + key % 2)) + 0.1 * rng.normal(), key % 3, "ab"[key % 2])
            for key in range(80)
            for step in range(6 + key % 3)
        ],
        columns=["key", "at", "u", "place", "y"],
    )


RECIPES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "text": ({"represent": {"target": "y", "columns": {"said": "text"}}}, ["said", "y"]),
    "tfidf": ({"represent": {"target": "y", "columns": {"said": {"text": {"form": "tfidf"}}}}}, ["said", "y"]),
    "image": ({"represent": {"target": "wet", "columns": {"seen": "image"}}}, ["seen", "wet"]),
    "mixture": (
        {"represent": {"target": "y", "columns": {"said": "text", "seen": "image"}}},
        ["u", "said", "seen", "y"],
    ),
    "by name": (
        {
            "represent": {"target": "y", "columns": {"said": "text", "seen": "image"}},
            "learn": {
                "menu": [
                    {"Embedding": {"input_dim": 50, "output_dim": 4}, "from": "said_codes"},
                    {"Flatten": {}, "name": "words"},
                    {"Flatten": {}, "from": "seen", "name": "pixels"},
                    {"Concatenate": {}, "from": ["words", "pixels", "numbers"]},
                ]
            },
        },
        ["u", "said", "seen", "y"],
    ),
    "multilabel": (
        {"represent": {"target": ["hot", "wet"]}, "learn": {"task": "multilabel"}},
        ["u", "v", "hot", "wet"],
    ),
    "quantile": ({"represent": {"target": "price"}, "learn": {"task": "quantile"}}, ["u", "v", "price"]),
    "odd names": (
        {"represent": {"target": ["Größe in %", "y"]}},
        ["u", "v", "Größe in %", "y"],
    ),
    "two targets": ({"represent": {"target": ["y", "price"]}}, ["u", "v", "y", "price"]),
}


@pytest.mark.parametrize("name", list(RECIPES))
def test_a_run_of_every_kind(name: str, tmp_path: Path) -> None:
    recipe, columns = RECIPES[name]
    frame = table()[columns]
    result = run({**recipe, "learn": {**recipe.get("learn", {}), **FEW}}, frame, out=tmp_path)
    assert all(np.isfinite(value) for value in result.metrics.values())
    assert result.results["metrics"]["verdicts"][0]["outcome"] in {"better", "worse", "cannot tell apart"}
    features = frame[list(result.model.columns)]
    again = load(result.path / "model").predict(features)
    pd.testing.assert_frame_equal(again, result.model.predict(features))
    assert len(again) == len(frame)
    assert str(result) and "<svg" in result._repr_mimebundle_()["text/html"]


def test_text_is_learned(tmp_path: Path) -> None:
    recipe = {"represent": {"target": "hot", "columns": {"said": "text"}}, "learn": {"epochs": 30}}
    assert run(recipe, table()[["said", "hot"]], out=tmp_path).metrics["accuracy"] > 0.95


@pytest.mark.some("pairs-not bad")
@pytest.mark.parametrize(("tokens", "said"), [("pairs", "not bad"), ("mixed", "很好"), ("characters", "很好")])
def test_a_model_of_pairs_or_characters_predicts_the_same_once_it_is_loaded(
    tokens: str, said: str, tmp_path: Path
) -> None:
    """What tells is which of two words, or characters, stands first: no model of words alone has more than .5."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"y": rng.integers(0, 2, 240)})
    blank = " " if tokens == "pairs" else ""
    first, second = said.split() if blank else said
    for i, y in enumerate(frame["y"]):
        told = f"{first}{blank}{second}" if y else f"{second}{blank}{first}"
        frame.loc[i, "said"] = blank.join([*rng.choice(list("天地人日月") if not blank else ["a", "b", "c"], 5), told])
    columns = {"said": {"text": {"tokens": tokens}}}
    recipe = {"represent": {"target": "y", "columns": columns}, "learn": {"epochs": 40}}
    result = run(recipe, frame, out=tmp_path)
    assert result.metrics["accuracy"] > 0.95
    encoders = json.loads((result.path / "model" / "encoders.json").read_text())
    assert f'"tokens": "{tokens}"' in json.dumps(encoders)
    again = load(result.path / "model")
    later = pd.DataFrame({"said": [*frame["said"][:20], None, f"new {said}"]})
    with pytest.warns(PredictionNotice, match="1 cell is missing, and no training row's was: an empty text"):
        pd.testing.assert_frame_equal(again.predict(later), result.model.predict(later))
    assert again.predict(frame[["said"]]).equals(result.model.predict(frame[["said"]]))


def test_sequences_are_learned_and_later_ones_predicted(tmp_path: Path) -> None:
    frame = long_table()
    recipe = {"represent": {"target": "y", "sequence": {"by": "key", "time": "at"}}, "learn": {"epochs": 30}}
    result = run(recipe, frame, out=tmp_path)
    assert result.metrics["accuracy"] > 0.9
    later = frame.drop(columns="y").sample(frac=1, random_state=0)
    predicted = load(result.path / "model").predict(later)
    assert len(predicted) == later["key"].nunique()
    shown = json.loads((result.path / "steps.json").read_text())["steps"]
    assert any(step["name"] == "sequences" and step["rows_out"] == 80 for step in shown)


def test_images_of_digits_are_learned(tmp_path: Path) -> None:
    digits = load_digits()
    images = pd.Series([(image * 15).astype(np.uint8) for image in digits.images], dtype=object)
    frame = pd.DataFrame({"image": images, "digit": digits.target})[:600]
    recipe = {
        "represent": {"target": "digit", "columns": {"image": "image"}},
        "learn": {"epochs": 6},
        "evaluate": {"baselines": ["dummy", "linear"]},
    }
    assert run(recipe, frame, out=tmp_path).metrics["accuracy"] > 0.9


def test_quantiles_are_in_order_and_cover(tmp_path: Path) -> None:
    frame = table(600)[["u", "v", "price"]]
    recipe = {"represent": {"target": "price"}, "learn": {"task": "quantile", "epochs": 40}}
    result = run(recipe, frame, out=tmp_path)
    predicted = result.model.predict(frame)
    assert list(predicted) == ["price 0.1", "price 0.5", "price 0.9"]
    assert (np.diff(predicted.to_numpy(), axis=1) >= 0).all()
    assert 0.6 < result.metrics["coverage"] < 0.95


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learn": {"menu": [{"Dense": 4, "from": "sayd"}]}}, "no item or input 'sayd'"),
        ({"learn": {"menu": [{"Conv2D": [8, 3], "from": "said"}]}}, "Conv2D"),
        ({"learn": {"loss": "MeanSquaredError", "task": "quantile"}}, "quantiles have a loss of their own"),
        ({"evaluate": {"metrics": ["coverage"]}, "learn": {"task": "quantile"}}, "decides the verdict"),
        ({"evaluate": {"baselines": ["kmeans"]}}, "the baseline 'kmeans' is not for"),
        ({"learn": {"class_weights": "balanced", "task": "quantile"}}, "class weights are for rows of one class"),
    ],
)
def test_what_does_not_fit_is_said_before_anything_is_written(change: dict, words: str, tmp_path: Path) -> None:
    quantile = change.get("learn", {}).get("task") == "quantile"
    target, columns = ("price", {}) if quantile else ("y", {"said": "text"})
    recipe = {"represent": {"target": target, "columns": columns}, **change}
    with pytest.raises(ProtokitError) as caught:
        run(recipe, table()[[target, "u", "said"]], out=tmp_path)
    assert words in str(caught.value) and not isinstance(caught.value.__cause__, AssertionError)
    assert not any(tmp_path.rglob("metrics.json"))


def test_a_text_that_no_item_takes_is_told(tmp_path: Path) -> None:
    """Whether the recipe says that it is one or not."""
    told = "the menu takes no free text: 'said' is ignored"
    recipe = {"represent": {"target": "y", "columns": {"said": "text"}}, "learn": {"menu": [{"Dense": 4}], **FEW}}
    assert told in str(run(recipe, table()[["u", "said", "y"]], out=tmp_path))
    inferred = {"represent": {"target": "y"}, "learn": recipe["learn"]}
    frame = table()[["u", "said", "y"]].assign(said=lambda f: f["said"] + [f" {i}" for i in range(len(f))])
    result = run(inferred, frame, out=tmp_path)
    assert str(result).count("'said'") == 1 and told in str(result)
    assert "said" not in result.model.columns


def test_groups_are_drawn_whole(tmp_path: Path) -> None:
    frame = table(240).assign(shop=lambda f: np.arange(len(f)) // 6)[["u", "v", "shop", "y"]]
    recipe = {"represent": {"target": "y", "split": {"by": {"group": "shop"}}}, "learn": FEW}
    scores = run(recipe, frame, out=tmp_path).results["metrics"]["scores"]
    assert all(np.isfinite(score["network"]["low"]) for score in scores)


def test_several_inputs_and_a_chain_that_names_none(tmp_path: Path) -> None:
    recipe = {
        "represent": {"target": "y", "columns": {"said": "text", "seen": "image"}},
        "learn": {"menu": [{"Dense": 4}]},
    }
    with pytest.raises(SpecError, match="the data has several inputs: said, seen"):
        run(recipe, table()[["said", "seen", "y"]], out=tmp_path)


def test_quantiles_are_audited_as_numbers(tmp_path: Path) -> None:
    frame = table(200)[["u", "v", "price"]].assign(copy=lambda f: f["price"] * 2)
    recipe = {"represent": {"target": "price"}, "learn": {"task": "quantile"}, "evaluate": {"strict": True}}
    with pytest.raises(AuditError, match="copy"):
        run(recipe, frame, out=tmp_path)


def test_numbers_are_no_labels(tmp_path: Path) -> None:
    recipe = {"represent": {"target": "price"}, "learn": {"task": "multilabel"}}
    with pytest.raises(ProtokitError, match="'price' holds no texts"):
        run(recipe, table()[["u", "price"]], out=tmp_path)


def test_a_row_without_any_label_is_a_row(tmp_path: Path) -> None:
    frame = table(120)[["u", "v"]]
    frame["tags"] = np.where(frame["u"] > 0, np.where(frame["v"] > 0, "hot|wet", "hot"), None)
    recipe = {"represent": {"target": "tags"}, "learn": {"task": "multilabel", **FEW}}
    rows = run(recipe, frame, out=tmp_path).results["metrics"]["rows"]
    assert sum(rows.values()) == 120
