"""Trains the network of a recipe: from the start or from where a killed run stopped, once or many times."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.errors import SpecError, TrainingError
from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.keras_state import seeded
from protokit.core.seeds import derive
from protokit.core.values import Arrays, Signature
from protokit.learn import data_feed as feed
from protokit.learn.compiling import compile_network
from protokit.learn.engines.choice import Choice, choose
from protokit.learn.engines.engine import ENGINES, Engine
from protokit.learn.engines.interrupt import interruptible
from protokit.learn.engines.outcomes import CannotCompile, NotFinite, first_line
from protokit.learn.engines.runtime import Inputs, Values, structure
from protokit.learn.inspection import nonfinite
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import Snapshot, assign
from protokit.learn.snapshot import values as values_of
from protokit.menu.network.build import build
from protokit.menu.network.heads import CODE
from protokit.recipe.recipe import Recipe

_AT_A_TIME = 4096  # rows
_BETWEEN_SAVES = 1.0  # seconds
_PREDICTED = 4096  # rows in a batch
_ROUNDING = 0.01  # of probabilities in 16 bits


@dataclass(frozen=True)
class Trained:
    """What a training gave: the best weights, in the order of the network's, and how they came to be.

    `progress` holds the history, the engine, and what the engine did in words. Preparing the engine took
    `compile_seconds`.
    """

    weights: tuple[np.ndarray, ...]
    progress: Progress
    plan: Plan
    compile_seconds: float


class Trainer:
    """A network with its compiled training: compiles once, trains as often as asked, each time on other values.

    The rows, the initial weights, seeds, optimizer state, learning rate, weight decay and dropout rates are all
    inputs of what was compiled. After a training the network holds its best weights.
    """

    def __init__(
        self, recipe: Recipe, network: keras.Model, signature: Signature, *, trainings: int = 1, rows: int | None = None
    ) -> None:
        """Take a network that `network_of` built.

        `trainings` is how many are to come: worth compiling more for. `rows` are about as many as each of them will
        have; batches and chunks follow from them, so that all trainings share one program.

        Raises:
            DataError: the loss is not for this task.
        """
        tf.config.experimental.enable_op_determinism()
        self.network, self._recipe, self._signature, self._trainings = network, recipe, signature, trainings
        self._rows, self._structure = rows, structure(network)
        compile_network(network, recipe.learn, signature)
        network.optimizer.build(network.trainable_variables)
        self._inputs = Inputs(network)
        read = tf.function(lambda: [tf.identity(weight.value) for weight in network.weights], autograph=False)
        self._weights = read.get_concrete_function()  # their values on the device, in one call
        self._engine: Engine | None = None
        self._fresh = True
        self._name = ""

    def fits(self, network: keras.Model) -> bool:
        """Whether this trainer can train such a network too: it differs in weights, seeds and dropout rates only."""
        return structure(network) == self._structure

    def choice(self, train: Arrays, validation: Arrays) -> Choice:
        """The engine that such rows are trained with, and why."""
        return self._choice(self._plan(train, validation, self._recipe.seed))

    def _plan(self, train: Arrays, validation: Arrays, seed: int) -> Plan:
        return Plan.of(self._recipe, self._signature, train, validation, seed, self._rows)

    def _choice(self, plan: Plan) -> Choice:
        wanted = self._recipe.learn.engine
        return choose(self.network, plan, plan.typical_rows, wanted=wanted, trainings=self._trainings)

    @property
    def traces(self) -> dict[str, int]:
        """How often each of the engine's functions was compiled so far."""
        return self._engine.traces if self._engine else {}

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        values: Values | None = None,
        *,
        seed: int | None = None,
        snapshot: Path | None = None,
        key: str = "",
        on_epoch: Callable[[Progress, Plan], None] | None = None,
    ) -> Trained:
        """Train on some rows from some values; those of the network as it came when none are given.

        `seed` orders the batches; the recipe's when not given. `snapshot` is the file that the state is kept in;
        where it exists and its key is this one, training goes on from it. `on_epoch` is called after each epoch.

        Raises:
            SpecError: the values are not for this network.
            TrainingError: the loss was not finite; the last good state stays in the snapshot.
        """
        network, started = self.network, time.monotonic()
        seed = self._recipe.seed if seed is None else seed
        base_rate = self._inputs.set(values or Values())
        plan = self._plan(train, validation, seed)
        progress: Progress = Progress()
        best: Sequence[Any] = self._weights()
        found = Snapshot.load(snapshot, key) if snapshot else None
        if found:
            progress, best = found.restore(network), found.best
        last_good = found or Snapshot.take(network, best, progress)
        saved = time.monotonic()
        compiled = 0.0

        def after_epoch(scores: dict[str, float]) -> bool:
            nonlocal best, last_good, saved
            check()
            progress.engine, progress.how = self._name, engine.how
            scores["learning_rate"] = progress.learning_rate(base_rate, plan)
            if progress.finish_epoch(scores, plan):
                best = self._weights()
            if on_epoch:
                on_epoch(progress, plan)
            if progress.done or time.monotonic() - saved > _BETWEEN_SAVES:
                last_good = Snapshot.take(network, best, progress)
                if snapshot:
                    last_good.save(snapshot, key)
                saved = time.monotonic()
            return not progress.done

        engine = self._engine_for(plan)
        engine.recall(progress)
        while not progress.done:
            with seeded(derive(seed, "training"), tensorflow=self._fresh), interruptible() as check:
                self._fresh = False
                try:
                    engine = self._prepared(engine, train, validation, plan)
                    compiled = compiled or time.monotonic() - started
                    engine.train(train, validation, plan, progress, base_rate, after_epoch)
                except NotFinite:
                    last_good = nonfinite.replay(network, engine, train, plan, last_good, progress)
                    if engine.retreat(progress):
                        continue
                    error = nonfinite.diagnose(network, engine, train, plan, last_good, base_rate)
                    if snapshot:
                        last_good.save(snapshot, key)
                    assign(network.weights, last_good.best)
                    raise error from None
                except tf.errors.ResourceExhaustedError:
                    raise TrainingError("no memory for a batch", cure="lower learn.batch_size") from None
                except (tf.errors.InvalidArgumentError, ValueError, TypeError) as error:
                    rule = f"Keras cannot train this network: {first_line(error)}"
                    raise TrainingError(rule, cure="hold learn.loss against what the last layer gives") from error
        kept = tuple(values_of(weight) for weight in best)
        assign(network.weights, kept)
        return Trained(kept, progress, plan, compiled)

    def _engine_for(self, plan: Plan) -> Engine:
        if self._engine is None:
            choice = self._choice(plan)
            self._name, self._engine = choice.engine, ENGINES[choice.engine](self.network, choice)
        return self._engine

    def _prepared(self, engine: Engine, train: Arrays, validation: Arrays, plan: Plan) -> Engine:
        """The engine, compiled; where it cannot be, Keras's fit instead, unless the recipe forces it."""
        try:
            engine.prepare(train, validation, plan)
        except CannotCompile as error:
            if self._recipe.learn.engine != "auto":
                raise TrainingError(
                    f"the fused engine cannot compile this network: {error}", cure="write engine: auto, or keras"
                ) from None
            choice = Choice("keras", None, False, f"the fused engine cannot compile this network: {error}")
            self._name, self._engine = choice.engine, ENGINES[choice.engine](self.network, choice)
            return self._engine
        return engine


