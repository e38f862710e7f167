"""Times until an event, as events and exposures in intervals.

In each interval of the target's `times` a row has had the event or not, and was exposed to the hazard that all training
rows have there, the longer it was in sight. A network that says the logarithm of how many times that hazard is its
own, 0 of all, says the curve of the training rows (Nelson and Aalen).

Source: Holford, The Analysis of Rates and of Survivorship Using Log-Linear Models, 1980; Laird and Olivier,
Covariance Analysis of Censored Survival Data Using Log-Linear Analysis Techniques, 1981.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoders.cells import FALSE, TRUE, to_numbers, wrong
from protokit.represent.targets.coding import CODINGS, Asked, Coding, Learned

_MOST, _FEWEST = 20, 4  # intervals
_EVENTS = 10  # in each interval, where they are enough
_FARTHEST = 30.0  # the logarithm of a hazard; beyond it exponentials overflow
_WORDS = {**dict.fromkeys((*TRUE, "1", "1.0"), 1.0), **dict.fromkeys((*FALSE, "0", "0.0"), 0.0)}


class Times(Coding):
    """Times until an event, as events and exposures in intervals."""

    name = "times"
    about = "Times until an event, as events and exposures in intervals."

    def fit(self, frame: pd.DataFrame, names: tuple[str, ...], asked: Asked) -> Learned:
        """See Coding: intervals with as many events each, and the hazard in them."""
        truth = _read(frame, names)
        at = np.sort(truth[truth[:, 1] == 1, 0])
        if len(at) < 2 or at[0] == at[-1]:
            rule = f"{names[1]!r} says an event in {len(at)} of {len(truth):,} training rows"
            if len(at) >= 2:
                rule = f"every event of the training rows is at {names[0]} = {at[0]:g}"
            raise DataError(f"{rule}: there is no curve to learn", cure="bring rows with events")
        count = int(np.clip(len(at) // _EVENTS, _FEWEST, _MOST))
        times = tuple(np.unique(np.quantile(at, np.linspace(0, 1, count + 1)[1:], method="inverted_cdf")).tolist())
        spec = TargetSpec(names[0], asked.task, columns=names, width=len(times), times=times)
        events, there = _in_intervals(truth, spec)
        return Learned(replace(spec, hazards=tuple((events.sum(0) / there.sum(0)).tolist())))

    def truth(self, learned: Learned, frame: pd.DataFrame) -> np.ndarray:
        """See Coding: time and event. Shapes: (rows, 2)."""
        return _read(frame, learned.spec.columns)

    def training(self, learned: Learned, truth: np.ndarray) -> np.ndarray:
        """See Coding: of each interval the event, 0 or 1, and then of each the exposure. Shapes: (rows, 2 * times)."""
        events, there = _in_intervals(truth, learned.spec)
        return np.concatenate([events, there * np.array(learned.spec.hazards)], axis=1).astype(np.float32)

    def scores(self, learned: Learned, output: np.ndarray) -> np.ndarray:
        """See Coding: that the event is later than each time. Shapes: (rows, times) -> (rows, times), descending."""
        hazards = np.exp(np.clip(output, -_FARTHEST, _FARTHEST)) * np.array(learned.spec.hazards)
        later: np.ndarray = np.exp(-hazards.cumsum(axis=1))
        return later


CODINGS.add(Times())


def _in_intervals(truth: np.ndarray, spec: TargetSpec) -> tuple[np.ndarray, np.ndarray]:
    """Which interval has the event of a row, and which share of each interval the row was in sight.

    What is after the last time is not told of. Shapes: (rows, 2) -> (rows, times), (rows, times).
    """
    ends = np.array([0.0, *spec.times])
    time, seen = truth[:, :1], truth[:, 1:]
    there = np.clip((time - ends[:-1]) / np.diff(ends), 0, 1)
    events = ((time > ends[:-1]) & (time <= ends[1:])) * seen
    return events, there


def _read(frame: pd.DataFrame, names: tuple[str, ...]) -> np.ndarray:
    """Time and event of each row.

    Raises:
        DataError: a time is not above 0, or an event is neither there nor not.
    """
    times = to_numbers(frame[names[0]])
    if (odd := times <= 0).any():
        cure = "leave out its row, filter, or count the time from before the first event"
        raise DataError(wrong(frame[names[0]], int(odd.argmax()), "a time above 0").rule, cure=cure)
    cells = frame[names[1]]
    events = cells.astype(str).str.strip().str.lower().map(_WORDS).to_numpy(float)
    if (odd := np.isnan(events)).any():
        cell = cells.iloc[int(odd.argmax())]
        value = f"'{cell}'" if isinstance(cell, str) else f"{cell}"
        derived = f"{names[1]} = {value}"
        cure = f'say where it is, such as collect: {{clean: [{{derive: {{seen: "{derived}"}}}}]}} and event: seen'
        raise DataError(wrong(cells, int(odd.argmax()), "an event, 1 or true, or none, 0 or false").rule, cure=cure)
    return np.stack([times, events], axis=1)
