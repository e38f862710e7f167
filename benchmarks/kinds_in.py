"""What each kind of column that holds more than one value is good for: docs/kinds_in.md and docs/kinds_in.json.

    python benchmarks/kinds_in.py [NAME ...] [--data ../shared/data] [--draws 10000] [--skip planted hostile real]
        [--write]

Of each kind there is a planted table, in which that column alone tells the target, and by chance: the score of the
chances themselves is what is there to be found. Its model is loaded in a fresh process, and predicts the same rows;
cells that are missing, new or damaged are predicted. Then odd cells are drawn, and two public tables are learned from
with the kind and without. `--write` puts what was measured in the place of what stood for these names.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from kinds_in_data import HOSTILE, PLANTED, Planted  # noqa: E402
from sklearn.metrics import roc_auc_score  # noqa: E402

JSON, PAGE = ROOT / "docs" / "kinds_in.json", ROOT / "docs" / "kinds_in.md"
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
    import pickle

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


def california(data: Path, seed: int) -> dict[str, Any]:
    """California's houses by place against two numbers: RMSE of test rows in dollars, the same rows and network."""
    frame = pd.read_csv(data / "california_housing.csv")
    place = {"home": {"place": {"latitude": "latitude", "longitude": "longitude"}}}
    both = {**place, "latitude": "number", "longitude": "number"}
    target, found = "median_house_value", {}
    for name, columns in (("two numbers", {}), ("place", place), ("place, and two numbers", both)):
        represent = {"target": target, "columns": columns}
        found[name] = _score(frame, represent, "root_mean_squared_error", seed)
    return {"metric": "root_mean_squared_error", "scores": found}


