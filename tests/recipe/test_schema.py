"""The JSON Schema, which an editor holds a recipe against, says what the reader says."""

from __future__ import annotations

import ast
import copy
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from protokit.core.errors import ProtokitError
from protokit.core.places import Path as At
from protokit.core.places import dotted
from protokit.grammar.document import Document
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import SCHEMAS

ROOT = Path(__file__).parent.parent.parent
TARGET = {"represent": {"target": "y"}}
# Recipes with something of everything: the typos are made in these.
RICH = [
    {
        "protokit": 1,
        "name": "passengers",
        "seed": 7,
        "collect": {
            "tables": {
                "ship": {"csv": "ship.csv", "missing": ["NA"], "encoding": "utf-8", "delimiter": ",", "decimal": "."},
                "ports": {"html": "ports.html", "table": 1},
                "cabins": {"sqlite": "ship.db", "table": "cabins"},
                "wine": {"sklearn": "wine"},
                "later": "later.parquet",
            },
            "join": [
                {"with": "ports", "on": "port", "how": "left", "expect": "many_to_one", "prefix": "port_"},
                {"with": "cabins", "on": "id", "aggregate": {"n": "count(*)"}, "before": {"day": "day"}},
                {"with": "wine", "on": "id", "as_of": {"day": "day"}, "tolerance": "2d", "cast": {"age": "number"}},
            ],
            "clean": [
                {"filter": "age > 0"},
                {"derive": {"young": "age < 30"}},
                {"drop": ["ticket"]},
                {"cast": {"deck": "category"}},
                {"clip": {"fare": [0, 500]}},
                {"outliers": {"fare": [None, 500]}},
                {"fill": {"port": "unknown"}},
                {"rename": {"sex": "gender"}},
                {"replace": {"port": {"S": "Southampton"}}},
                {"parse_dates": {"sailed": "%d/%m/%Y"}},
                "drop_duplicates",
                "trim",
            ],
        },
        "represent": {
            "target": "survived",
            "columns": {
                "age": "number",
                "cabin": "category",
                "sailed": "date",
                "remark": {"text": {"form": "tfidf", "vocabulary": 5000}},
                "photo": {"image": {"size": [64, 64], "channels": 3}},
                "grade": {"ordered": ["low", "high"]},
                "note": "ignore",
            },
            "split": {"test": "later", "validation": 0.25, "by": "stratified"},
        },
        "learn": {
            "task": "classification",
            "menu": [
                {"Dense": {"units": 64, "activation": "relu", "kernel_initializer": "he_normal"}},
                "BatchNormalization",
                {"Dropout": {"rate": 0.5}},
                {"residual": [{"Dense": {"units": 32, "kernel_regularizer": {"L2": 1e-4}}}]},
                {"branch": {"deep": [{"Dense": 16}], "wide": []}, "merge": "Concatenate"},
            ],
            "loss": {"BinaryCrossentropy": {"label_smoothing": 0.1}},
            "optimizer": {"AdamW": {"learning_rate": 1e-3, "weight_decay": 1e-2}},
            "schedule": "cosine",
            "epochs": 20,
            "batch_size": 32,
            "stop": {"patience": 5, "monitor": "validation_loss"},
            "class_weights": "balanced",
            "networks": 3,
            "precision": "float32",
            "engine": "auto",
        },
        "evaluate": {
            "metrics": ["roc_auc", "accuracy", "log_loss"],
            "baselines": ["dummy", "linear", "boosting"],
            "threshold": "f1",
            "calibrate": "temperature",
            "explain": 6,
            "strict": False,
        },
    },
    {
        "collect": {"tables": {"sales": {"parquet": "sales.parquet"}}},
        "represent": {
            "target": ["load", "price"],
            "series": {"time": "hour", "by": ["region"], "window": 336, "horizon": 96, "season": 24},
            "split": {"test": 0.2, "validation": 0.25},
        },
        "learn": {"task": "forecasting", "menu": "series_linear", "optimizer": "Adam", "loss": "Huber", "epochs": 9},
        "evaluate": {"metrics": ["mase", "smape"], "baselines": ["naive", "seasonal_naive"]},
    },
    {
        "collect": {"tables": {"iris": {"sklearn": "iris"}}},
        "represent": {"split": {"test": 0.2, "by": "random"}, "columns": {"a": "number"}},
        "learn": {"task": "clustering", "clusters": 3, "cluster_by": "kmeans", "menu": "autoencoder"},
        "evaluate": {"metrics": ["silhouette"], "baselines": ["kmeans"]},
    },
    {
        "represent": {"target": "y", "split": {"folds": 5}, "sequence": {"by": "case", "time": "t", "length": 20}},
        "learn": {
            "task": "quantile",
            "quantiles": [0.1, 0.5, 0.9],
            "loss": None,
            "menu": {
                "hyperparameters": {"width": {"choice": [32, 64], "default": 64}},
                "layers": [{"LSTM": {"units": "$width", "dropout": 0.1}}, {"Dense": {"units": 8, "use_bias": False}}],
            },
            "optimizer": {"SGD": {"learning_rate": 0.1, "momentum": 0.9, "nesterov": True}},
        },
        "evaluate": {"metrics": ["coverage", "interval_width"], "slices": ["city"]},
    },
]
# What no schema can know, because it is a name of the person's own or a text in another language: names of columns and
# tables, paths, expressions, formats of dates, the recipe's name. Those places, with * for any one step.
OWN = """
name
collect.tables.* (key)
collect.tables.*.(csv|html|sqlite|parquet|encoding|delimiter|table|missing)
collect.tables.*.missing.*
collect.tables.later
collect.join.*.(with|on|prefix)
collect.join.*.(as_of|before|aggregate|cast).* (key)
collect.join.*.(as_of|before|aggregate).*
collect.clean.*.filter
collect.clean.*.(derive|cast|clip|outliers|fill|rename|replace|parse_dates).* (key)
collect.clean.*.(derive|fill|rename|parse_dates).*
collect.clean.*.(replace|drop).*
collect.clean.*.replace.*.*
collect.clean.*.replace.*.* (key)
represent.target
represent.target.*
represent.columns.* (key)
represent.columns.*.ordered.*
represent.split.(test|validation)
represent.(series|sequence).(time|by)
represent.series.by.*
learn.menu.*.branch.* (key)
learn.menu.hyperparameters.* (key)
learn.menu.layers.*.*.units
learn.menu.hyperparameters.*.*
learn.menu.hyperparameters.*.choice.*
evaluate.slices.*
""".strip().splitlines()
_OWN = [re.compile(re.escape(line).replace(r"\*", "[^.]+").replace(r"\(", "(").replace(r"\)", ")").replace(r"\|", "|")
                   .replace(r"\ (key)", r" \(key\)")) for line in OWN]  # fmt: skip


