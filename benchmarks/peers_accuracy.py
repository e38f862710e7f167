"""The default network, `tabm`, the default as it was, and peers on the same splits: docs/results-peers.md.

    python benchmarks/peers_accuracy.py DATA [--only adult,bike] [--seeds 3] [--who default,tabm,...]
        [--before CHECKOUT] [--peers PYTHON] [--write]

`--before` is a checkout of protokit whose default is compared; `old_menu` is the menu that it trained, in the product
of today. `--peers` is a Python in which lightgbm, catboost, `pytabkit[models]` and autogluon.tabular are installed, as
far as they are to be compared. The networks learn from the training rows and stop by the validation rows.
`lightgbm_train` is fitted on the same training rows; every other peer is given training and validation rows and does
with them what it does by default. Everything runs alone in a fresh process; seconds are CPU seconds of the training.
Metrics are those of the test rows; nothing is chosen by them here.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
JSON, PAGE = ROOT / "docs" / "results-peers.json", ROOT / "docs" / "results-peers.md"
OWN = ("before", "old_menu", "default", "tabm")
PEERS = ("lightgbm_train", "lightgbm", "catboost", "realmlp", "tabm_d", "autogluon")
LONG = ("realmlp", "tabm_d", "autogluon")  # minutes a table: asked for by name
# Two hidden layers with dropout, and the numbers beside them, once each.
OLD_MENU = [
    {
        "branch": {
            "deep": [{"Dense": {"units": 256, "activation": "relu"}}, {"Dropout": 0.4}] * 2,
            "wide": [],
        }
    }
]
TABLES: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "adult": (
        {"tables": {"t": "adult_train.csv.gz", "official": "adult_test.csv"}},
        {"target": "income", "split": {"test": "official"}},
        "roc_auc",
    ),
    "california_housing": (
        {"tables": {"t": "california_housing.csv"}},
        {"target": "median_house_value"},
        "root_mean_squared_error",
    ),
    "diamonds": ({"tables": {"t": "diamonds.csv.gz"}}, {"target": "price"}, "root_mean_squared_error"),
    "telco_churn": ({"tables": {"t": "telco_churn.csv"}}, {"target": "Churn"}, "roc_auc"),
    "mammography": ({"tables": {"t": "mammography.csv"}}, {"target": "target"}, "roc_auc"),
    "letter": (
        {"tables": {"t": "letter_recognition.csv"}},
        {"target": "lettr", "split": {"by": {"column": "split"}}},
        "accuracy",
    ),
    "bike": (
        {
            "tables": {"rides": "bike_sharing_hourly.csv"},
            "clean": [
                {"parse_dates": {"dteday": "%m/%d/%Y"}},
                {"cast": {"season": "category", "weathersit": "category", "hr": "category", "weekday": "category"}},
                {"drop": ["instant"]},
            ],
        },
        {"target": "cnt", "split": {"by": {"time": "dteday"}}},
        "root_mean_squared_error",
    ),
    "melbourne": (
        {
            "tables": {"sales": "melbourne_housing.csv.gz"},
            "clean": [{"replace": {"Date": {"8122018": "8/12/2018"}}}, {"parse_dates": {"Date": "%d/%m/%Y"}}],
        },
        {"target": "Price", "columns": {"Address": "ignore"}, "split": {"by": {"time": "Date"}}},
        "root_mean_squared_error",
    ),
}


def recipe(name: str, data: Path, who: str, seed: int) -> dict[str, Any]:
    """The recipe of a table for one of our own networks."""
    collect, represent, metric = TABLES[name]
    collect = json.loads(json.dumps(collect))
    collect["tables"] = {key: str(data / file) for key, file in collect["tables"].items()}
    menu = OLD_MENU if who == "old_menu" else who
    learn: dict[str, Any] = {} if who in ("default", "before") else {"menu": menu}
    evaluate = {"metrics": [metric], "baselines": ["dummy"]}
    return {"seed": seed, "collect": collect, "represent": represent, "learn": learn, "evaluate": evaluate}


def own(name: str, data: Path, who: str, seed: int) -> dict[str, Any]:
    """A run of one of our own networks in this process."""
    import protokit
    from protokit.workflow.run import training

    spent: list[float] = []
    inner = training.train_all

    def timed(*given: Any, **more: Any) -> Any:
        start = os.times()
        found = inner(*given, **more)
        end = os.times()
        spent.append(end.user + end.system - start.user - start.system)
        return found

    training.train_all = timed
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run(recipe(name, data, who, seed), out=folder)
    score = run.results["metrics"]["scores"][0]["network"]
    return {"score": score["value"], "seconds": sum(spent)}


def rows(name: str, data: Path, seed: int, folder: Path) -> None:
    """The rows of a table's parts, with the columns that the networks learn from, as Parquet for the peers."""
    from protokit.recipe.recipe import Recipe
    from protokit.workflow.run.collecting import collected
    from protokit.workflow.run.representing import represent

    read = Recipe.parse(recipe(name, data, "default", seed))
    [fold] = represent(read, collected(read, None))
    target = str(TABLES[name][1]["target"])
    frame = fold.frame[[*(c for c in fold.encoder.needed if c != target), target]]
    for part in ("train", "validation", "test"):
        frame.iloc[getattr(fold.split, part)].to_parquet(folder / f"{part}.parquet", index=False)
    about = {"target": target, "metric": TABLES[name][2], "seed": seed}
    (folder / "about.json").write_text(json.dumps(about))


