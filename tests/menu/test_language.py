"""What the composites, slots and expressions of a menu mean."""

from __future__ import annotations

import numpy as np
import pytest

from protokit import Menu, SpecError, choice, integer, real
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.expressions import Expression
from protokit.menu.layers import Concatenate, Dense, Dropout
from protokit.menu.network.build import build

X = {"x": [8]}


def layers(menu: Menu) -> list[str]:
    return [f"{node.kind}:{node.layer}" for node in menu.expand().nodes]


def faults(data: object) -> str:
    with pytest.raises(SpecError) as caught:
        Menu.parse(data)
    return str(caught.value)


def late(data: object) -> SpecError:
    """The error of a menu that only its values show to be wrong."""
    with pytest.raises(SpecError) as caught:
        Menu.parse(data).build()
    return caught.value


def test_use_makes_new_weights_and_share_the_same() -> None:
    blocks = {"d": {"parameters": {"n": 4}, "layers": [{"Dense": "$n"}]}}
    new = Menu([{"use": "d"}, {"use": {"d": {"n": 4}}}], blocks=blocks, inputs={"x": [4]}).build()
    same = Menu([{"share": "d"}, {"share": "d"}], blocks=blocks, inputs={"x": [4]}).build()
    other = Menu([{"share": "d"}, {"share": {"d": 5}}], blocks=blocks, inputs={"x": [4]}).build()
    assert [m.count_params() for m in (new, same, other)] == [40, 20, 45]


def test_the_turns_of_a_repeat_share() -> None:
    turns = {"repeat": {"times": 3, "layers": [{"share": "d"}, "ReLU"]}}
    menu = Menu([{"use": "two"}, {"use": "two"}, turns], blocks={"d": [{"Dense": 8}], "two": [turns]}, inputs=X)
    assert menu.build().count_params() == 3 * (8 * 8 + 8)  # one of the menu's, one of each use


def test_a_slot_has_values() -> None:
    with pytest.raises(SpecError, match="a slot with no values to choose from, only default"):
        Menu([{"Dense": "$width"}], hyperparameters={"width": {"default": 64}}, inputs=X)


def test_a_named_layer_is_called_again() -> None:
    menu = Menu([{"Dense": 8, "name": "a"}, "ReLU", {"share": "a"}], inputs=X)
    assert menu.build().count_params() == 72 and layers(menu) == ["Dense:a", "ReLU:re_lu_2", "Dense:a"]


def test_blocks_nest_and_pass_their_parameters_on() -> None:
    blocks = {
        "inner": {"parameters": {"n": 2}, "layers": [{"Dense": "$n"}]},
        "outer": {"parameters": {"m": 3}, "layers": [{"use": {"inner": {"n": "$m * 2"}}}, {"use": "inner"}]},
    }
    network = Menu([{"use": {"outer": {"m": 5}}}], blocks=blocks, inputs=X).build()
    assert [layer.units for layer in network.layers[1:]] == [10, 2]


def test_repeat_residual_branch_choose_when() -> None:
    menu = Menu(
        [
            {"repeat": {"times": "$depth", "layers": [{"Dense": 8}]}},
            {"residual": [{"Dense": 3}]},
            {"branch": {"deep": [{"Dense": 5}], "wide": []}, "merge": {"Concatenate": {"axis": -1}}, "name": "both"},
            {"choose": {"small": [{"Dense": 2}], "large": [{"Dense": 9}]}, "default": "large"},
            {"when": {"$depth > 5": [{"Dense": 11}], "$depth == 2": [{"Dense": 12}]}},
        ],
        hyperparameters={"depth": 2},
        inputs=X,
    )
    network = menu.build()
    assert network.get_layer("both").output.shape == (None, 8)
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds.count("Dense") == 2 + 1 + 1 + 1 + 1 + 1  # repeated, residual, projection, deep, large, when
    assert network.output.shape == (None, 12)


def test_a_residual_in_space_is_projected_by_strides() -> None:
    conv = {"Conv2D": {"filters": 6, "kernel_size": 3, "strides": 2, "padding": "same"}}
    network = Menu([{"residual": [conv]}], inputs={"x": [9, 8, 3]}).build()
    assert network.output.shape == (None, 5, 4, 6)


