"""The engine that is Keras's own `fit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.learn.engine import ENGINES, Training

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras
    from protokit.learn.plan import Plan


@ENGINES.add
class KerasFit:
    """`keras.Model.fit` on the batches of the plan."""

    name = "keras"
    about = "keras.Model.fit, fed in an order that a resumed run can repeat"
    auto = "where the fused engine cannot compile the network"
    example = "engine: keras"
    backends = ("tensorflow", "torch", "jax")
    rank = 1

    @classmethod
    def begin(cls, network: keras.Model, plan: Plan, *, trainings: int, reason: str) -> Training:
        """See Engine."""
        from protokit.core.libraries.backend import BACKEND

        if BACKEND != "tensorflow":
            from protokit.learn.backends.fit import FitByEpoch

            return FitByEpoch(network, reason)
        from protokit.learn.training.keras_fit import FitTraining

        return FitTraining(network, reason)