def places(data: Any, at: At = ()) -> Iterator[tuple[At, str]]:
    """Each key and each single value, with whether it is a key."""
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        here = (*at, key)
        if isinstance(data, dict):
            yield here, " (key)"
        if isinstance(value, (dict, list)):
            yield from places(value, here)
        else:
            yield here, ""


def is_own(at: At, what: str) -> bool:
    text = ".".join(map(str, at)) + what
    return any(pattern.fullmatch(text) for pattern in _OWN)


def misspelt(word: str, rng: random.Random) -> str:
    """A word with a letter dropped, doubled, replaced, or two swapped."""
    i = rng.randrange(len(word))
    return (
        word[:i] + word[i + 1 :],
        word[:i] + word[i] + word[i:],
        word[:i] + rng.choice("abcdefghijklmnopqrstuvwxyz") + word[i + 1 :],
        word[:i] + word[i : i + 2][::-1] + word[i + 2 :],
    )[rng.randrange(4)]


def wrong_value(value: object, rng: random.Random) -> object:
    """A value near to the right one: a word misspelt, a number out of range, or another type."""
    if isinstance(value, str):
        return misspelt(value, rng) if value else 3
    if isinstance(value, bool) or value is None:
        return rng.choice(["yes", 3, "ture"])
    if isinstance(value, int):
        return rng.choice([-value, value + 0.5, str(value), [value], True])
    return rng.choice([-abs(float(str(value))), 17.5, str(value), {"a": value}])


