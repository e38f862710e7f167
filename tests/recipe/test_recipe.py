from __future__ import annotations

import random
import re
from pathlib import Path

import jsonschema
import pytest

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema
from protokit.workflow.check import check

LEAST = {"represent": {"target": "y"}}
FULL = """\
protokit: 1
name: passengers
seed: 7
collect:
  tables:
    ship: {csv: ship.csv, missing: ["NA"], encoding: utf-8, delimiter: ","}
represent:
  target: survived
  columns:
    age: number
    cabin: category
    sailed: date
  split: {test: 0.2, validation: 0.25, by: stratified}
learn:
  task: classification
  menu:
    - Dense: {units: 64, activation: relu, kernel_initializer: he_normal}
    - BatchNormalization
    - Dropout: {rate: 0.5}
    - Dense: {units: 32, activation: gelu, kernel_regularizer: {L2: 1e-4}}
  loss: BinaryCrossentropy
  optimizer: {AdamW: {learning_rate: 1e-3, weight_decay: 1e-2}}
  schedule: cosine
  epochs: 20
  batch_size: 32
  stop: {patience: 5, monitor: validation_loss}
  class_weights: balanced
  precision: float32
  engine: auto
evaluate:
  metrics: [roc_auc, accuracy, log_loss]
  baselines: [dummy, linear, boosting]
  strict: false
"""
WORDS = sorted(set(re.findall(r"[A-Za-z][A-Za-z0-9_.]*", FULL)) - {"passengers", "utf", "e", "NA", "ship"})


def typo(word: str, rng: random.Random) -> str:
    while True:
        i = rng.randrange(len(word))
        letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
        made = {
            0: word[:i] + word[i + 1 :],
            1: word[:i] + letter + word[i:],
            2: word[:i] + letter + word[i + 1 :],
            3: word[:i] + word[i : i + 2][::-1] + word[i + 2 :],
        }[rng.randrange(4)]
        if made and made != word and made not in WORDS and made not in {"elu", "selu", "celu", "L1", "dat"}:
            return made


def test_200_typos_are_found_at_their_place_with_the_right_word(tmp_path: Path) -> None:
    (tmp_path / "ship.csv").write_text("age,cabin,sailed,survived\n1,a,2024-01-01,0\n")
    path = tmp_path / "r.yaml"
    path.write_text(FULL)
    check(path)
    rng = random.Random(1)
    spots = [m for m in re.finditer(r"[A-Za-z][A-Za-z0-9_.]*", FULL) if m.group() in WORDS]
    right, wrong = 0, []
    for _ in range(200):
        spot = rng.choice(spots)
        made = typo(spot.group(), rng)
        path.write_text(FULL[: spot.start()] + made + FULL[spot.end() :])
        line = FULL.count("\n", 0, spot.start()) + 1
        column = spot.start() - FULL.rfind("\n", 0, spot.start())
        with pytest.raises(ProtokitError) as caught:
            check(path)
        text = str(caught.value)
        if isinstance(caught.value, SpecError):
            places = {(f.place.line, f.place.column) for f in caught.value.faults if f.place}
            assert (line, column) in places, text
        else:
            assert re.search(rf"r\.yaml:{line}:\d+", text), text
        if f"'{spot.group()}'" in text or spot.group() + "'" in text:
            right += 1
        else:
            wrong.append((spot.group(), made, text))
    assert right >= 180, wrong


def test_three_ways_in_are_equal(tmp_path: Path) -> None:
    (tmp_path / "passengers.yaml").write_text(FULL)
    recipe = Recipe.read(tmp_path / "passengers.yaml")
    assert Recipe.parse(recipe.as_plain()) == recipe
    (tmp_path / "again.yaml").write_text(recipe.write())
    assert Recipe.read(tmp_path / "again.yaml") == recipe


