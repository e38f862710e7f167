"""Rows that several sets have: each that is planted is found, and said of the set that is tested on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.said import Finding
from protokit.evaluate.audit.kept_rows import KeptRows
from protokit.sets.audit.audit import across
from protokit.sets.audit.rows import same_rows, seen_before


def shop(rows: int, seed: int) -> pd.DataFrame:
    """Whether something is bought, told by two numbers in 3 of 4 rows."""
    r = np.random.default_rng(seed)
    age, hours = r.integers(18, 80, rows), r.normal(40, 9, rows).round(2)
    bought = (age - 49) / 18 + (hours - 40) / 9 + r.logistic(size=rows) > 0
    frame = pd.DataFrame({"age": age, "hours": hours, "city": r.choice(list("abcd"), rows)})
    return frame.assign(y=np.where(bought, "yes", "no"))


def of(findings: list[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def planted(set_of: Any, copied: int) -> tuple[Any, Any]:
    """Two sets, of which the first learns from some of the second's test rows."""
    b = set_of("b", shop(400, 1))
    rows = b.frame.iloc[b.split.test[:copied]]
    a = set_of("a", pd.concat([shop(400, 2), rows], ignore_index=True))
    learned = np.union1d(a.split.train, np.arange(400, 400 + copied))
    kept = [np.setdiff1d(part, learned) for part in (a.split.validation, a.split.test)]
    return replace(a, split=replace(a.split, train=learned, validation=kept[0], test=kept[1])), b


@pytest.mark.parametrize(("copied", "severity"), [(1, "note"), (3, "warning"), (20, "fatal")])
def test_copied_test_rows(set_of: Any, copied: int, severity: str) -> None:
    a, b = planted(set_of, copied)
    (found,) = same_rows([a, b])
    assert (found.check, found.severity) == ("seen_rows", severity)
    assert found.evidence["set"] == "b" and found.evidence["rows"] == found.evidence["rows of a"] == copied
    assert f"(row{'s' * (copied > 1)} {b.split.test[0] + 1}" in found.rule
    assert "sets: each" in found.edit


def test_a_copied_row_in_another_notation(set_of: Any) -> None:
    a, b = planted(set_of, 1)
    frame = a.frame.assign(hours=a.frame["hours"].map("{:.4f}".format), city=a.frame["city"].str.upper())
    (found,) = same_rows([replace(a, frame=frame), b])
    assert found.check == "seen_rows"


def test_a_row_that_other_sets_test_too_is_no_seen_one(set_of: Any) -> None:
    a, b = planted(set_of, 3)
    train = np.setdiff1d(a.split.train, np.arange(400, 403))
    test = np.union1d(a.split.test, np.arange(400, 403))
    assert not list(same_rows([replace(a, split=replace(a.split, train=train, test=test)), b]))


def test_equal_sets_are_called_so(set_of: Any) -> None:
    frame = shop(200, 0)
    mixed = frame.sample(frac=1, random_state=1)[["y", "city", "hours", "age"]]
    sets = [set_of("x", frame), set_of("other", shop(200, 9)), set_of("z", mixed, seed=5)]
    (found,) = [one for one in across(sets) if one.severity != "note"]
    assert (found.check, found.severity, found.edit) == ("equal_sets", "fatal", "sets:  # without 'z'")
    assert found.rule == "the sets 'x' and 'z' are equal: they have the same 200 rows, in whatever order"


def test_same_rows_with_another_target_column_are_a_note(set_of: Any) -> None:
    frame = shop(300, 0).assign(z=np.random.default_rng(0).normal(size=300))
    one, other = set_of("one", frame.drop(columns="z"), "y"), set_of("other", frame.drop(columns="y"), "z", seed=3)
    found = list(same_rows([one, other]))
    assert {f.severity for f in found} == {"note"} and all("for other targets" in f.rule for f in found)


def test_equal_rows_with_other_classes(set_of: Any) -> None:
    frame = shop(300, 0)
    turned = frame.assign(y=frame["y"].map({"yes": "no", "no": "yes"}))
    (found,) = of(list(same_rows([set_of("a", frame), set_of("b", turned)])), "set_conflicts")
    assert found.evidence == {"set": "b", "other": "a", "rows": 300, "with_other_target": 300}


def test_equal_values_by_chance_are_no_copies(set_of: Any) -> None:
    r = np.random.default_rng(0)
    sets = [
        set_of(n, pd.DataFrame(r.choice(list("uvw"), (1500, 4)), columns=list("abcy")), seed=i)
        for i, n in enumerate("pq")
    ]
    assert not list(same_rows(sets))


def test_sets_of_few_common_columns_have_no_common_rows(set_of: Any) -> None:
    r = np.random.default_rng(0)
    key = r.normal(size=200)
    one = pd.DataFrame({"key": key, **{c: r.normal(size=200) for c in "abc"}, "y": r.normal(size=200)})
    other = pd.DataFrame({"key": key, **{c: r.normal(size=200) for c in "def"}, "y": r.normal(size=200)})
    assert not list(same_rows([set_of("one", one), set_of("other", other)]))


def test_hashes_kept_find_rows_of_a_set_that_comes_later(set_of: Any) -> None:
    a, b = planted(set_of, 2)
    kept = {
        one.name: KeptRows.of(one.frame, (*one.kinds, *one.answers), one.split)
        for one in (a, set_of("old", shop(200, 5)))
    }
    (found,) = seen_before(kept, b)
    assert found.check == "seen_rows" and found.evidence["rows of a"] == 2
    assert not seen_before(kept, set_of("new", shop(300, 8)))
    fewer = b.frame.drop(columns="hours")
    assert not seen_before(kept, set_of("fewer", fewer))
