from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit import Menu, SpecError
from protokit.core.values.inputs import InputSpec, Knots
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.for_data import for_data
from protokit.menu.network.build import build
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import PiecewiseLinearEmbedding

VALUES = ((-1.0, 0.0, 0.5, 2.0), (-1.0, 1.0))
CODES = InputSpec("categories", (2,), "int32", ("g", "h"), 24)
Y = (TargetSpec("y", "regression"),)
EMBEDDED: list[Any] = [{"PiecewiseLinearEmbedding": {"units": 3}, "from": "numbers"}]


def signature(*more: InputSpec, values: Any = VALUES, places: tuple[int, ...] = (0, 2), task: Any = Y) -> Signature:
    knots = Knots(places, 4, values)
    return Signature((InputSpec("numbers", (3,), "float32", tuple("abc"), knots=knots), *more), task)


def embedding(network: Any) -> PiecewiseLinearEmbedding:
    return next(layer for layer in network.layers if isinstance(layer, PiecewiseLinearEmbedding))


def test_the_layer_takes_the_knots_of_the_numbers_and_leaves_other_columns_out() -> None:
    layer = embedding(build(Menu(EMBEDDED), signature()))
    assert layer.places == [0, 2] and layer.compute_output_shape((None, 3)) == (None, 6)
    assert np.array_equal(layer.knots, np.array([VALUES[0], (-1, 1, 1, 1)], np.float32))
    assert [weight.name for weight in layer.non_trainable_variables] == ["knots"]
    x = np.array([[-9, 7, 0], [0.25, 7, 5]], np.float32)
    parts = np.asarray(layer.parts_of(x))
    np.testing.assert_allclose(parts, [[[0, 0, 0], [0.5, 0, 0]], [[1, 0.5, 0], [1, 0, 0]]])
    made = np.asarray(layer(x)).reshape(2, 2, 3)
    np.testing.assert_allclose(made[1, 0], parts[1, 0] @ np.asarray(layer.kernel[0]), atol=1e-6)


def test_numbers_alone_are_the_inputs_and_have_their_knots() -> None:
    assert embedding(build(Menu(["PiecewiseLinearEmbedding"]), signature())).places == [0, 2]


@pytest.mark.parametrize("menu", [
    [{"PiecewiseLinearEmbedding": {"bins": 5}, "from": "numbers"}],
    [{"Dense": 3}, "PiecewiseLinearEmbedding"],
    ["PiecewiseLinearEmbedding"],
])  # fmt: skip
def test_bins_that_are_said_and_what_is_no_column_of_numbers_have_fixed_ones(menu: Any) -> None:
    layer = embedding(build(Menu(menu), signature(CODES)))
    assert layer.knots is None and layer.places is None and layer.parts == (layer.bins or 16)


def test_networks_of_two_folds_are_of_one_structure_and_those_of_other_columns_are_not() -> None:
    from protokit.learn.training.runtime import structure

    first, second, other = (
        structure(build(Menu(EMBEDDED), made))
        for made in (signature(), signature(values=((-3.0, 3.0), (0.0, 1.0, 2.0, 3.0))), signature(places=(0, 1)))
    )
    assert first == second != other


def test_knots_can_be_written_and_a_model_of_keras_is_read_back(tmp_path: Path) -> None:
    import keras

    own = Menu([{"PiecewiseLinearEmbedding": {"units": 2, "knots": [[0, 1, 2], [], [0, 5]]}}], inputs={"x": [3]})
    network = own.build()
    x = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    network.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert np.array_equal(loaded.predict(x, verbose=0), network.predict(x, verbose=0))
    again = Menu.from_keras(build(Menu(EMBEDDED), signature())).build()
    assert embedding(again).places == [0, 2] and np.array_equal(embedding(again).knots[0], VALUES[0])


