"""Networks that have different validation rows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import SpecError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.represent.splitting import dealt_validation
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.networks import of_few_rows
from protokit.workflow.run.representing import represent

MENU = [{"Dense": {"units": 8, "activation": "relu"}}]
LEARN: dict[str, Any] = {"menu": MENU, "epochs": 3}


def frame(rows: int = 250) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=rows), rng.normal(size=rows)
    columns = {"x": x, "z": z, "g": rng.integers(0, 40, rows).astype(str), "w": rng.random(rows) + 0.1}
    return pd.DataFrame({**columns, "c": np.where(x + z > 1, "yes", "no"), "r": x - z})


def parts(data: pd.DataFrame | None = None, **recipe: Any) -> tuple[Recipe, Represented]:
    read = Recipe.parse({"represent": {"target": "c"}, **recipe})
    [found] = represent(read, collected(read, frame() if data is None else data))
    return read, found


def dealt(recipe: Recipe, data: Represented, count: int = 4) -> list[np.ndarray]:
    target = data.encoder.signature.targets[0]
    classes = data.frame[target.name] if target.has_classes else None
    return dealt_validation(data.split, data.frame, recipe.represent.split, classes, count, recipe.seed)


@pytest.mark.parametrize("target", ["c", "r"])
def test_each_network_has_other_validation_rows_and_none_a_test_row(target: str) -> None:
    recipe, data = parts(represent={"target": target})
    found = dealt(recipe, data)
    assert (found[0] == data.split.validation).all()
    assert len(np.unique(np.concatenate(found))) == sum(map(len, found)) == 160  # no row is dealt twice
    assert {len(some) for some in found} == {40} and not np.isin(np.concatenate(found), data.split.test).any()
    if target == "c":
        shares = [(data.frame["c"].iloc[some] == "yes").mean() for some in found]
        assert max(shares) - min(shares) < 0.06
    again = dealt(recipe, data, count=9)
    assert all((a == b).all() for a, b in zip(found, again, strict=False)) and len(again) == 9


def test_groups_are_not_parted() -> None:
    split = {"by": {"group": "g"}}
    recipe, data = parts(represent={"target": "c", "split": split})
    for rows in dealt(recipe, data):
        own = data.with_validation(rows)
        assert not set(data.frame["g"].iloc[own.split.train]) & set(data.frame["g"].iloc[rows])


def test_the_arrays_are_those_of_the_rows() -> None:
    weighed = {"learn": {"sample_weights": "w"}}
    _, data = parts(**weighed)
    rows = np.sort(np.random.default_rng(1).permutation(data.split.train)[:30])
    own = data.with_validation(rows)
    assert (own.split.validation == rows).all() and (own.split.test == data.split.test).all()
    assert len(own.split.train) + 30 == len(data.split.train) + len(data.split.validation)
    for part, at in ((own.train, own.split.train), (own.validation, rows)):
        expected = data.encoder.arrays(data.frame.iloc[at])  # type: ignore[attr-defined]
        assert all((part.inputs[name] == expected.inputs[name]).all() for name in expected.inputs)
        assert (part.truth["c"] == expected.truth["c"]).all() and (part.targets["c"] == expected.targets["c"]).all()
        np.testing.assert_array_equal(part.features.numbers, expected.features.numbers)
        assert part.features.levels == expected.features.levels
        weights = data.frame["w"].to_numpy()
        assert part.weights is not None
        ratio = part.weights / weights[at]
        np.testing.assert_allclose(ratio, ratio[0], rtol=1e-5)
    assert data.for_training.rows == 200


def test_dealt_networks_are_one_model(tmp_path: Path) -> None:
    learn = {**LEARN, "deal": "validation"}
    evaluate = {"calibrate": "temperature", "threshold": "f1", "baselines": ["linear"]}
    data = frame()
    recipe = {"represent": {"target": "c"}, "learn": learn, "evaluate": evaluate}
    found = protokit.run(recipe, data, out=tmp_path)
    model = protokit.load(found.path / "model")
    assert model.networks == 4 and "4 such networks averaged" in str(found)
    assert "each with other validation rows" in Recipe.parse(recipe)._repr_mimebundle_()["text/plain"]
    first, second = model.parts[0].weights[:2]
    assert any((a != b).any() for a, b in zip(first, second, strict=True))
    rows = data.drop(columns="c").head(5)
    each = [replace(model, parts=(replace(model.parts[0], weights=(w,)),)) for w in model.parts[0].weights]
    specs = model.parts[0].encoder.signature.targets
    assert specs[0].temperature is not None and specs[0].threshold != 0.5
    assert len({float(one.predict(rows)["c = yes"].iloc[0]) for one in each}) == 4
    plain = protokit.run({**recipe, "learn": {**LEARN, "networks": 1}}, data, out=tmp_path / "one")
    # the baseline learns from the rows that the networks have learned from, all together
    one, other = (pd.read_parquet(run.path / "baselines.parquet") for run in (found, plain))
    assert list(one.columns) == list(other.columns) and len(one) == len(other) and not one.equals(other)


def test_few_rows_are_dealt_where_nothing_is_said() -> None:
    recipe, data = parts()
    chosen, [notice] = of_few_rows(recipe, (data,))
    assert (chosen.learn.networks, chosen.learn.deal) == (4, "validation")
    assert notice.rule.startswith("250 rows are few") and "networks: 1" in str(notice.cure)
    assert Recipe.parse(chosen.as_plain()).learn.deal == "validation"  # the resolved recipe says so
    for learn in ({"networks": 1}, {"networks": 3}, {"deal": "validation"}, {"menu": MENU}):
        said, rows = parts(learn=learn)
        assert of_few_rows(said, (rows,)) == (said, ())
    later = {"target": "c", "split": {"by": {"time": "z"}}}
    timed, ordered = parts(represent=later)
    assert of_few_rows(timed, (ordered,)) == (timed, ())
    many, large = parts(frame(1000))
    assert of_few_rows(many, (large,)) == (many, ())


def said(rows: int, words: int = 12) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    some = [" ".join(rng.choice(["sun", "rain", "fog", "snow"], words)) for _ in range(rows)]
    return pd.DataFrame({"t": some, "c": rng.choice(["yes", "no"], rows), "x": rng.normal(size=rows)})


def test_few_texts_are_dealt_and_of_long_ones_fewer() -> None:
    text = {"represent": {"target": "c", "columns": {"t": "text", "x": "ignore"}}}
    recipe, data = parts(said(1200), **text)
    signature = data.encoder.signature
    chosen, [notice] = of_few_rows(recipe.fitted(signature), (data,))
    assert (chosen.learn.networks, chosen.learn.deal) == (4, "validation") and "1,200 rows are few" in notice.rule
    recipe, data = parts(said(1200, words=900), **text)
    chosen = recipe.fitted(data.encoder.signature)
    assert of_few_rows(chosen, (data,)) == (chosen, ())
    bag = HOUSE_MENUS["text_bag"]
    for length, rows in ((10, 20_000), (200, 5_000), (1_000, 1_000)):
        spec = InputSpec("t", (length,), "int32", ("t",), 50, "text")
        assert bag.few_rows(Signature((spec,), signature.targets)) == rows
    # convolutions cost more, and a text beside a table has no house menu of its own
    for learn, columns in (({"menu": "text_cnn"}, {"t": "text", "x": "ignore"}), ({}, {"t": "text"})):
        recipe, data = parts(said(300), represent={"target": "c", "columns": columns}, learn=learn)
        chosen = recipe.fitted(data.encoder.signature)
        assert of_few_rows(chosen, (data,)) == (chosen, ())


def test_rows_that_a_column_splits_are_dealt_unless_it_says_those_for_validation(tmp_path: Path) -> None:
    column = {"represent": {"target": "c", "split": {"by": {"column": "part"}}}}
    data = frame().assign(part=["test" if i % 5 == 0 else "train" for i in range(250)])
    recipe, found = parts(data, **column)
    chosen, _ = of_few_rows(recipe, (found,))
    assert chosen.learn.deal == "validation"
    rows = dealt(chosen, found)
    assert len(np.unique(np.concatenate(rows))) == sum(map(len, rows)) == 160
    assert not np.isin(np.concatenate(rows), found.split.test).any()
    named = data.assign(part=["test" if i % 5 == 0 else "train" if i % 3 else "validation" for i in range(250)])
    recipe, found = parts(named, **column)
    assert of_few_rows(recipe, (found,)) == (recipe, ())
    with pytest.raises(SpecError, match="the column 'part' says what the validation rows are") as raised:
        protokit.run({**column, "learn": {**LEARN, "deal": "validation"}}, named, out=tmp_path)
    assert "remove deal" in str(raised.value)


def test_the_word_of_earlier_versions_is_read_and_said() -> None:
    recipe, data = parts(learn={"seeds": 3})
    assert recipe.learn.networks == 3 and "seeds" not in recipe.as_plain()["learn"]  # type: ignore[operator]
    chosen, [notice] = of_few_rows(recipe, (data,))
    assert chosen is recipe and "is called networks now" in notice.rule and notice.cure == "write networks: 3"
    with pytest.raises(SpecError, match="'seeds' of learn is called 'networks' now"):
        parts(learn={"seeds": 3, "networks": 3})


@pytest.mark.parametrize(
    ("recipe", "rule"),
    [
        ({"represent": {"target": "c", "split": {"by": {"time": "z"}}}}, "rows are split by time"),
        ({"represent": {"target": "c", "split": {"validation": "t"}}}, "are those of the table 't'"),
        ({"represent": {}, "learn": {"task": "clustering"}}, "dealt for classes and numbers"),
        ({"learn": {"networks": 1}}, "one network is dealt nothing"),
    ],
)
def test_what_cannot_be_dealt_is_refused(recipe: dict[str, Any], rule: str) -> None:
    with pytest.raises(SpecError) as caught:
        whole = {"represent": {"target": "c"}, **recipe}
        Recipe.parse({**whole, "learn": {"deal": "validation", **recipe.get("learn", {})}})
    assert any(rule in fault.rule and fault.cure for fault in caught.value.faults)


def test_folds_that_are_dealt(tmp_path: Path) -> None:
    learn = {**LEARN, "deal": "validation", "networks": 2}
    represent = {"target": "r", "split": {"folds": 2}}
    found = protokit.run({"represent": represent, "learn": learn}, frame(), out=tmp_path)
    assert protokit.load(found.path / "model").networks == 4 and "2 folds x 2 seeds" in str(found)
