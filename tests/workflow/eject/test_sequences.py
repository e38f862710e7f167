"""Scripts of sequences: rows of a long table that are the steps of one example."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.recipe.recipe import Recipe
from tests.workflow.eject.test_inputs import hold_encoded


def walks(folder: Path, cases: int = 60) -> pd.DataFrame:
    """A file with walks of different lengths, whose steps are out of order, of which some have no kind."""
    drawn = np.random.default_rng(5)
    parts = []
    for case in range(cases):
        steps, kind = int(drawn.integers(3, 9)), case % 2
        part = pd.DataFrame({"case": f"w{case}", "t": np.arange(steps)})
        part["speed"] = (drawn.normal(kind, 1, steps)).round(2)
        part["height"] = drawn.normal(0, 5, steps).round(1)
        part["wet"] = drawn.choice(["yes", "no"], steps)
        part["day"] = (pd.Timestamp("2024-03-25") + pd.to_timedelta(part["t"], "D")).dt.strftime("%d.%m.%Y")
        part["age"] = int(drawn.integers(20, 70))
        part["kind"] = "" if case % 13 == 5 else "ab"[kind]
        parts.append(part)
    frame = pd.concat(parts).sample(frac=1, random_state=1)
    frame.loc[frame["height"] > 8, "height"] = np.nan
    frame.to_csv(folder / "walks.csv", index=False)
    return frame


def recipe(sequence: dict[str, Any], columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "name": "walks", "seed": 1, "collect": {"tables": {"walks": "walks.csv"}},
        "represent": {"target": "kind", "sequence": {"by": "case", **sequence}, "columns": columns, **more},
        "learn": {"engine": "keras", "epochs": 1, "networks": 1}, "evaluate": {"baselines": []},
    }  # fmt: skip


BOTH = {"age": "ignore", "wet": "boolean"}
ONE = {**BOTH, "t": "ignore"}


@pytest.mark.parametrize(
    ("sequence", "columns", "more", "says"),
    [({"time": "t"}, BOTH, {"split": {"folds": 2}}, 'numbers_of(table["t"])[:, 0], steps)'),
     ({"time": "day", "length": 4}, ONE, {}, 'padded(table["sequence"], train, 4)'),
     ({}, ONE, {}, "np.arange(len(table)), steps)")],
)  # fmt: skip
def test_sequences_come_to_the_network_as_in_a_run(
    sequence: dict[str, Any], columns: dict[str, Any], more: dict[str, Any], says: str, tmp_path: Path
) -> None:
    frame = walks(tmp_path)
    if sequence.get("time") != "day":
        frame.drop(columns="day").to_csv(tmp_path / "walks.csv", index=False)
    text = hold_encoded(recipe(sequence, columns, **more), tmp_path)
    assert says in text and 'truths_of(table["wet"])' in text and 'has = table["kind"].notna()' in text


@pytest.mark.proof
def test_classes_of_sequences_are_those_of_the_run(tmp_path: Path) -> None:
    walks(tmp_path).drop(columns="day").to_csv(tmp_path / "walks.csv", index=False)
    menu = [{"Conv1D": {"filters": 4, "kernel_size": 2}, "from": "sequence"}, "GlobalMaxPooling1D", {"Dropout": 0.2}]
    plain = recipe({"time": "t"}, {})
    plain["learn"]["menu"] = menu
    done = protokit.run(Recipe.parse(plain, folder=tmp_path), out=tmp_path / "runs", cache=False)
    script = protokit.eject(done, tmp_path / "walks.py", prove=True)
    assert script.proof is not None and script.proof.equal, str(script)