@pytest.mark.parametrize(("knots", "words"), [
    ([[1, 0], [], []], "ascending"), ([[1], [], []], "two numbers at least"), ([[0, 1]], "and there are 3"),
    ("many", "list of numbers"), (7, "list of numbers"),
])  # fmt: skip
def test_knots_that_cannot_be_are_said_at_their_item(knots: Any, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        Menu([{"PiecewiseLinearEmbedding": {"knots": knots}}], inputs={"x": [3]}).build()
    with pytest.raises(SpecError, match="give one of them"):
        Menu([{"PiecewiseLinearEmbedding": {"knots": [[0, 1]], "bins": 4}}], inputs={"x": [1]}).build()


def kinds(menu: Menu) -> list[str]:
    return [node.kind for node in menu.expand().nodes]


def test_the_house_menu_for_tables_is_as_the_data_asks_for() -> None:
    classes = (TargetSpec("y", "binary", ("a", "b")),)
    numbers = for_data(Menu("tabular"), signature())
    assert numbers.house == "tabular" and numbers.as_plain() == "tabular"
    assert "PiecewiseLinearEmbedding" in kinds(numbers)
    rates = [
        {node.arguments["rate"] for node in for_data(Menu("tabular"), signature(task=task)).expand().nodes
         if node.kind == "Dropout"} for task in (classes, Y)
    ]  # fmt: skip
    assert max(rates[0]) > max(rates[1])
    bare = Signature((InputSpec("numbers", (3,), "float32", tuple("abc")), CODES), Y)
    assert "PiecewiseLinearEmbedding" not in kinds(for_data(Menu("tabular"), bare))
    written = numbers.as_plain(in_full=True)
    assert build(Menu.parse(written), signature()).count_params() == build(numbers, signature()).count_params()
    wide = Knots(tuple(range(300)), 9, tuple((0.0, 1.0, 2.0) for _ in range(300)))
    spec = InputSpec("numbers", (300,), "float32", tuple(map(str, range(300))), knots=wide)
    layer = embedding(build(for_data(Menu("tabular"), Signature((spec,), Y)), Signature((spec,), Y)))
    assert layer.units * 300 <= 600, "wide tables get fewer numbers of each"


def test_what_is_learned_by_heart_is_forgotten() -> None:
    many = InputSpec("categories", (1,), "int32", ("g",), 5_000)
    fitted = for_data(Menu("tabular"), signature(many))
    network = build(fitted, signature(many))
    assert network.get_layer("category_numbers") and network.count_params() < 250_000
    assert kinds(fitted).count("Dropout") > kinds(for_data(Menu("tabular"), signature(CODES))).count("Dropout")
    codes = Signature((many,), Y)
    assert build(for_data(Menu("tabular"), codes), codes).output.shape == (None, 1)


def test_use_of_a_house_menu_in_a_chain_is_for_the_data_where_it_starts_from_them() -> None:
    start = Menu([{"branch": {"a": [{"use": "tabular", "name": "deep"}], "b": [{"Dense": 3}, {"use": "tabular"}]}}])
    fitted = for_data(start, signature())
    assert kinds(fitted).count("PiecewiseLinearEmbedding") == 1
    assert fitted == for_data(fitted, signature()) and Menu.parse(fitted.as_plain()) == start
    assert '"use"' not in str(fitted.as_plain(in_full=True)) and "use" in str(start.as_plain())
    full = Menu.parse(fitted.as_plain(in_full=True))
    assert build(full, signature()).count_params() == build(fitted, signature()).count_params()


def test_a_run_with_folds_has_one_program_and_comes_back_to_the_same_bits(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"x": rng.normal(size=240), "n": rng.integers(0, 6, 240), "g": rng.choice(list("pq"), 240)})
    table["y"] = np.sin(4 * table["x"]) + table["n"]
    recipe = {
        "represent": {"target": "y", "split": {"folds": 3}},
        "learn": {"epochs": 3, "precision": "mixed_bfloat16"},
    }
    run = protokit.run(recipe, table, out=tmp_path)
    parts = run.model.parts
    assert len({id(part.network) for part in parts}) == 1, "one network, so one program, serves all folds"
    own = embedding(parts[0].network)
    at = next(i for i, weight in enumerate(parts[0].network.weights) if weight is own.knots)
    for part in parts:
        knots = part.encoder.signature.inputs[0].knots
        assert knots is not None
        for row, values in zip(part.weights[0][at], knots.values, strict=True):
            assert tuple(row[: len(values)].tolist()) == values and (row[len(values) :] == values[-1]).all()
    loaded = protokit.load(run.path)
    pd.testing.assert_frame_equal(loaded.predict(table), run.model.predict(table), check_exact=True)
