"""What the audit finds where a target is several numbers, a time until an event, a class for each step, or a mask."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.said import Finding
from protokit.workflow.run.run import run

DENSE = [{"Dense": {"units": 8, "activation": "relu"}}]


def times(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["u", "v"])
    time, lost = rng.exponential(10 * np.exp(-frame["u"])), rng.exponential(20, rows)
    return frame.assign(days=np.minimum(time, lost), died=(time <= lost).astype(int))


def vectors(rows: int = 300) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(rows, 2)), columns=["u", "v"])
    x, y = frame["u"] + rng.normal(size=rows), frame["v"] * frame["u"] + rng.normal(size=rows)
    return frame.assign(x=1000 + 300 * x, y=y / 100)


def steps(cases: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    rows = []
    for case in range(cases):
        state = rng.integers(0, 3)
        for t in range(int(rng.integers(5, 9))):
            state = state if rng.random() < 0.7 else rng.integers(0, 3)
            rows.append((f"c{case}", t, state + rng.normal(), rng.normal(), "abc"[state]))
    return pd.DataFrame(rows, columns=["case", "t", "u", "v", "does"])


def found(frame: pd.DataFrame, represent: Mapping[str, object], out: Path, **learn: Any) -> list[Finding]:
    written = {
        "represent": represent,
        "learn": {"menu": DENSE, "epochs": 1, **learn},
        "evaluate": {"baselines": ["dummy"] if "event" not in learn else ["kaplan_meier"]},
    }
    return [one for one in run(written, frame, out=out, cache=False).findings if one.severity != "note"]


def of_times(frame: pd.DataFrame, out: Path) -> list[Finding]:
    return found(frame, {"target": "days"}, out, task="survival", event="died")


def of_vectors(frame: pd.DataFrame, out: Path) -> list[Finding]:
    return found(frame, {"target": {"place": ["x", "y"]}}, out)


def of_steps(frame: pd.DataFrame, out: Path) -> list[Finding]:
    return found(frame, {"target": "does", "sequence": {"by": "case", "time": "t"}}, out, task="tagging")


@pytest.mark.parametrize(
    ("of", "made", "told"),
    [
        (of_times, lambda f: f["days"] / 30.4, "'days' almost perfectly"),
        (of_times, lambda f: np.where(f["died"] == 1, f["u"].abs() + 9, np.nan), "'died' almost perfectly"),
        (of_vectors, lambda f: f["y"] * 25 + 3, "'y' almost perfectly"),
        (of_steps, lambda f: f["does"].map({"a": 2.0, "b": 7.0, "c": 1.0}), "'does' almost perfectly"),
    ],
)
def test_a_column_that_tells_the_target_is_named_with_the_edit(of: Any, made: Any, told: str, tmp_path: Path) -> None:
    frame = {of_times: times, of_vectors: vectors, of_steps: steps}[of]()
    assert of(frame, tmp_path) == []
    [finding] = of(frame.assign(late=made(frame)), tmp_path)
    assert finding.columns == ("late",) and finding.check == "leaks" and told in finding.rule
    assert finding.edit == "represent:\n  columns: {late: ignore}"


@pytest.mark.parametrize(("of", "table", "other"), [(of_times, times, "days"), (of_vectors, vectors, "y")])
def test_copies_are_copies_with_their_target(of: Any, table: Any, other: str, tmp_path: Path) -> None:
    frame = table()
    copies = pd.concat([frame, frame.head(150)], ignore_index=True)
    [finding] = of(copies, tmp_path)
    assert finding.check == "duplicates" and finding.severity == "fatal"
    copies.loc[300:, other] = copies.loc[300:, other].sample(frac=1, random_state=0).to_numpy() * 1.01
    assert of(copies, tmp_path) == []


def test_copies_of_sequences_are_those_with_the_same_labels(tmp_path: Path) -> None:
    frame = steps()
    again = frame.assign(case=frame["case"] + "x")
    [finding] = of_steps(pd.concat([frame, again], ignore_index=True), tmp_path)
    assert finding.check == "duplicates"
    other = again.assign(does=again["does"].map({"a": "b", "b": "c", "c": "a"}))
    assert of_steps(pd.concat([frame, other], ignore_index=True), tmp_path) == []


def test_of_many_parts_the_first_are_looked_at_and_it_is_said(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(120, 14)), columns=["u", "v", *(f"p{i}" for i in range(12))])
    written = {
        "represent": {"target": {"all": [f"p{i}" for i in range(12)]}},
        "learn": {"menu": DENSE, "epochs": 1},
        "evaluate": {"baselines": ["dummy"]},
    }
    rules = [one.rule for one in run(written, frame, out=tmp_path, cache=False).findings]
    assert "of 12 parts of 'all' the first 10 were looked at" in rules


def test_a_part_of_one_value_is_told_by_no_column(tmp_path: Path) -> None:
    target = {"target": {"all": ["x", "y", "z"]}}
    assert found(vectors().assign(z=1.0), target, tmp_path) == []