def edited(data: dict[str, Any], at: At, what: str, rng: random.Random) -> dict[str, Any]:
    found: Any = copy.deepcopy(data)
    inner = found
    for step in at[:-1]:
        inner = inner[step]
    if what:
        wrong = misspelt(str(at[-1]), rng)
        kept = {wrong if key == at[-1] else key: value for key, value in inner.items()}
        inner.clear()
        inner.update(kept)
    else:
        inner[at[-1]] = wrong_value(inner[at[-1]], rng)
    return found  # type: ignore[no-any-return]


def typos(count: int) -> list[tuple[str, dict[str, Any]]]:
    """So many recipes with one typo that the reader refuses, and where each has it; the same each time."""
    rng = random.Random(12)
    spots = [(data, at, what) for data in RICH for at, what in places(data) if not is_own(at, what)]
    found = []
    while len(found) < count:
        data, at, what = rng.choice(spots)
        wrong = edited(data, at, what, rng)
        if not reads(wrong):
            found.append((dotted(at) + what, wrong))
    return found


def reads(data: object) -> bool:
    try:
        Recipe.parse(data)
    except ProtokitError:
        return False
    return True


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(SCHEMAS["recipe"]())


def test_of_500_typos_that_the_reader_refuses_the_schema_refuses_nine_in_ten(
    validator: jsonschema.Draft202012Validator,
) -> None:
    assert all(reads(data) and validator.is_valid(data) for data in RICH)
    missed = [(where, wrong) for where, wrong in typos(500) if validator.is_valid(wrong)]
    assert len(missed) <= 50, Counter(where for where, _ in missed).most_common()


def texts(path: Path) -> Iterator[object]:
    """The plain data that stands in a file: YAML files, blocks of pages, texts and dicts of Python code."""
    if path.suffix in {".yaml", ".yml"}:
        yield from parsed(path.read_text())
    elif path.suffix == ".md":
        for block in re.findall(r"^ *```yaml\n(.*?)^ *```$", path.read_text(), re.S | re.M):
            yield from parsed(block)
    elif path.suffix == ".ipynb":
        cells = json.loads(path.read_text())["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        for source in code:
            yield from constants(re.sub(r"^[%!].*$", "", source, flags=re.M))
    else:
        yield from constants(path.read_text())


def constants(source: str) -> Iterator[object]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ":" in node.value:
            yield from parsed(node.value)
        elif isinstance(node, ast.Dict | ast.List):
            try:
                yield json.loads(json.dumps(ast.literal_eval(node)))  # tuples as lists, as a file has them
            except (ValueError, TypeError, SyntaxError, RecursionError):
                continue


def parsed(text: str) -> Iterator[object]:
    try:
        yield Document.parse(text).data
    except ProtokitError:
        return


def files() -> list[Path]:
    folders = [
        ("recipes", "*.yaml"),
        ("docs", "*.md"),
        ("notebooks", "*.ipynb"),
        ("tests", "*.py"),
        ("tests", "*.yaml"),
    ]
    return [ROOT / "README.md", *(path for folder, ends in folders for path in sorted((ROOT / folder).rglob(ends)))]


def test_what_the_reader_accepts_the_schema_accepts(validator: jsonschema.Draft202012Validator) -> None:
    menus = jsonschema.Draft202012Validator(SCHEMAS["menu"]())
    recipes = read_menus = 0
    for path in files():
        for data in texts(path):
            if isinstance(data, dict):
                for whole in (data, {**TARGET, **data}):
                    learn = data.get("learn")
                    if isinstance(learn, dict) and Learn.renamed.keys() & learn.keys():
                        continue  # of an earlier version, such as the recipes of golden runs: read, and not offered
                    if {"represent", "learn", "collect", "evaluate"} & set(data) and reads(whole):
                        error = jsonschema.exceptions.best_match(validator.iter_errors(whole))
                        assert error is None, f"{path}: {dotted(tuple(error.path))}: {error.message}\n{whole}"
                        recipes += 1
                        break
            if (isinstance(data, dict) and "layers" in data) or (isinstance(data, list) and data):
                try:
                    Menu.parse(data)
                except ProtokitError:
                    continue
                error = jsonschema.exceptions.best_match(menus.iter_errors(data))
                assert error is None, f"{path}: {dotted(tuple(error.path))}: {error.message}\n{data}"
                read_menus += 1
    assert recipes > 60 and read_menus > 100
