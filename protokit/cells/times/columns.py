"""Columns as times, whatever the type of their cells: texts, dates, numbers since 1970."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from protokit.cells.times.rules import EPOCHS, UNASKED, Evidence, Rule, evidence_of, readings
from protokit.cells.times.texts import COMPACT, moments, parse
from protokit.cells.times.zones import MOST, in_utc
from protokit.core.names import as_text, counted
from protokit.core.values.said import Notice

_DAY = 86_400 * 10**6  # microseconds
_SHOWN = 200  # different texts that are looked at before all of them


@dataclass(frozen=True)
class Times:
    """A column as times of UTC, or of no place where its cells name none.

    Shapes: (rows,) datetime64[us], NaT where missing or unread; (rows,) bool, where a cell is no time. `twice` and
    `never` count the cells whose local time came twice, or never.
    """

    values: np.ndarray
    unread: np.ndarray
    twice: int = 0
    never: int = 0

    def notices(self, column: str, zone: str) -> list[Notice]:
        """What clocks that were put forward or back did to cells."""
        found = []
        if self.twice:
            rule = (
                f"{column!r}: {counted(self.twice, 'time', 'fall')} into an hour that {zone or 'their place'} had twice"
            )
            found.append(Notice(f"{rule}; the first is taken", (column,), "write such times with their offset"))
        if self.never:
            rule = (
                f"{column!r}: {counted(self.never, 'time', 'fall')} into an hour that {zone or 'their place'} never had"
            )
            found.append(Notice(f"{rule}; the hour after it is taken", (column,), "write such times with their offset"))
        return found


def is_date(column: pd.Series) -> bool:
    """Whether the values are dates by their type."""
    return column.dtype.kind == "M"


def instants(column: pd.Series) -> np.ndarray:
    """Dates by their type as times, in UTC where they have a zone. Shapes: (rows,) datetime64[us]."""
    if getattr(column.dt, "tz", None) is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    found: np.ndarray = column.to_numpy(dtype="datetime64[us]")
    return found


def day_numbers(values: np.ndarray) -> np.ndarray:
    """Times as days since 1970, with their fraction, NaN where missing. Shapes: (rows,) -> (rows,) float64."""
    micro = values.astype("datetime64[us]")
    found: np.ndarray = np.where(np.isnat(micro), np.nan, micro.astype(np.int64) / _DAY)
    return found


def moment(text: str) -> str | None:
    """One time as 2024-12-31 23:59:00 of UTC; None where the text is no time, or may be several."""
    found = read(pd.Series([text], dtype=object), UNASKED)
    return None if found.unread[0] else str(found.values[0]).replace("T", " ")


def may_be_dates(texts: pd.Series) -> bool:
    """Whether most of the first texts are dates of some order; compact ones such as 20241231 are numbers."""
    some = texts.head(_SHOWN).to_numpy(object)
    if len(some) == 0:
        return False
    parsed = parse(some)
    return bool(((parsed.layout > 0) & (parsed.layout != COMPACT)).mean() > 0.5)


def readable(texts: np.ndarray) -> list[np.ndarray]:
    """Which texts are dates, for each order that day, month and year may have. Shapes: (rows,) bool each."""
    return readings(parse(texts))


def survey(column: pd.Series) -> Evidence:
    """What the cells of a column show of how they are read."""
    if is_date(column):
        values = instants(column)
        timed = bool((values != values.astype("datetime64[D]"))[~np.isnat(values)].any())
        return Evidence(timed=timed, local=timed and getattr(column.dt, "tz", None) is None)
    _, texts = different(column)
    return evidence_of(texts, parse(texts))


def read(column: pd.Series, rule: Rule) -> Times:
    """A column as times; what is finer than a microsecond is cut."""
    if is_date(column):
        return _placed(instants(column), rule if getattr(column.dt, "tz", None) is None else UNASKED)
    if rule.epoch:
        return _since_1970(column, rule.epoch)
    codes, texts = different(column)
    parsed = parse(texts)
    found = moments(parsed, rule.order, rule.zone)
    whole = np.append(found.values, 0)[codes].astype("datetime64[us]")
    good = np.append(found.good, False)[codes]
    whole[~good] = np.datetime64("NaT")
    often = np.bincount(codes[codes >= 0], minlength=len(texts))
    return Times(whole, ~good & (codes >= 0), int(often[found.twice].sum()), int(often[found.never].sum()))


def different(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The place of each cell among the different texts, -1 where it is missing; and these texts."""
    try:
        codes, values = pd.factorize(column, use_na_sentinel=True)
    except TypeError:  # lists, which have no hash
        codes, values = pd.factorize(column.map(str, na_action="ignore"), use_na_sentinel=True)
    plain: np.ndarray = np.asarray(values, dtype=object)  # pandas walks through texts of its own slowly
    texts = np.empty(len(plain), object)
    only_texts = pd.api.types.infer_dtype(plain, skipna=False) == "string"
    texts[:] = list(map(str.strip, plain)) if only_texts else [_text(value) for value in plain]
    return codes, texts


def _text(value: object) -> str:
    return value.strip() if type(value) is str else str(value) if isinstance(value, np.datetime64) else as_text(value)


def _placed(values: np.ndarray, rule: Rule) -> Times:
    none = np.zeros(len(values), bool)
    there = ~np.isnat(values)
    if not rule.zone or not there.any():
        return Times(values, none)
    utc, twice, never = in_utc(values[there].astype(np.int64), rule.zone)
    found = values.copy()
    found[there] = utc.astype("datetime64[us]")
    return Times(found, none, int(twice.sum()), int(never.sum()))


def _since_1970(column: pd.Series, epoch: str) -> Times:
    numbers = column if column.dtype.kind in "iuf" else pd.to_numeric(column, errors="coerce")
    plain = numbers.to_numpy(float, na_value=np.nan)
    good = np.abs(np.where(np.isnan(plain), np.inf, plain)) * EPOCHS[epoch] <= MOST[0]
    micro = np.where(good, plain, 0) * EPOCHS[epoch]
    whole = np.round(micro).astype(np.int64).astype("datetime64[us]")
    whole[~good] = np.datetime64("NaT")
    return Times(whole, ~good & column.notna().to_numpy())