def test_from_takes_names_lists_parts_and_calls() -> None:
    menu = Menu(
        [
            {"LSTM": {"units": 4, "return_state": True}, "name": "read"},
            {"Concatenate": None, "from": ["read", "read.1", "read.2"]},
        ],
        inputs={"x": [5, 3]},
    )
    assert menu.build().output.shape == (None, 12)
    attention = Menu(
        [{"MultiHeadAttention": {"num_heads": 2, "key_dim": 4}, "from": {"query": "q", "value": "m"}}],
        inputs={"q": [5, 8], "m": [7, 8]},
    )
    assert attention.build().output.shape == (None, 5, 8)


def test_a_list_gives_a_recurrent_layer_its_states_and_a_house_menu_is_a_chain() -> None:
    menu = Menu(
        [
            {"LSTM": {"units": 4, "return_state": True}, "from": "a", "name": "read"},
            {"LSTM": 4, "from": ["b", "read.1", "read.2"]},
            {"use": "tabular"},
        ],
        inputs={"a": [5, 3], "b": [6, 2]},
    )
    assert menu.build().output.shape == (None, 260)
    assert Menu.from_text(menu.write()) == menu
    gru = [{"GRU": {"units": 4, "return_state": True}, "name": "r"}, {"GRU": 4, "from": ["x", "r.1"]}]
    assert Menu(gru, inputs={"x": [5, 3]}).build().output.shape == (None, 4)


def test_layers_hold_layers() -> None:
    short = Menu([{"Bidirectional": {"LSTM": 4}}], inputs={"x": [5, 3]})
    long = Menu([{"Bidirectional": {"layer": {"LSTM": {"units": 4}}}}], inputs={"x": [5, 3]})
    assert short == long and short.build().output.shape == (None, 8)
    cells = Menu([{"RNN": {"cell": [{"GRUCell": 4}, {"LSTMCell": 3}]}}], inputs={"x": [5, 3]})
    assert cells.build().output.shape == (None, 3)
    assert "unknown argument 'unitz' of LSTM" in faults([{"Bidirectional": {"layer": {"LSTM": {"unitz": 4}}}}])


def test_slots_have_names_defaults_and_bounds() -> None:
    menu = Menu(
        [{"Dense": choice(16, 32)}, {"Dropout": real(0.0, 0.5)}, {"Dense": integer(8, 128, log=True)}, {"Dense": "$w"}],
        hyperparameters={"w": integer(2, 8, step=2)},
        inputs=X,
    )
    assert {name: slot.default for name, slot in menu.slots.items()} == {
        "w": 4,
        "Dense.units": 16,
        "Dropout.rate": 0.25,
        "Dense.units_2": 32,
    }
    chosen = menu.resolve({"w": 8, "Dense.units": 32})
    assert [layer.units for layer in chosen.build().layers if hasattr(layer, "units")] == [32, 32, 8]
    with pytest.raises(SpecError, match=r"did you mean 'Dense\.units'"):
        menu.resolve({"Dense.unit": 32})
    with pytest.raises(SpecError, match=r"Dense.units cannot be 33"):
        menu.resolve({"Dense.units": 33})


def test_only_slots_that_are_met_are_asked_for() -> None:
    menu = Menu(
        [
            {"choose": {"a": [{"Dense": choice(1, 2)}], "b": [{"Dense": choice(3, 4)}]}},
            {"when": {"$n > 3": [{"Dropout": real(0.0, 0.5)}]}},
        ],
        hyperparameters={"n": choice(2, 4), "never": choice(1, 2)},
    )
    asked: list[str] = []

    def ask(slot):  # type: ignore[no-untyped-def]
        asked.append(slot.name)
        return slot.default

    menu.resolve(ask)
    assert asked == ["choose", "Dense.units", "n"]


def test_python_and_yaml_are_equal() -> None:
    python = Menu(
        [Dense(64, activation="relu", name="a"), Dropout(choice(0.1, 0.2)), Concatenate(from_=["a", "inputs"])]
    )
    text = "- {Dense: {units: 64, activation: relu}, name: a}\n- Dropout: {choice: [0.1, 0.2]}\n"
    text += "- {Concatenate: {}, from: [a, inputs]}\n"
    assert python == Menu.from_text(text) == Menu.from_text(python.write())
    with pytest.raises(SpecError, match="did you mean 'activation'"):
        Dense(64, activaton="relu")
    with pytest.raises(AttributeError, match="did you mean 'Dense'"):
        import protokit.menu.layers as stand_ins

        _ = stand_ins.Dens


