"""Which slots decide what comes of a trial, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor

from protokit.core.plain import PlainInterval
from protokit.search.look.settings import setting_of
from protokit.search.look.view import SearchView
from protokit.search.table import Trial

FEWEST = 12  # trials that say anything of slots
_PER_SLOT = 2
_DRAWS = 24  # samples of the trials, each with a forest of its own
_TREES = 40
_LEAST = (
    0.1  # explained of unseen trials: below it lay all of 36 searches whose values were shuffled, 100 trials at most
)
_SHUFFLES = 4
_WHOLE = 0.75  # of the trials came to their end: then they stand for all


@dataclass(frozen=True)
class Importance:
    """How much of what differs between trials each slot explains, as a share of it, with its 95% interval.

    `explained` is the share that all slots explain together, of trials that the forest has not seen. `why_not` says
    why there are no shares, `of` which trials these are of. `varied` counts the trials that met a slot.
    """

    shares: tuple[tuple[str, PlainInterval], ...] = ()
    varied: tuple[int, ...] = ()
    explained: float = math.nan
    of: str = ""
    why_not: str = ""


def importance(view: SearchView, seed: int = 0) -> Importance:
    """The drop of what a forest explains when a slot's values are shuffled, on trials that it has not seen.

    Each of 24 forests learns the ranks of the values of trials drawn with replacement, and is asked for the others; so
    the intervals tell what other trials and seeds would have made. A slot is shuffled among the trials that met it:
    what conditions leave out stays left out. Where many trials were pruned, the values at the first epoch that was
    reported are taken, of all of them: those that came to their end are alike because they were chosen to be.

    Source: Breiman, Random Forests, 2001 (permutation importance).
    """
    trials, values, of = _values(view)
    slots = [name for name in view.slots if len({repr(t.values.get(name)) for t in trials}) > 1]
    if not slots:
        return Importance(why_not="no slot had two values among the trials that have a value")
    fewest = max(FEWEST, _PER_SLOT * len(slots))
    if len(trials) < fewest:
        return Importance(why_not=f"{len(trials)} trials with a value are too few to tell: {fewest} and more can")
    if len(set(values)) < 3:
        return Importance(why_not="the trials all came to the same value")
    columns = [setting_of(view.slots[name], name, trials) for name in slots]
    x = np.column_stack([np.where(one.met, one.places, -1e9) for one in columns])
    met = np.column_stack([one.met for one in columns])
    ranks = np.argsort(np.argsort(values, kind="stable"), kind="stable") / (len(values) - 1)
    drops, explained = _drops(x, met, ranks, seed)
    whole = float(np.mean(explained))
    if whole <= _LEAST:
        why = f"the slots explain nothing of the {len(trials)} values that could be told from chance"
        return Importance(why_not=why, explained=whole, of=of)
    low, high = np.quantile(drops, [0.025, 0.975], axis=0)
    middle = drops.mean(axis=0)
    order = np.argsort(-middle, kind="stable")
    shares: list[tuple[str, PlainInterval]] = [
        (slots[i], {"value": float(middle[i]), "low": float(low[i]), "high": float(high[i])}) for i in order
    ]
    return Importance(tuple(shares), tuple(int(met[:, i].sum()) for i in order), whole, of)


def _values(view: SearchView) -> tuple[list[Trial], np.ndarray, str]:
    """The trials that are compared, their values, and which these are in words."""
    complete = view.complete
    early = [one for one in view.of_state("complete", "pruned") if one.reports]
    if len(complete) < max(FEWEST, _WHOLE * len(early)):
        epochs = [{epoch for epoch, value in one.reports if math.isfinite(value)} for one in early]
        shared = sorted(set().union(*epochs)) if epochs else []
        for epoch in shared[:1]:
            found = [(one, dict(one.reports)[epoch]) for one in early if epoch in dict(one.reports)]
            found = [(one, value) for one, value in found if math.isfinite(value)]
            if len(found) > len(complete):
                of = f"{len(found)} trials by their value after epoch {epoch}, the pruned ones too"
                return [one for one, _ in found], np.array([value for _, value in found]), of
    return complete, np.array([one.value for one in complete], float), f"{len(complete)} trials that came to their end"


def _drops(x: np.ndarray, met: np.ndarray, y: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """For each draw the drop of each slot, and what was explained; both as shares of the variance."""
    rng = np.random.default_rng(seed)
    drops: list[np.ndarray] = []
    explained: list[float] = []
    for draw in range(_DRAWS):
        inside = rng.integers(0, len(y), len(y))
        outside = np.setdiff1d(np.arange(len(y)), inside)
        if len(outside) < 3 or np.ptp(y[inside]) == 0 or np.ptp(y[outside]) == 0:
            continue
        forest = ExtraTreesRegressor(_TREES, min_samples_leaf=2, max_features=0.7, random_state=draw)
        forest.fit(x[inside], y[inside])
        error, shuffled = _errors(forest, x[outside], met[outside], y[outside], rng)
        spread = float(np.mean((y[outside] - y[inside].mean()) ** 2))
        explained.append(1.0 - error / spread)
        drops.append((shuffled - error) / spread)
    if not drops:
        return np.zeros((1, x.shape[1])), np.zeros(1)
    return np.array(drops), np.array(explained)


def _errors(
    forest: ExtraTreesRegressor, x: np.ndarray, met: np.ndarray, y: np.ndarray, rng: np.random.Generator
) -> tuple[float, np.ndarray]:
    """The squared error, and that with each slot shuffled among the rows that met it."""
    tables = [x]
    for slot in range(x.shape[1]):
        rows = np.flatnonzero(met[:, slot])
        for _ in range(_SHUFFLES):
            changed = x.copy()
            changed[rows, slot] = x[rng.permutation(rows), slot]
            tables.append(changed)
    squared = (forest.predict(np.concatenate(tables)).reshape(len(tables), len(y)) - y) ** 2
    errors = squared.mean(axis=1)
    return float(errors[0]), np.asarray(errors[1:].reshape(-1, _SHUFFLES).mean(axis=1))


def order_of(view: SearchView, found: Importance) -> Sequence[str]:
    """The slots of a search, the most important first; the others in the recipe's order."""
    known = [name for name, _ in found.shares]
    return [*known, *(name for name in view.slots if name not in known)]
