"""The trials of a search as values and as a table; and what `search.json` holds of its end."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypedDict

import numpy as np
import pandas as pd

from protokit.core.plain import PlainInterval

State = Literal["waiting", "running", "complete", "pruned", "failed"]
STATES: tuple[State, ...] = ("waiting", "running", "complete", "pruned", "failed")
COLUMNS = ("trial", "state", "value", "loss")  # metrics stand behind these, then
FURTHER = ("epochs", "parameters", "architecture", "known", "seconds", "worker", "reason")  # and then the slots
_WIDEST = 2**63


@dataclass(frozen=True)
class Trial:
    """One trial as the log has it. `value` is what it is compared by: lower is better, also of a metric where greater
    is better, whose sign is turned; None where there is none, and of one that was pruned its last report.

    `reports` are epochs with the value there, `result` is what the worker gave, `reason` why it was pruned or failed.
    `began` is seconds since 1970, None where it has not begun.
    """

    number: int
    values: Mapping[str, object]
    state: State = "waiting"
    value: float | None = None
    reports: tuple[tuple[int, float], ...] = ()
    epochs: int | None = None
    seconds: float | None = None
    worker: str = ""
    reason: str = ""
    result: Mapping[str, object] = field(default_factory=dict)
    split: int = 0
    seed: int = 0
    began: float | None = None


@dataclass(frozen=True)
class Final:
    """One training of a finalist: `entry` is its place among the finalists, on a split and seed of the end's own."""

    entry: int
    trial: int
    split: int
    seed: int
    state: State = "waiting"
    value: float | None = None
    result: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""


class PlainFinalist(TypedDict):
    """A finalist: `value` is the mean over its trainings of the end, in the metric's own sign, with its interval.

    `searched` is the value of its trial, `trained` those of the end, null where one failed.
    """

    entry: int
    trial: int
    searched: float | None
    trained: list[float | None]
    value: PlainInterval


class PlainPaired(TypedDict):
    """The winner against the defaults or a baseline on the same rows; `difference` is of the metric, winner's less the
    other's, `outcome` is the winner's."""

    against: str
    metric: str
    outcome: Literal["better", "worse", "cannot tell apart", "not compared"]
    difference: PlainInterval
    p: float | None
    sentence: str


class PlainSearch(TypedDict, total=False):
    """`search.json`, the last file that a search writes. Values are in the metric's own sign; gains and optimism are
    more than 0 where the winner is better, and where its shown value was too good.

    `shown_gain` is of the winner's trial over that of the defaults, `expected_optimism` the part of it that the
    finalists' other trainings take back, `gain` what is left: the winner over the defaults in these trainings.
    `runs` are the folders of winner and defaults, from that of the search; `notices` what was decided for the person.
    """

    metric: str
    greater_is_better: bool
    target: str
    trials: int
    sampler: str
    pruner: str | None
    winner: int
    values: dict[str, object]
    defaults: dict[str, object]
    gained: bool
    sentence: str
    shown_gain: float | None
    expected_optimism: PlainInterval
    gain: PlainInterval
    finalists: list[PlainFinalist]
    paired: list[PlainPaired]
    runs: dict[str, str]
    seconds: float
    cpu: float
    looks: int
    notices: list[str]


def table(trials: Iterable[Trial], slots: Sequence[str] = (), *, greater_is_better: bool = False) -> pd.DataFrame:
    """One row for each trial, in their order: `value` is in the metric's own sign, and a column for each slot follows.

    A slot that other values leave out is missing in that row. A slot that is called as another column is called with
    ` (slot)` behind.
    """
    every = sorted(trials, key=lambda one: one.number)
    sign = -1.0 if greater_is_better else 1.0
    scores = [_mapping(one.result.get("scores")) for one in every]
    metrics = [name for name in dict.fromkeys(key for one in scores for key in one) if name not in (*COLUMNS, *FURTHER)]
    columns: dict[str, pd.Series] = {
        "trial": pd.Series([one.number for one in every], dtype="int64"),
        "state": pd.Series(pd.Categorical([one.state for one in every], categories=list(STATES))),
        "value": _numbers([None if one.value is None else sign * one.value for one in every]),
        "loss": _numbers([one.result.get("loss") for one in every]),
        **{name: _numbers([one.get(name) for one in scores]) for name in metrics},
        "epochs": _counts([one.epochs for one in every]),
        "parameters": _counts([one.result.get("parameters") for one in every]),
        "architecture": _texts([one.result.get("architecture") for one in every]),
        "known": pd.Series([_truth(one.result.get("known")) for one in every], dtype="boolean"),
        "seconds": _numbers([one.seconds for one in every]),
        "worker": _texts([one.worker or None for one in every]),
        "reason": _texts([one.reason or None for one in every]),
    }
    names = dict.fromkeys((*slots, *(name for one in every for name in one.values)))
    for name in names:
        called = f"{name} (slot)" if name in columns else name
        columns[called] = _slot([one.values.get(name, pd.NA) for one in every])
    return pd.DataFrame(columns)


def as_csv(frame: pd.DataFrame) -> str:
    """The table as `trials.csv` has it: a missing cell is empty, a list or a mapping is JSON, null is `null`."""
    written = frame.copy()
    for name in frame.columns:
        if frame[name].dtype == object:
            written[name] = [_cell(value) for value in frame[name]]
    return str(written.to_csv(index=False, lineterminator="\n"))


def _cell(value: object) -> str | None:
    if value is pd.NA:
        return None
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else float("nan")


def _numbers(values: Sequence[object]) -> pd.Series:
    return pd.Series([_number(value) for value in values], dtype="float64")


def _counts(values: Sequence[object]) -> pd.Series:
    return pd.Series([value if isinstance(value, int) else pd.NA for value in values], dtype="Int64")


def _texts(values: Sequence[object]) -> pd.Series:
    return pd.Series([pd.NA if value is None else str(value) for value in values], dtype="string")


def _truth(value: object) -> object:
    return value if isinstance(value, bool) else pd.NA


def _slot(values: Sequence[object]) -> pd.Series:
    """A column of the narrowest type that holds every value; missing where the slot was not met."""
    kinds = {type(value) for value in values if value is not pd.NA}
    if kinds == {bool}:
        return pd.Series(list(values), dtype="boolean")
    if kinds == {int} and all(-_WIDEST <= value < _WIDEST for value in values if isinstance(value, int)):
        return pd.Series(list(values), dtype="Int64")
    if kinds and kinds <= {int, float}:
        return _numbers(values)
    if kinds == {str}:
        return pd.Series(list(values), dtype="string")
    column = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):  # one by one: NumPy takes a list of lists apart
        column[place] = list(value) if isinstance(value, tuple) else value
    return pd.Series(column)
