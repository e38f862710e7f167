"""Which trials end early: Optuna's pruners, told the reports in the order in which they came."""

from __future__ import annotations

import math
from typing import Any

from protokit.core.libraries.optional import optional
from protokit.search.choosing.sampling import quiet
from protokit.search.state import State

ETA = 3  # of so many trials one goes on behind a rung
_TYPICAL = 40  # epochs, where the recipe does not say how many there are


def rungs(epochs: int | None, pruner: str | None) -> tuple[int, ...]:
    """The epochs after which a trial says how good it is: a tenth of all, and three times as many up to half of them.

    >>> rungs(40, "halving"), rungs(30, "halving"), rungs(None, "median"), rungs(2, "halving"), rungs(40, None)
    ((4, 12), (3, 9), (4, 12), (1,), ())
    """
    if pruner is None:
        return ()
    of = epochs or _TYPICAL
    found, rung = list[int](), max(1, round(of / 10))
    while rung <= of / 2:
        found.append(rung)
        rung *= ETA
    return tuple(found)


class Pruning:
    """Says of each report whether its trial goes on. Trial 0, the defaults, always does.

    Nor does halving hold the others against it: good defaults would end nearly all of them, and then nothing would be
    left to choose from.

    Raises:
        MissingExtra: Optuna is not installed.
    """

    def __init__(self, pruner: str | None, rungs: tuple[int, ...]) -> None:
        self._optuna = optional("optuna", "tune")
        self._trials: dict[int, Any] = {}
        self._study: Any = None
        self._apart = pruner == "halving"
        if pruner is not None and rungs:
            pruners = self._optuna.pruners
            halving = pruners.SuccessiveHalvingPruner(min_resource=rungs[0], reduction_factor=ETA)
            chosen = halving if pruner == "halving" else pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=0)
            with quiet():
                self._study = self._optuna.create_study(pruner=chosen)

    @classmethod
    def of(cls, pruner: str | None, rungs: tuple[int, ...], state: State) -> Pruning:
        """That of a search which goes on: it is told again what was reported and which trials are complete."""
        found = cls(pruner, rungs)
        for (number, epoch), _ in state.answers.items():
            found.goes_on(number, epoch, dict(state.trials[number].reports)[epoch])
        for trial in state.complete:
            found.complete(trial.number, trial.value)
        return found

    def goes_on(self, number: int, epoch: int, value: float) -> bool:
        """Whether a trial goes on that has a value after an epoch."""
        if self._study is None or (number == 0 and self._apart):
            return True
        with quiet():
            if number not in self._trials:
                self._trials[number] = self._study.ask()
            trial = self._trials[number]
            trial.report(value if math.isfinite(value) else math.inf, epoch)
            return not trial.should_prune() or number == 0

    def complete(self, number: int, value: float | None) -> None:
        """A trial is complete: others are held against it from now on."""
        if self._study is not None and number in self._trials and value is not None:
            with quiet():
                self._study.tell(self._trials[number], value)


def behind(epoch: int) -> str:
    """Why a trial was ended early."""
    return f"behind the others after epoch {epoch}"
