"""A learning-rate range test: the loss while the rate rises, step by step, over many orders of size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_state import seeded
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.core.values.signature import Signature
from protokit.learn.compiling import compile_network
from protokit.learn.planning import plan_of
from protokit.learn.steps.made import examine, stepping
from protokit.learn.training.data_feed import batch_of
from protokit.learn.words import Learn

LOWEST, HIGHEST = 1e-6, 10.0
_SMOOTH = 0.9  # of the running mean is kept in each step
_DIVERGED = 2.0  # times the loss of the first step, above which the test stops
_ROSE = 0.1  # of what the loss fell, by which it rises above its lowest where it diverges
_SAFE = 10.0  # times lower than where the loss diverges


@dataclass(frozen=True)
class RateRange:
    """Rates, and the smoothed loss at each of them.

    The loss falls fastest at `steepest`, is lowest at `lowest`, and grows from `diverges` on (None: it never does).
    `suggested` is the lower of `steepest` and a tenth of `diverges`; None where the loss never falls.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    steepest: float | None
    lowest: float | None
    diverges: float | None
    suggested: float | None


def rate_range(
    learn: Learn,
    network: keras.Model,
    signature: Signature,
    train: Arrays,
    validation: Arrays,
    *,
    seed: int,
    steps: int,
) -> RateRange:
    """Train a fresh network on batches of training rows while the rate rises from 1e-6 to 10, the same factor a step.

    The network is of no use afterwards.

    Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2017.
    """
    learn = learn.model_copy(update={"schedule": "constant", "average": None})  # the rate is that of the test
    plan = plan_of(learn, signature, train, validation, seed)
    plain, network = network, stepping(network, learn, seed)
    compile_network(network, learn, signature)
    if network is not plain:
        network.optimizer.build(network.trainable_variables)
        examine(network, train, plan)
    factor = (HIGHEST / LOWEST) ** (1 / max(1, steps - 1))
    rates, losses, mean = [], [], 0.0
    with seeded(derive(seed, "rate range")), np.errstate(all="ignore"):
        epoch, queue = 0, np.zeros(0, np.int64)
        for step in range(steps):
            if len(queue) < plan.batch_size:
                queue, epoch = np.concatenate([queue, plan.order(epoch, train.rows)[:]]), epoch + 1
            rows, queue = queue[: plan.batch_size], queue[plan.batch_size :]
            rate = LOWEST * factor**step
            network.optimizer.learning_rate = rate
            network.reset_metrics()
            loss = float(network.train_on_batch(*batch_of(train, plan.weights, rows), return_dict=True)["loss"])
            if not np.isfinite(loss):
                break
            mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
            rates.append(rate)
            losses.append(mean / (1 - _SMOOTH ** (step + 1)))
            if losses[-1] > _DIVERGED * losses[0]:
                break
    return read(rates, losses, ended=len(rates) < steps)


def read(rates: list[float], losses: list[float], *, ended: bool) -> RateRange:
    """What a course of losses says of the rates. `ended`: it broke off because the loss had grown.

    >>> found = read([1e-3, 1e-2, 1e-1, 1e0, 1e1], [1.0, 0.9, 0.5, 0.4, 2.0], ended=True)
    >>> found.steepest, found.lowest, found.diverges, found.suggested
    (0.1, 1.0, 10.0, 0.1)
    """
    y = np.array(losses)
    if len(y) < 3:
        return RateRange(tuple(rates), tuple(losses), None, None, rates[-1] if ended and rates else None, None)
    at = int(y.argmin())
    start = float(y[: max(1, len(y) // 5)].mean())  # where the rate is too low to do anything
    fell = start - float(y[at])
    after = np.flatnonzero(y[at:] > y[at] + _ROSE * fell)
    diverges = rates[at + int(after[0])] if len(after) else (rates[-1] if ended else None)
    if at == 0 or fell <= 2 * float(y[: max(3, len(y) // 5)].std()):
        return RateRange(tuple(rates), tuple(losses), None, None, diverges, None)
    width = max(1, len(y) // 20)
    slopes = y[width : at + 1] - y[: at + 1 - width] if at > width else np.diff(y[: at + 1])
    steepest = rates[int(slopes.argmin()) + (width if at > width else 1)]
    suggested = min(steepest, diverges / _SAFE) if diverges else steepest
    return RateRange(tuple(rates), tuple(losses), steepest, rates[at], diverges, float(f"{suggested:.1g}"))
