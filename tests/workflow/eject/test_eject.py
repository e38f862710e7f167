"""Runs as scripts: executed where there is no protokit, they predict what the runs predict."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.proving import compared
from protokit.workflow.eject.refusal import refused
from protokit.workflow.eject.script import Script, Section
from tests.command import call

MENU = [
    {"branch": {"deep": [{"Dense": {"units": 8, "kernel_regularizer": {"L2": 1e-3}}}, "BatchNormalization", "ReLU",
                         {"Dropout": 0.3}, {"residual": [{"Dense": {"units": 5, "activation": "silu"}}]}], "wide": []}},
]  # fmt: skip
TRAINED = {"engine": "keras", "epochs": 2, "batch_size": 32}


def birds(folder: Path, rows: int = 150) -> Path:
    """A file with numbers, categories of many and few levels, truth values, dates, missing cells and odd texts."""
    drawn = np.random.default_rng(3)
    frame = pd.DataFrame({
        "age": drawn.normal(40, 9, rows).round(1).astype(object),
        "town": [f"town {i}" for i in drawn.integers(0, 12, rows)],
        "sex": drawn.choice(["f", "m"], rows),
        "fit": drawn.choice(["yes", "no"], rows),
        "seen": pd.Timestamp("2024-01-01") + pd.to_timedelta(drawn.integers(0, 900, rows), "D"),
        "id": [f"row {i} of all" for i in range(rows)],
        "weight": drawn.gamma(2, 3, rows),
    })  # fmt: skip
    frame["seen"] = frame["seen"].dt.strftime("%d/%m/%Y")
    frame["kind"] = np.where(frame["weight"] + drawn.normal(0, 1, rows) > 5, "heavy", "light")
    frame.loc[::7, "age"] = "NA"
    frame.loc[3, "age"] = "unknown"
    frame.loc[5:9, "sex"] = ""
    frame.loc[11, "kind"] = ""
    frame.to_csv(folder / "birds.csv", index=False)
    return folder / "birds.csv"


def recipe(learn: dict[str, Any], target: str = "kind", **more: Any) -> dict[str, Any]:
    return {
        "name": "birds", "seed": 3, "collect": {"tables": {"birds": "birds.csv"}},
        "represent": {"target": target, **more},
        "learn": learn, "evaluate": {"baselines": ["dummy"], "calibrate": "temperature" if target == "kind" else None},
    }  # fmt: skip


def run(plain: dict[str, Any], folder: Path) -> protokit.Run:
    return protokit.run(Recipe.parse(plain, folder=folder), out=folder / "runs", cache=False)


def test_classes_in_folds_are_predicted_to_the_bit(tmp_path: Path) -> None:
    birds(tmp_path)
    learn = {**TRAINED, "menu": MENU, "networks": 1, "class_weights": "balanced", "schedule": "cosine"}
    done = run(recipe(learn, split={"folds": 2}), tmp_path)
    (tmp_path / "scripts").mkdir()
    script = protokit.eject(done, tmp_path / "scripts" / "birds.py", prove=True)
    assert script.proof is not None and script.proof.equal and script.proof.rows == 149
    assert "149 predictions are those of the run, to the bit" in str(script)
    text = script.path.read_text()
    assert 'FOLDER = Path(__file__).resolve().parent / ".."' in text and "import protokit" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert "baselines" in text.split("Left out")[1].split("import")[0]


@pytest.mark.some("kind")
@pytest.mark.parametrize("target", ["kind", "town"])
def test_smoothed_labels_and_chosen_thresholds_are_those_of_the_run(target: str, tmp_path: Path) -> None:
    birds(tmp_path)
    plain = recipe({**TRAINED, "networks": 1, "label_smoothing": 0.1, "menu": [{"Dense": 4}]}, target)
    plain["evaluate"] |= {"threshold": "f1", "calibrate": "temperature"} if target == "kind" else {"calibrate": None}
    plain["represent"]["columns"] = {"seen": "ignore", "id": "ignore"}
    script = protokit.eject(run(plain, tmp_path), tmp_path / "birds.py", prove=True)
    assert script.proof is not None and script.proof.equal, str(script)
    text = script.path.read_text()
    assert ("threshold_of(" in text and "label_smoothing=0.1" in text) == (target == "kind")
    assert ("SmoothedCrossentropy(0.1)" in text) == (target == "town")


def test_quantiles_are_predicted_to_the_bit(tmp_path: Path) -> None:
    birds(tmp_path)
    learn = {**TRAINED, "networks": 2, "task": "quantile", "quantiles": [0.1, 0.5, 0.9], "menu": [{"Dense": 4}]}
    plain = recipe(learn, "weight")
    plain["represent"]["columns"] = {"seen": "ignore", "id": "ignore", "age": "ignore"}
    script = protokit.eject(run(plain, tmp_path), tmp_path / "birds.py", prove=True)
    assert script.proof is not None and script.proof.equal, str(script)
    assert "Pinball((0.1, 0.5, 0.9))" in script.path.read_text()


def test_numbers_of_few_rows_are_predicted_to_the_bit(tmp_path: Path) -> None:
    birds(tmp_path)
    plain = recipe({**TRAINED, "engine": "auto", "networks": 2, "deal": "validation"}, "weight")
    plain["represent"]["columns"] = {"kind": "ignore", "seen": "ignore", "ripe": "boolean"}
    plain["collect"]["clean"] = [{"filter": "weight < 20"}, {"derive": {"ripe": "weight > 3"}}, {"drop": ["id"]}]
    done = run(plain, tmp_path)
    script = protokit.eject(done, tmp_path / "birds.py", prove=True)
    # the fused engine, without XLA on so little work
    assert script.proof is not None and script.proof.equal and script.proof.against == "the run", str(script)
    text = script.path.read_text()
    assert "start_at_ridge(" in text and 'knots=rows["knots"]' in text and "QUERIES = [" in text
    book = protokit.eject(done.path, tmp_path / "birds.ipynb").path
    cells = json.loads(book.read_text())["cells"]
    assert 'FOLDER = Path(".")' in "".join(line for cell in cells for line in cell["source"])
    frame = pd.read_csv(tmp_path / "birds.csv")
    frame.assign(weight=frame["weight"] + 1).to_csv(tmp_path / "birds.csv", index=False)
    before = script.path.read_text()
    with pytest.raises(protokit.DataError, match="not what it was in the run"):
        protokit.eject(done, script.path)
    assert script.path.read_text() == before


TABLE = {"collect": {"tables": {"birds": "birds.csv"}}, "represent": {"target": "kind"}}


@pytest.mark.parametrize(
    ("said", "rule"),
    [({"collect": {"tables": {}}}, "data frame"),
     ({"represent": {"target": ["a", "b"]}}, "2 targets"),
     ({"represent": {"target": "x", "series": {"time": "t", "window": 4, "horizon": 2}}}, "series"),
     ({"learn": {"schedule": {"plateau": {"warmup_steps": 3}}}}, "the schedule plateau"),
     ({"learn": {"average": {"decay": 0.9}}}, "average"),
     ({"learn": {"precision": "mixed_bfloat16"}}, "float32"),
     ({"learn": {"backend": "torch", "engine": "keras"}}, "torch")],
)  # fmt: skip
def test_what_has_no_script_is_named(said: dict[str, Any], rule: str) -> None:
    found = [*refused(Recipe.parse({**TABLE, **said}))]
    assert any(rule in fault.rule for fault in found) and all(fault.cure and fault.path for fault in found)


@pytest.mark.parametrize("name", ["gan", "vae"])
def test_what_draws_rows_is_refused_by_that(name: str, root: Path) -> None:
    found = [*refused(Recipe.read(root / "recipes" / f"{name}.yaml"))]
    assert any("generation has no script" in fault.rule for fault in found)


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"columns": {"id": {"text": {"tokens": "characters"}}}}, "'id' is a text that is split into characters"),
     ({"columns": {"age": {"number": {"knots": 4}}}}, "'age' has knots"),
     ({"menu": [{"ensemble": {"members": 2, "layers": [{"Dense": 4}]}}]}, "ensemble"),
     ({"menu": [{"Dense": 4}, {"ops.relu": {}}]}, "relu"),
     ({"menu": [{"Dense": 4}, {"PiecewiseLinearEmbedding": 2}]}, "PiecewiseLinearEmbedding"),
     ({"menu": [{"Dense": 4, "name": "output"}]}, "its own output"),
     ({"task": "positive", "target": "weight"}, "positive"),
     ({"target": "weight", "columns": {"weight": {"number": {"scale": "none"}}, "age": "ignore"}}, "as it is")],
)  # fmt: skip
def test_what_the_data_asks_for_is_refused_before_a_file_is_written(
    change: dict[str, Any], rule: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    birds(tmp_path, 60)
    plain = recipe({**TRAINED, "menu": change.get("menu", MENU)}, change.get("target", "kind"))
    plain["represent"]["columns"] = change.get("columns", {"age": "ignore"})
    plain["collect"]["clean"] = change.get("clean", [])
    plain["learn"] |= {key: change[key] for key in ("loss", "task") if key in change}
    with pytest.raises(protokit.SpecError, match=re.escape(rule)):
        Made.of(Recipe.parse(plain, folder=tmp_path)).sections("here", ["accuracy"], "p.csv")


def test_a_script_is_a_file_of_python_or_a_notebook(tmp_path: Path) -> None:
    with pytest.raises(protokit.SpecError, match=r"NAME\.py or NAME\.ipynb"):
        protokit.eject("runs", tmp_path / "birds.txt")


def test_the_verb_names_what_is_wrong(tmp_path: Path) -> None:
    status, _, error = call("eject", str(tmp_path / "none"), cwd=tmp_path)
    assert status == 1 and "not the folder of a finished run" in error


def test_the_script_in_the_page_is_the_one_that_is_written(root: Path) -> None:
    [shown] = re.findall(r"^```py\n(.*?)^```$", (root / "docs" / "eject.md").read_text(), re.S | re.M)
    made = Made.of(Recipe.read(root / "recipes" / "breast_cancer.yaml"))
    found, _ = made.sections("here", ["roc_auc", "recall", "accuracy"], "breast_cancer_predictions.csv")
    text = Script("top", found).text.partition('"""\n\n')[2]

    def plain(code: str) -> str:  # bits of numbers may differ on another machine
        return re.sub(r"hold\(encoded\[0\], \d+\)", "", code)

    assert plain(shown) == plain(text)


