"""Losses of counts and of numbers above 0: unit deviances, which are 0 at the truth and above it elsewhere.

Shapes of each: target (rows, 1), output (rows, 1), the mean -> (rows,). Numbers are in units of the training rows'
mean, and so are losses of counts: the deviance by that mean. The gamma distribution's has no unit.

Source: McCullagh and Nelder, Generalized Linear Models, 1989; Hilbe, Negative Binomial Regression, 2011.
"""

from __future__ import annotations

from protokit.core.libraries.backend import keras

_TINY = 1e-7  # added to means and truths, whose logarithms are taken
LEAST = 1e-3  # dispersion: below it a negative binomial distribution is a Poisson's


class _Deviance(keras.losses.Loss):  # type: ignore[misc]
    """The mean over the outputs of a row, of which there is one."""

    def call(self, y_true: keras.KerasTensor, y_pred: keras.KerasTensor) -> keras.KerasTensor:
        """See the module."""
        truth = keras.ops.cast(y_true, y_pred.dtype)
        return keras.ops.mean(2.0 * self.half(truth, y_pred + _TINY), axis=-1)

    def half(self, truth: keras.KerasTensor, mean: keras.KerasTensor) -> keras.KerasTensor:
        """Half of the deviance of each number."""
        raise NotImplementedError


class Poisson(_Deviance):
    """Counts."""

    def half(self, truth: keras.KerasTensor, mean: keras.KerasTensor) -> keras.KerasTensor:
        """See _Deviance."""
        return truth * keras.ops.log((truth + _TINY) / mean) - truth + mean


class NegativeBinomial(_Deviance):
    """Counts that vary more. `dispersion` is that of counts in units of their mean."""

    def __init__(self, dispersion: float, **more: object) -> None:
        super().__init__(**more)
        self._dispersion = max(dispersion, LEAST)

    def half(self, truth: keras.KerasTensor, mean: keras.KerasTensor) -> keras.KerasTensor:
        """See _Deviance."""
        a = self._dispersion
        wide = (truth + 1.0 / a) * keras.ops.log((1.0 + a * truth) / (1.0 + a * mean))
        return truth * keras.ops.log((truth + _TINY) / mean) - wide


class Gamma(_Deviance):
    """Numbers above 0."""

    def half(self, truth: keras.KerasTensor, mean: keras.KerasTensor) -> keras.KerasTensor:
        """See _Deviance."""
        share = (truth + _TINY) / mean
        return share - keras.ops.log(share) - 1.0
