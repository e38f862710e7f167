"""The composite `ensemble`: members in one network."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from protokit import Menu, SpecError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.network.build import build
from protokit.menu.network.drawing import draw
from protokit.menu.network.members import Members, parts_of

X = {"x": [6]}
LAYERS: list[Any] = [{"Dense": {"units": 5, "activation": "relu"}}, {"Dropout": 0.1}]
NUMBERS = InputSpec("numbers", (6,), "float32", ("a", "b", "c = x", "c = y", "c = z", "d"))
CODES = InputSpec("categories", (2,), "int32", ("g", "h"), 24)
ENSEMBLE = {"ensemble": {"members": 4, "layers": LAYERS}}


def signature(*tasks: str) -> Signature:
    classes = {"binary": (0, 1), "multiclass": (0, 1, 2)}
    targets = [
        TargetSpec(f"t{i}", task, classes.get(task, ()), quantiles=(0.1, 0.9) if task == "quantile" else ())
        for i, task in enumerate(tasks)
    ]
    return Signature((NUMBERS, CODES), tuple(targets))


def rows(count: int = 7) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {
        "numbers": rng.normal(size=(count, 6)).astype(np.float32),
        "categories": rng.integers(0, 24, (count, 2)).astype(np.int32),
    }


def late(layers: list[Any], **parts: Any) -> SpecError:
    with pytest.raises(SpecError) as caught:
        Menu(layers, inputs=X, **parts).build()
    return caught.value


def test_the_layers_are_shared_and_each_member_has_a_head() -> None:
    network = build(Menu([ENSEMBLE]), signature("multiclass"), seed=1)
    width = 6 + 2 * 7  # numbers, and two embedded columns
    shapes = {w.path: w.shape for w in network.trainable_weights}
    assert shapes["ensemble_1/member_scale"] == (4, width)
    assert shapes["dense_2/kernel"] == (width, 5) and shapes["output/kernel"] == (4, 5, 3)
    assert not np.asarray(network.get_layer("output").kernel).any()
    assert network(rows(), training=True).shape == (7, 4, 3) and network(rows()).shape == (7, 3)


def test_a_prediction_is_the_mean_of_the_members_probabilities() -> None:
    network = build(Menu([{"ensemble": {"members": 4, "layers": LAYERS[:1]}}]), signature("binary"), seed=1)
    head = network.get_layer("output")
    head.kernel.assign(np.random.default_rng(1).normal(size=head.kernel.shape))
    each, mean = np.asarray(network(rows(), training=True)), np.asarray(network(rows(), training=False))
    np.testing.assert_allclose(mean, each.mean(axis=1), rtol=1e-6)
    assert each.std(axis=1).min() > 1e-3 and ((each > 0) & (each < 1)).all()
    # by hand: each member is the network without an ensemble, of inputs times its weights
    inner = keras.Model(network.input, network.get_layer("ensemble_1").input)
    x = np.asarray(inner(rows()))
    scale, dense = np.asarray(network.get_layer("ensemble_1").scale), network.get_layer("dense_2")
    for member in range(4):
        hidden = np.asarray(dense((x * scale[member])[:, None, :]))[:, 0]
        logit = hidden @ np.asarray(head.kernel)[member] + np.asarray(head.bias)[member]
        np.testing.assert_allclose(each[:, member], 1 / (1 + np.exp(-logit)), rtol=1e-4)


def test_numbers_made_of_one_column_begin_alike() -> None:
    embedded = {"PiecewiseLinearEmbedding": {"units": 2, "bins": 4}, "from": "numbers", "name": "embedded"}
    menu = Menu([{"branch": {"deep": [embedded, {"Dropout": 0.1}], "plain": []}}, ENSEMBLE])
    network = build(menu, signature("regression"), seed=3)
    layer = next(one for one in network.layers if isinstance(one, Members))
    parts = [2, 2, 2, 2, 2, 2, 1, 1, 3, 1, 7, 7]
    assert layer.parts == parts and parts_of(layer.input, signature("regression").inputs) == parts
    scale, start = np.asarray(layer.scale), 0
    for part in parts:
        assert (scale[:, start : start + part] == scale[:, start : start + 1]).all()
        start += part
    firsts = scale[:, np.cumsum([0, *parts[:-1]])]
    assert len(np.unique(firsts)) == firsts.size
    assert abs(firsts.mean() - 1) < 0.3 and 0.3 < firsts.std() < 0.7


def test_what_a_layer_makes_of_several_columns_is_of_no_column() -> None:
    network = build(Menu([{"Dense": 3}, ENSEMBLE]), signature("regression"))
    assert next(one for one in network.layers if isinstance(one, Members)).parts == [1, 1, 1]


@pytest.mark.parametrize(
    "tasks", [("binary",), ("multiclass",), ("regression",), ("quantile",), ("binary", "regression")]
)
def test_heads_are_made_for_every_task(tasks: tuple[str, ...]) -> None:
    network = build(Menu([ENSEMBLE]), signature(*tasks))
    given = network(rows())
    specs = signature(*tasks).targets
    by_key = given if isinstance(given, dict) else {specs[0].key: given}
    assert {key: tuple(value.shape[1:]) for key, value in by_key.items()} == {s.key: s.shape for s in specs}


def test_slots_blocks_repeat_when_residual_and_names_work_inside() -> None:
    menu = Menu(
        [
            {"Dense": 8},
            {
                "ensemble": {
                    "members": {"int": [2, 6]},
                    "layers": [
                        {"repeat": {"times": "$depth", "layers": [{"use": {"dense": 9}}]}},
                        {"residual": [{"Dense": 4}], "name": "first"},
                        {"when": {"$depth > 1": [{"LayerNormalization": None, "name": "norm"}]}},
                        {"choose": {"relu": ["ReLU"], "none": []}},
                        {"branch": {"deep": [{"Dense": {"choice": [3, 5]}}], "wide": []}},
                        {"Concatenate": None, "from": ["first", "norm"]},
                    ],
                },
                "name": "ens",
            },
        ],
        inputs=X,
        hyperparameters={"depth": 2},
        blocks={"dense": {"parameters": {"n": 2}, "layers": [{"Dense": "$n"}, {"Dropout": {"float": [0.1, 0.3]}}]}},
    )
    assert {"ens.members", "choose"} < set(menu.slots)
    assert Menu.from_text(menu.write()) == menu and not menu.resolve().slots
    assert menu.build().count_params() > 0
    small = menu.resolve({"ens.members": 2})
    assert small.expand().members == 2 and menu.expand().members == 4


def test_a_menu_with_its_own_inputs_gives_the_mean() -> None:
    network = Menu([{"ensemble": {"members": 3, "layers": [{"Dense": 2}]}}], inputs=X).build()
    x = np.random.default_rng(0).normal(size=(5, 6)).astype(np.float32)
    scale = np.asarray(network.get_layer("ensemble_1").scale)
    dense = network.get_layer("dense_2")
    by_hand = np.mean([x * one @ np.asarray(dense.kernel) for one in scale], axis=0)
    np.testing.assert_allclose(np.asarray(network(x)), by_hand, rtol=1e-5)
    assert late([ENSEMBLE, {"Dense": 1}]).faults[0].path == ("layers", 0)


@pytest.mark.parametrize(
    "layers",
    [
        [ENSEMBLE, {"Dense": 3}],
        [{"branch": {"deep": [ENSEMBLE], "wide": []}}],
        [{"repeat": {"times": 2, "layers": [ENSEMBLE]}}],
        [{"residual": [ENSEMBLE]}],
        [{"Dense": 2, "name": "a"}, ENSEMBLE, {"layers": [], "from": "a"}],
    ],
)
def test_an_ensemble_is_the_last_item(layers: list[Any]) -> None:
    [fault] = late(layers).faults
    assert fault.rule.startswith("an ensemble is the last item of a menu") and "into its layers" in str(fault.cure)


@pytest.mark.parametrize(
    ("inner", "rule"),
    [
        ("Flatten", "Flatten does not work on the last axis alone"),
        ({"Conv1D": {"filters": 3, "kernel_size": 2}}, "Conv1D does not work on the last axis alone"),
        ({"LSTM": 3}, "LSTM does not work"),
        ({"GroupNormalization": 1}, "GroupNormalization does not work"),
        ({"LayerNormalization": {"axis": 1}}, "LayerNormalization on axis 1 would mix"),
        ({"SpectralNormalization": {"Conv1D": {"filters": 3, "kernel_size": 2}}}, "Conv1D does not work"),
        (ENSEMBLE, "an ensemble inside an ensemble"),
        ({"Dense": 3, "from": "x"}, r"Dense gives \(rows, 3\), and layers of an ensemble give \(rows, 4 members, n\)"),
    ],
)
def test_layers_that_would_mix_members_are_refused(inner: Any, rule: str) -> None:
    error = late([{"ensemble": {"members": 4, "layers": [{"Dense": 3}, inner]}}])
    with pytest.raises(SpecError, match=rule):
        raise error
    assert error.faults[0].path[:4] == ("layers", 0, "ensemble", "layers") and error.faults[0].cure


@pytest.mark.parametrize(
    ("body", "rule", "path"),
    [
        (8, "ensemble has members and layers, not 8", ("ensemble",)),
        ({"members": 8}, "layers is missing", ("ensemble",)),
        ({"member": 8, "layers": []}, "unknown key 'member' of ensemble", ("ensemble", "member")),
        ({"members": 0, "layers": []}, "members is a whole number from 1, not 0", ("ensemble", "members")),
        ({"members": 2.5, "layers": []}, "members is a whole number from 1, not 2.5", ("ensemble", "members")),
        ({"members": True, "layers": []}, "members is a whole number from 1, not True", ("ensemble", "members")),
        ({"members": "$n - 2", "layers": []}, "members is a whole number from 1, not 0", ("ensemble", "members")),
    ],
)
def test_a_wrong_ensemble_is_told_with_its_place(body: Any, rule: str, path: tuple[str, ...]) -> None:
    error = late([{"ensemble": body}], hyperparameters={"n": 2})
    assert any(rule in fault.rule and fault.path == ("layers", 0, *path) and fault.cure for fault in error.faults)


def test_an_ensemble_takes_rows_of_numbers() -> None:
    with pytest.raises(SpecError, match=r"an ensemble cannot take .*put a pooling layer or Flatten before it"):
        Menu([ENSEMBLE], inputs={"x": [5, 3]}).build()


def test_outputs_of_an_ensemble_are_made() -> None:
    named = Menu([{"ensemble": {"members": 4, "layers": [{"Dense": 1, "name": "output"}]}}])
    with pytest.raises(SpecError, match="the heads of an ensemble are made"):
        build(named, signature("regression"))
    with pytest.raises(SpecError, match="has one output"):
        Menu([{"Dense": 2, "name": "a"}, ENSEMBLE], inputs=X, outputs=["a"]).build()


@pytest.mark.parametrize("task", ["clustering", "forecasting"])
def test_an_ensemble_is_not_for_every_task(task: Any) -> None:
    target = TargetSpec("t", task, columns=("a",), horizon=3, width=6)
    with pytest.raises(SpecError, match=f"and the task is {task}"):
        build(Menu([ENSEMBLE]), Signature((NUMBERS,), (target,)))


def test_a_drawing_shows_the_members() -> None:
    text = str(draw(Menu([ENSEMBLE]), signature("binary")))
    assert "Ensemble (4 members)" in text and "4 × 5" in text


def test_a_network_of_members_is_not_read_back() -> None:
    with pytest.raises(SpecError, match="is of an ensemble"):
        Menu.from_keras(build(Menu([ENSEMBLE]), signature("binary")))


def test_a_network_of_members_is_saved_by_keras(tmp_path: Any) -> None:
    network = build(Menu([ENSEMBLE]), signature("binary"), seed=2)
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(np.asarray(again(rows())), np.asarray(network(rows())))
