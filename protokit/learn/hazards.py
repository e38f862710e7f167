"""Losses of times until an event, from logarithms of how many times the common hazard is a row's own.

Shapes of each: target (rows, 2 * intervals), the events and then the exposures of each interval (see
protokit.represent.targets.codings.times); output (rows, intervals) -> (rows,).

Source: Cox, Regression Models and Life-Tables, 1972; Holford, The Analysis of Rates and of Survivorship Using
Log-Linear Models, 1980.
"""

from __future__ import annotations

from protokit.core.libraries.backend import keras

_FARTHEST = 30.0  # the logarithm of a hazard; beyond it exponentials overflow
_NONE = -1e9  # the logarithm of no hazard at all


class Likelihood(keras.losses.Loss):  # type: ignore[misc]
    """Minus the logarithm of the likelihood of a Poisson process whose hazard is the same within an interval."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        events, exposures, logs = _parts(y_true, y_pred)
        return keras.ops.sum(exposures * keras.ops.exp(logs) - events * logs, axis=-1)


class PartialLikelihood(Likelihood):
    """The same, and beside it the partial likelihood: which of the rows of a batch in sight has the event.

    Events of one interval are taken for simultaneous (Breslow). The sum over the rows in sight is made a mean, so that
    the loss does not grow with the batch.
    """

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        events, exposures, logs = _parts(y_true, y_pred)
        there = keras.ops.cast(exposures > 0, logs.dtype)
        rivals = keras.ops.logsumexp(logs + (1.0 - there) * _NONE, axis=0, keepdims=True)
        rivals = rivals - keras.ops.log(keras.ops.maximum(keras.ops.sum(there, axis=0, keepdims=True), 1.0))
        return keras.ops.sum(events * (rivals - logs), axis=-1) + super().call(y_true, y_pred)


def _parts(
    y_true: keras.KerasTensor, y_pred: keras.KerasTensor
) -> tuple[keras.KerasTensor, keras.KerasTensor, keras.KerasTensor]:
    """Events, exposures and the logarithms of hazards."""
    events, exposures = keras.ops.split(keras.ops.cast(y_true, y_pred.dtype), 2, axis=-1)
    return events, exposures, keras.ops.clip(y_pred, -_FARTHEST, _FARTHEST)
