"""What the probe says of a network against direct computation; and that it leaves everything as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from protokit.learn.inspection.probe import Probe, probe
from protokit.learn.planning import plan_of
from protokit.learn.snapshot import values
from protokit.learn.train import Trainer, network_of
from protokit.represent.represented import Represented

Made = Callable[..., tuple[Trainer, Represented]]


def looked(trainer: Trainer, data: Represented, kept: Any = None) -> Probe:
    network, learn = trainer.network, trainer._learn
    signature = data.encoder.signature
    start = tuple(values(weight) for weight in network.weights)
    plan = plan_of(learn, signature, data.train, data.validation, 0)
    return probe(network, learn, signature, data.train, data.validation, start, kept or start, plan)


def test_losses_are_those_of_keras_and_of_the_best_constant(trainer_of: Made) -> None:
    trainer, data = trainer_of("plain", "r")
    found = looked(trainer, data)
    network, batch = trainer.network, data.train.inputs
    expected = network.evaluate(batch, data.train.targets["r"], verbose=0, return_dict=True)["loss"]
    assert found.start == pytest.approx(expected, rel=1e-4) and found.trained == pytest.approx(expected, rel=1e-4)
    truth = data.train.targets["r"].ravel()
    assert found.constant == pytest.approx(float(np.mean((truth - truth.mean()) ** 2)), rel=1e-4)
    held = data.validation.targets["r"].ravel()
    assert found.validation_constant == pytest.approx(float(np.mean((held - truth.mean()) ** 2)), rel=1e-4)


def test_a_constants_loss_is_the_entropy_of_the_classes(trainer_of: Made) -> None:
    for target in ("c", "k"):
        trainer, data = trainer_of("plain", target)
        shares = np.bincount(data.train.truth[target]) / data.train.rows
        assert looked(trainer, data).constant == pytest.approx(float(-(shares * np.log(shares)).sum()), rel=1e-4)


def test_class_weights_count_in_the_constants_loss(trainer_of: Made) -> None:
    trainer, data = trainer_of("plain", "k", class_weights="balanced")
    assert looked(trainer, data).constant == pytest.approx(np.log(3), rel=1e-4)


def test_dead_saturated_and_unscaled_are_measured(trainer_of: Made) -> None:
    menu = [
        {"Rescaling": 100.0},
        {"Dense": {"units": 8, "activation": "relu", "kernel_initializer": "zeros",
                   "bias_initializer": {"Constant": -1.0}}},
        {"Dense": {"units": 8, "activation": "relu", "bias_initializer": "ones"}},
        {"Dense": {"units": 8, "activation": "tanh", "bias_initializer": {"Constant": 9.0}}},
    ]  # fmt: skip
    trainer, data = trainer_of("plain", "c", menu=menu)
    layers = {layer.layer: layer for layer in looked(trainer, data).layers}
    assert (layers["dense_2"].dead, layers["dense_3"].dead, layers["dense_4"].saturated) == (1.0, 0.0, 1.0)
    x = np.concatenate([part.ravel() for part in data.train.inputs.values()])
    assert layers["dense_2"].reach == pytest.approx(100 * float(np.sqrt(np.mean(x**2))), rel=1e-3)
    assert layers["dense_3"].reach is None and layers["rescaling_1"].reach is None
    assert layers["dense_3"].saturated is None and layers["output"].output


def test_gradients_are_those_of_the_loss(trainer_of: Made) -> None:
    import keras
    import tensorflow as tf

    head = {"Dense": {"units": 1, "activation": "sigmoid"}, "name": "output"}
    trainer, data = trainer_of("plain", "c", menu=[{"Dense": {"units": 8, "activation": "tanh"}}, head])
    found = {layer.layer: layer.gradient for layer in looked(trainer, data).layers}
    network = trainer.network
    with tf.GradientTape() as tape:
        given = network(data.train.inputs, training=False)
        loss = keras.losses.BinaryCrossentropy()(data.train.targets["c"], given)
    kernels = [network.get_layer(name).kernel.value for name in ("dense_1", "output")]
    for name, slope in zip(("dense_1", "output"), tape.gradient(loss, kernels), strict=True):
        assert found[name] == pytest.approx(float(np.sqrt(np.mean(slope.numpy() ** 2))), rel=1e-3)


def test_noise_of_a_batch_of_independent_rows_is_one_part_of_its_size(trainer_of: Made) -> None:
    for size in (4, 32):
        trainer, data = trainer_of("plain", "c", menu=[{"Dense": 8}, "BatchNormalization"], batch_size=size)
        [noise] = [layer.batch_noise for layer in looked(trainer, data).layers if layer.batch_noise is not None]
        assert noise == pytest.approx(1 / size)


def test_the_probe_changes_nothing(trainer_of: Made) -> None:
    menu = [{"Dense": 8}, "BatchNormalization", {"Activation": "relu"}, {"Dropout": 0.5}]

    def trained(look: bool) -> list[np.ndarray]:
        trainer, data = trainer_of("plain", "c", menu=menu)
        if look:
            before = [values(variable) for variable in trainer.network.variables]
            looked(trainer, data, tuple(values(w) + 1 for w in trainer.network.weights))
            after = [values(variable) for variable in trainer.network.variables]
            assert all((a == b).all() for a, b in zip(before, after, strict=True))
        return list(trainer.train(data.train, data.validation).weights)

    assert all((a == b).all() for a, b in zip(trained(False), trained(True), strict=True))


def test_what_is_shared_or_branched_is_probed_once(trainer_of: Made) -> None:
    menu = [
        {"branch": {"deep": [{"Dense": {"units": 8, "activation": "relu"}}], "wide": []}},
        {"repeat": {"times": 2, "layers": [{"Dense": {"units": 10, "activation": "relu"}}]}},
    ]
    trainer, data = trainer_of("plain", "c", menu=menu)
    found = looked(trainer, data).layers
    assert len({layer.layer for layer in found}) == len(found) == len(trainer.network.layers)
    assert (
        network_of(trainer._learn.menu, data.encoder.signature, seed=0).count_params() == trainer.network.count_params()
    )
