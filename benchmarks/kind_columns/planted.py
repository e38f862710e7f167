"""What the network finds in a planted table, with the kind and without, and what comes of odd cells."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd
from sklearn.metrics import roc_auc_score

from kind_columns.tables import IGNORED, Planted

ROOT = Path(__file__).parent.parent.parent
NEAR = 0.02  # of what is there
_FRESH = """
import pickle, sys, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import protokit
folder = Path(sys.argv[1])
later = pickle.loads((folder / "later.pickle").read_bytes())
(folder / "found.pickle").write_bytes(pickle.dumps(protokit.load(folder / "model").predict(later)))
"""


def planted(made: Planted, seed: int) -> dict[str, Any]:
    """What is there, what the network finds with the kind and without, and what comes of odd cells."""
    import protokit

    frame = made.frame(seed)
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run(_recipe(made, made.columns, seed), frame, out=folder)
        test = frame["part"] == "test"
        found: dict[str, Any] = {
            "kind": made.kind,
            "rows": int((frame["part"] == "train").sum()),
            "there": float(roc_auc_score(frame.loc[test, "y"], made.chances(frame)[test])),
            "network": float(run.metrics["roc_auc"]),
            "fresh": _is_same_afresh(run, frame.loc[test].drop(columns=["y", "chance"])),
            "outcomes": {name: _outcome(run.model, frame, made, cell) for name, cell in made.odd.items()},
        }
        for name, columns in made.without.items():
            other = protokit.run(_recipe(made, columns, seed), frame, out=folder)
            found[name] = float(other.metrics["roc_auc"])
    return found


def _recipe(made: Planted, columns: Mapping[str, Any], seed: int) -> dict[str, Any]:
    split = {"by": {"column": "part"}}
    represent = {"target": "y", "columns": {**columns, "chance": "ignore"}, "split": split}
    return {
        "seed": seed,
        "represent": represent,
        "learn": {"networks": 1, **made.learn},
        "evaluate": {"metrics": ["roc_auc"], "baselines": ["dummy"]},
    }


def _is_same_afresh(run: Any, later: pd.DataFrame) -> bool:
    """Whether a process that only has the model's folder predicts the same bits."""
    folder = run.path
    (folder / "later.pickle").write_bytes(pickle.dumps(later))
    subprocess.run([sys.executable, "-c", _FRESH, str(folder)], check=True, cwd=ROOT, capture_output=True)
    again = pickle.loads((folder / "found.pickle").read_bytes())
    here = run.model.predict(later)
    return bool(again.equals(here))


def _outcome(model: Any, frame: pd.DataFrame, made: Planted, cells: Mapping[str, object]) -> str:
    """What is said of one such cell among rows of training."""
    from protokit.core.errors import ProtokitError

    later = frame.head(20).copy()
    for name, cell in cells.items():
        later[name] = later[name].astype(object)
        later.at[2, name] = cell
    try:
        predicted = model.predict(later)
    except ProtokitError as error:
        return f"refused: {error.rule}".replace(f"{Path.cwd()}{os.sep}", "")  # no path of a machine in the docs
    assert not predicted.isna().any().any()
    said = [str(notice).splitlines()[0] for notice in predicted.attrs.get("notices", ())]
    return f"predicted; said: {'; '.join(said)}" if said else "predicted"


def sections(found: Mapping[str, list[Mapping[str, Any]]]) -> list[str]:
    """The lines of the page, of what was measured of each table by each seed."""
    lines = [
        "## In: planted tables",
        "",
        "One column alone tells the target, by chance. Roc_auc of 1,000 test rows (300 of media): what the chances",
        "themselves have, the network, and what it has without the kind; means over the seeds. To be shown: within",
        f"{NEAR} of what is there; a fresh process that loads the model predicts the same bits.",
        "",
        "| column | training rows | seeds | there | network | without | read otherwise | within | same bits |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, seeds in found.items():
        mean = {key: fmean(one[key] for one in seeds) for key in seeds[0] if isinstance(seeds[0][key], float)}
        others = ", ".join(f"{mean[key]:.3f} ({key})" for key in mean if key.startswith("as "))
        scores = " | ".join(f"{mean[key]:.3f}" for key in ("there", "network", IGNORED))
        within, same = mean["network"] >= mean["there"] - NEAR, all(one["fresh"] for one in seeds)
        rows = f"{name} | {seeds[0]['rows']:,} | {len(seeds)}"
        lines.append(f"| {rows} | {scores} | {others} | {_yes(within)} | {_yes(same)} |")
    lines += [
        "",
        "## In: odd cells at `predict`, one among 20 rows",
        "",
        "| column | cell | outcome |",
        "|---|---|---|",
    ]
    for name, seeds in found.items():
        lines += [f"| {name} | {cell} | {_cell(said)} |" for cell, said in seeds[0]["outcomes"].items()]
    return [*lines, ""]


def _yes(holds: bool) -> str:
    return "yes" if holds else "**no**"


def _cell(said: str) -> str:
    return (said if len(said) <= 220 else said[:217] + "...").replace("|", "\\|")