def network_of(recipe: Recipe, signature: Signature, seed: int | None = None) -> keras.Model:
    """The untrained network of a recipe. `seed` is the recipe's when not given.

    Raises:
        SpecError: the menu does not fit the data, at its line.
    """
    seed = derive(recipe.seed if seed is None else seed, "weights")
    try:
        return build(recipe.network, signature, seed=seed, precision=recipe.learn.precision)
    except SpecError as error:
        raise recipe.in_menu(error) from None


def codes(network: keras.Model, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """The embedding of rows: what the layer named `code` gives.

    Shapes: (rows, width).
    """
    inner = keras.Model(network.input, network.get_layer(CODE).output)
    rows = len(next(iter(inputs.values())))
    found = []
    with seeded(0, tensorflow=False):
        for start in range(0, rows, _AT_A_TIME):
            some = {name: values[start : start + _AT_A_TIME] for name, values in inputs.items()}
            found.append(np.asarray(inner(some, training=False), np.float64))
    return np.concatenate(found).reshape(rows, -1) if found else np.zeros((0, int(np.prod(inner.output_shape[1:]))))


def predict(network: keras.Model, inputs: dict[str, np.ndarray], signature: Signature) -> dict[str, np.ndarray]:
    """What the network gives for each target.

    Shapes: (rows, units) by the target's name.

    Raises:
        TrainingError: what it gives for classes are no probabilities.
    """
    rows, size = len(feed.first(inputs)), max(1, feed.bytes_of(inputs))
    at_a_time = _PREDICTED * max(
        1, feed.CHUNK_BYTES * rows // (size * _PREDICTED)
    )  # what is cut when read is kept small
    found: dict[str, list[np.ndarray]] = {}
    with seeded(0, tensorflow=False):
        for start in range(0, max(1, rows), at_a_time):
            some = {name: values[start : start + at_a_time] for name, values in inputs.items()}
            output = network.predict(some, batch_size=_PREDICTED, verbose=0)
            by_key = output if isinstance(output, dict) else {signature.targets[0].key: output}
            for target in signature.targets:
                found.setdefault(target.name, []).append(np.asarray(by_key[target.key]))
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    for target in signature.targets:
        if target.has_classes or target.task == "multilabel":
            _are_probabilities(target.name, whole[target.name])
    return whole


def _are_probabilities(name: str, outputs: np.ndarray) -> None:
    """Stop where a menu's own last layer gives something else for classes."""
    low, high = float(outputs.min(initial=0)), float(outputs.max(initial=1))
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        rule = f"the last layer gives {low:.3g} to {high:.3g} for {name!r}, and its loss and scores take probabilities"
        raise TrainingError(rule, cure="give it a sigmoid (two classes) or a softmax, or remove its name: one is made")