def sentences(data: Path, seed: int) -> dict[str, Any]:
    """Sentences of reviews as vectors of a truncated SVD of their words against texts: accuracy of test rows."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    frame = pd.read_csv(data / "movie_review_sentences_mr.csv")
    text = next(c for c in frame.columns if frame[c].astype(str).str.len().mean() > 40)
    label = next(c for c in frame.columns if c not in (text, "split"))
    rng, is_test = np.random.default_rng(seed), frame["split"].astype(str).str.startswith("test")
    part = np.where(is_test, "test", np.where(rng.random(len(frame)) < 0.15, "validation", "train"))
    frame = pd.DataFrame({"text": frame[text], "y": frame[label], "part": part})
    known = frame.loc[frame["part"] == "train", "text"]
    words = TfidfVectorizer(sublinear_tf=True, min_df=2).fit(known)
    turned = TruncatedSVD(200, random_state=seed).fit(words.transform(known))
    vectors = turned.transform(words.transform(frame["text"]))
    split, found = {"by": {"column": "part"}}, {}
    for scale in ("together", "each", "none"):
        columns = {"text": "ignore", "vector": {"vector": {"scale": scale}}}
        table = frame.assign(vector=[*map(list, vectors)])
        name = f"vectors of 200 numbers, {scale}"
        found[name] = _score(table, {"target": "y", "columns": columns, "split": split}, "accuracy", seed)
    represent = {"target": "y", "columns": {"text": "text"}, "split": split}
    found["texts (text_bag)"] = _score(frame, represent, "accuracy", seed)
    return {"metric": "accuracy", "scores": found}


def _score(frame: pd.DataFrame, represent: Mapping[str, Any], metric: str, seed: int) -> float:
    import protokit

    plain = {"seed": seed, "represent": represent, "learn": {"networks": 1}}
    plain["evaluate"] = {"metrics": [metric], "baselines": ["dummy"]}
    with tempfile.TemporaryDirectory() as folder:
        return float(protokit.run(plain, frame, out=folder).metrics[metric])


REAL: dict[str, Callable[[Path, int], dict[str, Any]]] = {"california": california, "sentences": sentences}


def page(found: Mapping[str, Any]) -> str:
    """The page of all that was measured."""
    lines = ["# Kinds of columns that hold several values, measured", "", "Written by `benchmarks/kinds_in.py`.", ""]
    if tables := found.get("planted", {}):
        lines += [
            "## Planted tables",
            "",
            "One column alone tells the target, by chance. Roc_auc of 1,000 test rows (300 of media): what the chances",
            "themselves have, the network, and what it has without the kind. To be shown: within",
            f"{NEAR} of what is there; a fresh process that loads the model predicts the same bits.",
            "",
            "| column | training rows | there | network | without | read otherwise | within | same bits |",
            "|---|---|---|---|---|---|---|---|",
        ]
        for name, one in tables.items():
            others = [f"{one[key]:.3f} ({key})" for key in one if key.startswith("as ")]
            within = "yes" if one["network"] >= one["there"] - NEAR else "**no**"
            there, network, ignored = (f"{one[key]:.3f}" for key in ("there", "network", "ignored"))
            scores = " | ".join((there, network, ignored, ", ".join(others), within))
            same = "yes" if one["fresh"] else "**no**"
            lines.append(f"| {name} | {one['rows']:,} | {scores} | {same} |")
        lines += [
            "",
            "## Odd cells at `predict`, one among 20 rows",
            "",
            "| column | cell | outcome |",
            "|---|---|---|",
        ]
        for name, one in tables.items():
            lines += [f"| {name} | {cell} | {_cell(said)} |" for cell, said in one["outcomes"].items()]
        lines.append("")
    if drawn := found.get("hostile", {}):
        lines += [
            "## Drawn cells",
            "",
            "Cells of all types, and cells of the kind's sample with something changed, in columns of one to eight",
            "cells: inferred from, fitted, and encoded as those of a later table. To be shown: none ends in another",
            "error than protokit's own.",
            "",
            "| kind | odd cells | other errors |",
            "|---|---|---|",
            *(f"| {name} | {one['draws']:,} | {one['fault'] or 'none'} |" for name, one in drawn.items()),
            "",
        ]
    for name, one in found.get("real", {}).items():
        lines += [f"## {name.capitalize()}", "", str(REAL[name].__doc__), "", f"| | {one['metric']} |", "|---|---|"]
        lines += [f"| {variant} | {score:,.4g} |" for variant, score in one["scores"].items()]
        lines.append("")
    return "\n".join([*lines, f"Measured on {found.get('date')}, {found.get('machine')}, one seed."]) + "\n"


def _cell(said: str) -> str:
    return (said if len(said) <= 220 else said[:217] + "...").replace("|", "\\|")


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", choices=[[], *PLANTED, *HOSTILE, *REAL])
    parser.add_argument("--data", type=Path, default=ROOT / ".." / "shared" / "data")
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--skip", nargs="*", default=(), choices=["planted", "hostile", "real"])
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    found: dict[str, Any] = {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
    }
    work: list[tuple[str, str, Callable[[], dict[str, Any]]]] = []
    for name, made in PLANTED.items():
        work.append(("planted", name, lambda made=made: planted(made, asked.seed)))  # type: ignore[misc]
    for name, draw in HOSTILE.items():
        work.append(("hostile", name, lambda draw=draw: draw(asked.draws, asked.seed)))  # type: ignore[misc]
    for name, measure in REAL.items():
        work.append(("real", name, lambda measure=measure: measure(asked.data, asked.seed)))  # type: ignore[misc]
    for what, name, do in work:
        if what in asked.skip or (asked.names and name not in asked.names):
            continue
        start = time.process_time()
        one = do()
        print(what, name, json.dumps(one), f"{time.process_time() - start:.0f} s", file=sys.stderr, flush=True)
        if JSON.exists():  # what another process has measured meanwhile, too
            found = {**json.loads(JSON.read_text(encoding="utf-8")), "date": found["date"], "machine": found["machine"]}
        order = {"planted": PLANTED, "hostile": HOSTILE, "real": REAL}[what]
        known = {**found.get(what, {}), name: one}
        found[what] = {key: known[key] for key in order if key in known}  # type: ignore[attr-defined]
        if asked.write:
            JSON.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            PAGE.write_text(page(found), encoding="utf-8")
    print(page(found))


if __name__ == "__main__":
    main()