# What follows runs in the Python of the peers: no protokit there.


def peer(who: str, folder: Path) -> dict[str, Any]:
    """A peer with its defaults: what it scores on the test rows."""
    import numpy as np
    import pandas as pd
    from sklearn.metrics import accuracy_score, roc_auc_score, root_mean_squared_error

    about = json.loads((folder / "about.json").read_text())
    target, metric = about["target"], about["metric"]
    train, validation, test = (pd.read_parquet(folder / f"{p}.parquet") for p in ("train", "validation", "test"))
    learned = train if who == "lightgbm_train" else pd.concat([train, validation], ignore_index=True)
    together = pd.concat([learned, test], ignore_index=True)
    for column in [c for c in together.columns if c != target]:
        cells = together[column]
        if pd.api.types.is_datetime64_any_dtype(cells):
            together[column] = cells.dt.dayofyear
            together[f"{column}_weekday"], together[f"{column}_day"] = cells.dt.weekday, (cells - cells.min()).dt.days
        elif cells.dtype.kind not in "iuf":
            together[column] = cells.astype(str).where(cells.notna(), "missing").astype("category")
    x, y = together.drop(columns=[target]), together[target]
    is_number = metric == "root_mean_squared_error"
    if not is_number:
        classes = sorted(y.unique(), key=str)
        y = y.map({c: i for i, c in enumerate(classes)}).astype(int)
    start = os.times()
    x1, x2, y1, y2 = x[: len(learned)], x[len(learned) :], y[: len(learned)], y[len(learned) :]
    scores = PEER_MODELS[who](x1, y1, x2, is_number, about["seed"])
    end = os.times()
    spent = sum(getattr(end, k) - getattr(start, k) for k in ("user", "system", "children_user", "children_system"))
    if is_number:
        score = root_mean_squared_error(y2, scores)
    elif metric == "roc_auc":
        score = roc_auc_score(y2, np.asarray(scores)[:, 1])
    else:
        score = accuracy_score(y2, np.asarray(scores).argmax(axis=1))
    return {"score": float(score), "seconds": spent}


def _lightgbm(x: Any, y: Any, test: Any, is_number: bool, seed: int) -> Any:
    import lightgbm

    kind = lightgbm.LGBMRegressor if is_number else lightgbm.LGBMClassifier
    model = kind(random_state=seed, verbose=-1).fit(x, y)
    return model.predict(test) if is_number else model.predict_proba(test)


def _catboost(x: Any, y: Any, test: Any, is_number: bool, seed: int) -> Any:
    import catboost

    kind = catboost.CatBoostRegressor if is_number else catboost.CatBoostClassifier
    named = [c for c in x.columns if str(x[c].dtype) == "category"]
    model = kind(random_seed=seed, verbose=False, cat_features=named, allow_writing_files=False).fit(x, y)
    return model.predict(test) if is_number else model.predict_proba(test)


def _pytabkit(name: str) -> Any:
    def fitted(x: Any, y: Any, test: Any, is_number: bool, seed: int) -> Any:
        import pytabkit

        kind = getattr(pytabkit, f"{name}_{'Regressor' if is_number else 'Classifier'}")
        model = kind(random_state=seed, device="cpu").fit(x, y.to_numpy())
        return model.predict(test) if is_number else model.predict_proba(test)

    return fitted


def _autogluon(x: Any, y: Any, test: Any, is_number: bool, seed: int) -> Any:
    from autogluon.tabular import TabularPredictor

    with tempfile.TemporaryDirectory() as folder:
        model = TabularPredictor("y", path=folder, verbosity=0)
        model.fit(x.assign(y=y.to_numpy()), presets="medium_quality", time_limit=300)
        return model.predict(test) if is_number else model.predict_proba(test).to_numpy()


PEER_MODELS = {
    "lightgbm_train": _lightgbm,
    "lightgbm": _lightgbm,
    "catboost": _catboost,
    "realmlp": _pytabkit("RealMLP_TD"),
    "tabm_d": _pytabkit("TabM_D"),
    "autogluon": _autogluon,
}


