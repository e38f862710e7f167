from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import SpecError
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.inputs import InputSpec, Knots
from protokit.core.values.signature import Signature, TargetSpec
from protokit.learn.bank.architecture import architecture_of
from protokit.learn.bank.bank import Bank
from protokit.learn.bank.initial_weights import InitialWeights
from protokit.learn.snapshot import values
from protokit.learn.train import Trained, Trainer, network_of
from protokit.learn.training.runtime import Values
from protokit.learn.words import Learn
from protokit.menu.menu import Menu

SIGNATURE = Signature((InputSpec("numbers", (4,), "float32", tuple("abcd")),), (TargetSpec("y", "regression"),))


def arrays(rows: int, seed: int) -> Arrays:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)).astype(np.float32)
    y = x[:, :1] - x[:, 1:2] * x[:, 2:3]
    return Arrays({"numbers": x}, {"y": y}, {"y": y[:, 0]}, Features(np.zeros((rows, 0)), np.zeros((rows, 0), int), ()))


# two splits of one search, whose sizes differ in a row
SPLITS = [(arrays(61, 0), arrays(20, 1)), (arrays(60, 2), arrays(21, 3))]


def mlp(rate: float, width: int = 8) -> Menu:
    return Menu([{"Dense": {"units": width, "activation": "relu"}}, "BatchNormalization", {"Dropout": rate}])


def learn(menu: Menu, optimizer: Any, batch_size: int, **words: Any) -> Learn:
    return Learn(menu=menu, optimizer=optimizer, batch_size=batch_size, **{"epochs": 3, "stop": None, **words})


# (learn, split, seed): what differs at run time only, and what is compiled in
SETTINGS: list[tuple[Learn, int, int]] = [
    (learn(mlp(0.2), {"Adam": {"learning_rate": 0.01}}, 16), 0, 1),
    (learn(mlp(0.4), {"Adam": {"learning_rate": 0.003}}, 7, schedule="cosine"), 1, 2),
    (learn(mlp(0.2), {"Adam": {"learning_rate": 0.01}}, 16, epochs=4, stop={"patience": 1}), 0, 2),
    (learn(mlp(0.2), {"AdamW": {"learning_rate": 0.01, "weight_decay": 0.1}}, 16), 0, 1),
    (learn(mlp(0.3), {"AdamW": {"learning_rate": 0.02, "weight_decay": 0.001}}, 32), 1, 1),
    (learn(mlp(0.2), "SGD", 16), 0, 1),
    (learn(mlp(0.0), {"Adam": {"learning_rate": 0.01}}, 16), 0, 1),
    (learn(mlp(0.2), {"Adam": {"learning_rate": 0.01}}, 16, loss="Huber"), 0, 1),
    (learn(mlp(0.2, 5), {"Adam": {"learning_rate": 0.01}}, 16), 0, 1),
]
BANK = Bank(most=4)  # fewer than there are: some are forgotten, and made anew


@cache
def fresh(i: int) -> Trained:
    """By a trainer of its own, as a run has it."""
    own, split, seed = SETTINGS[i]
    network = network_of(own.menu, SIGNATURE, seed=seed)
    return Trainer(own, network, SIGNATURE, seed=seed, rows=61).train(*SPLITS[split], seed=seed)


def banked(i: int) -> Trained:
    own, split, seed = SETTINGS[i]
    begun = BANK.begin(own, own.menu, SIGNATURE, *SPLITS[split], seed=seed, rows=61)
    return BANK.train(begun, own, *SPLITS[split], seed=seed)


@settings(max_examples=3)
@given(order=st.lists(st.sampled_from(range(len(SETTINGS))), min_size=5, max_size=8))
def test_a_training_from_the_bank_gives_the_bits_of_a_fresh_trainer_in_any_order(order: list[int]) -> None:
    for i in range(len(SETTINGS)):
        fresh(i)  # first: each seeds TensorFlow, which costs what is compiled dear
    for i in order:
        one, other = banked(i), fresh(i)
        assert one.progress.history == other.progress.history
        assert all(np.array_equal(a, b) for a, b in zip(one.weights, other.weights, strict=True))


def key(own: Learn, signature: Signature = SIGNATURE) -> str:
    return architecture_of(own, own.menu, signature).key


def test_what_is_compiled_in_is_in_the_key_and_nothing_else() -> None:
    adam = {"Adam": {"learning_rate": 0.01}}
    base = key(learn(mlp(0.2), adam, 16))
    same = [
        learn(mlp(0.5), {"Adam": {"learning_rate": 1e-4}}, 32, epochs=9, schedule="cosine", stop={"patience": 3}),
    ]
    others = [
        learn(mlp(0.2, 9), adam, 16),
        learn(mlp(0.0), adam, 16),
        learn(mlp(0.2), "Adam", 16),  # its own rate
        learn(mlp(0.2), {"Adam": {"learning_rate": 0.01, "beta_1": 0.8}}, 16),
        learn(mlp(0.2), {"Nadam": {"learning_rate": 0.01}}, 16),
        learn(mlp(0.2), adam, 16, loss="Huber"),
        learn(mlp(0.2), adam, 16, loss={"Huber": {"delta": 2.0}}),
        learn(mlp(0.2), adam, 16, precision="mixed_bfloat16"),
        learn(mlp(0.2), adam, 16, engine="keras"),
    ]
    assert {key(one) for one in same} == {base}
    assert len({base, *map(key, others)}) == len(others) + 1
    wider = Signature((InputSpec("numbers", (5,), "float32", tuple("abcde")),), SIGNATURE.targets)
    assert key(learn(mlp(0.2), adam, 16), wider) != base