@pytest.mark.parametrize(
    ("text", "known", "value"),
    [
        ("$a + 2 * 3", {"a": 1}, 7),
        ("($a + 2) * 3 // 2", {"a": 1}, 4),
        ("-$a / 4", {"a": 2}, -0.5),
        ("$a >= 2", {"a": 2}, True),
        ("$k == 'deep'", {"k": "deep"}, True),
        ('$k != "deep"', {"k": "deep"}, False),
        ("$a*1e-3", {"a": 2}, 0.002),
    ],
)
def test_expressions(text: str, known: dict, value: object) -> None:
    assert Expression(text).value(known) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$a +", "ends too early"),
        ("$a $b", "not expected"),
        ("__import__('os')$", "no place"),
        ("$a + width", "write \\$width"),
        ("(" * 200 + "$a", "nests deeper"),
        ("$a" + "+1" * 400, "characters"),
        ("$a ** 2", "not expected"),
    ],
)
def test_what_is_no_expression(text: str, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "known"), [("$a / 0", {"a": 1}), ("$a + 1", {"a": "x"}), ("$a * $a", {"a": 10**9}), ("$a < 2", {"a": "x"})]
)
def test_expressions_without_a_value(text: str, known: dict) -> None:
    with pytest.raises(SpecError):
        Expression(text).value(known)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([{"use": "dense"}], "no block 'dense'"),
        ({"blocks": {"d": [{"Dense": 3}]}, "layers": [{"use": "e"}]}, "no block 'e'"),
        ({"blocks": {"dense": [{"Dense": 3}]}, "layers": [{"use": "dnse"}]}, "did you mean 'dense'"),
        ({"blocks": {"d": [{"use": "d"}]}, "layers": [{"use": "d"}]}, "uses itself"),
        ({"blocks": {"a": [{"use": "b"}], "b": [{"use": "a"}]}, "layers": []}, "uses itself"),
        (
            {"blocks": {"d": {"parameters": {"n": 1}, "layers": []}}, "layers": [{"use": {"d": {"m": 1}}}]},
            "parameter 'm'",
        ),
        ({"blocks": {"d": {"parameters": {"n": None}, "layers": []}}, "layers": [{"use": "d"}]}, "needs n"),
        ([{"Dense": "$width"}], "no hyperparameter or parameter 'width'"),
        ({"hyperparameters": {"width": 3}, "layers": [{"Dense": "$widht"}]}, "did you mean 'width'"),
        ([{"Dense": 3, "from": "stem"}], "no item or input 'stem'"),
        ([{"Dense": 3, "name": "a"}, {"Dense": 3, "name": "a"}], "two items are named 'a'"),
        ([{"Dense": 3, "name": "numbers"}], "taken by an input"),
        ([{"Dense": {"choice": []}}], "choice is a list"),
        ([{"Dense": {"int": [9, 1]}}], "lowest and the highest"),
        ([{"Dense": {"int": [1, 9], "default": 12}}], "not a value of the slot"),
        ([{"Dense": {"int": [1, 9], "stepp": 2}}], "unknown key 'stepp'"),
        ([{"Dense": {"choice": [8, "many"]}}], "whole number, not 'many'"),
        ([{"Dropout": {"float": [0.0, 2.0]}}], "a share from 0 to below 1, not 2.0"),
        ([{"repeat": {"times": 3}}], "repeat has times and layers"),
        ([{"repeat": {"times": -1, "layers": []}}], "a whole number from 0"),
        ([{"branch": []}], "branch is a mapping"),
        ([{"branch": {"a": []}, "merge": "Concatenat"}], "did you mean 'Concatenate'"),
        ([{"Dense": 3, "merge": "Add"}], "belongs to branch"),
        ([{"choose": {"a": [], "b": []}, "default": "c"}], "no choice 'c'"),
        ([{"when": {"depth > 3": []}}], "write \\$depth"),
        ([{"MultiHeadAttention": {"num_heads": 1, "key_dim": 2}, "from": {"query": "inputs"}}], "called on value too"),
        ({"inputs": {"x": "wide"}, "layers": []}, "an input is its shape"),
        ([{"Dense": {"units": 3, "name": "a"}}], "stands beside the layer"),
        ([{"RNN": {"cell": {"choice": [{"GRUCell": 3}, {"LSTMCell": 3}]}}}], "write choose"),
        ([{"Input": [3]}], "name it under inputs"),
        ([{"Sequential": [{"Dense": 3}]}], "write its layers as a list"),
        ({"inputs": X, "layers": [], "outputs": ["y"]}, "no item or input 'y'"),
        ({"layer": []}, "did you mean 'layers'"),
        ([{"repaet": {"times": 2, "layers": []}}], "did you mean 'repeat'"),
        ({"blocks": {"stem": [{"Dense": 3}]}, "layers": [{"stem": {}}]}, "{use: stem}"),
    ],
)
def test_faults(data: object, words: str) -> None:
    import re

    assert re.search(words, faults(data)), faults(data)


