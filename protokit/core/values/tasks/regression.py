"""A number."""

from __future__ import annotations

from protokit.core.values.forms.numbers import OfNumber
from protokit.core.values.signature import TASKS


class Regression(OfNumber):
    """A number, which the network learns in standard deviations of the training rows."""

    name = "regression"
    about = "A number."
    rank = 30
    standardised = True
    metrics = ("root_mean_squared_error", "mean_absolute_error", "r2")


TASKS.add(Regression())
