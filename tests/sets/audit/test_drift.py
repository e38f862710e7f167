"""Sets whose rows are unlike the others' are named with the columns; sets drawn at random are called alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.said import Finding
from protokit.sets.audit.audit import across
from protokit.sets.audit.drift import drift


def rows(count: int, seed: int) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    frame = pd.DataFrame(r.normal(size=(count, 4)), columns=list("abcd")).assign(e=r.choice(list("uvw"), count))
    return frame.assign(y=frame["a"] + r.normal(size=count))


def test_an_unlike_set_is_named_with_its_columns(set_of: Any) -> None:
    odd = rows(300, 9).assign(e=["u"] * 280 + ["v"] * 10 + ["w"] * 10)
    odd["b"] += 1.2
    sets = [set_of("odd", odd), *(set_of(f"s{i}", rows(300, i)) for i in range(3))]
    (found,) = drift(sets)
    assert (found.check, found.severity, found.columns) == ("set_drift", "note", ("e", "b"))
    assert [key for key in found.evidence if key.startswith("roc_auc")] == ["roc_auc of odd"]


def test_a_set_of_another_world_is_a_warning(set_of: Any) -> None:
    odd = rows(300, 9)
    odd[list("abc")] += 4
    sets = [set_of("odd", odd), *(set_of(f"s{i}", rows(300, i)) for i in range(3))]
    found = {f.severity: f for f in drift(sets)}
    assert set(found["warning"].columns) == {"a", "b", "c"} and "sets: each" in found["warning"].edit


def test_explained_columns_and_the_name_of_the_set_do_not_count(set_of: Any) -> None:
    sets = []
    for i in range(3):
        frame = rows(300, i).assign(shop=f"shop {i}")
        frame["b"] += 5 * i
        sets.append(set_of(f"s{i}", frame, columns={"shop": "category"}))
    assert [f.check for f in drift(sets, frozenset({"b"}))] == ["alike_sets"]


def test_keys_of_rows_tell_no_set(set_of: Any) -> None:
    r = np.random.default_rng(0)
    frames = [rows(300, i).assign(key=r.permutation(10**6)[:300].astype(str)) for i in range(3)]
    sets = [set_of(f"s{i}", frame, columns={"key": "category"}) for i, frame in enumerate(frames)]
    assert [f.check for f in drift(sets)] == ["alike_sets"]


def test_nothing_in_common(set_of: Any) -> None:
    sets = [
        set_of("one", rows(200, 0)),
        set_of("other", rows(200, 1).rename(columns=lambda c: c if c == "y" else c * 2)),
    ]
    assert across(sets) == []


REAL = {
    "adult": ("adult_train.csv.gz", "income"),
    "diamonds": ("diamonds.csv.gz", "price"),
    "telco": ("telco_churn.csv", "Churn"),
    "california": ("california_housing.csv", "median_house_value"),
    "penguins": ("penguins.csv", "species"),
}


def false_alarms(shared: Path, set_of: Any, name: str, seed: int, most: int = 1600) -> list[Finding]:
    """What is found among two to four sets that real rows are dealt to at random."""
    file, target = REAL[name]
    frame = pd.read_csv(shared / file)
    frame = frame.sample(min(most, len(frame)), random_state=seed)
    count = 2 + seed % 3
    dealt = np.random.default_rng(seed).integers(0, count, len(frame))
    sets = [set_of(f"s{i}", frame[dealt == i], target, seed=seed + i) for i in range(count)]
    found = across(sets)
    assert all(f.check in {"alike_sets", "seen_rows", "set_kinds"} or f.severity != "note" for f in found), found
    return [finding for finding in found if finding.severity != "note"]


@pytest.mark.parametrize("name", REAL)
def test_real_rows_dealt_at_random(name: str, shared: Path, set_of: Any) -> None:
    assert not false_alarms(shared, set_of, name, 0)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1, 20))
@pytest.mark.parametrize("name", REAL)
def test_real_rows_dealt_at_random_again(name: str, seed: int, shared: Path, set_of: Any) -> None:
    assert not false_alarms(shared, set_of, name, seed)
