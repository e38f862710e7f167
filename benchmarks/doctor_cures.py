"""Tries the cures that real runs show, by the machinery of `protokit doctor --try`: which share is better.

python benchmarks/doctor.py --cures [--rows 8000] [--seconds 300] [WORD...]

Each of the tables of doctor_cases.py is run with three recipes such as people write: the house's network, a plain one
that trains on, and a small one that stops early. No fault is planted. With words only the runs whose name holds one are
made; docs/doctor_cures.json keeps what was found, run by run, and a run that is there is not made again.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from doctor_cases import COLUMNS, ROOT, TABLES, hidden

DOCS, KEPT = ROOT / "docs" / "doctor.md", ROOT / "docs" / "doctor_cures.json"
RECIPES: dict[str, dict[str, Any]] = {
    "house": {},
    "plain": {"menu": hidden(128, 2), "epochs": 60, "stop": None},
    "small": {"menu": hidden(16), "epochs": 10},
}


def names() -> Iterator[tuple[str, str]]:
    """Table and recipe of each run: 57 of them."""
    for table in TABLES:
        for recipe in RECIPES:
            yield table, recipe


def frame_of(table: str, rows: int) -> Any | None:
    """At most so many rows of a table, drawn by a seed; None of pictures, whose files are read as they are."""
    import pandas as pd
    from sklearn import datasets

    source = TABLES[table][0]
    if isinstance(source, dict) and "images" in source:
        return None
    if isinstance(source, dict) and "sklearn" in source:
        frame = getattr(datasets, f"load_{source['sklearn']}")(as_frame=True).frame
    elif isinstance(source, dict):
        frame = pd.read_csv(source["csv"], encoding=source.get("encoding"))
    else:
        frame = pd.read_csv(source)
    return frame if len(frame) <= rows else frame.sample(rows, random_state=0).reset_index(drop=True)


def tried(table: str, recipe: str, rows: int, seconds: float, folder: Path) -> dict[str, Any]:
    """One run, and what came of each cure that it shows."""
    import protokit

    source, target = TABLES[table]
    frame = frame_of(table, rows)
    plain: dict[str, Any] = {
        "name": f"{table}-{recipe}",
        "represent": {"target": target, "columns": COLUMNS.get(table, {})},
        "learn": RECIPES[recipe],
        "evaluate": {"baselines": ["dummy", "linear", "boosting"] if frame is not None else ["dummy"]},
    }
    found: dict[str, Any] = {"table": table, "recipe": recipe, "rows": None if frame is None else len(frame)}
    try:
        if frame is None:
            plain["collect"] = {"tables": {"table": source}}
        run = protokit.run(plain, frame, out=folder)
        trials = protokit.try_cures(run, frame, seconds=seconds).trials
    except protokit.ProtokitError as error:
        return {**found, "error": str(error)}
    kept = ("checks", "edit", "outcome", "scores", "seconds", "why")
    return {**found, "trials": [{key: one[key] for key in kept} for one in trials]}  # type: ignore[literal-required]


def surely(trial: dict[str, Any]) -> bool:
    """Whether the interval of each score is on one side of 0."""
    return all((one["gain"]["low"] or 0) * (one["gain"]["high"] or 0) > 0 for one in trial["scores"])


def page(every: list[dict[str, Any]]) -> list[str]:
    """What stands in the docs: a row for each check."""
    trials = [trial for one in every for trial in one.get("trials", ())]
    scored = [trial for trial in trials if trial["scores"]]
    lines = ["| cure of | shown | scored | better | surely | no difference | worse | surely |", "|" + "---|" * 8]
    for check in (*dict.fromkeys(check for trial in trials for check in trial["checks"]), None):
        own = [trial for trial in trials if check is None or check in trial["checks"]]
        some = [trial for trial in own if trial["scores"]]
        better, worse = ([one for one in some if one["outcome"] == what] for what in ("better", "worse"))
        same = len(some) - len(better) - len(worse)
        counts = [len(own), len(some), len(better), sum(map(surely, better)), same, len(worse), sum(map(surely, worse))]
        lines.append(f"| {(check or 'all together').replace('_', ' ')} | " + " | ".join(map(str, counts)) + " |")
    better = [one for one in scored if one["outcome"] == "better"]
    share = f"{len(better) / len(scored):.0%}" if scored else "-"
    runs = [one for one in every if "trials" in one]
    with_cures = sum(bool(one["trials"]) for one in runs)
    said = f"{len(runs)} runs, {with_cures} of them with a cure. "
    said += f"Of {len(scored)} cures that were scored {share} are better."
    why: dict[str, int] = {}
    for one in trials:
        if not one["scores"]:
            reason = "no time" if one["outcome"] == "no time" else one["why"]
            why[reason] = why.get(reason, 0) + 1
    not_scored = (
        [f"Not scored: {'; '.join(f'{count} because {reason}' for reason, count in why.items())}."] if why else []
    )
    return [*lines, "", said, *not_scored]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="doctor.py --cures")
    parser.add_argument("--rows", type=int, default=8000)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("words", nargs="*")
    given = parser.parse_args(arguments)
    every = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else []
    done = {(one["table"], one["recipe"]) for one in every}
    with tempfile.TemporaryDirectory() as folder:
        for table, recipe in names():
            wanted = not given.words or any(word in f"{table}-{recipe}" for word in given.words)
            if (table, recipe) in done or not wanted:
                continue
            every.append(tried(table, recipe, given.rows, given.seconds, Path(folder)))
            print(json.dumps(every[-1]), flush=True)
            KEPT.write_text("[\n" + ",\n".join(map(json.dumps, every)) + "\n]\n", encoding="utf-8")
    first, last = "<!-- cures of benchmarks/doctor.py -->", "<!-- end of cures -->"
    text = DOCS.read_text(encoding="utf-8")
    head, tail = text[: text.index(first)], text[text.index(last) :]
    DOCS.write_text("\n".join([head + first, *page(every), ""]) + tail, encoding="utf-8")
