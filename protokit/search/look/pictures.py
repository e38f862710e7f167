"""Pictures of a search, each a matplotlib Figure."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

import numpy as np
from matplotlib.figure import Figure

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean, one_of
from protokit.search.look.importance import Importance, importance, order_of
from protokit.search.look.settings import setting_of
from protokit.search.look.view import SearchView, brief, called
from protokit.search.table import Trial
from protokit.show.plots.attempts import Attempt, Fate, attempts
from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.show.plots.settings import Setting, against, parallel
from protokit.show.plots.themes import THEMES
from protokit.show.plots.trained_again import Candidate, trained_again

_FATES: dict[str, Fate] = {"complete": "complete", "pruned": "pruned", "failed": "failed", "running": "running"}
_MOST_SLOTS = 20


class SearchPlots:
    """Pictures of a search: a notebook shows them, and they have `savefig`. All take `theme`, "light" or "dark"."""

    def __init__(self, view: SearchView) -> None:
        self._view = view

    @property
    def names(self) -> tuple[str, ...]:
        """The pictures that there are of this search."""
        view = self._view
        fits = {
            "history": bool(self._measured),
            "finalists": bool(view.figures.get("finalists")),
            "importance": bool(self.shares.shares),
            "parallel": bool(view.slots) and any(math.isfinite(value) for value in self._values),
            "slice": bool(view.slots) and any(math.isfinite(value) for value in self._values),
        }
        return tuple(name for name, there in fits.items() if there)

    def history(self, *, theme: str = "light") -> Figure:
        """The value of each trial, and the best so far."""
        self._fit("history", theme)
        found = [Attempt(one.number, _value(self._view, one), _FATES[one.state]) for one in self._measured]
        return attempts(found, self._view.arrow, greater_is_better=self._view.greater_is_better, theme=theme)

    def finalists(self, *, theme: str = "light") -> Figure:
        """What the finalists reached on other splits and seeds, beside what they had shown in the search."""
        self._fit("finalists", theme)
        return trained_again(self._candidates(), self._view.arrow, theme=theme)

    def importance(self, *, theme: str = "light") -> Figure:
        """How much each slot explains of what differs between trials, with its 95% interval."""
        self._fit("importance", theme)
        dots = tuple(
            Dot(name, one["value"] or 0.0, one["low"], one["high"]) for name, one in self.shares.shares[:_MOST_SLOTS]
        )
        return intervals([Panel("share of the differences that goes when shuffled", dots, zero=True)], theme=theme)

    def parallel(self, *, theme: str = "light") -> Figure:
        """A line for each trial across its slots, the most important ones, to its value."""
        self._fit("parallel", theme)
        names = [name for name in order_of(self._view, self.shares) if self._varies(name)]
        short = brief(list(self._view.slots))
        settings = [replace(self.setting(n), name=short[n]) for n in names or list(self._view.slots)[:1]]
        return parallel(
            settings, self._values, self._view.arrow, best=self._best,
            greater_is_better=self._view.greater_is_better, theme=theme,
        )  # fmt: skip

    def slice(self, slot: str | None = None, *, theme: str = "light") -> Figure:
        """The value of each trial against one slot, the first one if none is given."""
        self._fit("slice", theme)
        view = self._view
        if slot is not None and slot not in view.slots:
            raise SpecError.one(f"there is no slot {slot!r}", did_you_mean(slot, list(view.slots)))
        name = slot or order_of(view, self.shares)[0]
        pruned = np.array([one.state == "pruned" for one in self._measured])
        return against(
            self.setting(name), self._values, view.arrow, pruned=pruned, best=self._best,
            greater_is_better=view.greater_is_better, theme=theme,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<pictures: {', '.join(self.names)}>"

    @cached_property
    def shares(self) -> Importance:
        """The importance of the slots."""
        return importance(self._view)

    def setting(self, name: str) -> Setting:
        """A slot's value in each trial that has a place in the pictures."""
        return setting_of(self._view.slots.get(name), name, self._measured)

    def _varies(self, name: str) -> bool:
        return len({repr(trial.values.get(name)) for trial in self._measured}) > 1

    @cached_property
    def _measured(self) -> list[Trial]:
        return self._view.of_state("complete", "pruned", "failed", "running")

    @cached_property
    def _values(self) -> np.ndarray:
        over = ("complete", "pruned")
        return np.array([_value(self._view, one) if one.state in over else math.nan for one in self._measured], float)

    @property
    def _best(self) -> int | None:
        best = self._view.best
        return next((i for i, one in enumerate(self._measured) if best is not None and one.number == best.number), None)

    def _candidates(self) -> list[Candidate]:
        view = self._view
        groups: dict[int, list[tuple[str, float]]] = {}
        for final in sorted(view.finals, key=lambda one: (one.split, one.seed)):
            groups.setdefault(final.trial, []).append((f"split {final.split}", view.own(final.value)))
        found = []
        for one in view.figures.get("finalists", []):
            trial, interval = one["trial"], one["value"]
            trainings = groups.get(trial) or [("a training", _known(value)) for value in one["trained"]]
            chosen = trial == view.figures.get("winner")
            mean, low, high = (_known(interval[key]) for key in ("value", "low", "high"))
            found.append(
                Candidate(called(view, trial), mean, low, high, tuple(trainings), _known(one["searched"]), chosen)
            )
        way = -1.0 if view.greater_is_better else 1.0
        return sorted(found, key=lambda one: math.inf if one.mean != one.mean else way * one.mean)

    def _fit(self, name: str, theme: str) -> None:
        if theme not in THEMES:
            raise SpecError.one(f"there is no theme {theme!r}", one_of(tuple(THEMES)))
        if name not in self.names:
            why = self.shares.why_not if name == "importance" else "this search has nothing of it yet"
            raise SpecError.one(f"no {name} picture: {why}", f"those of this search: {', '.join(self.names) or 'none'}")


def _value(view: SearchView, trial: Trial) -> float:
    """A trial's value in the metric's own sign; of one that runs or was pruned its last report."""
    if trial.value is None and trial.reports and trial.state in ("pruned", "running"):
        return view.own(trial.reports[-1][1])
    return view.own(trial.value)


def _known(value: float | None) -> float:
    return math.nan if value is None else value