def test_a_column_of_parts_leaves_the_share_that_is_not_written_to_itself() -> None:
    recipe = Recipe.parse({"represent": {"target": "y", "split": {"by": {"column": "part"}, "validation": 0.1}}})
    assert "test:" not in recipe.write().partition("split:")[2].partition("learn:")[0]
    assert Recipe.parse(recipe.as_plain()) == recipe


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("evaluate", "threshold"), 1.2, "a threshold is between 0 and 1, not 1.2"),
        (("evaluate", "threshold"), "recall", "recall by itself is best where all rows are called one class"),
        (("evaluate", "threshold"), "f1_marco", "did you mean 'f1_macro'?"),
        (("evaluate", "calibrate"), "temprature", "did you mean 'temperature'?"),
        (("evaluate", "slices"), [3], "a column's name, or a list of them"),
        (("evaluate", "slices"), ["a", "b", "a"], "'a' is there twice"),
        (("evaluate", "slices"), ["a", "y"], "'y' is the target"),
        (("collect", "tables"), {"t": {"sql": "postgresql://me:word@host/db", "table": "t"}}, "write ${NAME}"),
        (("collect", "tables"), {"t": "https://host/t.csv?api_key=123"}, "a password stands in a recipe"),
        (("represent", "series"), {"time": "t", "window": 8}, "represent.series.horizon is missing"),
        (("represent", "series"), {"time": "t", "window": 8, "horizon": 2, "gap": 1}, "unknown key 'gap'"),
        (("represent", "series"), {"time": "y", "window": 8, "horizon": 2}, "'y' is forecast"),
        (("represent", "sequence"), {"by": "y"}, "'y' is the target"),
        (("represent", "split"), {"folds": 1}, "at least 2"),
        (("represent", "split"), {"by": {"folds": 5}}, "write split: {folds: 5}"),
        (("represent", "split"), {"folds": 5, "test": 0.2}, "every row is a test row once"),
        (("represent", "split"), {"folds": 5, "validation": "t"}, "the validation rows are a share"),
        (("represent", "split"), {"folds": 5, "by": {"column": "part"}}, "leaves no folds to deal"),
        (("represent", "split"), {"by": {"column": "p"}, "test": 0.3}, "'p' names the test rows, and a share"),
        (("represent", "split"), {"by": {"column": "p"}, "test": 0.2}, "remove test, or by"),
        (("represent", "split"), {"by": {"column": "p"}, "validation": "t"}, "validation names a table"),
        (("represent", "columns"), {"x": "txt"}, "did you mean 'text'"),
        (("represent", "columns"), {"x": {"text": {"lenght": 9}}}, "did you mean 'length'"),
        (("represent", "columns"), {"x": {"text": {"form": "bag"}}}, "unknown form 'bag'"),
        (("represent", "columns"), {"x": {"image": {"sise": 9}}}, "did you mean 'size'"),
        (("represent", "columns"), {"x": {"image": {"size": [9]}}}, "height and width in pixels"),
        (("represent", "columns"), {"x": {"image": {"channels": 2}}}, "channels"),
        (("represent", "columns"), {"x": {"imagee": {}}}, "did you mean 'image'"),
        (("represent", "columns"), {"x": {"text": {}, "image": {}}}, "one kind"),
        (("represent", "columns"), {"x": "ordered"}, "needs its order"),
        (("represent", "columns"), {"x": {"ordered": ["a", "a"]}}, "stands twice"),
        (("represent", "target"), None, "represent.target is missing"),
        (("learn", "task"), "forecasting", "forecasting needs a series"),
        (("learn", "task"), "clustering", "clustering has no target"),
        (("learn", "quantiles"), [0.5], "quantiles are for quantile"),
        (("learn",), {"task": "quantile", "quantiles": [0.5, 2]}, "between 0 and 1"),
        (("learn", "clusters"), 3, "clusters are for clustering"),
        (("learn", "cluster_by"), "kmeans", "cluster_by is for clustering"),
        (("evaluate", "labels"), "z", "labels are what clusters are held against"),
        (("learn", "engine"), "fussed", "did you mean 'fused'"),
        (("learn", "precision"), "mixed_float61", "did you mean 'mixed_float16'"),
        (("learn", "precision"), "float64", "not supported yet"),
        (("learn", "sample_weights"), "y", "is the target"),
        (("learn", "optimizer"), {"AdamW": {"learning_rate": {"float": [2, 1]}}}, "write {float: [1, 2]}"),
        (("learn", "networks"), 0, "at least 1"),
        (("learn", "menu"), {"blocks": [], "layers": []}, "blocks is a mapping"),
        (("evaluate", "strict"), "yes", "true or false"),
        (("represent", "split"), {"test": 1.5}, "between 0 and 1"),
        (("represent", "split"), {"by": "group"}, "write by: {group: COLUMN}"),
        (("represent", "target"), 5, "a column's name"),
        (("collect", "tables"), {"t": {"csv": "a.csv", "parquet": "b"}}, "one source"),
        (("collect", "tables"), {"t": {"sklearn": "wien"}}, "did you mean 'wine'"),
        (("collect", "tables"), {"t": "a.csv", "u": "b.csv"}, "is not used"),
        (("learn", "epochs"), -1, "at least 0"),
        (("learn", "epochs"), "ten", "a whole number"),
        (("learn", "epochs"), True, "a whole number"),
        (("learn", "stop"), 5, "a mapping"),
        (("evaluate", "metrics"), ["rmse"], "did you mean 'root_mean_squared_error'"),
        (("protokit",), 2, "reads format 1"),
        (("name",), "../up", "a name is letters"),
    ],
)
def test_what_is_wrong_is_said_in_words(path: tuple[str, ...], value: object, words: str) -> None:
    data: dict = {"represent": {"target": "y"}}
    inner = data
    for step in path[:-1]:
        inner = inner.setdefault(step, {})
    inner[path[-1]] = value
    with pytest.raises(SpecError) as caught:
        Recipe.parse(data)
    assert words in str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("data", [None, [], "x", {}, {"represent": None}, {"represent": {}}])
