"""Forecasts public series with nothing in the recipe but what is to be forecast, and writes docs/results_series.md.

python benchmarks/results_series.py DATA_FOLDER [--seeds 3] [--only etth1] [--page]

Results are kept in docs/results_series.json; --page writes the page anew from the last ones.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import protokit

DOCS = Path(__file__).parent.parent / "docs" / "results_series.md"
RECORD = DOCS.with_suffix(".json")
SCALED = ("scaled_mean_squared_error", "scaled_mean_absolute_error", "mase", "seasonal_mase")
TABLES = {
    "etth1": (
        "ETTh1.csv.gz",
        {
            "target": ["HUFL", "HULL", "MUFL", "MULL", "LUFL", "LULL", "OT"],
            "series": {"time": "date", "window": 336, "horizon": 96},
            "split": {"test": 0.2, "validation": 0.25},
        },
    ),
    "temperatures_week": (
        "ts_daily_min_temperatures.csv",
        {"target": "Temp", "series": {"time": "Date", "window": 60, "horizon": 7}},
    ),
    "temperatures_year": (
        "ts_daily_min_temperatures.csv",
        {"target": "Temp", "series": {"time": "Date", "window": 60, "horizon": 7, "season": 365}},
    ),
    "passengers": (
        "ts_airline_passengers.csv",
        {"target": "Passengers", "series": {"time": "Month", "window": 24, "horizon": 12}},
    ),
    "tourism": (
        "ts_tourism_panel.csv",
        {
            "target": "Trips",
            "series": {"time": "Quarter", "by": ["Region", "State", "Purpose"], "window": 16, "horizon": 8},
        },
    ),
}
ROWS = {"etth1": 14_400}  # the published protocol uses the first twenty months
# from the README of the data: the same rows, split and scaling
PUBLISHED = {"etth1": "MSE / MAE: NLinear .374 / .394, Linear .375 / .397, PatchTST .370 / .400"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args()
    found = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    for name in TABLES:
        if options.page or (options.only and name not in options.only.split(",")):
            continue
        found[name] = [one(options.data, name, seed) for seed in range(options.seeds)]
        RECORD.write_text(json.dumps(found, indent=1) + "\n")
    # the text around the table is written by hand
    before, _, rest = DOCS.read_text().partition("| series |")
    after = rest.partition("\n\n")[2]
    DOCS.write_text(
        before + page({name: found[name] for name in TABLES if name in found}) + "\n" + f"\n{after}" * bool(after)
    )


def one(data: Path, name: str, seed: int) -> dict[str, object]:
    file, represent = TABLES[name]
    frame = pd.read_csv(data / file).iloc[: ROWS.get(name)]
    recipe = {"name": name, "seed": seed, "represent": represent}
    if name == "etth1":
        recipe["evaluate"] = {"metrics": list(SCALED)}
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        run = protokit.run(recipe, frame, out=folder)
        seconds = time.monotonic() - started
        parts = json.loads((run.path / "steps.json").read_text())["seconds"]
    metrics = run.results["metrics"]
    print(name, seed, run.verdict, f"{seconds:.0f} s", file=sys.stderr, flush=True)
    verdict = metrics["verdicts"][0]["outcome"]
    return {
        "scores": metrics["scores"],
        "outcome": verdict,
        "windows": metrics["rows"],
        "epochs": metrics["networks"][0]["epochs"],
        "seconds": round(seconds, 1),
        "parts": parts,
    }


def page(found: dict[str, list[dict]]) -> str:
    lines = [
        "| series | metric | network | linear | seasonal naive | naive | test windows | seeds | seconds | published |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, runs in found.items():
        for i, first in enumerate(runs[0]["scores"]):
            own = sum(run["scores"][i]["network"]["value"] for run in runs) / len(runs)
            simple = [first["baselines"][key]["value"] for key in ("linear", "seasonal_naive", "naive")]
            cells = [name if i == 0 else "", first["metric"], *(f"{value:.3f}" for value in (own, *simple))]
            cells += [f"{runs[0]['windows']['test']:,}", str(len(runs))]
            cells += [f"{sum(run['seconds'] for run in runs) / len(runs):.0f}"]
            lines.append("| " + " | ".join([*cells, PUBLISHED.get(name, "-") if i == 0 else ""]) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
