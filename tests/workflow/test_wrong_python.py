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
from protokit import DataError, Menu, SpecError

FRAME = pd.DataFrame({"a": range(40), "c": ["x", "y"] * 20, "t": ["no", "yes"] * 20})
RECIPE = {"name": "r", "represent": {"target": "t"}, "learn": {"menu": [{"Dense": 4}], "epochs": 2}}
A: Any = None


def bad(value: object) -> Any:
    """What no type checker would let pass."""
    return value


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "target none": (lambda out: protokit.fit(FRAME, A, out=out), "a column, not None"),
    "target number": (lambda out: protokit.fit(FRAME, bad(2), out=out), r"not 2\n.*texts: '2'"),
    "target column": (lambda out: protokit.fit(FRAME, bad(FRAME["t"]), out=out), r"not a Series\n.*frame.assign"),
    "target set": (lambda out: protokit.fit(FRAME, bad({"t"}), out=out), "a list of names"),
    "columns list": (lambda out: protokit.fit(FRAME, "t", columns=bad(["a"]), out=out), "is no list"),
    "test rows": (lambda out: protokit.fit(FRAME, "t", test=np.arange(4), out=out), r"not a list\n.*frame.loc"),
    "out none": (lambda out: protokit.run(RECIPE, FRAME, out=A), "where runs are kept, is a path, not None"),
    "set number": (lambda out: protokit.check(RECIPE, FRAME, set=bad(3)), "3 is no setting"),
    "load none": (lambda out: protokit.load(A), "folder is a path, not None"),
    "run none": (lambda out: protokit.Run.open(A), "folder is a path, not None"),
    "menu file": (lambda out: Menu.read(A), "a path, not None"),
    "menu text": (lambda out: Menu.from_text(A), "is YAML, not a NoneType"),
    "menu seed": (lambda out: Menu(["ReLU"], inputs={"x": [2]}).build(seed=bad("a")), "whole number, not 'a'"),
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


def test_a_model_says_what_is_wrong(tmp_path: Path) -> None:
    model = protokit.fit(FRAME, "t", menu=[{"Dense": 2}], epochs=1, networks=2, out=tmp_path / "runs").model
    for called, said in (
        (lambda: model.predict(FRAME, folder=bad(3)), "folder is a path, not 3"),
        (lambda: model.gradients(FRAME, network=A), "say which: network=0"),
        (lambda: model.evaluate(FRAME, metrics=[]), "metrics names none"),
        (lambda: model.embed(FRAME, bad(0)), "no layer 0"),
        (lambda: model.embed(FRAME, side="left"), "only a model of pairs"),
    ):
        with pytest.raises(SpecError, match=said):
            called()
    assert [*model.evaluate(FRAME, metrics="accuracy").metrics] == ["accuracy"]
    assert model.to_keras(network=bad(np.int64(1))).name == "network"
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("kept")
    for there in (mine, mine / "notes.txt"):
        with pytest.raises(DataError, match=r"something else, and no model\n.*folder of its own"):
            model.save(there)
    assert (mine / "notes.txt").read_text() == "kept"
    for _ in range(2):  # a model that is there makes way
        model.save(tmp_path / "model")