def test_predictions_that_differ_are_told() -> None:
    ours = pd.DataFrame({"y": ["a", "b"], "y predicted": ["a", "b"], "y = a": [0.5, 0.25]})
    other = ours.assign(**{"y predicted": ["a", "a"], "y = a": [0.5, 0.5]})
    proof = compared(other, ours, "the run")
    assert not proof.equal and (proof.apart, proof.labels) == (0.25, 1) and "1 of another class" in str(proof)
    with pytest.raises(protokit.DataError, match="predicts 1 rows"):
        compared(ours.head(1), ours, "the run")


@pytest.mark.proof
@pytest.mark.parametrize("path", sorted((Path(__file__).parents[3] / "recipes").glob("*.yaml")), ids=lambda p: p.stem)
def test_each_recipe_is_ejected_or_refused_by_name(path: Path, tmp_path: Path) -> None:
    read = Recipe.read(path)
    if read.sets:
        sets = protokit.run_sets(
            read, out=tmp_path / "runs", set={"learn.engine": "keras", "learn.epochs": 3}, cache=False
        )
        for script in sets.eject(tmp_path / "scripts", prove=True).values():
            assert script.proof is not None and script.proof.equal, str(script)
        return
    simple = {"survival": "kaplan_meier", "clustering": "kmeans", "generation": "gaussian"}
    baseline = simple.get(read.learn.task or "", "dummy")
    settings = {"learn.engine": "keras", "learn.epochs": 3, "evaluate.baselines": [baseline]}
    done = protokit.run(read, out=tmp_path / "runs", set=settings, cache=False)
    try:
        proof = protokit.eject(done, tmp_path / "script.py", prove=True).proof
    except protokit.SpecError as error:
        assert error.faults and "script" in str(error) and not (tmp_path / "script.py").exists()
    else:
        assert proof is not None and proof.equal, str(proof)


def test_a_text_at_the_top_is_no_code() -> None:
    text = Script('a"""\nraise SystemExit(7)\n\\"""b\\', (Section("one", "told\nraise SystemExit(8)", "x = 1"),)).text
    found: dict[str, object] = {}
    exec(compile(text, "script.py", "exec"), found)
    assert found["x"] == 1
