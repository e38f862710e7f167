"""What trains a network: one protocol, one registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from protokit.core.libraries.backend import keras
from protokit.core.registry import Registry
from protokit.core.values import Arrays
from protokit.learn.engines.choice import Choice
from protokit.learn.engines.fused import Fused
from protokit.learn.engines.keras_fit import KerasFit
from protokit.learn.plan import Plan, Progress


class Engine(Protocol):
    """Trains one compiled network, as often as it is asked to: what it compiled it keeps."""

    def __init__(self, network: keras.Model, choice: Choice) -> None:
        """An engine for a network that has its loss, optimizer and metrics."""

    @property
    def how(self) -> str:
        """In words, how it trains this network."""

    @property
    def traces(self) -> dict[str, int]:
        """How often each of its functions was compiled; empty where that is not its own doing."""

    def recall(self, progress: Progress) -> None:
        """Take over what an earlier training showed of this network."""

    def retreat(self, progress: Progress) -> bool:
        """Choose a more careful way from now on, after values that were not finite; False where there is none."""

    def prepare(self, train: Arrays, validation: Arrays, plan: Plan) -> None:
        """Compile what training on such rows takes; the network stays as it is.

        Raises:
            CannotCompile: it cannot train this network.
        """

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: Callable[[dict[str, float]], bool],
    ) -> None:
        """Run epochs from `progress` on until `after_epoch`, called with the epoch's scores, returns False.

        In each epoch the rows come in `plan.order(epoch, rows)`, the last batch being what is left, at
        `progress.learning_rate(base_rate, plan)`.

        Raises:
            NotFinite: the loss of a batch was not finite.
        """

    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """Train on the first `count` batches of an epoch, or on all.

        Returns:
            How many had a finite loss before the first that had not; all, where a weight is not finite at the end;
            None where all is finite.
        """


ENGINES: Registry[type[Engine]] = Registry("engine")
ENGINES.add(Fused, name="fused")
ENGINES.add(KerasFit, name="keras")
