"""The audit, the doctor, the notices and the card say one thing once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.workflow.look.card import remarks, smaller


def frame(rows: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(rows, 4))
    y = x[:, 0] + x[:, 1] * x[:, 2] > 0
    words = np.array(["good", "bad", "nice", "awful", "fine", "poor", "great", "sad"])
    return pd.DataFrame(
        {
            **{f"x{i}": x[:, i] for i in range(4)},
            "copied": y * 2.0 + rng.normal(0, 0.01, rows),
            "always": "same",
            "gone": [None] * rows,
            "mostly_gone": np.where(rng.random(rows) < 0.97, np.nan, 1.5),
            "row_id": np.arange(rows),
            "code": rng.choice([10, 20, 35, 77], rows),
            "said": [" ".join(rng.choice(words, 8)) + f" {i}" for i in range(rows)],
            "part": np.where(np.arange(rows) % 5 == 0, "test", "train"),
            "y": np.where(y, "yes", "no"),
        }
    )


RUNS: dict[str, tuple[list[str], dict[str, Any], dict[str, Any]]] = {
    "a leak and all that is wrong with columns": ([], {}, {"menu": [{"Dense": 32}], "epochs": 15}),
    "sorted by the target": (["copied", "said"], {}, {"epochs": 2}),
    "a column of parts": (["copied"], {"split": {"by": {"column": "part"}}}, {"menu": [{"Dense": 4}], "epochs": 2}),
    "numbers": (["copied", "said", "y"], {"target": "x3"}, {"epochs": 2}),
}


@pytest.mark.parametrize("name", RUNS)
def test_no_two_lines_name_one_column_with_one_cure(name: str, tmp_path: Path) -> None:
    dropped, represent, learn = RUNS[name]
    table = frame().drop(columns=dropped)
    if name.startswith("sorted"):
        table = table.sort_values("y").assign(row_id=np.arange(len(table)))
    if name == "a column of parts":  # the test is of another world
        table.loc[table["part"] == "test", "x0"] += 50.0
    recipe = {"represent": {"target": "y", **represent}, "learn": learn, "evaluate": {"baselines": ["dummy"]}}
    results = protokit.run(recipe, table, out=tmp_path).results
    lines = [(one.rule, one.edit) for one in remarks(results)]
    lines += [(one["rule"], one["cure"] or "") for one in results["notices"]]
    lines += [(one["rule"], one.get("edit", "")) for one in results["findings"] if one["severity"] == "note"]
    lines += [
        (one["rule"], one.get("edit", "")) for one in results["diagnosis"]["diagnoses"] if one["severity"] == "note"
    ]
    assert len(lines) >= len(smaller(results)) and len({rule for rule, _ in lines}) == len(lines)
    said = Counter(
        (column, re.sub(r"\s+", " ", cure) or "none")
        for rule, cure in lines
        for column in table.columns
        if f"'{column}'" in rule and column not in represent.get("target", "y")
    )
    assert said and max(said.values()) == 1, [pair for pair, count in said.items() if count > 1]
    of = {
        column: [rule for rule, _ in lines if rule.startswith(f"'{column}'")] for column in ("always", "gone", "row_id")
    }
    assert all(len(rules) <= 1 for rules in of.values()), of


def test_a_leak_that_the_audit_has_named_is_not_said_by_the_doctor_again(tmp_path: Path) -> None:
    table = frame()[["x0", "x1", "x2", "x3", "copied", "y"]]
    recipe = {"represent": {"target": "y"}, "learn": {"menu": [{"Dense": 32}], "epochs": 40}}
    run = protokit.run({**recipe, "evaluate": {"baselines": ["dummy"]}}, table, out=tmp_path)
    assert [one.check for one in run.findings if one.severity == "fatal"] == ["leaks"]
    assert "leak" not in {one.check for one in run.diagnoses}