def test_no_recipe_at_all(data: object) -> None:
    with pytest.raises(SpecError, match="represent"):
        Recipe.parse(data)
    with pytest.raises(SpecError, match="a key is a text, not 1"):
        Recipe.parse({1: 2})


def test_overrides_replace_and_are_checked() -> None:
    assert Recipe.parse(LEAST, set=["learn.epochs=5", "evaluate.metrics=[accuracy]"]).learn.epochs == 5
    for wrong in ("learn.epochs", "learn.epochs=x", "learn.epoch=5", "represent.target.x=1", "=3"):
        with pytest.raises(SpecError):
            Recipe.parse(LEAST, set=[wrong])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "wine.yaml").write_text(FULL)
    with pytest.raises(DataError, match=r"did you mean '.*wine\.yaml'"):
        Recipe.read(tmp_path / "wien.yaml")


def test_the_schema_takes_what_the_recipe_takes(root: Path) -> None:
    from protokit.grammar.document import Document

    validator = jsonschema.Draft202012Validator(schema())
    jsonschema.Draft202012Validator.check_schema(schema())
    for path in (root / "recipes").glob("*.yaml"):
        validator.validate(Document.read(path).data)
        validator.validate(Recipe.read(path).as_plain())
    validator.validate(Document.parse(FULL).data)
    for wrong in ({"represnt": {}}, {**LEAST, "learn": {"menu": [{"Dens": 3}]}}, {**LEAST, "learn": {"epochs": "x"}}):
        assert not validator.is_valid(wrong)


def test_metric_names_are_those_that_evaluate_knows() -> None:
    from protokit.core.values.signature import task_of
    from protokit.evaluate.baselines.baseline import BASELINES
    from protokit.evaluate.metrics.metric import METRICS, default_metrics

    evaluate = schema()["$defs"]["Evaluate"]["properties"]
    assert set(METRICS) == {*evaluate["metrics"]["anyOf"][2]["items"]["anyOf"][0]["enum"]}
    assert set(BASELINES) == {*evaluate["baselines"]["anyOf"][1]["items"]["enum"]}
    for task in {task for name in METRICS for task in METRICS[name].tasks}:
        assert all(task_of(task).is_one_of(METRICS[name].tasks) for name in default_metrics(task, labels=True))


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"represent": {"target": "y"}}, "clustering has no target"),
        ({"represent": {"split": {"folds": 3}}}, "the clusters of one fold are not those of another"),
        ({"represent": {"split": {"by": "stratified"}}}, "clustering has none"),
        ({"represent": {"columns": {"z": "category"}}, "evaluate": {"labels": "z"}}, "cannot be learned from"),
        ({"learn": {"class_weights": "balanced"}}, "class_weights are not for clustering"),
        ({"learn": {"sample_weights": "w"}}, "sample_weights are not for clustering"),
        ({"learn": {"clusters": 1}}, "at least 2"),
        ({"learn": {"cluster_by": "kmean"}}, "did you mean 'kmeans'"),
        ({"learn": {"cluster_by": "hdbscan", "clusters": 3}}, "hdbscan itself finds how many"),
        ({"learn": {"quantiles": [0.5]}}, "quantiles are for quantile"),
        ({"evaluate": {"metrics": ["adjusted_rand"]}}, "labels: COLUMN"),
        ({"evaluate": {"baselines": ["linear"]}}, "'linear' is not for clustering"),
    ],
)
def test_what_clustering_cannot_have_is_said(more: dict[str, dict[str, object]], words: str) -> None:
    data = {part: {**more.get(part, {})} for part in ("represent", "learn", "evaluate")}
    with pytest.raises(SpecError, match=words):
        Recipe.parse({**data, "learn": {"task": "clustering", **data["learn"]}})


