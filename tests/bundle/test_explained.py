"""How much each column adds: by gradients and by Shapley values, on each backend, of pairs, in the report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import Model, SpecError
from protokit.core.errors import MissingExtra
from protokit.workflow.look.report import report

RNG = np.random.default_rng(0)
TOWNS = np.array([f"t{i}" for i in range(12)])
FEW = {"epochs": 4, "networks": 1}
MENU = [{"Dense": {"units": 8, "activation": "tanh"}}]


def table(rows: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    kind = np.array(["low", "mid", "high"])[np.digitize(x + z, [-0.7, 0.7])]
    return pd.DataFrame(
        {"kind": kind, "x": x, "z": z, "town": TOWNS[rng.integers(0, 12, rows)]}, index=[f"r{i}" for i in range(rows)]
    )


TABLE = table()


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    learn = {**FEW, "optimizer": {"Adam": {"learning_rate": 0.02}}}
    return protokit.fit(TABLE, "kind", menu=MENU, out=tmp_path_factory.mktemp("runs"), **learn).model


@pytest.fixture(scope="module")
def shap() -> None:
    """SHAP as plain Python: what it compiles takes longer than all that these tests ask of it."""
    numba = pytest.importorskip("numba")
    if "shap" not in sys.modules:
        numba.config.DISABLE_JIT = True
    pytest.importorskip("shap")


@pytest.mark.usefixtures("shap")
def test_shapley_values_are_those_of_their_definition(model: Model) -> None:
    rows, background = TABLE.head(2), TABLE.iloc[10:14]
    before = np.random.get_state()[1].copy()
    found = model.explain(rows, background=background, method="shap", of="high")
    assert (np.random.get_state()[1] == before).all(), "whoever draws next finds NumPy's generator as it was"
    columns = ["x", "z", "town"]
    assert list(found.values) == columns and found.method == "Shapley values"

    def said(row: pd.Series, known: set[str]) -> float:
        mixed = background.assign(**{name: row[name] for name in known})
        return float(model.predict_proba(mixed)["high"].mean())

    for i in range(2):
        row = rows.iloc[i]
        for j, name in enumerate(columns):
            one, two = (other for other in columns if other != name)
            sets = [(set(), 1 / 3), ({one}, 1 / 6), ({two}, 1 / 6), ({one, two}, 1 / 3)]
            expected = sum(share * (said(row, some | {name}) - said(row, some)) for some, share in sets)
            assert found.values.iloc[i, j] == pytest.approx(expected, abs=1e-6)
    np.testing.assert_allclose(found.values.sum(axis=1), found.score - found.start, atol=1e-6)
    np.testing.assert_allclose(found.score, model.predict_proba(rows)["high"], atol=1e-6)


@pytest.mark.usefixtures("shap")
def test_both_methods_agree_where_a_network_is_nearly_linear(tmp_path: Path) -> None:
    frame = TABLE.assign(price=100 + 30 * TABLE["x"] - 10 * TABLE["z"])[["price", "x", "z", "town"]]
    model = protokit.fit(frame, "price", menu=[], out=tmp_path, **FEW).model
    rows = frame.head(3)
    ours = model.explain(rows, background=frame.iloc[:100])
    theirs = model.explain(rows, background=frame.iloc[:100], method="shap")
    np.testing.assert_allclose(ours.values, theirs.values, atol=0.02 * float(theirs.values.abs().max().max()))
    np.testing.assert_allclose(ours.score, model.predict(rows)["price"], rtol=1e-4)


@pytest.mark.usefixtures("shap")
def test_what_was_drawn_for_shapley_values_is_told_and_follows_from_the_seed(tmp_path: Path) -> None:
    frame = TABLE.assign(**{f"n{i}": RNG.normal(size=len(TABLE)) for i in range(7)})
    model = protokit.fit(frame, "kind", menu=MENU, out=tmp_path, **FEW).model
    one, same, other = (
        model.explain(frame.head(2), background=frame, method="shap", seed=seed).values for seed in (0, 0, 1)
    )
    pd.testing.assert_frame_equal(one, same, check_exact=True)
    assert not np.allclose(one, other)
    found = model.explain(frame.head(1), background=frame, method="shap")
    assert "100 of 240 of the background, drawn by the seed" in str(found)
    assert "of 10 columns 10 orders and their reverses" in " ".join(str(found).split())
    np.testing.assert_allclose(found.values.sum(axis=1), found.score - found.start, atol=1e-6)


@pytest.mark.usefixtures("shap")
def test_shap_draws_an_explanation(model: Model) -> None:
    found = model.explain(TABLE.head(3), background=TABLE).as_shap()
    assert found.feature_names == ["x", "z", "town"] and found.values.shape == (3, 3)
    assert list(found.data[:, 2]) == list(TABLE["town"].head(3))


@pytest.mark.usefixtures("shap")
def test_labels_and_quantiles(tmp_path: Path) -> None:
    tags = [
        ";".join(name for name, one in (("red", a), ("blue", b)) if one > 0) for a, b in TABLE[["x", "z"]].to_numpy()
    ]
    frame = TABLE.drop(columns="kind").assign(tags=tags)
    recipe = {"represent": {"target": "tags"}, "learn": {"task": "multilabel", "menu": MENU, **FEW}}
    model = protokit.run(recipe, frame, out=tmp_path).model
    said = model.predict_proba(frame.head(2))["red"]
    assert list(model.predict_proba(frame.head(2))) == ["blue", "red"]
    for method in ("integrated gradients", "shap"):
        found = model.explain(frame.head(2), background=frame.head(20), of="red", method=method)
        np.testing.assert_allclose(found.score, said, atol=1e-6)
        np.testing.assert_allclose(found.values.sum(axis=1), found.score - found.start, atol=2e-3)
    with pytest.raises(SpecError, match="several labels, and one of them is explained"):
        model.explain(frame)
    with pytest.raises(SpecError, match="'tags' has no label 'rod'"):
        model.explain(frame, of="rod")
    asked = {"represent": {"target": "x"}, "learn": {"task": "quantile", "menu": MENU, **FEW}}
    middle = protokit.run(asked, TABLE, out=tmp_path).model
    with pytest.raises(SpecError, match=r"(?s)the task is quantile.*method=\"shap\""):
        middle.explain(TABLE.head(2))
    found = middle.explain(TABLE.head(2), background=TABLE.head(20), method="shap")
    np.testing.assert_allclose(found.score, middle.predict(TABLE.head(2))["x 0.5"], atol=1e-5)


def test_each_side_of_a_pair_has_columns_of_its_own(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    sides = {f"{side}_{name}": rng.normal(size=200) for side in ("left", "right") for name in ("x", "y")}
    towns = {f"{side}_town": TOWNS[rng.integers(0, 12, 200)] for side in ("left", "right")}
    same = np.abs(sides["left_x"] - sides["right_x"]) < 0.7
    frame = pd.DataFrame({**sides, **towns, "same": np.where(same, "yes", "no")})
    inputs = {side: [f"{side}_x", f"{side}_y", f"{side}_town"] for side in ("left", "right")}
    represent = {"target": "same", "inputs": inputs, "pairs": {"left": "left", "right": "right"}}
    model = protokit.run({"represent": represent, "learn": {"menu": MENU, **FEW}}, frame, out=tmp_path).model
    found = model.explain(frame.head(4), background=frame)
    assert [*found.values] == [*inputs["left"], *inputs["right"]]
    np.testing.assert_allclose(found.values.sum(axis=1), found.score - found.start, atol=5e-3)
    swapped = frame.rename(
        columns=dict(zip(inputs["left"] + inputs["right"], inputs["right"] + inputs["left"], strict=True))
    )
    other = model.explain(swapped.head(4), background=swapped).values[[*inputs["right"], *inputs["left"]]]
    np.testing.assert_allclose(found.values, other, atol=1e-5)
    assert model.evaluate(frame).rows == 200


def test_what_cannot_be_explained_is_refused(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpecError, match=r"(?s)no method 'shep'.*did you mean 'shap'"):
        model.explain(TABLE, method="shep")  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "shap", None)
    with pytest.raises(MissingExtra, match=r"protokit\[explain\]"):
        model.explain(TABLE.head(2), method="shap")


@pytest.mark.parametrize(
    "backend",
    [
        pytest.param(name, marks=pytest.mark.skipif(find_spec(name) is None, reason=f"{name} is not installed"))
        for name in ("torch", "jax")
    ],
)
def test_other_backends_explain_alike(model: Model, backend: str, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    TABLE.to_parquet(tmp_path / "table.parquet")
    script = (
        "import json, pandas as pd, protokit\n"
        "model, table = protokit.load('model'), pd.read_parquet('table.parquet')\n"
        "found = model.explain(table.head(3), background=table, of='high')\n"
        "slopes = [one.tolist() for one in model.gradients(table).values()]\n"
        "print(json.dumps([found.values.to_numpy().tolist(), slopes]))\n"
    )
    env = {**os.environ, "KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, env=env)
    assert done.returncode == 0, done.stderr
    values, slopes = json.loads(done.stdout.splitlines()[-1])
    here = model.explain(TABLE.head(3), background=TABLE, of="high").values
    np.testing.assert_allclose(values, here, atol=1e-5)
    for one, other in zip(slopes, model.gradients(TABLE).values(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_report_explains_rows_that_a_recipe_asks_for(tmp_path: Path) -> None:
    frame = TABLE.assign(price=TABLE["x"] * 10)
    recipe = {
        "represent": {"target": ["kind", "price"]},
        "learn": {"menu": MENU, **FEW},
        "evaluate": {"explain": 5, "baselines": ["dummy"]},
    }
    run = protokit.run(recipe, frame, out=tmp_path)
    found = protokit.Run.open(run.path).results["metrics"]["explained"]
    assert [*found] == ["kind", "price"]
    for target, each in found.items():
        assert [one["missed"] for one in each] == [True, True, False, False, False]
        assert len({one["row"] for one in each}) == 5
        written = run.predictions.iloc[[one["row"] for one in each]]
        if target == "price":
            np.testing.assert_allclose(written["price predicted"], [one["score"] for one in each], rtol=1e-4)
            away = (run.predictions["price"] - run.predictions["price predicted"]).abs()
            assert away.max() == pytest.approx(abs(each[0]["truth"] - each[0]["score"]), rel=1e-4)
        for one in each:
            assert sum(value for _, _, value in one["most"]) == pytest.approx(
                one["score"] - one["start"], abs=0.01 * max(1, abs(one["score"]))
            )
    page = report(run.path, tmp_path / "page.html").read_text()
    assert "why kind: 5 test rows" in page and "why price: 5 test rows" in page and "missed by the most" in page


@pytest.mark.parametrize(
    ("represent", "learn", "why"),
    [
        ({}, {"task": "clustering"}, "the task is clustering"),
        ({"target": ["x", "z"]}, {"task": "multilabel"}, "the task is multilabel"),
        ({"target": "x", "sequence": {"by": "id"}}, {}, "there are no single rows"),
        ({"target": "x", "series": {"time": "t", "window": 3, "horizon": 1}}, {}, "the task is forecasting"),
    ],
)
def test_a_recipe_is_refused_whose_rows_cannot_be_explained(represent: dict, learn: dict, why: str) -> None:
    recipe = {"represent": represent, "learn": learn, "evaluate": {"explain": 3}}
    with pytest.raises(SpecError, match=f"evaluate.explain: explained are .*{why}"):
        protokit.check(recipe)