def test_nothing_is_built_for_a_known_architecture(monkeypatch: pytest.MonkeyPatch) -> None:
    bank, (own, _, _) = Bank(), SETTINGS[0]
    first = bank.begin(own, own.menu, SIGNATURE, *SPLITS[0], seed=1, rows=61)
    monkeypatch.setattr("protokit.learn.bank.bank.network_of", None)
    again = bank.begin(own, own.menu, SIGNATURE, *SPLITS[0], seed=2, rows=61)
    assert again.known and not first.known and again.network is first.network


def test_the_bank_is_bounded() -> None:
    bank = Bank(most=2)
    for own, split, seed in SETTINGS[:2] + SETTINGS[6:]:
        bank.begin(own, own.menu, SIGNATURE, *SPLITS[split], seed=seed, rows=61)
    assert len(bank) == 2


@pytest.mark.parametrize("interrupted", [RuntimeError("said by a caller"), KeyboardInterrupt()])
def test_a_training_that_broke_off_leaves_nothing_behind(interrupted: BaseException) -> None:
    def stop(*_: object) -> None:
        raise interrupted

    own, split, seed = SETTINGS[1]
    begun = BANK.begin(own, own.menu, SIGNATURE, *SPLITS[split], seed=seed, rows=61)
    with pytest.raises(type(interrupted)):
        BANK.train(begun, own, *SPLITS[split], seed=seed, on_epoch=stop)
    assert banked(0).progress.history == fresh(0).progress.history


CHAINS: dict[str, list[Any]] = {
    "dense": [{"Dense": {"units": 3, "activation": "relu"}}, "BatchNormalization", {"Dropout": 0.2}],
    "initializers": [
        {"Dense": {"units": 3, "kernel_initializer": {"HeNormal": {"seed": 4}}, "bias_initializer": "ones"}},
        {"Dense": {"units": 3, "kernel_initializer": "orthogonal", "bias_initializer": "random_normal"}},
    ],
    "recurrent": [{"Reshape": {"target_shape": [2, 2]}}, {"LSTM": {"units": 3, "dropout": 0.1}}],
    "both ways": [{"Reshape": {"target_shape": [2, 2]}}, {"Bidirectional": {"layer": {"GRU": 2}}}],
    "attention": [
        {"Reshape": {"target_shape": [2, 2]}, "name": "x"},
        {"MultiHeadAttention": {"num_heads": 2, "key_dim": 3}, "from": ["x", "x"]},
        "Flatten",
    ],
    "convolution": [{"Reshape": {"target_shape": [4, 1]}}, {"Conv1D": {"filters": 2, "kernel_size": 2}}, "Flatten"],
    "members": [{"ensemble": {"members": 2, "layers": [{"Dense": 3}]}}],
}
BUILT = ("attention", "members")  # whose weights are drawn by what no layer shows


@pytest.mark.parametrize("name", CHAINS)
def test_initial_weights_are_drawn_as_a_network_is_built(name: str) -> None:
    menu = Menu(CHAINS[name])
    made = InitialWeights.of(network_of(menu, SIGNATURE, seed=3), 3)
    assert (made is None) == (name in BUILT)
    for seed in (3, 4, 2**31) if made else ():
        built = network_of(menu, SIGNATURE, seed=seed)
        for one, variable in zip(made.values(seed), built.variables, strict=True):
            assert one.dtype == values(variable).dtype and np.array_equal(one, values(variable))


def test_a_network_whose_weights_are_not_known_is_built_for_each_seed() -> None:
    knots = Knots((0, 1), 3, ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0)))
    signature = Signature((InputSpec("numbers", (4,), "float32", tuple("abcd"), knots=knots),), SIGNATURE.targets)
    own = learn(Menu([{"PiecewiseLinearEmbedding": 4}, "Flatten"]), {"Adam": {"learning_rate": 0.01}}, 16)
    bank = Bank()
    for seed in (1, 2):
        begun = bank.begin(own, own.menu, signature, *SPLITS[0], seed=seed, rows=61)
        built = Values.of(network_of(own.menu, signature, seed=seed)).variables
        assert built is not None and begun.values.variables is not None
        assert all(np.array_equal(a, b) for a, b in zip(begun.values.variables, built, strict=True))
    assert begun.known


def test_a_menu_that_does_not_fit_leaves_the_bank_as_it_was() -> None:
    bank, menu = Bank(), Menu([{"Conv2D": {"filters": 2, "kernel_size": 3}}])
    with pytest.raises(SpecError):
        bank.begin(Learn(menu=menu), menu, SIGNATURE, *SPLITS[0], seed=0)
    assert len(bank) == 0
