"""What the events of a search come to: its trials, what was decided of them, and the trainings of its end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from protokit.search.table import Final, Trial

VERSION = 1
OVER = ("complete", "pruned", "failed")


@dataclass
class State:
    """All that is known of a search. It changes by `take` alone, so that the same events always make the same state.

    `rounds` are the numbers of the trials that were drawn together, in the order in which they are trained; `answers`
    what a trial was told at an epoch, in the order in which they were asked. `finals` are by trial and split. `starts`
    count how often a trial or a training of the end began without an end so far, `losses` how often its worker died.
    """

    begin: Mapping[str, Any] = field(default_factory=dict)
    rounds: list[tuple[int, ...]] = field(default_factory=list)
    trials: dict[int, Trial] = field(default_factory=dict)
    answers: dict[tuple[int, int], bool] = field(default_factory=dict)
    finals: dict[tuple[int, int], Final] = field(default_factory=dict)
    starts: dict[tuple[int, int], int] = field(default_factory=dict)
    losses: dict[tuple[int, int], int] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    done: bool = False
    _since: float | None = None
    _wanted: int | None = None

    def take(self, event: Mapping[str, Any]) -> None:
        """Take in an event; one that this version does not know changes nothing."""
        if (handler := _TAKES.get(event["event"])) is not None:
            handler(self, event)
        if "at" in event:
            at = float(event["at"])
            if event["event"] not in ("begin", "resume") and self._since is not None:
                self.seconds += max(0.0, at - self._since)
            self._since = at

    @property
    def ended(self) -> list[Trial]:
        """The trials that are over, by number."""
        return [trial for _, trial in sorted(self.trials.items()) if trial.state in OVER]

    @property
    def complete(self) -> list[Trial]:
        """The trials that were trained to their end and have a value, the best first."""
        found = [trial for trial in self.trials.values() if trial.state == "complete" and trial.value is not None]
        return sorted(found, key=lambda one: (one.value, one.number))

    @property
    def pruned(self) -> list[Trial]:
        """The trials that were ended early with a value, those that came furthest first, and of these the best."""
        found = [trial for trial in self.trials.values() if trial.state == "pruned" and trial.reports]
        known = [trial for trial in found if trial.value is not None and math.isfinite(trial.value)]
        return sorted(known, key=lambda one: (-one.reports[-1][0], one.value, one.number))

    @property
    def wanted(self) -> int | None:
        """How many trials were asked for last."""
        return self._wanted

    def told_to_end(self, trial: int) -> bool:
        """Whether a trial was told at some epoch not to go on."""
        return any(number == trial and not go_on for (number, _), go_on in self.answers.items())

    def _begin(self, event: Mapping[str, Any]) -> None:
        self.begin, self._wanted = event, event.get("trials")

    def _resume(self, event: Mapping[str, Any]) -> None:
        """A driver begins anew: what ran with the last one does not run."""
        self.done, self._wanted = False, event.get("trials", self._wanted)
        for number, trial in self.trials.items():
            if trial.state == "running":
                self.trials[number] = replace(trial, state="waiting")
        for key, final in self.finals.items():
            if final.state == "running":
                self.finals[key] = replace(final, state="waiting")

    def _round(self, event: Mapping[str, Any]) -> None:
        self.rounds.append(tuple(one["trial"] for one in event["trials"]))
        for one in event["trials"]:
            self.trials[one["trial"]] = Trial(one["trial"], one["values"], split=one["split"], seed=one["seed"])

    def _began(self, event: Mapping[str, Any]) -> None:
        key = key_of(event)
        self.starts[key] = self.starts.get(key, 0) + 1
        if "split" in event:
            self._final(event, state="running")
        else:
            known = self.trials[key[0]]
            began, worker = event.get("at"), str(event.get("worker", ""))
            self.trials[key[0]] = replace(known, state="running", worker=worker, began=began)

    def _report(self, event: Mapping[str, Any]) -> None:
        number, epoch = event["trial"], event["epoch"]
        value = math.nan if event["value"] is None else float(event["value"])
        known = self.trials[number]
        others = tuple(one for one in known.reports if one[0] != epoch)
        self.trials[number] = replace(known, reports=tuple(sorted((*others, (epoch, value)))))
        self.answers.setdefault((number, epoch), event["go_on"])

    def _end(self, event: Mapping[str, Any]) -> None:
        number, result = event["trial"], event.get("result") or {}
        self.trials[number] = replace(
            self.trials[number],
            state=event["state"],
            value=event["value"],
            reason=event.get("reason") or "",
            result=result,
            epochs=result.get("epochs"),
            seconds=event.get("seconds"),
        )

    def _lost(self, event: Mapping[str, Any]) -> None:
        key = key_of(event)
        self.losses[key] = self.losses.get(key, 0) + 1
        if "split" in event:
            self._final(event, state="waiting")
        else:
            self.trials[key[0]] = replace(self.trials[key[0]], state="waiting")

    def _final(self, event: Mapping[str, Any], state: Any = None) -> None:
        key = key_of(event)
        reason, result = ("", {}) if state else (event.get("reason") or "", event.get("result") or {})
        self.finals[key] = Final(
            event.get("entry", 0), *key, event.get("seed", 0), state or event["state"], event.get("value"), result,
            reason,
        )  # fmt: skip

    def _run(self, event: Mapping[str, Any]) -> None:
        self.runs[event["of"]] = event["path"]

    def _done(self, event: Mapping[str, Any]) -> None:
        self.done = True


def key_of(event: Mapping[str, Any]) -> tuple[int, int]:
    """What an event is of: a trial and, of the end's trainings, the split; 0 of a trial of the search itself."""
    return int(event["trial"]), int(event.get("split", 0))


_TAKES = {
    "begin": State._begin,
    "resume": State._resume,
    "round": State._round,
    "began": State._began,
    "report": State._report,
    "end": State._end,
    "lost": State._lost,
    "final": State._final,
    "run": State._run,
    "done": State._done,
}


def order(trials: Sequence[Trial], first: Sequence[str]) -> list[Trial]:
    """Trials in the order in which they are trained: those alike in the slots `first` one after the other.

    So what was compiled for one is at hand for the next. Trial 0, the defaults, comes before all.
    """
    return sorted(trials, key=lambda one: (one.number > 0, [repr(one.values.get(name)) for name in first], one.number))
