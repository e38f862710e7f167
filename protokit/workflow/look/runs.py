"""A list of runs and searches: filtered, sorted, shown."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.errors import SpecError
from protokit.core.names import number
from protokit.core.suggest import did_you_mean, one_of
from protokit.show.blocks import Grid
from protokit.workflow.record.listing import Listed, listed

if TYPE_CHECKING:
    import pandas as pd

_FILTER = re.compile(r"\s*(?P<name>[^<>=!~]+?)\s*(?P<sign><=|>=|!=|==|=|<|>|~)\s*(?P<value>.+?)\s*")
_SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_HELP = "write such as 'roc_auc > .8', 'state = failed', 'name ~ flights' (holds these letters)"
_MOST_LETTERS = 140
_MOST_REASONS = 10


def runs(
    folder: str | Path = "runs", *, filter: str | Sequence[str] = (), sort: str | None = None, reverse: bool = False
) -> pd.DataFrame:
    """The runs and searches below a folder, the newest first: where, when, how it ended, and each score.

    `filter` are comparisons that must all hold: `"roc_auc > .8"`, `"state = failed"`, `"name ~ flights"`. `sort` is a
    metric, whose best come first, or another column.

    >>> protokit.runs("runs", filter="accuracy >= 0", sort="accuracy").columns[:3].tolist()
    ['run', 'kind', 'name']
    >>> "birds" in protokit.runs(run.path.parent)["name"].tolist()
    True

    Raises:
        SpecError: a filter cannot be read, or there is no such column.
        DataError: there is no such folder.
    """
    import pandas as pd

    found = chosen(Path(folder), [filter] if isinstance(filter, str) else filter, sort, reverse=reverse)
    frame = pd.DataFrame([one.facts for one in found], columns=names(found))
    frame["started"] = pd.to_datetime(frame["started"].replace("", None), utc=True, format="ISO8601", errors="coerce")
    for name in ("trials", "epochs", "parameters"):
        frame[name] = frame[name].astype("Int64")
    texts = ("run", "kind", "name", "state", "reason", "target", "metric", "verdict")
    rest = [name for name in frame.columns if name not in (*texts, "started", "trials", "epochs", "parameters")]
    return frame.astype(dict.fromkeys(rest, "float64"))


def chosen(
    folder: Path, filters: Iterable[str] = (), sort: str | None = None, *, reverse: bool = False
) -> list[Listed]:
    """The runs and searches below a folder that a person asked for, in the order that they asked for.

    Raises:
        SpecError: a filter cannot be read, or there is no such column.
        DataError: there is no such folder.
    """
    every = listed(folder)
    known = names(every)
    for text in filters:
        holds = _read(text, known)
        every = [one for one in every if holds(one.facts)]
    if sort is None:
        return every[::-1] if reverse else every
    by = sort.strip()
    _must_know(by, known)
    present = [one for one in every if not _missing(one.facts.get(by))]
    absent = [one for one in every if _missing(one.facts.get(by))]
    best_is_most = any(one.better.get(by) for one in present) or by in ("started", "value")
    if by == "value" and present:
        best_is_most = bool(present[0].better.get(present[0].metric, True))
    present.sort(key=lambda one: _rank(one.facts[by]), reverse=best_is_most != reverse)
    return [*present, *absent]


def names(every: Sequence[Listed]) -> list[str]:
    """The columns of a list: its facts, then each metric that any of them has."""
    own = list(Listed(Path(), "run", "", "", "finished").facts)
    return list(dict.fromkeys([*own, *(metric for one in every for metric in one.metrics)]))


def grid(every: Sequence[Listed], folder: Path) -> tuple[Grid, tuple[str, ...]]:
    """The list as a table, and why those did not end that did not."""
    header = ("run", "when", "state", "target", "score", "verdict", "trials", "epochs", "seconds")
    cells: list[tuple[str, ...]] = [
        (
            _place(one, folder), one.started[:16].replace("T", " "), one.state, one.target, _score(one), one.verdict,
            _count(one.trials), _count(one.epochs), "" if one.seconds is None else number(one.seconds),
        )
        for one in every
    ]  # fmt: skip
    shown = [i for i in range(len(header)) if i < 3 or any(row[i] for row in cells)]
    rows = tuple(tuple(row[i] for i in shown) for row in cells)
    told = [one for one in every if one.state != "finished" and one.reason]
    notes = [f"{_place(one, folder)} {one.state}: {_line(one.reason)}" for one in told[:_MOST_REASONS]]
    if len(told) > _MOST_REASONS:
        notes.append(f"{len(told) - _MOST_REASONS} more did not come to their end; --json has every reason")
    return Grid("", tuple(header[i] for i in shown), rows), tuple(notes)


def said(every: Sequence[Listed]) -> str:
    """How many there are, and how they ended, in a sentence."""
    counts = {state: sum(one.state == state for one in every) for state in dict.fromkeys(one.state for one in every)}
    kinds = [
        f"{count:,} {kind if count == 1 else plural}"
        for kind, plural in (("run", "runs"), ("search", "searches"))
        if (count := sum(one.kind == kind for one in every))
    ]
    of = f": {', '.join(f'{count:,} {state}' for state, count in counts.items())}" if len(counts) > 1 else ""
    return " and ".join(kinds or ["no runs"]) + of


def _read(text: str, known: Sequence[str]) -> Callable[[dict[str, object]], bool]:
    """What a filter asks of a run's facts; compared here, never evaluated.

    Raises:
        SpecError: it is none, or names nothing that is known.
    """
    found = _FILTER.fullmatch(text)
    if found is None:
        word = text.strip()
        if not word or re.search(r"[<>=!~]", word):
            raise SpecError.one(f"{text!r} is no filter", _HELP)
        return lambda facts: word.casefold() in str(facts["name"]).casefold()
    name, sign, value = found["name"], found["sign"], found["value"].strip("'\"")
    _must_know(name, known)
    wanted = _as_number(value)
    if sign in _SIGNS and wanted is None and name != "started":
        raise SpecError.one(f"{text!r}: {value!r} is no number", _HELP)

    def holds(facts: dict[str, object]) -> bool:
        fact = facts.get(name)
        if _missing(fact):
            return False
        if sign == "~":
            return value.casefold() in str(fact).casefold()
        if isinstance(fact, (int, float)) and wanted is not None:
            same = fact == wanted
        else:
            same = str(fact).casefold() == value.casefold()
        if sign in ("=", "=="):
            return same
        if sign == "!=":
            return not same
        if name == "started":  # ISO: in the order of its letters
            mine = str(fact)[: len(value)]
            return {"<": mine < value, "<=": mine <= value, ">": mine > value, ">=": mine >= value}[sign]
        return isinstance(fact, (int, float)) and wanted is not None and _SIGNS[sign](fact, wanted)

    return holds


def _must_know(name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise SpecError.one(f"no run has {name!r}", did_you_mean(name, known) or one_of(known))


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _missing(fact: object) -> bool:
    return fact is None or fact == "" or fact != fact


def _rank(fact: object) -> tuple[float, str]:
    return (float(fact), "") if isinstance(fact, (int, float)) else (0.0, str(fact))


def _place(one: Listed, folder: Path) -> str:
    if one.path == folder:
        return one.path.resolve().name
    return one.path.relative_to(folder).as_posix()


def _score(one: Listed) -> str:
    value, low, high = (one.score[key] for key in ("value", "low", "high"))
    if value is None:
        return f"{one.metric} -" if one.metric else ""
    bounds = f" ({number(low)} to {number(high)})" if low is not None and high is not None else ""
    return f"{one.metric} {number(value)}{bounds}"


def _count(count: int | None) -> str:
    return "" if count is None else f"{count:,}"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST_LETTERS else line[: _MOST_LETTERS - 1] + "…"
