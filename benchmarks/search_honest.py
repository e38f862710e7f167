"""Is what a search says of its gain true? Small samples are searched, and the truth is known from the rows left over.

python benchmarks/search_honest.py [--trials 50] [--repeats 5] [--only adult] [--score log_loss] [--write]

Of each search: the true score, on many rows that nobody has seen, of the network that was chosen, of the defaults, and
of the one with the best validation score; the optimism that was promised, and the real one: the lead of the search's
best over the defaults as it was shown, less its true lead. Gains are more than 0 where better, also of r2. Of classes
the score is Brier's, which is bounded, or the log loss, of which a few odd rows may be most of the truth.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import rooms
from sklearn.metrics import log_loss, r2_score

import protokit
from protokit.recipe.space import Space
from protokit.workflow.check import as_recipe

DATA = Path(__file__).parent.parent.parent / "shared" / "data"
DOCS = Path(__file__).parent.parent / "docs" / "search_honest.json"
TRUTH = 6_000  # rows
SHOWN = (
    "shown gain", "promised optimism", "real optimism", "promised less real", "true gain of chosen",
    "true gain of best validation score",
)  # fmt: skip
SETS = {
    "adult": ("adult_test.csv", "income", 450),
    "telco": ("telco_churn.csv", "Churn", 450),
    "california": ("california_housing.csv", "median_house_value", 450),
}
MENU = [
    {"Dense": {"choice": [32, 16, 64, 128]}},
    {"Activation": {"choice": ["relu", "gelu"]}},
    {"Dropout": {"float": [0.0, 0.6]}},
    {"choose": {"one": [], "two": [{"Dense": {"choice": [32, 16, 64]}}, {"Activation": "relu"}]}},
]


def recipe_of(name: str, metric: str, target: str, trials: int, seed: int) -> dict[str, Any]:
    return {
        "name": name,
        "seed": seed,
        "represent": {"target": target, "split": {"test": 0.1, "validation": 0.25}},
        "learn": {
            "menu": MENU,
            "optimizer": {"AdamW": {"learning_rate": {"float": [3e-4, 3e-2], "log": True, "default": 1e-3}}},
            "epochs": 30,
            "networks": 1,
        },
        "evaluate": {"metrics": [metric], "baselines": ["dummy"]},
        "search": {"trials": trials, "metric": metric},
    }


def gain(metric: str, first: float, second: float) -> float:
    """By how much the second score is better than the first."""
    return second - first if metric == "r2" else first - second


def truth(run: protokit.Run, rows: pd.DataFrame, target: str, metric: str) -> float:
    """The score of a run's model on rows that nobody has seen."""
    told = run.model.predict(rows.drop(columns=target), unseen="allow")
    if metric == "r2":
        return float(r2_score(rows[target], told[told.columns[0]]))
    positive = sorted(rows[target].astype(str).unique())[-1]
    shares = told[next(name for name in told.columns if str(name).endswith(positive) and told[name].dtype.kind == "f")]
    true = rows[target].astype(str) == positive
    return float(log_loss(true, shares) if metric == "log_loss" else ((shares - true) ** 2).mean())


def searched(name: str, trials: int, seed: int, folder: Path, score: str) -> dict[str, Any]:
    file, target, count = SETS[name]
    metric = "r2" if name == "california" else score
    whole = pd.read_csv(DATA / file).sample(frac=1.0, random_state=seed).reset_index(drop=True)
    sample, rest = whole.iloc[:count].reset_index(drop=True), whole.iloc[count : count + TRUTH].reset_index(drop=True)
    plain = recipe_of(name, metric, target, trials, seed)
    began = time.process_time()
    study = protokit.tune(plain, sample, out=folder)
    spent = time.process_time() - began
    complete = [one for one in study.view.complete if one.number]
    best = min(complete, key=lambda one: (one.value or math.inf, one.number))
    settled = Space(as_recipe(plain)).settled(best.values)
    shown_best = protokit.run(settled, sample, out=folder)
    scores = {
        "chosen": truth(study.best, rest, target, metric),
        "defaults": truth(study.defaults, rest, target, metric),
        "best validation score": truth(shown_best, rest, target, metric),
    }
    figures = study.figures
    shown = figures["shown_gain"] or 0.0
    return {
        "data": name, "seed": seed, "metric": metric, "true": scores, "gained": figures["gained"],
        "shown gain": shown, "promised optimism": figures["expected_optimism"]["value"],
        "real optimism": shown - gain(metric, scores["defaults"], scores["best validation score"]),
        "promised gain": figures["gain"]["value"],
        "true gain of chosen": gain(metric, scores["defaults"], scores["chosen"]),
        "true gain of best validation score": gain(metric, scores["defaults"], scores["best validation score"]),
        "cpu": round(spent, 1),
    }  # fmt: skip


