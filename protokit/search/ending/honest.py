"""The honest end of a search: the best few and the defaults trained again, and what of the shown gain is left.

The best of many looks better than it is on the validation rows that it was chosen by. So the finalists and the defaults
are trained on other splits and seeds, the same for all; the winner is chosen by these. How much the lead of the
search's best over the defaults shrinks there is the optimism of the search: a split on which everything is easier or
harder moves the defaults too, and drops out.

To choose among finalists is to choose by chance once more, and each is trained few times. So their leads are pulled to
their mean as far as chance explains that they differ.

Source: Efron and Morris, Data analysis using Stein's estimator and its generalizations, 1975.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np
from scipy import stats

from protokit.core.names import number
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty.comparison import LEVEL
from protokit.search.choosing.sampling import as_key
from protokit.search.driver import Training, final_split
from protokit.search.state import State
from protokit.search.table import PlainFinalist, Trial

DEFAULTS = 0  # the trial of the defaults
_SMALL = 5e-4  # which three decimals show as nothing
_NOTHING = 1e-12  # the last digits of floats


@dataclass(frozen=True)
class Finalist:
    """A setting that was trained again; `trained` are its values there, None where one failed. Lower is better."""

    entry: int
    trial: Trial
    trained: tuple[float | None, ...]

    @property
    def values(self) -> np.ndarray:
        """The values, shape (trainings,); NaN where one failed."""
        return np.array([math.nan if value is None else value for value in self.trained])

    @property
    def whole(self) -> bool:
        """Whether every training gave a value."""
        return bool(self.trained) and None not in self.trained

    def as_plain(self, sign: float, within: tuple[float, float] = (-math.inf, math.inf)) -> PlainFinalist:
        """The finalist as `search.json` has it; `sign` turns values into the metric's own, which is `within` these."""
        found = [None if value is None else sign * value for value in self.trained]
        known = np.array([value for value in found if value is not None])
        mean = float(known.mean()) if len(known) else math.nan
        error = float(known.std(ddof=1)) / math.sqrt(len(known)) if len(known) > 1 else math.nan
        searched = None if self.trial.value is None else sign * self.trial.value
        return {
            "entry": self.entry, "trial": self.trial.number, "searched": searched, "trained": found,
            "value": _kept(_around(mean, error, len(known) - 1), *within).as_plain(),
        }  # fmt: skip


@dataclass(frozen=True)
class End:
    """What the trainings of the end say. Gains are more than 0 where the winner is better than the defaults.

    `gained` says whether another setting than the defaults is chosen, `best` is the best of the others. `shown` is the
    lead of the search's best setting over the defaults, on the rows that chose it; `optimism` is how much of it the
    trainings of the end take back.
    """

    winner: Trial
    gained: bool
    sentence: str
    best: Trial | None
    shown: float
    optimism: Interval
    gain: Interval
    finalists: tuple[Finalist, ...]


def finalists_of(state: State, count: int) -> list[Trial]:
    """The trials that are trained again: the defaults, then the best others, each setting once.

    Where few were trained to their end, those that were ended early fill up: the furthest first, by their last value.
    """
    whole = _settings(state)
    found = {as_key(state.trials[DEFAULTS].values): _defaults(state)}
    for trial in (*whole, *state.pruned):
        if len(found) > count:
            break
        found.setdefault(as_key(trial.values), trial)
    return list(found.values())


def _settings(state: State) -> list[Trial]:
    """The settings that were trained to their end, the best first, each as its first trial with the mean of all.

    Trials with rows of their own may have a setting on several splits: the luckiest of them says nothing of it.
    """
    by_key: dict[str, list[Trial]] = {}
    for trial in state.complete:
        by_key.setdefault(as_key(trial.values), []).append(trial)
    found = []
    for trials in by_key.values():
        each = {trial.split: trial.value for trial in trials if trial.value is not None}  # a copy counts once
        found.append(replace(min(trials, key=lambda one: one.number), value=fmean(each.values())))
    return sorted(found, key=lambda one: (one.value, one.number))


def _defaults(state: State) -> Trial:
    """The trial of the defaults, with the mean over all that have these values."""
    known = state.trials[DEFAULTS]
    own = as_key(known.values)
    same = next((one for one in _settings(state) if as_key(one.values) == own), known)
    return replace(known, value=same.value)


def trainings_of(trials: Sequence[Trial], seeds: int, seed: int) -> list[Training]:
    """What is trained: each finalist on every split and seed of the end, those of one finalist together."""
    return [
        Training(entry, trial.number, trial.values, *final_split(number, seed))
        for entry, trial in enumerate(trials)
        for number in range(seeds)
    ]


