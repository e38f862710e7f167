"""Metrics that are the mean of one number for each row, and are scikit-learn's in none or another form."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from protokit.core.values import Predictions

OfRows = Callable[[Predictions], np.ndarray]


def by_row(function: OfRows) -> Callable[[Predictions], float]:
    """The metric that is the mean over rows."""
    return lambda predictions: float(function(predictions).mean())


def pinball(p: Predictions) -> np.ndarray:
    """What a quantile too low or too high costs, as scikit-learn's mean_pinball_loss, mean over the quantiles.

    Shapes: (rows,).
    """
    above = p.truth[:, None] - p.scores
    levels = np.array(p.target.quantiles)
    losses: np.ndarray = np.maximum(levels * above, (levels - 1) * above).mean(axis=1)
    return losses


def covered(p: Predictions) -> np.ndarray:
    """1 where the truth lies from the lowest to the highest quantile.

    Shapes: (rows,).
    """
    inside = (p.scores[:, 0] <= p.truth) & (p.truth <= p.scores[:, -1])
    return inside.astype(float)


def width(p: Predictions) -> np.ndarray:
    """From the lowest to the highest quantile, in the target's unit.

    Shapes: (rows,).
    """
    widths: np.ndarray = p.scores[:, -1] - p.scores[:, 0]
    return widths


def scaled_error(p: Predictions) -> np.ndarray:
    """Errors of a forecast, each series in what a seasonal naive forecast errs by in the training rows.

    Shapes: (rows,).

    Source: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006 (MASE).
    """
    return _mean(np.abs(p.truth - p.scores) / p.units["naive"][:, None])


def symmetric_error(p: Predictions) -> np.ndarray:
    """Errors in percent of the mean of truth and forecast; 0 where both are 0.

    Shapes: (rows,).

    Source: Makridakis and Hibon, The M3-Competition, 2000 (sMAPE).
    """
    size = np.abs(p.truth) + np.abs(p.scores)
    return _mean(200 * np.abs(p.truth - p.scores) / np.where(size > 0, size, 1))


def standard_square(p: Predictions) -> np.ndarray:
    """Squared errors in standard deviations of the training rows.

    Shapes: (rows,).
    """
    return _mean(((p.truth - p.scores) / p.units["scale"][:, None]) ** 2)


def standard_error(p: Predictions) -> np.ndarray:
    """Errors in standard deviations of the training rows.

    Shapes: (rows,).
    """
    return _mean(np.abs(p.truth - p.scores) / p.units["scale"][:, None])


def _mean(errors: np.ndarray) -> np.ndarray:
    means: np.ndarray = errors.reshape(len(errors), -1).mean(axis=1)
    return means


# by name, with whether more is better; None where neither is
ROW_METRICS: dict[str, tuple[OfRows, bool | None]] = {
    "mean_pinball_loss": (pinball, False),
    "coverage": (covered, None),
    "interval_width": (width, None),
    "mase": (scaled_error, False),
    "smape": (symmetric_error, False),
    "scaled_mean_squared_error": (standard_square, False),
    "scaled_mean_absolute_error": (standard_error, False),
}
