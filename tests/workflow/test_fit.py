"""One line of Python, and the same arguments everywhere."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import Menu, SpecError
from protokit.learn.words import Learn
from protokit.workflow.keywords import LearnWords

FRAME = pd.DataFrame({"x": np.arange(80.0), "z": np.arange(80.0) % 7, "y": np.arange(80) % 2})
RECIPE = {"represent": {"target": "y"}, "learn": {"menu": [{"Dense": 4}], "networks": 1}}


def test_own_splits_are_frames(tmp_path: Path) -> None:
    train, late, test = FRAME[:50], FRAME[50:60], FRAME[60:]
    run = protokit.fit(train, "y", menu=[], epochs=1, networks=1, test=test, validation=late, out=tmp_path)
    rows = run.results["metrics"]["rows"]
    assert (rows["train"], rows["validation"], rows["test"]) == (50, 10, 20)
    run = protokit.fit(FRAME, "y", menu=[], epochs=1, networks=1, test=0.5, seed=3, out=tmp_path)
    assert run.results["metrics"]["rows"]["test"] == 40 and run.recipe.seed == 3


def test_fit_refuses_what_it_cannot_take(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"learn: unknown key 'epoch'|learn.epoch"):
        protokit.fit(FRAME, "y", epoch=1, out=tmp_path)  # type: ignore[call-arg]
    with pytest.raises(SpecError, match="test is a share of the rows or a data frame, not 'late'"):
        protokit.fit(FRAME, "y", test="late", out=tmp_path)
    with pytest.raises(SpecError, match=r"fit takes a data frame, not 'a\.csv'"):
        protokit.fit("a.csv", "y", out=tmp_path)
    with pytest.raises(SpecError, match="no column 'w'"):
        protokit.fit(FRAME, "w", out=tmp_path)
    assert not [*tmp_path.iterdir()]


def test_the_words_of_fit_are_those_of_learn() -> None:
    assert {*LearnWords.__annotations__} == {*Learn.model_fields} - {"menu", "epochs", "sets"}


@pytest.mark.parametrize("given", [{"learn.epochs": 2}, "learn.epochs=2", ["learn.epochs=2"]])
def test_values_are_set_in_a_dict_or_a_text(given: dict[str, object] | str | list[str], tmp_path: Path) -> None:
    assert protokit.check(RECIPE, FRAME, set=given).learn.epochs == 2
    recipe = protokit.check(RECIPE)
    assert protokit.check(recipe, set=given).learn.epochs == 2 and recipe.learn.epochs is None
    assert len(protokit.table(RECIPE, FRAME, set=given)) == 80
    file = tmp_path / "r.yaml"
    file.write_text("represent: {target: y}\n")
    assert protokit.Recipe.read(file, set=given).learn.epochs == 2


def test_what_is_set_wrongly_is_told() -> None:
    with pytest.raises(SpecError, match=r"learn.epochs='many'"):
        protokit.check(RECIPE, set={"learn.epochs": "many"})
    with pytest.raises(SpecError, match=r"'learn\.epochs' is not PATH=VALUE"):
        protokit.check(RECIPE, set="learn.epochs")
    with pytest.raises(SpecError, match="set: 3 is no path"):
        protokit.check(RECIPE, set={3: 4})  # type: ignore[dict-item]
    with pytest.raises(SpecError, match="column 'y'"):
        protokit.check(RECIPE, FRAME.drop(columns="y"))
    with pytest.raises(SpecError, match="set is for a recipe"):
        protokit.table(FRAME, set={"seed": 1})


def test_layers_of_keras_are_items_of_a_menu() -> None:
    layers = keras.layers
    dense = layers.Dense(8, activation="relu")
    menu = Menu([dense, {"residual": [layers.Dense(8, name="inner")]}, layers.Dropout(0.1)])
    plain = {"Dense": {"units": 8, "activation": "relu"}}
    same = Menu([plain, {"residual": [{"Dense": 8, "name": "inner"}]}, {"Dropout": 0.1}])
    assert menu == same and Menu.from_text(menu.write()) == menu
    assert Menu(keras.Sequential([layers.Dense(8, activation="relu")])) == Menu([plain])
    built = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
    assert Menu(built).build().output_shape == (None, 2)
    with pytest.raises(SpecError, match="a tensor of Keras"):
        Menu([keras.Input((3,)), layers.Dense(2)])
    with pytest.raises(SpecError, match="has weights already"):
        Menu(built.layers)

    class Dense(keras.layers.Layer):  # type: ignore[misc]
        """An own class that is called as one of Keras's."""

    with pytest.raises(SpecError, match="Dense in a menu is Keras's own"):
        Menu([Dense()])


def test_a_recipe_takes_layers_of_keras(tmp_path: Path) -> None:
    run = protokit.fit(FRAME, "y", menu=[keras.layers.Dense(3)], epochs=1, networks=1, out=tmp_path)
    assert run.recipe.network == Menu([{"Dense": 3}])
