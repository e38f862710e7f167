"""The driver of a search: gives tasks to a crew, writes down what it hears, and decides."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from protokit.core.errors import TrainingError
from protokit.core.seeds import derive
from protokit.menu.slots import Slot
from protokit.search.choosing.pruning import Pruning, behind
from protokit.search.choosing.sampling import Sampling, Settings, as_key
from protokit.search.log import Log
from protokit.search.state import OVER, State, order
from protokit.search.table import Trial
from protokit.workers.crew import Crew, Event, Plain

ROUND = 5  # trials that are drawn together, at least
LOSSES = 3  # how often a trial is given again whose worker died
STARTS = 10  # how often a trial begins whose driver died each time
FAILURES = 5  # trials that fail before any is trained: then the search stops
PATIENCE = 20.0  # a trial may take so many times as long as the slowest one so far,
LEAST = 600.0  # and at least so many seconds
_FINAL = 1_000_000  # the crew's numbers of the end's trainings begin here
_SEEDS = 1_000

Watch = Callable[[State], None]


class Mirror(Protocol):
    """Shows trials somewhere else; what goes wrong there ends no search."""

    def show(self, trial: Trial) -> None:
        """A trial is over."""
        ...


@dataclass(frozen=True)
class Wanted:
    """What is asked of a search. `limit` is the time in seconds, `seed` the recipe's."""

    trials: int
    limit: float | None
    sampler: str
    pruner: str | None
    rungs: tuple[int, ...]
    reshuffle: bool
    seed: int


@dataclass(frozen=True)
class Training:
    """One training of the end: of a trial's values, on a split of its own."""

    entry: int
    trial: int
    values: Mapping[str, object]
    split: int
    seed: int


