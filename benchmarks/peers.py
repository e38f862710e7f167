"""Those who train the networks of the speed benchmark, each as its own users would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nets
import numpy as np

Peer = Callable[[int], float]
"""Trains so many epochs, scoring the validation rows after each; seconds."""


class Enough(Exception):
    pass


_PROCESSES: list[subprocess.Popen[str]] = []


def stop() -> None:
    """End the processes of the peers that have one."""
    while _PROCESSES:
        _PROCESSES.pop().kill()


def trainer(
    case: nets.Case, epochs: int = 200, patience: int | None = 20, precision: str = "float32"
) -> tuple[Any, Any, Any]:
    """protokit's Trainer with the engine that `auto` chooses for a recipe of default length, and its rows."""
    from protokit.core.values.arrays import Arrays, Features
    from protokit.core.values.inputs import InputSpec
    from protokit.core.values.signature import Signature, TargetSpec
    from protokit.learn.train import Trainer, network_of
    from protokit.recipe.recipe import Recipe

    def rows(x: np.ndarray, y: np.ndarray) -> Arrays:
        plain = Features(np.zeros((len(x), 0)), np.zeros((len(x), 0), np.int64), ())
        return Arrays({"numbers": x}, {"y": y}, {"y": y[:, 0].astype(np.int64)}, plain)

    x, y, xv, yv = nets.data(case)
    stop = None if patience is None else {"patience": patience}
    menu = [*nets.menu(case.net), {"Dense": {"units": 1, "activation": "sigmoid"}, "name": "output"}]
    learn = {
        "menu": menu,
        "batch_size": case.batch,
        "epochs": epochs,
        "stop": stop,
        "optimizer": "Adam",
        "schedule": "constant",
        "precision": precision,
    }
    recipe = Recipe.parse({"represent": {"target": "y"}, "learn": learn})
    spec = InputSpec("numbers", nets.SHAPES[case.net], "float32", ())
    signature = Signature((spec,), (TargetSpec("y", "binary", (0, 1)),))
    network = network_of(recipe.network, signature, seed=recipe.seed, precision=precision)
    return Trainer(recipe.learn, network, signature, seed=recipe.seed), rows(x, y), rows(xv, yv)


def protokit(case: nets.Case) -> tuple[Peer, Callable[[], str]]:
    from protokit.learn.training.choice import choose

    made, train, validation = trainer(case, patience=None)
    plan = made.plan(train, validation)
    choice = choose(made.network, plan, plan.typical_rows)
    first = choice.xla_from or 0

    def run(epochs: int) -> float:
        started = 0.0

        def watch(progress: Any, plan: Any) -> None:
            nonlocal started
            if progress.epoch == first + 1:
                started = time.perf_counter()
            if progress.epoch == first + 1 + epochs:
                raise Enough

        try:
            made.train(train, validation, on_epoch=watch)
        except Enough:
            return time.perf_counter() - started
        raise RuntimeError("stopped too early to be timed")

    return run, lambda: choice.reason


def fit(case: nets.Case, **compiled: Any) -> Peer:
    x, y, xv, yv = nets.data(case)
    network = nets.network(case.net)
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"], **compiled)

    def run(epochs: int) -> float:
        started = time.perf_counter()
        network.fit(x, y, batch_size=case.batch, epochs=epochs, validation_data=(xv, yv), verbose=0)
        return time.perf_counter() - started

    return run


