"""The engine that `auto` takes wherever it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.learn.engine import ENGINES, Training

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras
    from protokit.learn.plan import Plan


@ENGINES.add
class Fused:
    """Keras's own train step, looped over in compiled functions; with XLA where that gains."""

    name = "fused"
    about = "Keras's train step looped over in compiled code without Python between the batches, with XLA if it gains"
    auto = "wherever TensorFlow can compile the network's training"
    example = "engine: fused"

    @classmethod
    def begin(cls, network: keras.Model, plan: Plan, *, trainings: int, reason: str) -> Training:
        """See Engine."""
        from protokit.learn.training.choice import choose
        from protokit.learn.training.fused_loop import FusedLoop

        return FusedLoop(network, plan, lambda own: choose(network, own, own.typical_rows, trainings=trainings))
