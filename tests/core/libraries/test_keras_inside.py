"""What is taken of Keras and TensorFlow beside their public names stands in one file, and is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import keras
import pytest
import tensorflow as tf

import protokit
from protokit.core.libraries import keras_inside

PACKAGE = Path(protokit.__file__).parent
HERE = "core/libraries/keras_inside.py"
# texts of scripts that are written for a person stand on their own
SCRIPTS = "workflow/eject/texts/"
# the versions that all of it was tried with; a newer one is tried by `make compat`
TRIED = {"keras": ("3.15", "3.16"), "tensorflow": ("2.20", "2.22")}
PRIVATE = {
    "_keras_history", "_inbound_nodes", "_nodes_by_depth", "_operations_by_depth", "_flatten_layers", "_functional",
    "_inputs_struct", "_outputs_struct", "_run_through_graph", "_special_tokens", "_load_state", "_learning_rate",
    "_get_current_learning_rate", "_trainable_variables", "_model_variables_moving_average", "_functions",
}  # fmt: skip
MODULES = re.compile(r"keras\.src\b|tensorflow\.python\b|__internal__|tf\.compat\b")


def private_in(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    code = "\n".join(line.split("#")[0] for line in text.splitlines())
    found = MODULES.findall(code)
    for node in ast.walk(ast.parse(text)):
        of_self = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
        if isinstance(node, ast.Attribute) and node.attr in PRIVATE and not of_self:
            found.append(node.attr)
    return found


def test_nothing_else_names_what_is_not_public() -> None:
    files = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    others = {name: path for name, path in files.items() if name != HERE and not name.startswith(SCRIPTS)}
    found = {name: own for name, path in others.items() if (own := private_in(path))}
    assert not found
    assert private_in(files[HERE]), "the test sees what it looks for"


@pytest.mark.parametrize("name", TRIED)
def test_the_versions_were_tried(name: str) -> None:
    first, before = TRIED[name]
    here = {"keras": keras.__version__, "tensorflow": tf.__version__}[name]
    numbers = tuple(int(part) for part in here.split(".")[:2])
    assert tuple(map(int, first.split("."))) <= numbers < tuple(map(int, before.split("."))), "try it: make compat"


def test_all_of_it_is_there() -> None:
    taken = keras.Input((3,))
    made = keras.layers.Dense(2, name="one")(taken)
    network = keras.Model(taken, [made])
    assert keras_inside.made_by(made).operation.name == "one" and keras_inside.made_by(made).node_index == 0
    assert [len(call.input_tensors) for call in keras_inside.calls_of(network.layers[1])] == [1]
    assert sorted(keras_inside.nodes_by_depth(network)) == sorted(keras_inside.operations_by_depth(network)) == [0, 1]
    assert keras_inside.layers_in(network) == network.layers and network in keras_inside.layers_in(network, itself=True)
    assert [one.name for one in keras_inside.operations_of(network)][1:] == ["one"]
    assert keras_inside.inputs_of(network) == [taken] and keras_inside.outputs_of(network) == [made]
    assert keras_inside.structure_of_outputs(network) == [made]
    chain = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    assert isinstance(keras_inside.functional_in(chain), keras_inside.FUNCTIONAL)
    assert keras_inside.in_snake_case("TimeDistributed") == "time_distributed"
    assert float(keras_inside.rate_of(keras.optimizers.SGD(0.5))) == 0.5
    assert keras_inside.operations_module("numpy").Add
    assert keras_inside.gpu_memory() is None or tf.config.list_physical_devices("GPU")
    assert not keras_inside.special_words(keras.layers.Dense(1))