def end_of(state: State, trials: Sequence[Trial], seeds: int, seed: int, metric: str) -> End:
    """What came of the trainings.

    Of the others than the defaults the one with the best mean is chosen, if it is ahead of the defaults by more than
    one standard error; else the defaults are kept. The error is that of the differences on the same splits, pooled
    over the finalists: few trainings of one alone say little of how they vary.
    """
    splits = [final_split(number, seed)[0] for number in range(seeds)]
    finalists = tuple(
        Finalist(entry, trial, tuple(_value(state, trial, split) for split in splits))
        for entry, trial in enumerate(trials)
    )
    defaults, others = finalists[0], [one for one in finalists[1:] if one.whole]
    own = as_key(state.trials[DEFAULTS].values)  # trials with rows of their own may have the defaults once more
    searched = next((trial for trial in _settings(state) if as_key(trial.values) != own), None)
    shown = _less(defaults.trial.value, searched.value if searched else None)
    none = Interval(math.nan, math.nan, math.nan)
    best = min(others, key=lambda one: (float(one.values.mean()), one.entry), default=None)
    if best is None:
        reason = "no other setting was trained to its end, so that there is nothing to choose from: keep the defaults."
        return End(defaults.trial, False, f"Nothing was gained: {reason}", None, shown, none, none, finalists)
    if not defaults.whole:
        why = defaults.trial.reason or next((f.reason for f in state.finals.values() if f.trial == DEFAULTS), "")
        text = f"The defaults failed{f' ({why})' if why else ''}: trial {best.trial.number} is the best of the others."
        return End(best.trial, True, text, best.trial, shown, none, none, finalists)
    ahead = np.array([defaults.values - one.values for one in others])  # (finalists, splits)
    error, freedom = _error(ahead)
    leads = dict(zip([one.trial.number for one in others], _pulled(ahead), strict=True))
    gain = _around(leads[best.trial.number], error, freedom)
    left = leads.get(searched.number, math.nan) if searched else math.nan
    optimism = _around(shown - left, error, freedom)
    gained = gain.value > max(error if math.isfinite(error) else 0.0, _NOTHING)
    text = _sentence(best.trial, gain, error, gained, metric, seeds)
    winner = best.trial if gained else defaults.trial
    return End(winner, gained, text, best.trial, shown, optimism, gain, finalists)


def _value(state: State, trial: Trial, split: int) -> float | None:
    final = state.finals.get((trial.number, split))
    return final.value if final is not None and final.state == "complete" else None


def _less(first: float | None, second: float | None) -> float:
    return math.nan if first is None or second is None else first - second


def _error(ahead: np.ndarray) -> tuple[float, int]:
    """The standard error of a mean lead, and its degrees of freedom; NaN of one training.

    Shapes: ahead (finalists, splits).
    """
    finalists, splits = ahead.shape
    if splits < 2:
        return math.nan, 0
    return float(np.sqrt(ahead.var(axis=1, ddof=1).mean() / splits)), finalists * (splits - 1)


def _pulled(ahead: np.ndarray) -> list[float]:
    """The lead of each finalist, pulled to their mean as far as chance explains that they differ.

    Of fewer than four nothing is known of that, and they stay as they are. Shapes: ahead (finalists, splits).
    """
    finalists, splits = ahead.shape
    leads = ahead.mean(axis=1)
    if finalists < 4 or splits < 2:
        return [float(lead) for lead in leads]
    middle = float(leads.mean())
    alone = ahead - leads[:, None] - ahead.mean(axis=0) + middle  # without what a split does to all
    noise = float((alone**2).sum()) / ((finalists - 1) * (splits - 1) * splits)
    spread = float(((leads - middle) ** 2).sum())
    kept = max(0.0, 1.0 - (finalists - 3) * noise / spread) if spread else 0.0
    return [float(middle + kept * (lead - middle)) for lead in leads]


def _around(value: float, error: float, freedom: int) -> Interval:
    """A mean with its 95% bounds; without where one training says nothing of how others vary."""
    if freedom < 1 or not math.isfinite(error):
        return Interval(value, math.nan, math.nan)
    reach = float(stats.t.isf(LEVEL / 2, freedom)) * error
    return Interval(value, value - reach, value + reach)


def _kept(interval: Interval, least: float, most: float) -> Interval:
    """An interval within what its value can be; NaN stays."""
    low, high = interval.low, interval.high
    return Interval(interval.value, low if not low < least else least, high if not high > most else most)


def _sentence(best: Trial, gain: Interval, error: float, gained: bool, metric: str, seeds: int) -> str:
    """What a person reads first."""
    where = f"{seeds} other splits and seeds" if seeds > 1 else "one other split and seed"
    lead = f"by {_amount(abs(gain.value))} in {metric}{_bounds(gain)} on {where}"
    if gained and gain.low > 0:
        return f"The search gained: trial {best.number} is ahead of the defaults {lead}."
    if gained:
        sure = "chance is not ruled out" if math.isfinite(error) else "one training cannot rule out chance"
        return f"The search may have gained: trial {best.number} is ahead of the defaults {lead}; {sure}."
    if abs(gain.value) <= _NOTHING:
        behind = f"the best finalist, trial {best.number}, is as good as they are in {metric} on {where}"
    elif gain.value < 0:
        behind = f"the best finalist, trial {best.number}, is not ahead of them but behind {lead}"
    else:
        behind = f"the best finalist, trial {best.number}, is ahead {lead}, which is within one standard error"
    return f"Nothing was gained: keep the defaults. Of those trained again {behind}."


def _amount(value: float, *, sign: bool = False) -> str:
    """A difference to three decimals, a smaller one to two digits."""
    small = math.isfinite(value) and 0 < abs(value) < _SMALL
    return f"{value:{'+' if sign else ''}.2g}" if small else number(value, sign=sign)


def _bounds(interval: Interval) -> str:
    """The bounds of a difference in a sentence; nothing where it has none."""
    if not math.isfinite(interval.low + interval.high):
        return ""
    return f" (95% interval {_amount(interval.low, sign=True)} to {_amount(interval.high, sign=True)})"
