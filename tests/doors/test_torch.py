"""A module of torch says what the model says, and what has no text in torch is refused by name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.of_torch import OfTorch, Term
from protokit.doors.files.torch.layers import in_torch
from protokit.doors.files.torch.network import usable, written
from protokit.doors.files.torch.text import constant, indented
from protokit.doors.graph.ends import said, scores_of, tempered
from protokit.doors.plan import Plan
from protokit.doors.proof import arrays, drawn
from protokit.menu.network.members import Members, MembersHead
from protokit.menu.network.number_embeddings.periodic_embedding import PeriodicEmbedding
from protokit.menu.network.number_embeddings.piecewise_linear_embedding import PiecewiseLinearEmbedding
from protokit.menu.network.ordinal import OrdinalHead
from tests.doors.conftest import FEW, LEARN
from tests.doors.test_ends import TARGETS, output_of, wanted_of

torch = pytest.importorskip("torch")
Models = Callable[[str], Any]


def module_of(path: Path) -> Any:
    spec = spec_from_file_location("exported", path)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def given_to(model: Any, table: pd.DataFrame) -> dict[str, list[Any]]:
    return {name: array[:, 0].tolist() for name, array in arrays(Plan.of(model), table).items()}


@pytest.mark.parametrize("name", ["classes", "default", "folds"])
def test_a_module_predicts_as_the_model(model: Models, birds: pd.DataFrame, tmp_path: Path, name: str) -> None:
    one = model(name)
    found = one.export(tmp_path / "m.py", rows=birds)
    assert found.differs <= 1e-5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.py", "m.py.json", "m.safetensors"]
    text = found.path.read_text()
    assert "import protokit" not in text and "nn.Linear(" in text and max(map(len, text.splitlines())) <= 120
    with torch.no_grad():
        outputs = module_of(found.path).Model.load()(given_to(one, birds))
    predicted = one.predict(birds)
    for end in json.loads(found.contract.read_text())["outputs"]:
        of = outputs[end["name"]]
        for i, column in enumerate(end.get("columns", [end["name"]])):
            if end["what"] == "class":
                assert of == predicted[column].tolist()
            else:
                theirs = of[:, i] if of.ndim == 2 else of
                assert np.allclose(predicted[column].to_numpy(float), theirs.numpy(), rtol=1e-5, atol=1e-5)


def test_inputs_are_encoded_to_the_bit(model: Models, tmp_path: Path) -> None:
    one = model("classes")
    path = one.export(tmp_path / "m.py").path
    table = drawn(Plan.of(one), 300, 1)
    [found] = module_of(path).Model.load().encode(given_to(one, table))
    for name, wanted in Plan.of(one).encoders[0].encode(table)[0].items():
        assert (found[name].numpy() == wanted).all(), name


def test_it_is_a_module_to_train_on(model: Models, birds: pd.DataFrame, tmp_path: Path) -> None:
    one = model("default")
    module = module_of(one.export(tmp_path / "m.py").path)
    network, given = module.Model.load(), given_to(one, birds)
    assert not network.training and any(isinstance(layer, torch.nn.Dropout) for layer in network.modules())
    network.train()
    loss = network(given)["species probabilities"][:, 0].log().mean()
    loss.backward()
    assert all(weight.grad is not None for weight in network.parameters())
    (tmp_path / "m.safetensors").write_bytes(b"another")
    with pytest.raises(ValueError, match="the weights of another model"):
        module.Model.load()


def test_layers_say_what_those_of_keras_say(tmp_path: Path) -> None:
    layers = keras.layers
    numbers, codes = keras.Input((3,), name="numbers"), keras.Input((2,), dtype="int32", name="categories")
    bent = PiecewiseLinearEmbedding(4, knots=[[0.0, 1.0, 2.0], [], [-1.0, 1.0]], activation="tanh")(numbers)
    both = [bent, PeriodicEmbedding(3, 2)(numbers), PiecewiseLinearEmbedding(2, bins=4)(numbers)]
    vectors = layers.Embedding(9, 4)(codes)
    both += [layers.Flatten()(vectors), layers.GlobalAveragePooling1D()(vectors), layers.GlobalMaxPooling1D()(vectors)]
    x = layers.BatchNormalization()(layers.Concatenate()(both))
    for name in ("elu", "gelu", "silu", "selu", "mish", "softplus", "softsign", "hard_sigmoid", "leaky_relu", "relu6"):
        x = layers.LayerNormalization()(layers.Dense(6, activation=name)(x))
    x = layers.Add()([x, layers.PReLU()(x), layers.ReLU()(x), layers.LeakyReLU()(x), layers.ELU()(x)])
    x = layers.Maximum()([x, layers.Multiply()([x, x]), layers.Subtract()([x, layers.Rescaling(0.5, 1.0)(x)])])
    x = layers.GaussianNoise(0.1)(layers.Dropout(0.2)(layers.Average()([x, layers.Activation("tanh")(x)])))
    x = layers.Flatten()(layers.Reshape((2, 3))(layers.Minimum()([x, layers.Activation("softmax")(x)])))
    shared = layers.Dense(6, use_bias=False, name="type")
    x = shared(shared(x))
    ends = {"a": MembersHead(2, "softmax")(Members(4)(x)), "b": OrdinalHead(4)(layers.Dense(5)(x))}
    network = keras.Model({"numbers": numbers, "categories": codes}, ends)
    rng = np.random.default_rng(0)
    network.set_weights([np.abs(one + rng.normal(size=one.shape).astype("f4") * 0.1) for one in network.get_weights()])
    found = written(network, network.output)
    text = "import torch\nfrom torch import Tensor, nn\nfrom torch.nn import functional\n" + "".join(found.needs)
    scope: dict[str, Any] = {}
    exec(f"{text}\nclass Network(nn.Module):\n{indented(found.body, 1)}", scope)
    module = scope["Network"]()
    module.load_state_dict({name: torch.from_numpy(array) for name, array in found.weights.items()})
    rows = {"numbers": rng.normal(size=(50, 3)).astype("f4"), "categories": rng.integers(0, 9, (50, 2)).astype("i4")}
    with torch.no_grad():
        theirs = module.eval()(**{name: torch.from_numpy(array) for name, array in rows.items()})
    for name, one in network(rows).items():
        assert np.abs(theirs[name].numpy() - np.asarray(one)).max() < 1e-5, name


@pytest.mark.parametrize("name", TARGETS)
def test_ends_say_what_the_target_says(name: str) -> None:
    target = TARGETS[name]()
    output, a = output_of(target), OfTorch()
    ends = said(a, target.spec, tempered(a, target.spec, scores_of(a, target, Term("output", "float32"))))
    lines, texts = a.lines([one.text for one in ends.values()])
    source = "\n".join(line for name, words in a.words.items() for line in constant(name, words))
    source += "\ndef ends(self, output):\n" + indented([*lines, f"return [{', '.join(texts)}]"], 1)
    scope: dict[str, Any] = {"torch": torch}
    exec(source, scope)
    tables = type("Tables", (), {name: torch.from_numpy(table) for name, table in a.tables.items()})
    found = dict(zip(ends, scope["ends"](tables, torch.from_numpy(output)), strict=True))
    for end, columns, wanted in wanted_of(target, output):
        for i, column in enumerate(columns):
            one = found[end.name][:, i] if end.columns else found[end.name]
            if end.what == "class":
                assert list(one) == list(wanted[column]), column
            else:
                assert np.allclose(one, wanted[column], rtol=1e-6, atol=1e-7), column


def test_layers_without_a_text_are_refused_by_name() -> None:
    tensor = keras.Input((4, 3), name="numbers")
    with pytest.raises(SpecError, match="the layer LSTM is not written in torch here"):
        written(keras.Model({"numbers": tensor}, keras.layers.LSTM(2)(tensor)), {})
    with pytest.raises(SpecError, match="the activation 'log_sigmoid' is not written"):
        in_torch(keras.layers.Activation("log_sigmoid"), ["x"], [(None, 3)])
    with pytest.raises(SpecError, match="computes in bfloat16"):
        in_torch(keras.layers.Activation("relu", dtype="mixed_bfloat16"), ["x"], [(None, 3)])
    with pytest.raises(SpecError, match="normalizes over axes"):
        layer = keras.layers.LayerNormalization(axis=1)
        layer.build((None, 4, 3))
        in_torch(layer, ["x"], [(None, 4, 3)])


def test_names_are_none_of_torchs_own() -> None:
    assert usable(["class", "type", "x1", "wing size", "x"]) == {
        "class": "class_", "type": "type_", "x1": "x1_", "wing size": "wing_size", "x": "x",
    }  # fmt: skip


ALONE = """
import sys, json
sys.modules["protokit"] = sys.modules["keras"] = sys.modules["tensorflow"] = None
from importlib.machinery import SourceFileLoader
module = SourceFileLoader("model", sys.argv[1]).load_module()
print(json.dumps(module.Model.load()(json.loads(sys.argv[2]))["species"]))
"""


def test_a_module_runs_where_there_is_no_protokit(model: Models, birds: pd.DataFrame, tmp_path: Path) -> None:
    one = model("default")
    path = one.export(tmp_path / "m.py").path
    given = given_to(one, birds[list(FEW)])
    command = [sys.executable, "-I", "-W", "ignore", "-c", ALONE, str(path), json.dumps(given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == one.predict(birds)["species"].tolist()


def test_the_name_of_a_column_is_no_code(tmp_path: Path) -> None:
    names = ['a"""\nraise SystemExit(7)\n"""', "b\\", 'c"', "d'"]
    rng = np.random.default_rng(0)
    some = pd.DataFrame({name: rng.normal(size=60) for name in names}).assign(y=rng.choice(["p", "q"], 60))
    recipe = {"represent": {"target": "y"}, "learn": {**LEARN, "epochs": 1}, "evaluate": {"baselines": []}}
    one = protokit.run(recipe, some, out=tmp_path).model
    path = one.export(tmp_path / "m.py").path
    found = module_of(path).Model.load()({name: [0.5] for name in names})
    assert set(found["y"]) <= {"p", "q"}
