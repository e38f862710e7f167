"""Columns that know the future of what is forecast."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from protokit.core.plain import Severity
from protokit.core.seeds import derive
from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import SERIES_CHECKS, SeriesCheck
from protokit.evaluate.audit.edits import ignore, listed, quoted
from protokit.evaluate.audit.series.data import SeriesData
from protokit.evaluate.audit.series.past import CALENDAR, Past, Told, standard

_FATAL = 0.995  # R2 of what is forecast
_LAGS = (24, 12, 6, 2)  # rows of its own past: as many as there are windows for
_ROWS, _FEWEST = 3000, 30  # windows looked at; so many more than numbers that are fitted
_WORK = 60_000  # windows times columns times targets


@SERIES_CHECKS.add
class Ahead(SeriesCheck):
    """Columns that tell steps of the forecast far better than its own past and the calendar do.

    Of each column its last two cells before the forecast are looked at, of a known one those of the forecast, too;
    by values and by ranks (a column that rises with the target tells as much), in windows before the test.
    """

    name = "ahead"
    about = "columns that tell the forecast: the target in another form, or columns made of later rows"
    rank = 10
    explains = True

    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """See SeriesCheck."""
        made = {name: sorted({*data.rows.derived.get(name, ())} & {*data.known}) for name in data.targets}
        told = [one for one in _told(data) if one[0] not in made[one[1]]]
        gone = {name for names in made.values() for name in names} | {name for name, _, _ in told}
        for target, names in made.items():
            if names:
                verb = "are" if names[1:] else "is"
                rule = f"{target!r} was computed from {listed(names)}, which {verb} said to be known over the forecast"
                yield Finding("ahead", "fatal", tuple(names), rule, {"derived": target}, _edit(data, names, gone))
        for name, target, one in told:
            yield _finding(data, name, target, one, gone)


def _told(data: SeriesData) -> Iterator[tuple[str, str, Told]]:
    """Each column that tells a target, the target, and how well."""
    count = (len(data.others) + len(data.targets) - 1) * len(data.targets)
    chosen = _chosen(data, count) if count else None
    if chosen is None:
        return
    units = [_standard(data, ranked) for ranked in (False, True)]
    for target in data.targets:
        pasts = [Past.of(data, columns[target], *chosen) for columns in units]
        for name in units[0]:
            if name != target:
                told = [past.told(own[name], name in data.known) for own, past in zip(units, pasts, strict=True)]
                best = max((one for one in told if one is not None), key=lambda one: one.score, default=None)
                if best is not None:
                    yield name, target, best


def _standard(data: SeriesData, ranked: bool) -> dict[str, np.ndarray]:
    columns = {**dict(zip(data.targets, data.values.T, strict=True)), **data.others}
    return {name: standard(data, values, ranked) for name, values in columns.items()}


def _chosen(data: SeriesData, count: int) -> tuple[np.ndarray, int] | None:
    """The last rows before the forecasts to look at, and how many before them to learn from."""
    last = data.origins[np.concatenate([data.split.train, data.split.validation])] - 1
    place = last - data.starts[data.codes[last]]
    for lags in _LAGS:
        deep = last[place >= lags]
        if len(deep) < _FEWEST + lags + CALENDAR + 2:
            continue
        most = int(np.clip(_WORK / count, 10 * _FEWEST, _ROWS))
        if len(deep) > most:
            generator = np.random.Generator(np.random.PCG64(derive(data.rows.seed, "audit", "ahead")))
            deep = np.sort(generator.choice(deep, most, replace=False))
        return deep, lags
    return None


def _finding(data: SeriesData, name: str, target: str, told: Told, gone: set[str]) -> Finding:
    severity: Severity = "fatal" if told.score >= _FATAL else "warning"
    steps = f"{told.step:,} step{'s' if told.step > 1 else ''}"
    numbers = f"R2 {told.score:.3f}, and {told.own:.3f} by its own past and the calendar"
    if told.at:
        cell = "of the same step" if told.at == told.step else f"of step {told.at:,}"
        rule = f"{name!r} is said to be known over the forecast: its cell {cell} tells {target!r} {steps} ahead"
    else:
        rule = f"{name!r} knows {target!r} {steps} ahead, like a column moved in time or made of later rows"
    evidence: dict[str, float | int | str] = {
        "r2": round(told.score, 4), "r2_of_the_past": round(told.own, 4), "steps_ahead": told.step,
        "known_step": told.at,
    }  # fmt: skip
    if name in data.targets:
        return Finding("ahead", severity, (name, target), f"{rule} ({numbers})", evidence)
    return Finding("ahead", severity, (name,), f"{rule} ({numbers})", evidence, _edit(data, [name], gone))


def _edit(data: SeriesData, names: list[str], gone: set[str]) -> str:
    """Columns left out, and no longer named as known; nor is what other findings leave out, so that edits add up."""
    edit = ignore(names)
    if not {*names} & {*data.known}:
        return edit
    return edit + f"\n  series: {{known: [{', '.join(quoted(one) for one in data.known if one not in gone)}]}}"