def test_what_only_the_values_show_comes_back_at_its_item() -> None:
    error = late({"inputs": X, "hyperparameters": {"w": 5}, "layers": [{"Dense": "$w / 2"}]})
    assert "a whole number, not 2.5" in str(error) and error.faults[0].path == ("layers", 0, "Dense", "units")
    error = late({"inputs": X, "layers": ["Flatten", {"residual": [{"Conv1D": {"filters": 2, "kernel_size": 2}}]}]})
    assert error.faults[0].path == ("layers", 1, "residual", 0, "Conv1D")
    blocks = {"c": [{"Conv1D": {"filters": 2, "kernel_size": 2}}]}
    assert late({"inputs": X, "blocks": blocks, "layers": [{"use": "c"}]}).faults[0].path[:2] == ("blocks", "c")
    one = {"choose": {"a": [{"Dense": 3, "name": "n"}], "b": []}, "default": "b"}
    assert "is not there with the values chosen" in str(late({"inputs": X, "layers": [one, {"Dense": 3, "from": "n"}]}))
    error = late({"inputs": {"a": [3], "b": [4]}, "layers": [{"Dense": 3}]})
    assert "does not say which it takes" in str(error) and error.faults[0].path == ("layers", 0)
    error = late({"inputs": X, "layers": [{"LSTM": 3}]})
    assert str(error).endswith("LSTM cannot take (rows, 8): expected ndim=3, found ndim=2")
    assert "makes more than" in str(late({"inputs": X, "layers": [{"repeat": {"times": 10**9, "layers": ["ReLU"]}}]}))
    assert "gives 1 output" in str(
        late({"inputs": X, "layers": [{"Dense": 3, "name": "n"}, {"Dense": 3, "from": "n.2"}]})
    )


def test_a_menu_in_a_recipe_takes_columns_and_ends_in_targets() -> None:
    signature = Signature(
        (
            InputSpec("numbers", (6,), "float32", tuple("abcdef")),
            InputSpec("categories", (2,), "int32", ("g", "h"), 24),
        ),
        (TargetSpec("label", "binary", (0, 1)), TargetSpec("price", "regression")),
    )
    menu = Menu.parse(
        [
            {"Dense": 8, "from": "numbers", "name": "deep"},
            {"Concatenate": None, "from": ["deep", "inputs"], "name": "both"},
            {"Dense": {"units": 1, "activation": "sigmoid"}, "name": "label"},
            {"Dense": 1, "from": "both", "name": "price"},
        ]
    )
    network = build(menu, signature)
    given = {"numbers": np.zeros((4, 6), "float32"), "categories": np.zeros((4, 2), "int32")}
    assert {name: part.shape for name, part in network(given).items()} == {"label": (4, 1), "price": (4, 1)}
    with pytest.raises(SpecError, match="none is named 'price'"):
        build(Menu([{"Dense": 3, "name": "label"}]), signature)
    with pytest.raises(SpecError, match=r"the input 'x' takes \(rows, 8\), and represent gives \(rows, 20\)"):
        build(Menu([{"Dense": 3}], inputs=X), signature)
    with pytest.raises(SpecError, match="add inputs"):
        Menu([{"Dense": 3}]).build()


def test_a_drawing_folds_what_repeats() -> None:
    menu = Menu([{"repeat": {"times": 5, "layers": [{"Dense": 8}, "ReLU"]}}, {"Dense": 2, "name": "end"}], inputs=X)
    text, page = str(menu.draw()), menu._repr_mimebundle_()["text/html"]
    assert "× 5" in text and text.count("Dense") == 2 and "378 parameters" in text
    assert (
        page.count("<rect") == 4
        and page.count('fill="none" stroke="#0072b2"') == 2
        and "Dense × 5" in page
        and "<script" not in page
    )
    assert "2 layers" in str(Menu([{"Dense": 4}, "ReLU"]).draw())
