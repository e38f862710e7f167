"""Folders of runs, as far as a list of runs reads them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def interval(value: float | None) -> dict[str, float | None]:
    return {
        "value": value,
        "low": None if value is None else value - 0.1,
        "high": None if value is None else value + 0.1,
    }


def finished(folder: Path, auc: float | None, *, epochs: int = 12, target: str = "late") -> Path:
    """A finished run with a roc_auc and a log loss."""
    score = {"target": target, "baselines": {}}
    metrics: dict[str, Any] = {
        "rows": {},
        "scores": [
            {**score, "metric": "roc_auc", "greater_is_better": True, "network": interval(auc)},
            {**score, "metric": "log_loss", "greater_is_better": False, "network": interval(0.5)},
        ],
        "verdicts": [{"target": target, "metric": "roc_auc", "outcome": "better"}],
        "networks": [{"epochs": epochs}],
        "network": [["dense", "Dense", [1], 30], ["out", "Dense", [1], 2]],
    }
    begun(folder)
    (folder / "metrics.json").write_text(json.dumps(metrics))
    (folder / "steps.json").write_text(json.dumps({"seconds": {"learn": 1.5, "collect": 0.25}, "steps": []}))
    return folder


def begun(folder: Path, **files: Any) -> Path:
    """A run that has begun, with further files by the beginning of their name."""
    folder.mkdir(parents=True)
    (folder / "environment.json").write_text("{}")
    (folder / "recipe.yaml").write_text("name: x\n")
    for name, value in files.items():
        (folder / f"{name}.json").write_text(json.dumps(value))
    return folder


def searched(folder: Path, *, complete: bool = True) -> Path:
    """A search, complete or with a log whose last line is torn."""
    begun(folder)
    events = [{"event": "begin", "at": 100.0}, *({"event": "end", "trial": i, "at": 101.0 + i} for i in range(3))]
    (folder / "log.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events) + '{"event": "en')
    if complete:
        said = {
            "metric": "roc_auc", "greater_is_better": True, "target": "late", "trials": 50, "gained": True, "winner": 3,
            "seconds": 60.5, "finalists": [{"trial": 3, "value": interval(0.85)}, {"trial": 0, "value": interval(0.8)}],
        }  # fmt: skip
        (folder / "search.json").write_text(json.dumps(said))
    return folder
