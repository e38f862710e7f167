"""The loss of counts that vary more than those of a Poisson distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.core.values.signature import TargetSpec
from protokit.learn.losses.loss import LOSSES, OwnLoss

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


class NegativeBinomial(OwnLoss):
    """The deviance of a negative binomial distribution, whose variance is mean + dispersion x mean^2.

    The dispersion is that of the training rows' counts around their one mean. It weighs rows, and does not bend the
    mean: for any dispersion that is held fixed the loss is least at the means.
    """

    name = "negative_binomial"
    about = "The deviance of counts that vary more than those of a Poisson distribution; 0 at the truth."
    tasks = ("count",)

    def made(self, target: TargetSpec) -> keras.losses.Loss:
        """See OwnLoss."""
        from protokit.learn.deviances import NegativeBinomial as Deviance

        return Deviance(target.dispersion, name=self.name)


LOSSES.add(NegativeBinomial())
