"""What numbers may count, where they are to be dates: seconds since 1970, days of a spreadsheet, years, months."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from protokit.core.values.said import Notice

_FIRST, _LAST = 631_152_000, 2_208_988_800  # 1990 and 2040, in seconds since 1970
_SIZES = {"seconds": 1, "milliseconds": 1000}
_USUAL = (2 * 365 * 86_400, 4_102_444_800)  # 1972 and 2100: a number of another unit is mostly near 1970 or far away
_PLAIN = "write dates as 2024-12-31"


def meaning(numbers: pd.Series, name: str, write: Callable[[str], str]) -> tuple[str, str]:
    """What numbers look like if not days such as 20241231, and the edit that makes them dates.

    `write` gives the edit that says an option, such as `epoch: seconds`, of the column.
    """
    plain = pd.to_numeric(numbers, errors="coerce").to_numpy(float, na_value=np.nan)
    plain = plain[np.isfinite(plain)]
    if not len(plain):
        return "numbers", _PLAIN
    low, high, whole = plain.min(), plain.max(), bool((plain == np.round(plain)).all())
    for unit, size in _SIZES.items():
        if _FIRST * size <= low and high < _LAST * size:
            return f"{unit} since 1970", write(f"epoch: {unit}")
    for what, size in (("microseconds", 10**6), ("nanoseconds", 10**9)):
        if _FIRST * size <= low and high < _LAST * size:
            return (
                f"{what} since 1970",
                f'- derive: {{{name}: "{name} / {size}"}} before, and {write("epoch: seconds")}',
            )
    if whole and low >= 1800 and high <= 2200:
        return "years", f'leave {name} a number, or - derive: {{{name}: "make_date({name}, 1, 1)"}} before'
    if whole and low >= 180_001 and high <= 220_012 and bool(((plain % 100 >= 1) & (plain % 100 <= 12)).all()):
        return "years and months", f'- derive: {{{name}: "make_date({name} // 100, {name} % 100, 1)"}} before'
    if low >= _FIRST / 86_400 + 25_569 and high < _LAST / 86_400 + 25_569:
        edit = f'- derive: {{{name}: "({name} - 25569) * 86400"}} before, and {write("epoch: seconds")}'
        return "days since 1899-12-30, as spreadsheets count them", edit
    return "numbers", _PLAIN


def doubt(numbers: pd.Series, name: str, epoch: str, write: Callable[[str], str]) -> Notice | None:
    """What is said of numbers that are read since 1970, where most of them are far from the years of today."""
    plain = pd.to_numeric(numbers, errors="coerce").to_numpy(float, na_value=np.nan)
    there = plain[np.isfinite(plain)]
    if not len(there):
        return None
    low, high = (_SIZES[epoch] * bound for bound in _USUAL)
    odd = there[(there < low) | (there > high)]
    if len(odd) * 2 <= len(there):
        return None
    what, edit = meaning(numbers, name, write)
    like = "" if what == "numbers" else f": they look like {what}"
    rule = (
        f"{name!r}: most cells, such as {odd[0]:.15g}, are far from the years 1972 to 2100 as {epoch} since 1970{like}"
    )
    return Notice(rule, (name,), edit)
