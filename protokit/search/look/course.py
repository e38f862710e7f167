"""The course of a search while it goes on: what is shown of it, and the time that is left."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from protokit.core.names import counted
from protokit.menu.slots import Slot
from protokit.search.look.view import brief, score, shown
from protokit.search.table import Final, Trial
from protokit.show.blocks import Grid, Sentence
from protokit.show.card import Card
from protokit.show.pace import duration, sparkline

_FEWEST = 3  # trials that tell how long one takes
_MOST_RUNNING = 8
_MOST_SLOTS = 4
OVER = ("complete", "pruned", "failed")


class State(Protocol):
    """What is known of a search."""

    @property
    def trials(self) -> Mapping[int, Trial]:
        """Every trial by number."""
        ...

    @property
    def finals(self) -> Mapping[tuple[int, int], Final]:
        """The trainings of the end."""
        ...

    @property
    def seconds(self) -> float:
        """How long it has been going on, all its drivers together."""
        ...


@dataclass(frozen=True)
class Asked:
    """What is asked of a search: how many trials, how many trainings at the end, and the time for trials in seconds.

    `notice` is said while it goes on: what a person may want to stop it for.
    """

    name: str
    slots: Mapping[str, Slot]
    metric: str
    greater_is_better: bool
    trials: int
    finals: int = 0
    limit: float | None = None
    notice: str = ""


class Course:
    """The course of a search: its card, the time that is left, and what was said of each trial."""

    def __init__(self, asked: Asked, clock: Callable[[], float] = time.time) -> None:
        self.asked, self.doing = asked, "collecting the data"
        self._clock, self._start = clock, clock()
        self._before: int | None = None  # trials that were over when this driver began

    def own(self, value: float | None) -> str:
        """A value to compare by as a person reads it."""
        return "-" if value is None else score(-value if self.asked.greater_is_better else value)

    def left(self, state: State) -> float | None:
        """Seconds that are left by the pace so far, of trials and of the end's trainings; None while it is not known.

        An estimate: trials differ, and the end trains to the last epoch.
        """
        over = sum(trial.state in OVER for trial in state.trials.values())
        if self._before is None:
            self._before, self._start = over, self._clock()
        done = over - self._before
        if done < _FEWEST:
            return None
        gone = self._clock() - self._start
        to_come = gone / done * max(0, self.asked.trials - over)
        if self.asked.limit is not None:
            to_come = min(to_come, max(0.0, self.asked.limit - state.seconds))
        whole = [trial.seconds for trial in state.trials.values() if trial.state == "complete" and trial.seconds]
        trained = sum(final.state in OVER for final in state.finals.values())
        at_once = max(1, sum(trial.state == "running" for trial in state.trials.values()))
        return to_come + (median(whole) if whole else 0.0) * max(0, self.asked.finals - trained) / at_once

    def card(self, state: State) -> Card:
        """What is shown of the search now."""
        asked, every = self.asked, sorted(state.trials.values(), key=lambda one: one.number)
        of = {name: [one for one in every if one.state == name] for name in (*OVER, "running", "waiting")}
        over = sum(len(of[name]) for name in OVER)
        best = _best(every)
        left = self.left(state)
        said = [f"{over:,} of {counted(asked.trials, 'trial')} over" + (f", {duration(state.seconds)}" if over else "")]
        if left is not None:
            said.append(f"about {duration(left)} left (an estimate)" if left >= 1 else "nearly done")
        if best is not None:
            better = Sentence(
                f"best so far: trial {best.number} with {asked.metric} {self.own(best.value)}{self._than(every, best)}"
            )
        else:
            better = Sentence("no trial has a value yet")
        counts = ", ".join(
            f"{len(of[name]):,} {name}" for name in ("complete", "pruned", "failed", "running") if of[name]
        )
        notes = [one for one in (asked.notice, counts) if one]
        course = [float(-(t.value or 0) if asked.greater_is_better else t.value or 0) for t in of["complete"]]
        notes += [f"values {sparkline(course, 40)}"] if len(course) > 2 else []
        if failed := of["failed"][-1:]:
            notes.append(f"trial {failed[0].number} failed: {' '.join(failed[0].reason.split())[:120]}")
        notes.append(f"now: {self._now(state, of['running'])}")
        return Card(
            f"{asked.name}: search, {', '.join(said)}", (better,), self._grids(best, of["running"], every), tuple(notes)
        )

    def _than(self, every: list[Trial], best: Trial) -> str:
        defaults = next((one for one in every if one.number == 0 and one.value is not None), None)
        if defaults is best:
            return ", the defaults"
        return f", the defaults have {self.own(defaults.value)}" if defaults is not None else ""

    def _now(self, state: State, running: list[Trial]) -> str:
        """What is done, or waited for."""
        finals = list(state.finals.values())
        over = sum(trial.state in OVER for trial in state.trials.values())
        if any(final.state == "running" for final in finals) or (over and over >= self.asked.trials):
            trained = sum(final.state in OVER for final in finals)
            return (
                f"training the finalists again on other rows, {trained} of {max(self.asked.finals, len(finals))} done"
            )
        if running:
            return f"waits for {counted(len(running), 'trial')} to end"
        return "waits for a worker" if over else self.doing

    def _grids(self, best: Trial | None, running: list[Trial], every: list[Trial]) -> tuple[Grid, ...]:
        shown_trials = [*([best] if best is not None else []), *running[:_MOST_RUNNING]]
        if not shown_trials:
            return ()
        names = self._slots(every)
        rows = []
        for trial in shown_trials:
            what = "best" if trial is best else "running"
            epoch, value = trial.reports[-1] if trial.reports else (trial.epochs or 0, trial.value)
            value = trial.value if trial is best else value
            seconds = trial.seconds if trial.seconds is not None else self._since(trial)
            cells = [shown(trial.values[name], 16) if name in trial.values else "" for name in names]
            rows.append((
                f"{trial.number}", what, self.own(value), f"{trial.epochs or epoch or ''}",
                "" if seconds is None else f"{seconds:.0f}", *cells,
            ))  # fmt: skip
        more = len(running) - _MOST_RUNNING
        about = f"and {counted(more, 'trial')} more" if more > 0 else ""
        short = brief(list(self.asked.slots) or names)
        arrow = "↑" if self.asked.greater_is_better else "↓"
        header = ("trial", "", f"{self.asked.metric} {arrow}", "epoch", "seconds", *(short[n] for n in names))
        return (Grid("", header, tuple(rows), about),)

    def _slots(self, every: list[Trial]) -> list[str]:
        """The slots that have a column: those that differ, as many as fit."""
        differ = [name for name in self.asked.slots if len({repr(one.values.get(name)) for one in every}) > 1]
        return (differ or list(self.asked.slots))[:_MOST_SLOTS]

    def _since(self, trial: Trial) -> float | None:
        return None if trial.began is None else max(0.0, self._clock() - trial.began)

    def line(self, trial: Trial, state: State) -> str:
        """What is said of a trial that is over, in a line."""
        best = _best(list(state.trials.values()))
        over = sum(one.state in OVER for one in state.trials.values())
        text = f"{over}/{self.asked.trials}  trial {trial.number} {trial.state}"
        text += f"  {self.asked.metric} {self.own(trial.value)}" if trial.value is not None else ""
        text += f"  {trial.reason}" if trial.state != "complete" and trial.reason else ""
        if best is not None:
            text += "  best so far" if best is trial else f"  (best: {self.own(best.value)} of trial {best.number})"
        left = self.left(state)
        return text + (f"  about {duration(left)} left" if left is not None and left >= 1 else "")


def _best(trials: list[Trial]) -> Trial | None:
    found = [one for one in trials if one.state == "complete" and one.value is not None and one.value == one.value]
    return min(found, key=lambda one: (one.value or 0.0, one.number), default=None)