def by_hand(case: nets.Case, jit: bool) -> Peer:
    """What one would write for speed: one compiled function for each epoch, with its loss and accuracy.

    It leaves out the last rows of an epoch, which fill no batch; keeps no best weights; and asks nothing of them.
    """
    import keras
    import tensorflow as tf

    x, y, xv, yv = (tf.constant(values) for values in nets.data(case))
    network, optimizer = nets.network(case.net), keras.optimizers.Adam()
    optimizer.build(network.trainable_variables)
    loss = keras.losses.BinaryCrossentropy()
    steps = case.rows // case.batch

    def right(targets: Any, outputs: Any) -> Any:
        return tf.reduce_mean(tf.cast(tf.equal(outputs > 0.5, targets > 0.5), tf.float32))

    @tf.function(jit_compile=jit, autograph=False)
    def epoch(order: Any) -> Any:
        batches = tf.reshape(order, (steps, case.batch))
        inputs, targets = tf.gather(x, batches), tf.gather(y, batches)

        def step(i: Any, total: Any, hits: Any) -> Any:
            with tf.GradientTape() as tape:
                outputs = network(inputs[i], training=True)
                value = loss(targets[i], outputs)
            variables = network.trainable_variables
            optimizer.apply(tape.gradient(value, variables), variables)
            return i + 1, total + value, hits + right(targets[i], outputs)

        start = (tf.constant(0), tf.constant(0.0), tf.constant(0.0))
        _, total, hits = tf.while_loop(lambda i, *_: i < steps, step, start)
        return total / steps, hits / steps

    @tf.function(jit_compile=jit, autograph=False)
    def score() -> Any:
        outputs = network(xv, training=False)
        return loss(yv, outputs), right(yv, outputs)

    rng = np.random.default_rng(0)

    def run(epochs: int) -> float:
        started = time.perf_counter()
        for _ in range(epochs):
            order = rng.permutation(case.rows)[: steps * case.batch]
            [float(value) for value in (*epoch(tf.constant(order)), *score())]
        return time.perf_counter() - started

    return run


def scikit_learn(case: nets.Case) -> Peer:
    """Without scoring of validation rows, which scikit-learn does only on rows taken from training."""
    import warnings

    from sklearn.neural_network import MLPClassifier

    x, y, *_ = nets.data(case)

    def run(epochs: int) -> float:
        model = MLPClassifier((64, 64), batch_size=case.batch, max_iter=epochs, n_iter_no_change=10**6, random_state=0)
        started = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.fit(x, y[:, 0])
        return time.perf_counter() - started

    return run


def pytorch(case: nets.Case, threads: int, python: str = sys.executable) -> Peer | None:
    """None where it is not installed for that Python."""
    return _apart([python, __file__, case.net, str(case.rows), str(case.batch), str(threads)])


def jax(case: nets.Case, python: str = sys.executable) -> Peer | None:
    """None where jax or optax is not installed for that Python."""
    script = Path(__file__).with_name("peers_jax.py")
    return _apart([python, str(script), case.net, str(case.rows), str(case.batch)])


def _apart(command: list[str]) -> Peer | None:
    """A process of its own, so that its threads and TensorFlow's do not meet."""
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    _PROCESSES.append(process)
    assert process.stdin and process.stdout
    if process.stdout.readline().strip() != "ready":
        return None

    def run(epochs: int) -> float:
        assert process.stdin and process.stdout
        process.stdin.write(f"{epochs}\n")
        process.stdin.flush()
        return float(json.loads(process.stdout.readline()))

    return run


def _torch_loop(case: nets.Case, threads: int) -> None:
    import torch

    torch.set_num_threads(threads)
    x, y, xv, yv = (torch.from_numpy(np.ascontiguousarray(values)) for values in nets.data(case))
    if case.net == "cnn":
        x, xv = x.permute(0, 3, 1, 2).contiguous(), xv.permute(0, 3, 1, 2).contiguous()
    network = nets.torch_network(case.net)
    optimizer = torch.optim.Adam(network.parameters(), fused=True)
    loss = torch.nn.BCEWithLogitsLoss()
    print("ready", flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        for _ in range(int(line)):
            network.train()
            order = torch.randperm(case.rows)
            xs, ys = x[order], y[order]
            for start in range(0, case.rows, case.batch):
                optimizer.zero_grad()
                value = loss(network(xs[start : start + case.batch]), ys[start : start + case.batch])
                value.backward()
                optimizer.step()
            network.eval()
            with torch.no_grad():
                float(loss(network(xv), yv))
        print(json.dumps(time.perf_counter() - started), flush=True)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    _torch_loop(nets.Case(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4]))
