"""A set whose target runs against the others' is named; noise, and sets that differ, are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.sets.audit.audit import across
from protokit.sets.audit.reversed import reversed_targets


def rows(count: int, seed: int, signal: float = 1.5) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    a, b, c = r.normal(size=count), r.normal(size=count), r.choice(list("uvw"), count)
    score = signal * (a + 0.5 * b + (c == "u")) + r.logistic(size=count)
    return pd.DataFrame({"a": a, "b": b, "c": c, "score": score})


def two(frame: pd.DataFrame) -> pd.DataFrame:
    yes = frame["score"] > 0.5
    return frame.drop(columns="score").assign(y=np.where(yes, "yes", "no"))


def four(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.drop(columns="score").assign(y=pd.qcut(frame["score"], 4, labels=list("ABCD")).astype(str))


def number(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.rename(columns={"score": "y"})


TURNED: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], Callable[[pd.Series], pd.Series]]] = {
    "two classes": (two, lambda y: y.map({"yes": "no", "no": "yes"})),
    "four classes": (four, lambda y: y.map(dict(zip("ABCD", "BADC", strict=True)))),
    "numbers": (number, lambda y: 3 - y),
}


@pytest.mark.parametrize("kind", TURNED)
@pytest.mark.parametrize(("sets", "size"), [(2, 400), (4, 250)])
def test_planted(kind: str, sets: int, size: int, set_of: Any) -> None:
    make, turn = TURNED[kind]
    frames = [make(rows(size + 10 * i, i, signal=4)) for i in range(sets)]
    frames[0]["y"] = turn(frames[0]["y"])
    made = [set_of(f"s{i}", frame, seed=i) for i, frame in enumerate(frames)]
    assert [(f.evidence["set"], f.severity) for f in reversed_targets(made)] == [("s0", "fatal")]
    assert [f.check for f in across(made) if f.severity == "fatal"] == ["set_reversed"]


def test_small_sets(set_of: Any) -> None:
    frames = [two(rows(70, i, signal=3)) for i in range(5)]
    frames[3]["y"] = frames[3]["y"].map({"yes": "no", "no": "yes"})
    found = list(reversed_targets([set_of(f"s{i}", frame, seed=i) for i, frame in enumerate(frames)]))
    assert [f.evidence["set"] for f in found] == ["s3"]
    assert '"yes": "no"' in found[0].edit


def test_of_two_sets_it_is_said_that_either_may_be_wrong(set_of: Any) -> None:
    one, other = two(rows(400, 0)), two(rows(400, 1))
    other["y"] = other["y"].map({"yes": "no", "no": "yes"})
    (found,) = reversed_targets([set_of("one", one), set_of("other", other)])
    assert "which of the two is wrong, the data does not say" in found.rule


def test_other_units_are_not_reversed(set_of: Any) -> None:
    frames = [number(rows(300, i)) for i in range(3)]
    frames[1]["a"] = frames[1]["a"] * -0.001 * -1000 + 500
    frames[2]["y"] = frames[2]["y"] * 1000
    assert not list(reversed_targets([set_of(f"s{i}", frame) for i, frame in enumerate(frames)]))


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_not_blamed(seed: int, set_of: Any) -> None:
    frames = [two(rows(120, 100 * seed + i, signal=0 if seed < 2 or i == 0 else 1)) for i in range(4)]
    assert not list(reversed_targets([set_of(f"s{i}", frame, seed=i) for i, frame in enumerate(frames)]))


def test_sets_of_other_classes_are_not_compared(set_of: Any) -> None:
    one, other = two(rows(200, 0)), two(rows(200, 1)).replace({"y": {"yes": "ja", "no": "nein"}})
    assert not list(reversed_targets([set_of("one", one), set_of("other", other)]))
