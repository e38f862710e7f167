from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import pytest

from protokit import Menu
from protokit.core.values.inputs import InputSpec
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.plan import Plan
from protokit.learn.train import Trainer
from protokit.learn.training.choice import _FAST, Choice, choose
from protokit.learn.training.fused_loop import FusedLoop
from protokit.learn.training.keras_fit import FitTraining
from protokit.learn.words import Learn
from protokit.menu.network import members
from protokit.menu.network.describe import own_layers

SIGNATURE = Signature((InputSpec("x", (8,), "float32", ()),), (TargetSpec("y", "regression"),))
PLAN = Plan(200, 64, 0, "plateau", 20, "validation_loss", None)


def network(*layers: Any, shape: tuple[int, ...] = (8,)) -> keras.Model:
    return Menu({"inputs": {"x": list(shape)}, "layers": list(layers)}).build()


def chosen(network: keras.Model, rows: int = 20_000, plan: Plan = PLAN, **more: int) -> Choice:
    return choose(network, plan, rows, **more)


def test_much_work_is_for_xla_from_the_start_and_little_never() -> None:
    mlp = network({"Dense": 64}, {"Dense": 64})
    assert chosen(mlp) == Choice(1, False, "with XLA")
    assert chosen(mlp, rows=1_000_000) == Choice(0, False, "with XLA")
    little = chosen(mlp, rows=100)
    assert little.xla_from is None and "so little work" in little.reason
    assert chosen(mlp, rows=100, trainings=100).xla_from == 1
    assert chosen(mlp, rows=63).xla_from is None  # no batch is whole


def test_work_that_may_end_early_is_compiled_once_it_has_gone_on() -> None:
    mlp = network({"Dense": 64}, {"Dense": 64})
    late = chosen(mlp, rows=1500, plan=replace(PLAN, patience=2, epochs=1000))
    assert late.xla_from is not None and 5 < late.xla_from < 1000
    assert late.reason == f"with XLA from epoch {late.xla_from + 1} on"
    assert chosen(mlp, rows=1500, plan=replace(PLAN, patience=2, epochs=1000)) == late


def test_kinds_of_layers() -> None:
    convolution = network({"Conv2D": {"filters": 4, "kernel_size": 3}}, "Flatten", {"Dense": 4}, shape=(8, 8, 1))
    assert chosen(convolution).reason == "without XLA: Conv2D is slower with it"
    pooling = network({"Dense": 4}, {"MaxPooling1D": 2}, "Flatten", {"Dense": 4}, shape=(8, 4))
    assert chosen(pooling).reason == "without XLA: MaxPooling1D is not in it"
    assert chosen(network({"LSTM": 8}, {"Dense": 1}, shape=(8, 4))).xla_from in {0, 1}
    unsure = chosen(network({"Dense": 64}, {"Discretization": {"bin_boundaries": [0.0]}}, {"Dense": 64}))
    assert unsure.trial and "Discretization" in unsure.reason


def test_a_layer_of_ones_own_is_tried() -> None:
    class Mine(keras.layers.Layer):
        def call(self, x: Any) -> Any:
            return x * 2

    inputs = keras.Input((8,))
    own = keras.Model(inputs, keras.layers.Dense(64)(Mine()(keras.layers.Dense(64)(inputs))))
    assert chosen(own).trial and "the layer Mine" in chosen(own).reason


def begun(network: keras.Model, engine: str) -> tuple[type, str]:
    """How a recipe that names an engine is trained."""
    trainer = Trainer(Learn(engine=engine), network, SIGNATURE, seed=0)
    training = trainer._begun(replace(PLAN, typical_rows=20_000))
    return type(training), training.how


def test_the_recipe_may_force_an_engine() -> None:
    mlp = network({"Dense": 64})
    assert begun(mlp, "keras") == (FitTraining, "as the recipe says")
    assert begun(mlp, "fused") == (FusedLoop, "with XLA")
    assert begun(mlp, "auto") == (FusedLoop, "with XLA")


@pytest.mark.parametrize("name", _FAST)
def test_every_name_is_a_layer_of_keras_or_of_the_house(name: str) -> None:
    exported = (getattr(keras.layers, known) for known in dir(keras.layers))
    of_ensembles = {members.Members.__name__, members.MembersHead.__name__}
    assert name in {*own_layers(), *of_ensembles, *(kind.__name__ for kind in exported if isinstance(kind, type))}