def child(python: str, *arguments: str, checkout: Path = ROOT) -> dict[str, Any] | None:
    """What a fresh process finds; None where it fails, as it says on the screen."""
    environment = {**os.environ, "PYTHONPATH": str(checkout) if python == sys.executable else ""}
    done = subprocess.run([python, __file__, *arguments], capture_output=True, text=True, env=environment)
    if done.returncode:
        print(arguments, done.stderr.splitlines()[-1:], file=sys.stderr, flush=True)
        return None
    found: dict[str, Any] | None = json.loads(done.stdout.splitlines()[-1])
    return found


def mean(found: list[dict[str, Any]], key: str) -> tuple[float, float]:
    """The mean over the seeds, and its standard error."""
    values = [one[key] for one in found]
    spread = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return statistics.fmean(values), spread


def form(metric: str, value: float) -> str:
    """A score as the page shows it."""
    return (
        f"{value:.4f}" if metric != "root_mean_squared_error" else f"{value:,.1f}" if value < 1e4 else f"{value:,.0f}"
    )


def page(found: dict[str, Any]) -> str:
    """The page."""
    lines = [
        "# The default network beside peers",
        "",
        f"Written by `benchmarks/peers_accuracy.py` ({platform.machine()}, {os.cpu_count()} cores) on "
        f"{date.today().isoformat()}: test rows of the same splits, mean over the seeds ± its standard error; CPU "
        "seconds of the training.",
        "`before` is the product before it had knots (commit 298609c), `old_menu` its default menu in today's product; "
        "`lightgbm_train` is fitted on the rows that the networks are fitted on; the other peers have training and "
        "validation rows together. Peers run with their defaults; AutoGluon with medium quality and 5 minutes.",
        "",
    ]
    names = [w for w in (*OWN, *PEERS) if any(found["tables"][t].get(w) for t in found["tables"])]
    lines += ["| table | metric | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for table, of in found["tables"].items():
        metric, cells = TABLES[table][2], []
        for who in names:
            one = of.get(who)
            if not one:
                cells.append("-")
                continue
            (score, error), (seconds, _) = mean(one, "score"), mean(one, "seconds")
            cells.append(f"{form(metric, score)} ± {form(metric, error)}, {seconds:.0f} s")
        lines.append(f"| {table} | {metric} | " + " | ".join(cells) + " |")
    versions = ", ".join(f"{k} {v}" for k, v in found.get("versions", {}).items())
    return "\n".join([*lines, "", f"Versions: {versions}." if versions else ""]).rstrip() + "\n"


VERSIONS = """
import importlib.metadata as m, json
names = ("lightgbm", "catboost", "pytabkit", "autogluon.tabular")
found = {}
for name in names:
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
print(json.dumps(found))
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default=",".join(TABLES))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--who", default=",".join([*OWN, *(p for p in PEERS if p not in LONG)]))
    parser.add_argument("--before", type=Path, help="a checkout whose default is compared")
    parser.add_argument("--peers", help="the Python that the peers are installed in")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--child", nargs=3)
    given = parser.parse_args()
    data = given.data.resolve()
    if given.child:
        who, name, seed = given.child
        work = {"rows": lambda: rows(name, data, int(seed), Path(os.environ["ROWS"]))}
        print(
            json.dumps(
                peer(who, data) if who in PEERS else work[who]() if who in work else own(name, data, who, int(seed))
            )
        )
        return
    found: dict[str, Any] = json.loads(JSON.read_text()) if JSON.exists() else {"tables": {}}
    if given.peers:
        found["versions"] = json.loads(subprocess.check_output([given.peers, "-c", VERSIONS], text=True))
    for name in given.only.split(","):
        new: dict[str, list[dict[str, Any]]] = {}
        for seed in range(given.seeds):
            with tempfile.TemporaryDirectory() as folder:
                for who in given.who.split(","):
                    if who in PEERS:
                        if not given.peers:
                            continue
                        if not (Path(folder) / "about.json").exists():
                            os.environ["ROWS"] = folder
                            child(sys.executable, str(data), "--child", "rows", name, str(seed))
                        one = child(given.peers, folder, "--child", who, name, str(seed))
                    elif who == "before" and not given.before:
                        continue
                    else:
                        checkout = given.before.resolve() if who == "before" else ROOT
                        one = child(sys.executable, str(data), "--child", who, name, str(seed), checkout=checkout)
                    if one:
                        new.setdefault(who, []).append(one)
                        print(name, seed, who, json.dumps(one), file=sys.stderr, flush=True)
        found["tables"].setdefault(name, {}).update(new)
        if given.write:
            JSON.write_text(json.dumps(found, indent=1) + "\n")
            PAGE.write_text(page(found), encoding="utf-8")
    print(page(found))


if __name__ == "__main__":
    main()
