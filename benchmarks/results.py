"""Runs the default network on public tables with nothing but a target, and writes docs/results.md.

python benchmarks/results.py DATA_FOLDER [--seeds 3] [--only titanic]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import protokit

DOCS = Path(__file__).parent.parent / "docs" / "results.md"
TABLES = {
    "titanic": ({"t": "titanic.csv"}, "Survived", None),
    "adult": (
        {"t": "adult_train.csv.gz", "official": "adult_test.csv"},
        "income",
        {"test": "official"},
    ),
    "telco_churn": ({"t": "telco_churn.csv"}, "Churn", None),
    "letter": (
        {"t": "letter_recognition.csv"},
        "lettr",
        {"by": {"column": "split"}},
    ),
    "california_housing": ({"t": "california_housing.csv"}, "median_house_value", None),
    "diamonds": ({"t": "diamonds.csv.gz"}, "price", None),
    "penguins": ({"t": "penguins.csv"}, "species", None),
}
# From the README of the data; other splits where noted, so to be read as a neighbourhood.
PUBLISHED = {
    "adult": "AUC: MLP .9047, ResNet .9080, XGBoost .9265 (same test file)",
    "telco_churn": "accuracy: LogReg .7984, XGB .8064, MLP .7936 (other split)",
    "letter": "accuracy: LogReg .7612, XGB .9643, MLP .9745 (other split)",
    "california_housing": "RMSE: MLP 49,850, XGBoost 43,340 (other split)",
    "diamonds": "RMSE: linear 1659.6, MLP 850.1, XGB 537.7 (other split)",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--page", action="store_true", help="write the page anew from the last results")
    options = parser.parse_args()
    record = DOCS.with_suffix(".json")
    found = json.loads(record.read_text()) if record.exists() else {}
    for name, (files, target, split) in TABLES.items():
        if options.page or (options.only and name not in options.only.split(",")):
            continue
        found[name] = [one(options.data.resolve(), name, files, target, split, seed) for seed in range(options.seeds)]
        record.write_text(json.dumps(found, indent=1) + "\n")
    DOCS.write_text(page({name: found[name] for name in TABLES if name in found}))
    print(DOCS.read_text())


def one(data: Path, name: str, files: dict[str, str], target: str, split: object, seed: int) -> dict[str, object]:
    represent: dict[str, object] = {"target": target}
    if split:
        represent["split"] = split
    recipe = {
        "name": name,
        "seed": seed,
        "collect": {"tables": {key: str(data / file) for key, file in files.items()}},
        "represent": represent,
    }
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        run = protokit.run(recipe, out=folder)
        seconds = time.monotonic() - started
    metrics = run.results["metrics"]
    print(name, seed, run.verdict, f"{seconds:.0f} s", file=sys.stderr, flush=True)
    return {"scores": metrics["scores"], "verdict": run.verdict, "seconds": round(seconds, 1), "rows": metrics["rows"]}


def page(found: dict[str, list[dict]]) -> str:
    lines = [
        "# Results of the default network",
        "",
        f"Made by `python benchmarks/results.py DATA` on {datetime.now(UTC):%Y-%m-%d}: nothing in the recipe but the",
        "target (and the official split where there is one). Mean over the seeds, which change split and network.",
        "Network, linear and boosting are fitted on the same training rows; published scores: the data's README.",
        "",
        "| table | metric | network | linear | boosting | not worse than linear | seeds | seconds a run | published |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    short: list[str] = []
    for name, runs in found.items():
        for i, first in enumerate(runs[0]["scores"]):
            own = [run["scores"][i]["network"]["value"] for run in runs]
            linear = [run["scores"][i]["baselines"]["linear"]["value"] for run in runs]
            boosting = [run["scores"][i]["baselines"]["boosting"]["value"] for run in runs]
            sign = 1 if first["greater_is_better"] else -1
            ok = sum(sign * (a - b) >= 0 for a, b in zip(own, linear, strict=True))
            mean = "yes" if sign * (sum(own) - sum(linear)) >= 0 else "**no**"
            if mean != "yes":
                half = sum(r["scores"][i]["network"]["high"] - r["scores"][i]["network"]["low"] for r in runs)
                difference = abs(sum(own) - sum(linear)) / len(runs)
                interval = half / 2 / len(runs)
                short.append(
                    f"- {name}, {first['metric']}: worse by {difference:.4f}; one run's interval is ± {interval:.4f}"
                )
            cells = [name if i == 0 else "", first["metric"], *(form(v) for v in (own, linear, boosting))]
            seconds = sum(run["seconds"] for run in runs) / len(runs)
            cells += [f"{mean} ({ok} of {len(runs)} seeds)", str(len(runs)), f"{seconds:.0f}"]
            cells.append(PUBLISHED.get(name, "-") if i == 0 else "")
            lines.append("| " + " | ".join(cells) + " |")
    if short:
        lines += ["", "Where the mean is worse than linear's, beside what the test rows can tell:", "", *short]
    return "\n".join(lines) + "\n"


def form(values: list[float]) -> str:
    mean = sum(values) / len(values)
    return f"{mean:.4f}" if abs(mean) < 10 else f"{mean:,.1f}"


if __name__ == "__main__":
    main()
