"""The runs and searches below a folder, read from the small files in theirs: a thousand of them in about a second."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from protokit.core.errors import DataError
from protokit.core.outside import access
from protokit.core.plain import PlainInterval
from protokit.core.runs import LAST
from protokit.core.suggest import nearest
from protokit.workflow.record.failure import FAILED

State = Literal["finished", "failed", "interrupted", "running", "unfinished"]
LOG, SEARCH_LAST = "log.jsonl", "search.json"  # of a search: with the second one it is complete
_RUN = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)-\w+")
_DEEPEST = 6  # folders below the one that is given
_GAINED = {True: "gained", False: "nothing gained"}


@dataclass(frozen=True)
class Listed:
    """A run or a search. `name` is that of its recipe, `started` is in UTC as ISO writes it, empty where not known.

    `score` is that of the main metric on the test rows, of a search the winner's on the validation rows of its last
    trainings. `metrics` are all scores by metric, by `target.metric` for several targets; `better` says of which
    greater is better. `reason` says why it did not come to its end, where it is known.
    """

    path: Path
    kind: Literal["run", "search"]
    name: str
    started: str
    state: State
    reason: str = ""
    target: str = ""
    metric: str = ""
    score: PlainInterval = field(default_factory=lambda: _nothing())
    verdict: str = ""
    trials: int | None = None
    epochs: int | None = None
    parameters: int | None = None
    seconds: float | None = None
    metrics: Mapping[str, float | None] = field(default_factory=dict)
    better: Mapping[str, bool] = field(default_factory=dict)

    @property
    def facts(self) -> dict[str, object]:
        """All that a list can be sorted and filtered by, by its name; a metric that is called as a fact comes after."""
        own = {
            "run": str(self.path), "kind": self.kind, "name": self.name, "started": self.started, "state": self.state,
            "reason": self.reason, "target": self.target, "metric": self.metric, "value": self.score["value"],
            "low": self.score["low"], "high": self.score["high"], "verdict": self.verdict, "trials": self.trials,
            "epochs": self.epochs, "parameters": self.parameters, "seconds": self.seconds,
        }  # fmt: skip
        return {**self.metrics, **own}


def listed(folder: Path) -> list[Listed]:
    """Every run and search below a folder, the newest first.

    Raises:
        DataError: there is no such folder.
    """
    if not access.local(folder).is_dir():
        beside = [one.name for one in folder.parent.iterdir() if one.is_dir()] if folder.parent.is_dir() else []
        near = nearest(folder.name, beside)
        cure = f"did you mean {folder.parent / near}?" if near else "give the folder that -o named; runs, if it did not"
        raise DataError("there is no such folder", place=str(folder), cure=cure)
    return sorted(_below(folder, 0), key=lambda one: (one.started, str(one.path)), reverse=True)


def _below(folder: Path, depth: int) -> Iterator[Listed]:
    try:
        inside = {one.name: one for one in folder.iterdir()}
    except OSError:  # not ours to read
        return
    if LOG in inside or SEARCH_LAST in inside:
        yield _search(folder, inside)
    elif LAST in inside or ("environment.json" in inside and _RUN.fullmatch(folder.resolve().name)):
        yield _run(folder, inside)
    elif depth < _DEEPEST:
        for one in inside.values():
            if not one.name.startswith(".") and one.is_dir() and not one.is_symlink():
                yield from _below(one, depth + 1)


def _run(folder: Path, inside: Mapping[str, Path]) -> Listed:
    of = folder.resolve()
    name = of.parent.name
    started = _started(of.name) or str(_read(folder / "environment.json").get("started", ""))[:19]
    if LAST not in inside:
        state, reason = ended(folder)
        return Listed(folder, "run", name, started, state, reason)
    try:
        metrics, steps = _read(folder / LAST), _read(folder / "steps.json")
        seconds = steps.get("seconds")
        spent = sum(seconds.values()) if isinstance(seconds, dict) else None
        return Listed(folder, "run", name, started, "finished", seconds=spent, **_scored(metrics))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return Listed(folder, "run", name, started, "failed", f"{LAST} cannot be read")


def _scored(metrics: Mapping[str, Any]) -> dict[str, Any]:
    """What `metrics.json` says of the run."""
    scores, verdict = metrics["scores"], metrics["verdicts"][0]
    several = len({score["target"] for score in scores}) > 1
    names = [f"{s['target']}.{s['metric']}" if several else s["metric"] for s in scores]
    main = next(s for s in scores if (s["target"], s["metric"]) == (verdict["target"], verdict["metric"]))
    return {
        "target": verdict["target"],
        "metric": verdict["metric"],
        "score": main["network"],
        "verdict": verdict["outcome"],
        "epochs": max(one["epochs"] for one in metrics["networks"]),
        "parameters": sum(layer[3] for layer in metrics["network"]),
        "metrics": {name: s["network"]["value"] for name, s in zip(names, scores, strict=True)},
        "better": {
            name: better
            for name, s in zip(names, scores, strict=True)
            if (better := s["greater_is_better"]) is not None
        },
    }


def ended(folder: Path) -> tuple[State, str]:
    """How a run or a search that did not come to its end ended, and why, as far as its folder tells."""
    inside = {one.name for one in folder.iterdir()}
    if FAILED in inside:
        said = _read(folder / FAILED)
        state: State = "interrupted" if said.get("state") == "interrupted" else "failed"
        return state, str(said.get("reason", ""))
    if "audit.json" in inside:
        found = _read(folder / "audit.json").get("findings")
        fatal = [one for one in found if one.get("severity") == "fatal"] if isinstance(found, list) else []
        if fatal and not any(one.startswith("snapshot") for one in inside):
            more = f", and {len(fatal) - 1} more" if len(fatal) > 1 else ""
            return "failed", f"the audit stopped it: {fatal[0].get('rule', '')}{more}"
    if "lock" in inside and _alive(folder / "lock"):
        return "running", ""
    return "unfinished", "running still, or its process was killed"


def _alive(lock: Path) -> bool:
    """Whether the process of this machine that a lock names is there."""
    own = _read(lock)
    if own.get("host") != platform.node() or not isinstance(pid := own.get("pid"), int):
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's, or the system cannot tell
        return os.name == "posix"
    return True


def unfinished(folder: Path) -> str | None:
    """Why the run in a folder, or the newest one below `runs/NAME`, did not come to its end; None where it is none, or
    it did."""
    if not (access.local(folder) / "environment.json").is_file():
        below = sorted(one.parent for one in folder.glob("*/environment.json") if _RUN.fullmatch(one.parent.name))
        if not below:
            return None
        folder = below[-1]
    if (folder / LAST).is_file() or (folder / SEARCH_LAST).is_file():
        return None
    state, reason = ended(folder)
    return f"it is {state}: {reason}" if reason else f"it is {state}"


def _search(folder: Path, inside: Mapping[str, Path]) -> Listed:
    of = folder.resolve()
    name = of.parent.name if of.name.startswith("search-") else of.name
    environment = _read(folder / "environment.json")
    started = _started(of.name.removeprefix("search-")) or str(environment.get("started", ""))[:19]
    if SEARCH_LAST not in inside:
        return _open_search(folder, name, started)
    said = _read(folder / SEARCH_LAST)
    finalists = said.get("finalists")
    best = [one for one in finalists if one.get("trial") == said.get("winner")] if isinstance(finalists, list) else []
    metric, value = str(said.get("metric", "")), (best[0].get("value") if best else None) or _nothing()
    return Listed(
        folder, "search", name, started, "finished" if said else "failed", "" if said else "search.json cannot be read",
        target=str(said.get("target", "")), metric=metric, score=value, verdict=_GAINED.get(said.get("gained", ""), ""),
        trials=said.get("trials"), seconds=said.get("seconds"), metrics={metric: value["value"]} if metric else {},
        better={metric: bool(said.get("greater_is_better"))} if metric else {},
    )  # fmt: skip


def _open_search(folder: Path, name: str, started: str) -> Listed:
    """A search that did not come to its end: how far it is, by its log."""
    ends, first, last = 0, None, None
    for event in _events(folder / LOG):
        ends += event.get("event") == "end"
        if isinstance(at := event.get("at"), (int, float)):
            first, last = at if first is None else first, at
    state, reason = ended(folder)
    seconds = last - first if first is not None and last is not None else None
    return Listed(folder, "search", name, started, state, reason, trials=ends, seconds=seconds)


def _events(log: Path) -> Iterator[Mapping[str, Any]]:
    """The whole lines of a log: the last one may be torn."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return
    for line in lines[:-1]:
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            yield event


def _nothing() -> PlainInterval:
    return {"value": None, "low": None, "high": None}


def _started(folder: str) -> str:
    """The time in the name of a folder, as ISO writes it."""
    found = _RUN.fullmatch(folder)
    return "{}-{}-{}T{}:{}:{}".format(*found.groups()) if found else ""


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
