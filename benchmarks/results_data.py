"""Runs recipes over public data of every kind, and writes docs/results_data.md: joins, dates, texts, images, sequences.

python benchmarks/results_data.py DATA_FOLDER [--only sms_spam,mr] [--page]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import protokit

DOCS = Path(__file__).parent.parent / "docs" / "results_data.md"
FLIGHTS = "pnwflights14/"
RECIPES: dict[str, dict[str, Any]] = {
    "flights": {
        "collect": {
            "tables": {
                "flights": FLIGHTS + "flights.csv.gz",
                "planes": FLIGHTS + "planes.csv",
                "weather": FLIGHTS + "weather.csv.gz",
                "airports": FLIGHTS + "airports.csv",
                "airlines": FLIGHTS + "airlines.csv",
            },
            "join": [
                {"with": "planes", "on": "tailnum", "expect": "many_to_one", "prefix": "plane_"},
                {"with": "weather", "on": ["origin", "year", "month", "day", "hour"], "prefix": "weather_"},
                {"with": "airports", "on": {"dest": "faa"}, "prefix": "dest_"},
                {"with": "airlines", "on": "carrier", "how": "inner", "prefix": "airline_"},
            ],
            "clean": [
                {"filter": "arr_delay is not null"},
                {"derive": {"late": "arr_delay > 15", "on_day": "make_date(year, month, day)"}},
                {"cast": {"month": "category"}},
                # what is known only once the plane has left or landed
                {"drop": ["arr_delay", "arr_time", "dep_delay", "dep_time", "minute", "air_time"]},
                {"drop": ["weather_date", "airline_name", "dest_name", "dest_tz", "dest_dst", "day", "year"]},
            ],
        },
        "represent": {"target": "late", "split": {"by": {"time": "on_day"}}},
        "learn": {"epochs": 15},
    },
    "melbourne": {
        "collect": {"tables": {"sales": "melbourne_housing.csv.gz"}},
        "represent": {"target": "Price", "columns": {"Address": "ignore"}},
    },
    "bike": {
        "collect": {
            "tables": {"rides": "bike_sharing_hourly.csv"},
            "clean": [
                {"parse_dates": {"dteday": "%m/%d/%Y"}},
                {"cast": {"season": "category", "weathersit": "category", "hr": "category", "weekday": "category"}},
                {"drop": ["instant"]},
            ],
        },
        "represent": {"target": "cnt", "split": {"by": {"time": "dteday"}}},
    },
    "sms_spam": {
        "collect": {
            "tables": {"messages": {"csv": "sms_spam.csv", "encoding": "cp1252"}},
            "clean": ["drop_duplicates"],
        },
        "represent": {"target": "label", "columns": {"text": "text"}},
        "evaluate": {"metrics": ["average_precision", "roc_auc", "accuracy"]},
    },
    "mr": {
        "collect": {"tables": {"sentences": "movie_review_sentences_mr.csv"}},
        "represent": {"target": "label", "columns": {"text": "text"}, "split": {"by": {"column": "split"}}},
        "evaluate": {"metrics": ["accuracy", "roc_auc", "log_loss"]},
    },
    "fashion_mnist": {
        "collect": {
            "tables": {
                "train": {
                    "idx": "fashion_mnist/train-images-idx3-ubyte.gz",
                    "labels": "fashion_mnist/train-labels-idx1-ubyte.gz",
                },
                "official": {
                    "idx": "fashion_mnist/t10k-images-idx3-ubyte.gz",
                    "labels": "fashion_mnist/t10k-labels-idx1-ubyte.gz",
                },
            }
        },
        "represent": {
            "target": "label",
            "columns": {"image": "image"},
            "split": {"test": "official", "validation": 0.1},
        },
        "evaluate": {"metrics": ["accuracy", "log_loss"], "baselines": ["dummy", "linear"]},
    },
    "cifar10_subset": {
        "collect": {"tables": {"pictures": {"images": "cifar10_jpeg_subset.zip"}}},
        "represent": {"target": "label", "columns": {"image": "image"}, "split": {"by": {"column": "split"}}},
        "learn": {"epochs": 30},
        "evaluate": {"metrics": ["accuracy", "log_loss"], "baselines": ["dummy", "linear"]},
    },
    "japanese_vowels": {
        "collect": {"tables": {"steps": "tsc_japanese_vowels.csv.gz"}},
        "represent": {
            "target": "label",
            "sequence": {"by": "case_id", "time": "t"},
            "split": {"by": {"column": "split"}},
        },
    },
    "penguins_clusters": {
        "collect": {"tables": {"birds": "penguins.csv"}},
        "learn": {"task": "clustering", "clusters": 3},
        "evaluate": {"labels": "species"},
    },
}
# the least that each was to reach, and what others have published on the same split (the data's README)
BOUNDS = {"mr": 0.76, "fashion_mnist": 0.93, "japanese_vowels": 0.96}
PUBLISHED = {
    "mr": "TF-IDF + LR .7459, CNN-rand .7498, fastText .7514",
    "fashion_mnist": "2 conv + pooling .876 to .916, XGBoost .898",
    "japanese_vowels": "MLP .976, FCN .993, ResNet .992",
}


def recipe(name: str, data: Path) -> dict[str, Any]:
    """A recipe with its paths starting at the folder of the data."""
    plain = json.loads(json.dumps(RECIPES[name]))
    for key, table in plain["collect"]["tables"].items():
        placed = {"csv": table} if isinstance(table, str) else table
        places = ("csv", "idx", "labels", "images")
        plain["collect"]["tables"][key] = {k: str(data / v) if k in places else v for k, v in placed.items()}
    return {"name": name, **plain}


def one(name: str, data: Path) -> dict[str, Any]:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        result = protokit.run(recipe(name, data), out=folder)
    metrics = result.results["metrics"]
    return {
        "seconds": round(time.monotonic() - started),
        "rows": metrics["rows"],
        "verdict": metrics["verdicts"][0]["sentence"],
        "scores": [
            {
                "metric": score["metric"],
                "network": score["network"],
                **{k: v["value"] for k, v in score["baselines"].items()},
            }
            for score in metrics["scores"]
        ],
        "findings": [f"{f['severity']}: {f['rule']}" for f in result.results["findings"] if f["severity"] != "note"],
    }


def page(found: dict[str, Any]) -> str:
    lines = [
        "# Results on data of every kind",
        "",
        f"Made by `python benchmarks/results_data.py DATA` on {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores,",
        "one seed each. The recipes stand in that script: tables that are joined and cleaned, splits by time, texts,",
        "images, sequences, clusters.",
        "",
        "| data | metric | network (95% interval) | baselines | bound | rows: train, validation, test | seconds "
        "| published |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, run in found.items():
        for i, score in enumerate(run["scores"]):
            own = score["network"]
            baselines = ", ".join(f"{k} {v:,.4g}" for k, v in score.items() if k not in {"metric", "network"} and v)
            bound = f"{BOUNDS[name]:g}" if i == 0 and name in BOUNDS else ""
            rows = ", ".join(f"{run['rows'][part]:,}" for part in ("train", "validation", "test")) if i == 0 else ""
            value = f"{own['value']:,.4g} ({own['low']:,.4g} to {own['high']:,.4g})"
            seconds, published = (run["seconds"], PUBLISHED.get(name, "")) if i == 0 else ("", "")
            title = name if i == 0 else ""
            lines.append(
                f"| {title} | {score['metric']} | {value} | {baselines} | {bound} | {rows} | {seconds} | {published} |"
            )
    lines += ["", "What the audit said (warnings and worse):", ""]
    lines += [f"- {name}: {finding}" for name, run in found.items() for finding in run["findings"]]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--page", action="store_true", help="write the page anew from the last results")
    options = parser.parse_args()
    record = DOCS.with_suffix(".json")
    found = json.loads(record.read_text()) if record.exists() else {}
    for name in RECIPES:
        if not options.page and (not options.only or name in options.only.split(",")):
            found[name] = one(name, options.data.resolve())
            print(name, found[name]["seconds"], "s", found[name]["verdict"], flush=True)
            record.write_text(json.dumps(found, indent=1) + "\n")
    DOCS.write_text(page({name: found[name] for name in RECIPES if name in found}))


if __name__ == "__main__":
    main()
