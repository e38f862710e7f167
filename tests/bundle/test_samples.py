"""Models that are asked several times with their dropout on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import protokit
from protokit.bundle.model import Model
from protokit.bundle.writing import save
from protokit.cli.app import app
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.learn.inspection.dropout import dropouts, sampled
from protokit.learn.train import predict

MENU = [{"Dense": {"units": 16, "activation": "relu"}}, "BatchNormalization", {"Dropout": 0.3}]


def frame(rows: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    c = np.where(x + z > 0, "yes", "no")
    return pd.DataFrame({"x": x, "z": z, "c": c, "k": np.digitize(x, [-0.5, 0.5]).astype(str), "r": 3 * x - z})


def model(out: Path, target: Any, columns: tuple[str, ...] = ("x", "z"), menu: Any = MENU, **learn: Any) -> Model:
    names = [target] if isinstance(target, str) else target
    recipe = {
        "represent": {"target": target},
        "learn": {"menu": menu, "epochs": 3, "batch_size": 32, **learn},
        "evaluate": {"baselines": []},
    }
    return protokit.load(protokit.run(recipe, frame()[[*columns, *names]], out=out).path)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """Of a number, two classes and three, by two networks."""
    return model(tmp_path_factory.mktemp("several"), ["r", "c", "k"], networks=2)


def test_means_and_how_much_the_answers_differ(several: Model) -> None:
    rows = frame(40)[["x", "z"]]
    plain, found = several.predict(rows), several.predict(rows, samples=30)
    assert [*found.columns[: len(plain.columns)]] == [*plain.columns]
    spreads = ["r std", "r sampled 0.05", "r sampled 0.95", "c = no std", "c = yes std"]
    assert [*found.columns[len(plain.columns) :]] == [*spreads, *(f"k = {i} std" for i in range(3))]
    assert found.index.equals(rows.index)
    assert (found["r std"] > 0).all() and (found["r sampled 0.05"] < found["r sampled 0.95"]).all()
    assert found["r"].between(found["r sampled 0.05"], found["r sampled 0.95"]).mean() > 0.9
    assert np.allclose(found["c = no std"], found["c = yes std"])
    assert np.allclose(found[[f"k = {i}" for i in range(3)]].sum(axis=1), 1)
    assert np.abs(found["r"] - plain["r"]).mean() < 3 * (found["r std"] / np.sqrt(60)).mean() + 0.2


def test_the_draws_follow_from_the_seed_and_leave_nothing_behind(several: Model) -> None:
    rows = frame(20)[["x", "z"]]
    before = several.predict(rows)
    states = [np.asarray(v) for v in several.parts[0].network.variables if "seed_generator" in v.path]
    one = several.predict(rows, samples=5)
    pd.testing.assert_frame_equal(one, several.predict(rows, samples=5))
    assert not one["r std"].equals(several.predict(rows, samples=5, seed=1)["r std"])
    after = [np.asarray(v) for v in several.parts[0].network.variables if "seed_generator" in v.path]
    assert states and all(map(np.array_equal, states, after))
    pd.testing.assert_frame_equal(before, several.predict(rows))


def test_they_are_the_distribution_that_dropout_has(several: Model) -> None:
    """Of a layer that drops a share of ones and adds up the rest, moments are known."""
    part = several.parts[0]
    network, signature = part.network, part.encoder.signature
    rows = np.zeros((3, 2), np.float32)
    [name] = [spec.name for spec in signature.inputs]
    given = keras.Input((2,), name=name)
    ones = keras.layers.Dense(50, kernel_initializer="zeros", bias_initializer="ones")(given)
    dropped = keras.layers.Dropout(0.2)(ones)
    heads = {
        target.key: keras.layers.Dense(target.units, kernel_initializer="ones", activation=None)(dropped)
        for target in signature.targets
    }
    sums = keras.Model({name: given}, heads)
    assert len(dropouts(sums)) == 1 and dropouts(network)
    found = np.stack([one["r"] for one in sampled(sums, {name: rows}, signature, 2000, 0)])
    assert found.shape == (2000, 3, 1) and found.mean() == pytest.approx(50, rel=0.01)
    assert found.std() == pytest.approx(np.sqrt(50 * 0.2 / 0.8), rel=0.05)
    assert abs(np.corrcoef(found[:, 0, 0], found[:, 1, 0])[0, 1]) < 0.1, "rows are drawn for by themselves"


def test_all_else_is_as_in_prediction_and_batches_change_nothing(
    several: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = several.parts[0]
    inputs, _ = part.encoder.encode(frame(30)[["x", "z"]])
    for layer in dropouts(part.network):
        monkeypatch.setattr(layer, "rate", 1e-9)
    plain = predict(part.network, inputs, part.encoder.signature)
    for rows in (7, 4096):
        monkeypatch.setattr("protokit.learn.inspection.dropout._ROWS", rows)
        for one in sampled(part.network, inputs, part.encoder.signature, 3, 0):
            for name, given in one.items():
                np.testing.assert_allclose(given, plain[name], rtol=1e-4, atol=1e-5)


def test_layers_that_drop_inside_are_found(tmp_path: Path) -> None:
    given = keras.Input((4, 3))
    attended = keras.layers.MultiHeadAttention(2, 3, dropout=0.5)(given, given)
    inner = keras.layers.Bidirectional(keras.layers.LSTM(3, recurrent_dropout=0.5))(attended)
    network = keras.Model(given, keras.layers.Dense(1)(keras.layers.Dropout(0.0)(inner)))
    kinds = sorted(type(layer).__name__ for layer in dropouts(network))
    assert kinds == ["Dropout", "LSTM", "LSTM"]


@pytest.mark.parametrize(
    ("samples", "told"),
    [(1, "at least 2, not 1"), (True, "not True"), ("5", "not '5'"), (2.5, "not 2.5")],
)
def test_what_is_no_number_of_times_is_refused(several: Model, samples: Any, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        several.predict(frame(5)[["x", "z"]], samples=samples)


def test_a_network_without_dropout_is_refused_with_a_cure(tmp_path: Path) -> None:
    plain = model(tmp_path, "c", menu=[{"Dense": 4}, {"Dropout": 0.0}])
    with pytest.raises(SpecError, match="the network has no dropout: it says the same each time") as caught:
        plain.predict(frame(5)[["x", "z"]], samples=10)
    assert "{Dropout: 0.1}" in str(caught.value)


def test_the_command_line_asks_too(several: Model, tmp_path: Path) -> None:
    save(several, tmp_path / "model")
    frame(6)[["x", "z"]].to_csv(tmp_path / "rows.csv", index=False)

    def said(*more: str) -> pd.DataFrame:
        out = tmp_path / "out.csv"
        asked = ["predict", str(tmp_path / "model"), str(tmp_path / "rows.csv"), "-o", str(out), "--samples", *more]
        done = CliRunner().invoke(app, asked, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return pd.read_csv(out)

    table = pd.read_csv(tmp_path / "rows.csv")
    np.testing.assert_allclose(said("5")["r std"], several.predict(table, samples=5)["r std"], rtol=1e-5)
    assert not np.allclose(said("5")["r std"], said("5", "--seed", "3")["r std"])


def test_counts_have_their_bounds_beside(tmp_path: Path) -> None:
    rows = frame()
    rows["n"] = np.random.default_rng(0).poisson(np.exp(rows["x"]))
    recipe = {
        "represent": {"target": "n"},
        "learn": {"task": "count", "menu": MENU, "epochs": 2},
        "evaluate": {"baselines": []},
    }
    made = protokit.run(recipe, rows[["x", "z", "n"]], out=tmp_path).model
    found = made.predict(rows[["x", "z"]][:9], samples=4)
    assert {"n", "n 0.05", "n 0.95", "n std", "n sampled 0.05"} <= {*found.columns} and (found["n std"] > 0).all()
