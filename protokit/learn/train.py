"""Trains a network: from the start or from where a killed run stopped, once or many times."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.errors import ProtokitError, TrainingError
from protokit.core.libraries.backend import BACKEND, keras, tf
from protokit.core.libraries.keras_state import deterministic, seeded
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.core.values.prediction_batch import predicted_at_once
from protokit.core.values.signature import Signature
from protokit.learn.compiling import compile_network
from protokit.learn.engine import ENGINES, CannotCompile, Engine, NotFinite, Training, automatic
from protokit.learn.hooks.work.hooks import Hooks, Trainee, Watching
from protokit.learn.inspection import nonfinite
from protokit.learn.inspection.as_it_is import judged
from protokit.learn.linear_start import loss_now, start_linear
from protokit.learn.parts.average import judged_weights, reader
from protokit.learn.plan import Plan, Progress
from protokit.learn.planning import plan_of
from protokit.learn.snapshot import Snapshot, assign
from protokit.learn.snapshot import values as values_of
from protokit.learn.steps.made import begin, examine, stepping
from protokit.learn.targets.decoding import decoded
from protokit.learn.training import data_feed
from protokit.learn.training.devices import mirrored, scope
from protokit.learn.training.failures import are_probabilities, first_line, no_memory
from protokit.learn.training.interrupt import interruptible
from protokit.learn.training.randomness import needs_tensorflow_seed
from protokit.learn.training.runtime import Inputs, Values, structure
from protokit.learn.words import Learn
from protokit.menu.items import Outline
from protokit.menu.network.build import build

_BETWEEN_SAVES = 1.0  # seconds
# of a network that cannot be trained
_REFUSALS = (tf.errors.InvalidArgumentError, ValueError, TypeError, *[RuntimeError] * (BACKEND != "tensorflow"))


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
        self,
        learn: Learn,
        network: keras.Model,
        signature: Signature,
        *,
        seed: int,
        trainings: int = 1,
        rows: int | None = None,
        timed: bool = True,
    ) -> None:
        """Take a network that `network_of` built. `seed` is that of the trainings that are given none.

        `trainings` is how many are to come: worth compiling more for. `rows`, which may be set anew, are about as many
        as each of them will have; batches and chunks follow from them, so that all share one program. Unless `timed`,
        no way to train is chosen by measuring it, and all that was trained before has no effect on a training's bits.

        Raises:
            DataError: the loss is not for this task, or the training step cannot be made.
        """
        if learn.stages or learn.freeze:
            word = "stages" if learn.stages else "freeze"
            raise TrainingError(f"learn.{word} is for `protokit run`", cure=f"remove learn.{word}")
        if BACKEND == "tensorflow":
            deterministic(derive(seed, "training"))
        self.network, self._learn, self._signature, self._seed = network, learn, signature, seed
        self._step = stepping(network, learn, seed)  # the network itself, or its layers with another step
        self._trainings, self.rows, self._structure, self._timed = trainings, rows, structure(network), timed
        with scope(network):
            compile_network(self._step, learn, signature)
            self._step.optimizer.build(self._step.trainable_variables)
        self._inputs = Inputs(network, self._step)
        self._weights = reader(self._step.weights)
        self._judged = reader(judged_weights(self._step)) if learn.average else self._weights
        self._engine: type[Engine] | None = None
        self._training: Training | None = None
        self._silent: tuple[str, ...] = ()  # scores that a training step gives no value
        self.alone = False  # see Plan
        self._fresh = timed and needs_tensorflow_seed(network, learn)  # it costs the kernels of all that is compiled

    def fits(self, network: keras.Model) -> bool:
        """Whether this trainer can train such a network too: it differs in weights, seeds and dropout rates only."""
        return structure(network) == self._structure

    def plan(self, train: Arrays, validation: Arrays, seed: int | None = None, learn: Learn | None = None) -> Plan:
        """How such rows are trained on."""
        own = self._seed if seed is None else seed
        plan = plan_of(learn or self._learn, self._signature, train, validation, own, self.rows)
        return replace(plan, timed=self._timed, alone=self.alone)

    @property
    def monitor(self) -> str:
        """The value that is to get better."""
        return self._learn.stop.monitor if self._learn.stop else "validation_loss"

    @property
    def traces(self) -> dict[str, int]:
        """How often each of the engine's functions was compiled so far."""
        return self._training.traces if self._training else {}

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
        best: float | None = None,
        learn: Learn | None = None,
        hooks: Hooks | None = None,
    ) -> Trained:
        """Train on some rows from some values; those of the network as it came when none are given.

        `seed` orders the batches; the trainer's when not given. `snapshot` is the file that the state is kept in;
        where it exists and its key is this one, training goes on from it. `on_epoch` and `hooks` come after each epoch.
        `best` is what the weights are worth that it starts from: they are kept where none are better.
        `learn` stands for the trainer's own in all that is not compiled in: epochs, batches, schedule, stopping.

        Raises:
            SpecError: the values are not for this network.
            DataError: the training step does not do what one has to.
            TrainingError: the loss was not finite, or a hook failed; the last good state stays in the snapshot.
        """
        network, started = self._step, time.monotonic()
        seed, learn = self._seed if seed is None else seed, learn or self._learn
        plan = self.plan(train, validation, seed, learn)
        if network is not self.network:
            begin(network, self.network, learn, seed)
            if self._training is None:
                self._silent = tuple(f"validation_{name}" for name in examine(network, train, plan))
                self._inputs.refresh()
        base_rate = self._inputs.set(values or Values())
        self._inputs.of_plan(plan, train.rows)
        progress: Progress = Progress(best=best)
        found = Snapshot.load(snapshot, key) if snapshot else None
        if found is None and learn.start == "linear":
            start_linear(network, self._signature, train, plan)
            # that of training has dropout in it, and a step may judge by another loss
            if plan.monitor == "validation_loss" and type(network).test_step is keras.Model.test_step:
                progress.best = loss_now(network, validation, plan)
        kept_best: Sequence[tf.Tensor | np.ndarray] = self._weights()
        if found:
            progress, kept_best = found.restore(network), found.best
        last_good = found or Snapshot.take(network, kept_best, progress)
        saved, compiled = time.monotonic(), 0.0
        if not plan.epochs:
            own = tuple(map(values_of, self.network.weights))
            return Trained(own, judged(network, train, validation, plan), plan, 0.0)

        def after_epoch(scores: dict[str, float]) -> bool:
            nonlocal kept_best, last_good, saved
            check()
            for name in self._silent:
                scores.pop(name, None)
            progress.engine, progress.how = self._engine.name if self._engine else "", training.how
            rate = progress.learning_rate(base_rate, plan)
            scores["learning_rate"] = float(values_of(network.optimizer.learning_rate)) if plan.by_step else rate
            if progress.finish_epoch(scores, plan):
                kept_best = training.weights or self._judged()
            if on_epoch:
                on_epoch(progress, plan)
            if watching:
                watching.after(progress)
            due = progress.done or time.monotonic() - saved > _BETWEEN_SAVES
            if due or watching:  # what hooks change in weights cannot be repeated
                last_good = Snapshot.take(network, kept_best, progress)
            if due and snapshot:
                last_good.save(snapshot, key)
            saved = time.monotonic() if due else saved
            return not progress.done

        training = self._training or self._begun(plan)
        training.replan(plan)
        training.recall(progress)
        trainee = Trainee(network, plan, train.rows, validation, self._signature, lambda: training.judging(), predict)
        watching = Watching(hooks, trainee, progress) if hooks and not progress.done else None
        while not progress.done:
            with seeded(derive(seed, "training"), tensorflow=self._fresh), interruptible() as check:
                self._fresh = False
                try:
                    training = self._prepared(training, train, validation, plan)
                    compiled = compiled or time.monotonic() - started
                    training.callbacks = watching.of_batches if watching else ()
                    training.train(train, validation, plan, progress, base_rate, after_epoch)
                except NotFinite:
                    last_good = nonfinite.replay(network, training, train, plan, last_good, progress, base_rate)
                    if training.retreat(progress):
                        continue
                    error = nonfinite.diagnose(network, training, train, plan, last_good, base_rate)
                    if snapshot:
                        last_good.save(snapshot, key)
                    assign(network.weights, last_good.best)
                    raise error from None
                except ProtokitError:  # of a hook
                    if snapshot:
                        last_good.save(snapshot, key)
                    raise
                except (tf.errors.ResourceExhaustedError, *_REFUSALS) as error:
                    if no_memory(error):
                        raise TrainingError("no memory for a batch", cure="lower learn.batch_size") from None
                    rule = f"Keras cannot train this network: {first_line(error)}"
                    raise TrainingError(rule, cure="hold learn.loss against what the last layer gives") from error
        if watching:
            watching.end(progress)
        kept = tuple(values_of(weight) for weight in kept_best)
        assign(network.weights, kept)
        places = {id(weight): i for i, weight in enumerate(network.weights)}
        own = tuple(kept[places[id(weight)]] for weight in self.network.weights)
        return Trained(own, progress, plan, compiled)

    def _begun(self, plan: Plan, reason: str = "") -> Training:
        """The training by the engine that the recipe names, or by the next one that `auto` tries."""
        wanted = self._learn.engine
        if wanted != "auto":
            self._engine, reason = ENGINES[wanted], "as the recipe says"
        else:
            own = automatic(BACKEND)
            self._engine = own[own.index(self._engine) + 1] if self._engine else own[0]
        if BACKEND != "tensorflow":
            reason = f"on {BACKEND}"
        self._training = self._engine.begin(self._step, plan, trainings=self._trainings, reason=reason)
        return self._training

    def _prepared(self, training: Training, train: Arrays, validation: Arrays, plan: Plan) -> Training:
        """The training, compiled; where that cannot be, by the next engine instead, unless the recipe names one."""
        try:
            training.prepare(train, validation, plan)
        except CannotCompile as error:
            assert self._engine is not None, "a training has begun"
            rule = f"the {self._engine.name} engine cannot compile this network: {error}"
            if self._learn.engine != "auto" or self._engine is automatic(BACKEND)[-1]:
                raise TrainingError(rule, cure="write engine: auto, or keras") from None
            if mirrored(self.network) > 1:
                raise TrainingError(rule, cure="remove devices: one trains what cannot be compiled") from None
            return self._prepared(self._begun(plan, rule), train, validation, plan)
        return training