def mean(values: Sequence[float]) -> dict[str, float]:
    found = np.array(values)
    error = float(found.std(ddof=1)) / math.sqrt(len(found)) if len(found) > 1 else math.nan
    return {"mean": round(float(found.mean()), 5), "standard error": round(error, 5)}


def together(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = ("shown gain", "promised optimism", "real optimism", "promised gain", "true gain of chosen")
    found: dict[str, Any] = {
        name: mean([row[name] for row in rows]) for name in (*names, f"{names[-1][:13]}best validation score")
    }
    difference = mean([row["promised optimism"] - row["real optimism"] for row in rows])
    promised, real = found["promised optimism"]["mean"], found["real optimism"]["mean"]
    within = abs(difference["mean"]) <= max(abs(real) / 3, 2 * (difference["standard error"] or 0.0))
    return {
        **found,
        "promised less real": difference,
        "agree": bool(within),
        "searches": len(rows),
        "ratio": round(promised / real, 3) if real else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", choices=list(SETS))
    parser.add_argument("--score", choices=["brier_score", "log_loss"], default="brier_score", help="of classes")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(options.repeats):
            for name in [options.only] if options.only else SETS:
                rows.append(searched(name, options.trials, seed, Path(folder), options.score))
                print(json.dumps(rows[-1]), flush=True)
    found = {
        "all": together(rows),
        **{name: together(own) for name in SETS if (own := [r for r in rows if r["data"] == name])},
    }
    print(json.dumps(found, indent=2))
    if options.write:
        at = {"at": datetime.now(UTC).date().isoformat(), "cpus": os.cpu_count(), "trials": options.trials}
        known = json.loads(DOCS.read_text()) if DOCS.exists() else {}
        known[options.score] = {**at, "figures": found, "searches": rows}
        DOCS.write_text(json.dumps(known, indent=1) + "\n")
        rooms.fill(DOCS.with_name("search.md"), "honest", page(known))


def page(known: Mapping[str, Any]) -> str:
    """The room of docs/search.md."""
    lines = list[str]()
    titles = ("data", "shown lead", "promised optimism", "real optimism", "difference", "true gain of the chosen")
    for score, made in known.items():
        title = {"brier_score": "Brier's score", "log_loss": "log loss"}[score]
        said = f"classes by {title}, numbers by r2; {made['trials']} trials each, {made['at']}"
        lines += [f"{made['figures']['all']['searches']} searches, {said}:", ""]
        lines += [f"| {' | '.join(titles)} | of the best by its score |", "|---" * 7 + "|"]
        for name, one in made["figures"].items():
            lines.append(f"| {name} | {' | '.join(_with_error(one[key]) for key in SHOWN)} |")
        gains = [row["true gain of chosen"] for row in made["searches"]]
        better, kept = sum(gain > 0 for gain in gains), sum(gain == 0 for gain in gains)
        agree = "agree" if made["figures"]["all"]["agree"] else "do **not** agree"
        lines += ["", f"Promised and real optimism {agree} within a third, or two standard errors. The network that"]
        lines += [f"was chosen was truly better than the defaults in {better}, was the defaults in {kept}, and was"]
        lines += [f"worse in {len(gains) - better - kept}.", ""]
    return "\n".join(lines)


def _with_error(value: Mapping[str, float]) -> str:
    return f"{value['mean']:.4f} ± {value['standard error']:.4f}"


if __name__ == "__main__":
    main()
