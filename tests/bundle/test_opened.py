"""What a model gives of itself, and that none of it is changed behind one's back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import DataError, Model, Run, SpecError

ISLANDS = ("a", "b", "c")


def birds(rows: int, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    species = generator.integers(0, 3, rows)
    return pd.DataFrame(
        {
            "species": np.array(["adelie", "chinstrap", "gentoo"])[species],
            "bill": species * 2.0 + generator.normal(size=rows),
            "mass": generator.normal(size=rows),
            "island": np.array(ISLANDS)[generator.integers(0, 3, rows)],
            "nest": [f"n{i}" for i in generator.integers(0, 12, rows)],
        },
        index=[f"bird {i}" for i in range(rows)],
    )


TRAIN, TEST = birds(300), birds(60, seed=1)
MENU = [{"Dense": {"units": 8, "activation": "tanh"}, "name": "hidden"}]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("runs")
    return protokit.fit(TRAIN, "species", menu=MENU, epochs=6, networks=2, columns={"nest": "category"}, out=out)


@pytest.fixture
def model(run: Run) -> Model:
    return run.model


def test_a_newcomers_script(run: Run, tmp_path: Path) -> None:
    model, test = run.model, TEST.copy()
    test["pred"] = model.predict(test)["species"]
    assert (test["pred"] == test["species"]).mean() > 0.6
    before = model.predict_proba(TEST)
    assert list(before) == ["adelie", "chinstrap", "gentoo"] and list(before.index) == list(TEST.index)
    network = model.to_keras()
    arrays = model.arrays(TEST)
    np.testing.assert_allclose(network.predict(arrays.inputs, verbose=0), before, atol=1e-6)
    losses = network.fit(arrays.inputs, arrays.targets["species"], epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert not np.allclose(network.predict(arrays.inputs, verbose=0), before, atol=1e-4)
    pd.testing.assert_frame_equal(model.predict_proba(TEST), before, check_exact=True)
    model.save(tmp_path / "model")
    before.to_parquet(tmp_path / "before.parquet")
    TEST.to_parquet(tmp_path / "test.parquet")
    script = (
        "import pandas as pd, protokit\n"
        "model = protokit.load('model')\n"
        "found = model.predict_proba(pd.read_parquet('test.parquet'))\n"
        "pd.testing.assert_frame_equal(found, pd.read_parquet('before.parquet'), check_exact=True)\n"
        "assert type(model.to_keras().optimizer).__name__ == 'AdamW'\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_the_network_that_is_handed_out_is_ones_own(model: Model) -> None:
    before, network = model.predict_proba(TEST), model.network
    weights = [np.zeros_like(one) for one in network.get_weights()]
    network.set_weights(weights)
    pd.testing.assert_frame_equal(model.predict_proba(TEST), before, check_exact=True)
    assert model.network is network and all((one == 0).all() for one in network.get_weights())


def test_one_network_of_several(model: Model) -> None:
    inputs = model.arrays(TEST).inputs
    each = [model.to_keras(network=i).predict(inputs, verbose=0) for i in range(2)]
    np.testing.assert_allclose(np.mean(each, axis=0), model.predict_proba(TEST), atol=1e-6)
    assert not np.allclose(each[0], each[1])
    with pytest.raises(SpecError, match="no network 2: the model has 2"):
        model.to_keras(network=2)


def test_arrays_have_the_truth_where_the_table_has_it(model: Model) -> None:
    labelled, bare = model.arrays(TEST), model.arrays(TEST.drop(columns="species"))
    assert labelled.targets["species"].shape == (60, 1) and bare.targets == {}
    for name, values in labelled.inputs.items():
        np.testing.assert_array_equal(values, bare.inputs[name])


def test_gradients_are_those_of_the_loss(model: Model) -> None:
    found = model.gradients(TEST)
    network, arrays = model.to_keras(network=0), model.arrays(TEST)
    assert [one.shape for one in found.values()] == [tuple(one.shape) for one in network.trainable_variables]

    def loss() -> float:
        return float(network.evaluate(arrays.inputs, arrays.targets["species"], verbose=0)[0])

    kernel, step = network.trainable_variables[-1], 1e-2
    grad, start = list(found.values())[-1], kernel.numpy()
    for i in range(len(start)):
        sides = []
        for sign in (1, -1):
            moved = start.copy()
            moved[i] += sign * step
            kernel.assign(moved)
            sides.append(loss())
        assert (sides[0] - sides[1]) / (2 * step) == pytest.approx(grad[i], abs=2e-4)
    kernel.assign(start)


def test_scores_of_a_labelled_table(run: Run, model: Model, tmp_path: Path) -> None:
    found = model.evaluate(TEST)
    said = model.predict(TEST)["species"]
    assert found.metrics["accuracy"] == pytest.approx((said == TEST["species"]).mean())
    interval = found.intervals["accuracy"]
    assert interval.low < interval.value < interval.high and found.rows == 60
    assert list(found.frame["metric"]) == [*found.metrics] == [*run.evaluate(TEST).metrics]
    assert "each class" in str(found) and repr(found).startswith("<Evaluation on 60 rows: accuracy 0.")
    assert "chinstrap" in found.report(tmp_path / "page.html").read_text()
    assert [*model.evaluate(TEST, metrics=["log_loss"]).metrics] == ["log_loss"]
    gaps = TEST.copy()
    gaps.iloc[:5, 0] = None
    assert str(model.evaluate(gaps).notices[-1]) == "5 rows left out: the truth is missing there"
    with pytest.raises(DataError, match="the column 'species' is missing: it holds what is predicted"):
        model.evaluate(TEST.drop(columns="species"))
    with pytest.raises(SpecError, match="no metric 'acuracy'"):
        model.evaluate(TEST, metrics=["acuracy"])
    with pytest.raises(SpecError, match=r"no metric 'qwertz'\n *such as accuracy"):
        model.evaluate(TEST, metrics=["qwertz"])
    with pytest.raises(SpecError, match="r2 is not for multiclass"):
        model.evaluate(TEST, metrics=["r2"])


def test_explanations_add_up(model: Model) -> None:
    found = model.explain(TEST.head(5), background=TRAIN)
    assert list(found.values) == ["bill", "mass", "island", "nest"] and list(found.values.index) == list(TEST.index[:5])
    assert found.of is not None and list(found.of) == list(model.predict(TEST.head(5))["species"])
    np.testing.assert_allclose(found.values.sum(axis=1), found.score - found.start, atol=2e-3)
    top = model.predict_proba(TEST.head(5)).max(axis=1)
    np.testing.assert_allclose(found.score, top, atol=1e-6)
    assert found.values.abs().mean().idxmax() == "bill"
    unknown = model.explain(TEST.head(3), of="gentoo")
    np.testing.assert_allclose(unknown.values.sum(axis=1), unknown.score - unknown.start, atol=2e-3)
    assert "bill" in str(found) and repr(found) == "<Explanation of species: 5 rows, 4 columns>"
    with pytest.raises(SpecError, match="'species' has no class 'emu'"):
        model.explain(TEST, of="emu")
    with pytest.raises(SpecError, match="no target 'spezies'"):
        model.explain(TEST, target="spezies")


def test_of_numbers_explanations_are_in_their_unit(tmp_path: Path) -> None:
    frame = TRAIN.assign(price=1000.0 + 300.0 * TRAIN["bill"])
    model = protokit.fit(frame, "price", menu=[], epochs=20, networks=1, out=tmp_path).model
    found = model.explain(frame.head(4), background=frame)
    np.testing.assert_allclose(found.score, model.predict(frame.head(4))["price"], rtol=1e-4)
    np.testing.assert_allclose(found.values.sum(axis=1), found.score - found.start, rtol=1e-2)
    with pytest.raises(SpecError, match="there are no probabilities: the task is regression"):
        model.predict_proba(frame)
    with pytest.raises(SpecError, match="of='x' is a class, and the task is regression"):
        model.explain(frame, of="x")
    assert model.evaluate(frame).metrics["r2"] > 0


def test_of_two_classes_either_is_explained(tmp_path: Path) -> None:
    frame = TRAIN.assign(species=np.where(TRAIN["species"] == "gentoo", "gentoo", "other"))
    model = protokit.fit(frame, "species", menu=MENU, epochs=3, networks=1, out=tmp_path).model
    one, other = (model.explain(frame.head(6), of=name) for name in ("gentoo", "other"))
    np.testing.assert_allclose(one.values, -other.values, atol=1e-6)
    np.testing.assert_allclose(one.score + other.score, 1, atol=1e-6)
    np.testing.assert_allclose(one.score, model.predict_proba(frame.head(6))["gentoo"], atol=1e-6)


def test_what_a_layer_gives(model: Model) -> None:
    found = model.embed(TEST, "hidden")
    assert found.shape == (60, 16)
    with pytest.raises(SpecError, match=r"(?s)the network has no layer 'hiden'.*did you mean 'hidden'"):
        model.embed(TEST, "hiden")


def test_folds_have_to_be_chosen_from(tmp_path: Path) -> None:
    recipe = {"represent": {"target": "species", "split": {"folds": 2}}, "learn": {"menu": MENU, "epochs": 1}}
    model = protokit.run(recipe, TRAIN, out=tmp_path, set={"learn.networks": 1}).model
    with pytest.raises(SpecError, match="each of the 2 folds has encoders of its own"):
        model.to_keras()
    inputs = [model.arrays(TEST, network=i).inputs for i in range(model.networks)]
    each = [model.to_keras(network=i).predict(own, verbose=0) for i, own in enumerate(inputs)]
    np.testing.assert_allclose(np.mean(each, axis=0), model.predict_proba(TEST), atol=1e-6)
    assert model.explain(TEST.head(2)).values.shape == (2, 4) and model.evaluate(TEST).rows == 60


def test_a_run_gives_its_recipe_its_history_and_its_predictions(run: Run) -> None:
    assert run.recipe.represent.target == "species" and run.recipe.learn.epochs == 6
    assert "loss" in run.history and len(run.predictions) == run.results["metrics"]["rows"]["test"]
    assert "row" in run.predictions and repr(run.model).startswith("<Model of species (multiclass) from 4 columns")
