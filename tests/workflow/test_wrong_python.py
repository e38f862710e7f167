"""What a person gives wrongly to the functions of Python is told in words, before anything is written."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import Menu, SpecError

FRAME = pd.DataFrame({"a": range(40), "c": ["x", "y"] * 20, "t": ["no", "yes"] * 20})
RECIPE = {"name": "r", "represent": {"target": "t"}, "learn": {"menu": [{"Dense": 4}], "epochs": 2}}
A: Any = None  # what no type checker would let pass

WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "target none": (lambda out: protokit.fit(FRAME, A, out=out), "a column, not None"),
    "target number": (lambda out: protokit.fit(FRAME, 2 + (A or 0), out=out), r"not 2\n.*texts: '2'"),
    "target column": (lambda out: protokit.fit(FRAME, FRAME["t"], out=out), r"not a Series\n.*frame.assign"),
    "target set": (lambda out: protokit.fit(FRAME, {"t"}, out=out), "a list of names"),
    "columns list": (lambda out: protokit.fit(FRAME, "t", columns=A or ["a"], out=out), "is no list"),
    "test rows": (lambda out: protokit.fit(FRAME, "t", test=np.arange(4), out=out), r"not a list\n.*frame.loc"),
    "out none": (lambda out: protokit.run(RECIPE, FRAME, out=A), "where runs are kept, is a path, not None"),
    "set number": (lambda out: protokit.check(RECIPE, FRAME, set=A or 3), "3 is no setting"),
    "load none": (lambda out: protokit.load(A), "folder is a path, not None"),
    "run none": (lambda out: protokit.Run.open(A), "folder is a path, not None"),
    "menu file": (lambda out: Menu.read(A), "a path, not None"),
    "menu text": (lambda out: Menu.from_text(A), "is YAML, not a NoneType"),
    "menu seed": (lambda out: Menu(["ReLU"], inputs={"x": [2]}).build(seed=A or "a"), "whole number, not 'a'"),
    "menu inf": (lambda out: Menu([{"ReLU": math.inf}]), r"is inf, which(.*\n)+.*leave it out"),
    "operation inf": (lambda out: Menu([{"ops.minimum": math.inf}]), "write 'inf' as a text"),
}


@pytest.mark.parametrize("name", WRONG)
def test_it_is_told_in_words(name: str, tmp_path: Path) -> None:
    called, said = WRONG[name]
    with pytest.raises(SpecError, match=said):
        called(tmp_path)
    assert not [*tmp_path.iterdir()]


def test_numbers_of_numpy_are_numbers() -> None:
    words = {"epochs": np.int64(3), "optimizer": {"Adam": {"learning_rate": np.float32(0.5)}}}
    given = {**RECIPE, "seed": np.int64(7), "learn": {**RECIPE["learn"], **words}}  # type: ignore[dict-item]
    read = protokit.check(given, FRAME, set={"learn.batch_size": np.int32(8)})
    assert (read.seed, read.learn.epochs, read.learn.batch_size) == (7, 3, 8)
    menu = Menu([{"Dense": np.int64(3)}, {"Dropout": np.float64(0.25)}, {"ops.add": {"value": np.ones(3)}}])
    assert menu == Menu([{"Dense": 3}, {"Dropout": 0.25}, {"ops.add": {"value": [1.0, 1.0, 1.0]}}])
    assert Menu.from_text(menu.write()) == menu
