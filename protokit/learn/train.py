"""Trains the network of a recipe, from the start or from where a killed run stopped."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.errors import SpecError, TrainingError
from protokit.core.lazy import prepare_keras
from protokit.core.seeds import derive
from protokit.core.values import Arrays, Signature
from protokit.learn.compiling import compile_network
from protokit.learn.interrupt import interruptible
from protokit.learn.plan import Plan, Progress
from protokit.menu.build import build, seeded
from protokit.recipe.recipe import Recipe

if TYPE_CHECKING:
    import keras
    import numpy as np

_BETWEEN_SAVES = 1.0  # seconds


@dataclass(frozen=True)
class Trained:
    """A trained network with its best weights, and how it came to be."""

    network: keras.Model
    progress: Progress
    plan: Plan
    engine: str
    seconds: float


class _NotFinite(Exception):
    pass


def train(
    recipe: Recipe,
    network: keras.Model,
    signature: Signature,
    train: Arrays,
    validation: Arrays,
    *,
    snapshot: Path | None = None,
    key: str = "",
    on_epoch: Callable[[Progress, Plan], None] | None = None,
) -> Trained:
    """Train the network that `network_of` built for the recipe.

    `snapshot` is the file that the state is kept in; where it exists and its key is this one, training goes on
    from it. `on_epoch` is called after each epoch.

    Raises:
        TrainingError: the loss was not finite; the last good state stays in the snapshot.
    """
    prepare_keras()
    import tensorflow as tf

    from protokit.learn import nonfinite
    from protokit.learn.engine import ENGINES
    from protokit.learn.snapshot import Snapshot, assign, values

    tf.config.experimental.enable_op_determinism()
    started = time.monotonic()
    base_rate = compile_network(network, recipe.learn, signature)
    network.optimizer.build(network.trainable_variables)
    plan = Plan.of(recipe, signature, train)
    progress, best = Progress(), tuple(values(w) for w in network.weights)
    found = Snapshot.load(snapshot, key) if snapshot else None
    if found:
        progress, best = found.restore(network), found.best
    last_good = found or Snapshot.take(network, best, progress)
    saved = time.monotonic()

    def after_epoch(scores: dict[str, float]) -> bool:
        nonlocal best, last_good, saved
        check()
        if not math.isfinite(scores["loss"]):
            raise _NotFinite
        scores["learning_rate"] = float(network.optimizer.learning_rate)
        if progress.finish_epoch(scores, plan):
            best = tuple(values(w) for w in network.weights)
        if on_epoch:
            on_epoch(progress, plan)
        if progress.done or time.monotonic() - saved > _BETWEEN_SAVES:
            last_good = Snapshot.take(network, best, progress)
            if snapshot:
                last_good.save(snapshot, key)
            saved = time.monotonic()
        return not progress.done

    name = "keras" if recipe.learn.engine == "auto" else recipe.learn.engine
    if not progress.done:
        with seeded(derive(recipe.seed, "training")), interruptible() as check:
            try:
                ENGINES[name].train(network, train, validation, plan, progress, base_rate, after_epoch)
            except _NotFinite:
                raise nonfinite.diagnose(network, train, plan, last_good, base_rate) from None
            except tf.errors.ResourceExhaustedError:
                raise TrainingError("no memory for a batch", cure="lower learn.batch_size") from None
    assign(network.weights, best)
    return Trained(network, progress, plan, name, time.monotonic() - started)


def network_of(recipe: Recipe, signature: Signature) -> keras.Model:
    """The untrained network of a recipe.

    Raises:
        SpecError: the menu does not fit the data, at its line.
    """
    try:
        return build(recipe.network, signature, seed=derive(recipe.seed, "weights"))
    except SpecError as error:
        raise recipe.in_menu(error) from None


def predict(network: keras.Model, inputs: dict[str, np.ndarray], signature: Signature) -> dict[str, np.ndarray]:
    """What the network gives for each target.

    Shapes: (rows, units) by the target's name.
    """
    import numpy as np

    with seeded(0):
        output = network.predict(inputs, batch_size=4096, verbose=0)
    by_name = output if isinstance(output, dict) else {signature.targets[0].name: output}
    return {name: np.asarray(values) for name, values in by_name.items()}
