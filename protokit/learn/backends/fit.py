"""Training by Keras's own `fit` on backends other than TensorFlow: a call for each epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from protokit.core.libraries.backend import keras
from protokit.core.seeds import derive
from protokit.core.values.arrays import Arrays
from protokit.learn.engine import AfterEpoch, NotFinite, Training
from protokit.learn.plan import Plan, Progress
from protokit.learn.snapshot import assign, values, variables
from protokit.learn.training import data_feed
from protokit.learn.training.failures import not_finite_at, spoilt_layer


class FitByEpoch(Training):
    """`keras.Model.fit` for one epoch after the other, then `evaluate` on the validation rows.

    Between two calls all state is in the variables, where a snapshot finds it. What draws without a seed generator of
    its own, as some of Keras on torch does, draws from a seed of the epoch: so a training that goes on has the same
    bits.
    """

    def __init__(self, network: keras.Model, reason: str) -> None:
        """See Training."""
        super().__init__(network, reason)
        # at the end of each `fit`, so after each epoch here, averages would take the place of the weights
        network.optimizer.finalize_variable_values = lambda _: None
        self._built = False

    def prepare(self, train: Arrays, validation: Arrays, plan: Plan) -> None:
        """See Training. The first `fit` would build metrics, and draw in it, after the epoch has its seed."""
        if not self._built:
            before = tuple(map(values, variables(self._network)))
            self._network._symbolic_build(data_batch=data_feed.batch_of(train, plan.weights, np.arange(2)))
            assign(variables(self._network), before)
            self._built = True

    def train(
        self,
        train: Arrays,
        validation: Arrays,
        plan: Plan,
        progress: Progress,
        base_rate: float,
        after_epoch: AfterEpoch,
    ) -> None:
        """See Training."""
        network, going = self._network, not progress.done
        in_order = np.arange(validation.rows)
        while going:
            network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)
            _seed(plan, progress.epoch)
            order = plan.order(progress.epoch, train.rows)
            rows = data_feed.batches(train, plan.weights, order, plan.batch_size)
            history = network.fit(rows, steps_per_epoch=plan.steps(train.rows), shuffle=False, verbose=0).history
            scores = {name: float(values[-1]) for name, values in history.items()}
            if not math.isfinite(scores["loss"]) or spoilt_layer(network):
                raise NotFinite
            size = data_feed.VALIDATION_BATCH
            with self.judging():
                found: Mapping[str, float] = network.evaluate(
                    data_feed.batches(validation, plan.validation_weights, in_order, size),
                    steps=-(-validation.rows // size),
                    verbose=0,
                    return_dict=True,
                )
            going = after_epoch(scores | {f"validation_{name}": float(value) for name, value in found.items()})

    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """See Training."""
        _seed(plan, epoch)
        rows = data_feed.batches(train, plan.weights, plan.order(epoch, train.rows), plan.batch_size)
        return not_finite_at(self._network, rows, plan.steps(train.rows) if count is None else count)


def _seed(plan: Plan, epoch: int) -> None:
    keras.utils.set_random_seed(derive(plan.seed, "epoch", epoch) % 2**32)
