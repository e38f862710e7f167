"""What trains a network: one protocol, one registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from protokit.core.registry import Registry
from protokit.core.values import Arrays
from protokit.learn.keras_fit import KerasFit
from protokit.learn.plan import Plan, Progress

if TYPE_CHECKING:
    import keras


class Engine(Protocol):
    """Trains a compiled network from `progress` on, epoch by epoch."""

    def train(
        self,
        network: keras.Model,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: Callable[[dict[str, float]], bool],
    ) -> None:
        """Run epochs until `after_epoch`, called with the epoch's scores, returns False.

        In each epoch the rows come in `plan.order(epoch, rows)`, the last batch being what is left, at
        `progress.learning_rate(base_rate, plan)`.
        """


ENGINES: Registry[Engine] = Registry("engine")
ENGINES.add("keras", KerasFit())