def network_of(
    menu: Outline, signature: Signature, *, seed: int, precision: str = "float32", folder: Path = Path(),
    seed_tensorflow: bool = True, layers: dict[str, Any] | None = None,
) -> keras.Model:  # fmt: skip
    """The untrained network of a menu. Its weights follow from the seed of the recipe or of one network of several.

    Those of a backbone are read; paths start at the `folder`. Keras's layers and those of the house draw without
    TensorFlow's own seed, which costs compiled functions dear. `layers` are shared with other networks: see `build`.

    Raises:
        SpecError: the menu does not fit the data, with paths in the menu.
    """
    how: dict[str, Any] = {"precision": precision, "folder": folder, "layers": layers}
    return build(menu, signature, seed=derive(seed, "weights"), seed_tensorflow=seed_tensorflow, **how)


def predict(network: keras.Model, inputs: dict[str, np.ndarray], signature: Signature) -> dict[str, np.ndarray]:
    """What the network gives for each target.

    Shapes: (rows, units) by the target's name; of texts (rows, tokens), the places of tokens.

    Raises:
        TrainingError: what it gives for classes are no probabilities.
    """
    rows, size = len(data_feed.first(inputs)), max(1, data_feed.bytes_of(inputs))
    batch = predicted_at_once(signature)
    by_token = signature.targets[0].form == "tokens"
    at_a_time = batch if by_token else batch * max(1, data_feed.CHUNK_BYTES * rows // (size * batch))  # cut when read
    found: dict[str, list[np.ndarray]] = {}
    with seeded(0, tensorflow=False):
        for start in range(0, max(1, rows), at_a_time):
            some = {name: values[start : start + at_a_time] for name, values in inputs.items()}
            if by_token:
                found.setdefault(signature.targets[0].name, []).append(decoded(network, some, signature.targets[0]))
                continue
            if 0 < rows <= batch:  # one batch: the same bits without a pipeline, which takes ten times as long
                output = network.predict_on_batch({name: np.asarray(values) for name, values in some.items()})
            else:
                output = network.predict(some, batch_size=batch, verbose=0)
            by_key = output if isinstance(output, dict) else {signature.targets[0].key: output}
            for target in signature.targets:
                found.setdefault(target.name, []).append(np.asarray(by_key[target.key]))
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    for target in signature.targets:
        if target.of_task.probabilities:
            are_probabilities(target.name, whole[target.name])
    return whole