class Driver:
    """Drives one search; all that it knows is in its log.

    With one worker a round is trained to its end before the next one is drawn, so that every search of the same recipe
    and data is the same to the bit. With more of them the next round is drawn when a worker has nothing to do.
    """

    def __init__(
        self, log: Log, crew: Crew, space: Settings, wanted: Wanted, *, folder: Path, watch: Watch | None = None,
        mirror: Mirror | None = None, clock: Callable[[], float] = time.time,
    ) -> None:  # fmt: skip
        self._log, self._crew, self._space, self._wanted, self._folder = log, crew, space, wanted, folder
        self._watch, self._mirror, self._clock = watch, mirror, clock
        self._state = log.state
        self._sampling = Sampling(space, wanted.sampler, wanted.seed, repeat=wanted.reshuffle)
        self._pruning = Pruning.of(wanted.pruner, wanted.rungs, log.state)
        self._first = _compiled_in(space.slots)
        self._running: dict[tuple[int, int], Plain] = {}
        self._trainings: dict[tuple[int, int], Training] = {}
        self._exhausted = False

    def search(self) -> None:
        """Train the trials that are asked for, until they are over or the time is.

        Raises:
            TrainingError: the first ones all failed.
            DataError: the log cannot be written.
        """
        while True:
            self._stop_if_all_failed()
            while len(self._running) < max(1, self._crew.size) and (trial := self._next()) is not None:
                self._give((trial.number, 0), self._task(trial))
            if not self._running:
                return
            self._heard()

    def finals(self, trainings: Sequence[Training]) -> None:
        """Train the finalists; what of it is in the log is not trained again.

        Raises:
            DataError: the log cannot be written.
        """
        self._trainings = {(one.trial, one.split): one for one in trainings}
        while True:
            known = self._state.finals
            left = [
                key for key in self._trainings if key not in self._running
                and (key not in known or known[key].state not in OVER) and not self._given_up(key)
            ]  # fmt: skip
            while left and len(self._running) < max(1, self._crew.size):
                key = left.pop(0)
                self._give(key, self._final_task(self._trainings[key]))
            if not self._running:
                return
            self._heard()

    @property
    def exhausted(self) -> bool:
        """Whether every setting that there is was tried."""
        return self._exhausted

    @property
    def out_of_time(self) -> bool:
        """Whether no further trial may begin; the defaults may at any time."""
        limit = self._wanted.limit
        return limit is not None and self._state.seconds >= limit and bool(self._state.ended)

    def _next(self) -> Trial | None:
        """The trial that is to be trained next; a round is drawn where none waits. None where there is none now."""
        while True:
            if self.out_of_time:
                return None
            for number in (number for drawn in self._state.rounds for number in drawn):
                trial = self._state.trials[number]
                if trial.state != "waiting" or (number, 0) in self._running or number >= self._wanted.trials:
                    continue
                if not self._copied(trial) and not self._given_up((number, 0)):
                    return trial
            if not self._draw():
                return None

    def _draw(self) -> bool:
        """Draw a round; False where all are drawn, or where it has to wait for the one that runs."""
        known = self._state.trials
        count = min(max(ROUND, self._crew.size), self._wanted.trials - len(known))
        if count <= 0 or self._exhausted or (self._running and self._crew.size <= 1):
            return False
        drawn = self._sampling.draw(known, count)
        self._exhausted = len(drawn) < count
        if not drawn:
            return False
        wanted, first = self._wanted, len(known)
        trials = [
            Trial(number, values, split=2 * number if wanted.reshuffle else 0, seed=wanted.seed)
            for number, values in enumerate(drawn, first)
        ]
        plain = [
            {"trial": one.number, "values": dict(one.values), "split": one.split, "seed": one.seed}
            for one in order(trials, self._first)
        ]
        self._note("round", round=len(self._state.rounds), trials=plain)
        return True

    def _task(self, trial: Trial) -> dict[str, Any]:
        return {
            "trial": trial.number, "values": dict(trial.values), "split": trial.split, "seed": trial.seed,
            "rungs": list(self._wanted.rungs), "snapshot": f"snapshots/{trial.number}.safetensors", "purpose": "trial",
        }  # fmt: skip

    def _final_task(self, one: Training) -> dict[str, Any]:
        return {
            "trial": one.trial, "values": dict(one.values), "split": one.split, "seed": one.seed, "rungs": [],
            "snapshot": f"snapshots/{one.trial}-{one.split}.safetensors", "purpose": "final",
        }  # fmt: skip

    def _give(self, key: tuple[int, int], task: dict[str, Any]) -> None:
        slowest = max((trial.seconds or 0.0 for trial in self._state.complete), default=None)
        limit = self._wanted.limit if slowest is None else max(LEAST, PATIENCE * slowest)
        self._running[key] = task
        self._crew.submit(_number(key), task, seconds=limit)

    def _heard(self) -> None:
        """Wait for what happens next, and act on it."""
        event = self._crew.wait(1.0)
        if event is not None:
            key = _key(event.task)
            if key in self._running:
                getattr(self, f"_{event.kind}")(key, event)
        if self._watch is not None:
            self._watch(self._state)

    def _began(self, key: tuple[int, int], event: Event) -> None:
        self._note("began", **self._of(key), worker=event.worker)

    def _report(self, key: tuple[int, int], event: Event) -> None:
        number, _ = key
        if key in self._trainings:
            self._crew.answer(event.task, True)
            return
        known = self._state.answers.get((number, event.step))
        if known is None:  # else the trial goes on from an earlier snapshot, and hears what it heard then
            known = not self._state.told_to_end(number) and self._pruning.goes_on(number, event.step, event.value)
            self._note("report", trial=number, epoch=event.step, value=event.value, go_on=known)
        self._crew.answer(event.task, known)

    def _done(self, key: tuple[int, int], event: Event) -> None:
        result = dict(event.result)
        value = result.get("value")
        number = float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
        reports = {} if key in self._trainings else dict(self._state.trials[key[0]].reports)
        if reports and self._state.told_to_end(key[0]):
            last = max(reports)
            shown = reports[last] if math.isfinite(reports[last]) else None
            self._over(key, "pruned", shown, behind(last), result)
        elif math.isfinite(number):
            self._over(key, "complete", number, "", result)
        else:
            self._over(key, "failed", None, "its value is no finite number", result)

    def _failed(self, key: tuple[int, int], event: Event) -> None:
        self._over(key, "failed", None, event.reason or "it failed, and nothing said why")

    def _lost(self, key: tuple[int, int], event: Event) -> None:
        self._note("lost", **self._of(key), reason=event.reason)
        if self._state.losses[key] > LOSSES:
            times = self._state.losses[key]
            why = f": {event.reason}" if event.reason else ""
            self._over(key, "failed", None, f"its worker died each of {times} times{why}")
        else:
            del self._running[key]  # given again, from its snapshot

    def _given_up(self, key: tuple[int, int]) -> bool:
        """Whether a trial's driver has died so often with it that it is begun no more."""
        if self._state.starts.get(key, 0) - self._state.losses.get(key, 0) < STARTS:
            return False
        self._over(key, "failed", None, f"the process died each of {STARTS} times while it was trained")
        return True

    def _over(
        self, key: tuple[int, int], state: str, value: float | None, reason: str = "",
        result: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        parts: dict[str, object] = {"state": state, "value": value, "reason": reason, "result": dict(result or {})}
        if key not in self._trainings:
            began = self._state.trials[key[0]].began
            parts["seconds"] = None if began is None else round(self._clock() - began, 3)
        self._note("final" if key in self._trainings else "end", **self._of(key), **parts)
        task = self._running.pop(key, {})
        if isinstance(snapshot := task.get("snapshot"), str):
            (self._folder / snapshot).unlink(missing_ok=True)
        if key not in self._trainings:
            trial = self._state.trials[key[0]]
            if state == "complete":
                self._pruning.complete(trial.number, trial.value)
            if self._mirror is not None:
                self._mirror.show(trial)

    def _of(self, key: tuple[int, int]) -> dict[str, object]:
        """What an event is of."""
        if (one := self._trainings.get(key)) is None:
            return {"trial": key[0]}
        return {"entry": one.entry, "trial": one.trial, "split": one.split, "seed": one.seed}

    def _copied(self, trial: Trial) -> bool:
        """Whether a setting was tried already: it is not trained, and has the result of then, or will have it."""
        if self._wanted.reshuffle:
            return False
        key = as_key(trial.values)
        others = (one for number, one in sorted(self._state.trials.items()) if number < trial.number)
        known = next((one for one in others if as_key(one.values) == key), None)
        if known is not None and known.state in OVER:
            same = f"same as trial {known.number}" + (f": {known.reason}" if known.reason else "")
            self._over((trial.number, 0), known.state, known.value, same, known.result)
        return known is not None

    def _stop_if_all_failed(self) -> None:
        """End a search of which nothing comes.

        Raises:
            TrainingError: it is one.
        """
        ended = self._state.ended
        failed = [trial for trial in ended if trial.state == "failed"]
        if len(failed) == len(ended) and len(failed) >= min(FAILURES, self._wanted.trials):
            rule = f"all of the first {len(failed)} trials failed; the last one: {failed[-1].reason}"
            cure = f"mend the recipe, and try it without its slots first: protokit run; {self._folder} has each reason"
            raise TrainingError(rule, cure=cure)

    def _note(self, event: str, **parts: object) -> None:
        self._log.append(event, **parts, at=self._clock())


def final_split(number: int, seed: int) -> tuple[int, int]:
    """Split and seed of one of the end's trainings, from 0: the same for all finalists.

    Their splits are the odd ones: trials with rows of their own have the even ones.
    """
    split = 2 * number + 1
    return split, derive(seed, "final", split)


def _compiled_in(slots: Mapping[str, Slot]) -> list[str]:
    """The slots that decide about the network's form rather than about a rate."""
    return [name for name, slot in slots.items() if slot.kind != "float"]


def _number(key: tuple[int, int]) -> int:
    """The crew's number of a task."""
    trial, split = key
    return _FINAL + trial * _SEEDS + split if split else trial


def _key(number: int) -> tuple[int, int]:
    return divmod(number - _FINAL, _SEEDS) if number >= _FINAL else (number, 0)
