"""An engine: a plain Python loop over the batches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from protokit.learn.engine import ENGINES, AfterEpoch, NotFinite, Training

if TYPE_CHECKING:
    from protokit.core.values.arrays import Arrays
    from protokit.learn.plan import Plan, Progress


@ENGINES.add
class Slow(Training):
    """One call of `keras.Model.train_on_batch` for each batch: slow, and easy to step through in a debugger."""

    name = "slow"
    about = "a Python loop over keras.Model.train_on_batch, to step through in a debugger"
    example = "engine: slow"

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
        from protokit.learn.training.data_feed import batch_of

        inputs, *held = batch_of(validation, plan.validation_weights)
        going = not progress.done
        while going:
            self._network.optimizer.learning_rate = progress.learning_rate(base_rate, plan)
            bad, scores = self._epoch(train, plan, progress.epoch, plan.steps(train.rows))
            if bad is not None:
                raise NotFinite
            with self.judging():
                judged = self._network.evaluate(inputs, *held[:1], 4096, 0, *held[1:], return_dict=True)
            scores |= {f"validation_{name}": value for name, value in judged.items()}
            going = after_epoch(scores)

    def steps(self, train: Arrays, plan: Plan, epoch: int, count: int | None = None) -> int | None:
        """See Training."""
        return self._epoch(train, plan, epoch, plan.steps(train.rows) if count is None else count)[0]

    def _epoch(self, train: Arrays, plan: Plan, epoch: int, count: int) -> tuple[int | None, dict[str, float]]:
        """What `steps` returns, and the mean over rows of each batch's loss and metrics."""
        from protokit.learn.training.data_feed import batch_of

        order, means = plan.order(epoch, train.rows), dict[str, float]()
        seen = 0
        for step in range(count):
            rows = order[step * plan.batch_size : (step + 1) * plan.batch_size]
            scores = self._network.train_on_batch(*batch_of(train, plan.weights, rows), return_dict=True)
            if not math.isfinite(scores["loss"]):
                return step, means
            seen += len(rows)
            for name, value in scores.items():
                means[name] = means.get(name, 0.0) + (float(value) - means.get(name, 0.0)) * len(rows) / seen
        lost = any(not math.isfinite(abs(weight.numpy()).sum()) for weight in self._network.weights)
        return count if lost else None, means