def test_a_recipe_without_a_target_is_its_own_whole() -> None:
    data = {
        "learn": {"task": "clustering", "clusters": 3, "cluster_by": "gaussian_mixture"},
        "evaluate": {"labels": "z"},
    }
    recipe = Recipe.parse(data)
    assert Recipe.parse(recipe.as_plain()) == recipe and recipe.network.house == "autoencoder"
    jsonschema.Draft202012Validator(schema()).validate(recipe.as_plain())
    assert "clusters" not in Recipe.parse(LEAST).as_plain()["learn"]


@pytest.mark.parametrize(
    ("learn", "rate"),
    [
        ({}, 5e-3),
        ({"menu": "series_linear"}, 5e-3),
        ({"menu": [{"LSTM": 8}]}, 1e-3),
        ({"optimizer": {"AdamW": {"learning_rate": 2e-3}}}, 2e-3),
    ],
)
def test_linear_forecasts_have_a_learning_rate_of_their_own(learn: dict, rate: float) -> None:
    series = {"time": "t", "window": 4, "horizon": 2}
    recipe = Recipe.parse({"represent": {"target": "y", "series": series}, "learn": learn})
    assert Recipe.parse(recipe.as_plain()) == recipe
    target = TargetSpec("y", "forecasting", (), ("y",), 2)
    fitted = recipe.fitted(Signature((InputSpec("series", (4, 1), "float32", ("y",), 0, "series"),), (target,)))
    assert fitted.learn.optimizer["AdamW"]["learning_rate"] == rate  # type: ignore[index]
    assert Recipe.parse(fitted.as_plain()) == fitted


def test_what_a_house_menu_proposes_counts_where_the_recipe_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HOUSE_MENUS["tabular"], "learn", {"schedule": "cosine", "epochs": 7})
    table = Signature((InputSpec("numbers", (2,), "float32", ("a", "b")),), (TargetSpec("y", "regression"),))
    proposed = ("cosine", 7)
    for learn, expected in (
        ({"menu": "tabular"}, proposed),
        ({}, proposed),
        ({"epochs": 3}, ("cosine", 3)),
        ({"menu": "tabular", "schedule": "plateau"}, ("plateau", 7)),
        ({"menu": [{"use": "tabular"}]}, ("plateau", None)),
    ):
        found = Recipe.parse({**LEAST, "learn": learn}).fitted(table).learn
        assert (found.schedule, found.epochs) == expected, learn
    photo = InputSpec("photo", (9, 9, 1), "uint8", ("photo",), 0, "image")
    beside = Recipe.parse(LEAST).fitted(Signature((*table.inputs, photo), table.targets)).learn
    assert (beside.schedule, beside.epochs) == ("plateau", None)


def test_images_have_the_epochs_that_ten_minutes_are_enough_for() -> None:
    photo = InputSpec("photo", (28, 28, 1), "uint8", ("photo",), 0, "image")
    data = Signature((photo,), (TargetSpec("y", "multiclass", ("a", "b", "c")),))
    for rows, expected in ((54_000, (16, 128)), (10**7, (8, 128)), (2_000, (60, None))):
        for learn in ({}, {"menu": "image_small"}):
            found = Recipe.parse({**LEAST, "learn": learn}).fitted(data, rows).learn
            assert (found.epochs, found.batch_size, found.schedule) == (*expected, "cosine")
            assert found.optimizer == {"AdamW": {"learning_rate": 3e-3, "weight_decay": 1e-2}}
    named = Recipe.parse({**LEAST, "learn": {"menu": "image_small", "epochs": 3, "optimizer": "SGD"}})
    assert "schedule: cosine" in named.explain()
    fitted = named.fitted(data, 54_000)
    assert (fitted.learn.epochs, fitted.learn.optimizer, fitted.network.house) == (3, "SGD", "image_small")


def test_a_series_takes_the_baselines_of_forecasts() -> None:
    represent = {"target": "y", "series": {"time": "t", "window": 4, "horizon": 2}}
    with pytest.raises(SpecError, match="the baseline 'boosting' is not for forecasting"):
        Recipe.parse({"represent": represent, "evaluate": {"baselines": ["naive", "boosting"]}})
