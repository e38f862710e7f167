"""Cells of all types, and cells of a kind's sample that were changed: what a kind of column has to meet in words."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.cells.halves import mend
from protokit.core.errors import ProtokitError
from protokit.represent.encoders.inference import infer
from protokit.represent.kind import CodeColumn, FitContext, FittedColumn, InputColumn, Kind, NumberColumn
from protokit.represent.words import Represent
from protokit.testing.words import read

_NUMBERS = (
    float("nan"),
    float("inf"),
    1e308,
    -0.0,
    10**400,
    True,
    2**63,
    complex(1, 2),
    Decimal("NaN"),
    Fraction(1, 3),
)
_TEXTS = (
    *("", " ", "nan", "null", "\x00", "\ud800", "\u0663\u0664", "\N{SNOWMAN}" * 3, "x" * 3000, "unknown", "-"),
    *(
        "1e999",
        "1,234.5",
        "[",
        "[1, 2",
        "{}",
        '{"a": 1}',
        "[[[[[[1]]]]]]",
        "(1,)",
        "[1e999, 2]",
        "[NaN, 1]",
        "[" * 2000,
    ),
    *("['a', 1]", "a|b;c", "25:61", "24:00", "-1:00", "0000-00-00", "2024-W99", "99999Q1", "2024-13", "9999-12-31"),
    *("3-1", "(5, 1]", "<", "+", "5+", "91, 181", "POINT EMPTY", "POINT (1 2 3)", "1\u00b061'N 5\u00b0E"),
    *("nowhere.png", "nowhere.wav", "file:///nowhere/x.png", "/", "a.jpg|b.jpg"),
)
_BYTES = (b"", b"RIFF\0\0\0\0WAVE", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"OggS", b"fLaC", b"\xff" * 40, memoryview(b"ab"))
_LISTS: tuple[object, ...] = (
    *(
        [],
        [None],
        [[]],
        [1, "a"],
        ["a", "a"],
        [float("inf")],
        [[1, 2], [3]],
        [1, [2]],
        [{"a": 1}],
        {"a": 1},
        {},
        (),
        {1},
    ),
    *(np.array([]), np.array(3), np.zeros((0, 3)), np.full((2, 2), np.nan), np.array([None, "a"], object)),
    *(np.zeros((1, 1, 1, 1)), np.array(["2024"], "datetime64[D]"), np.arange(3.0), range(3)),
)
_TIMES = (
    *(pd.NaT, pd.Timestamp.max, pd.Timestamp("2024-01-01", tz="UTC"), pd.Timedelta.max, pd.Period("2024-05", "M")),
    *(np.datetime64("NaT"), datetime.max, date.min, time.max, timedelta(-1)),
)
_OTHERS = (pd.NA, np.float32(1.5), np.int64(-3), np.str_("a"), pd.Interval(1, 1.5), Path("a.png"), object)
_ODD: tuple[object, ...] = (None, *_NUMBERS, *_TEXTS, *_BYTES, *_LISTS, *_TIMES, *_OTHERS)
_LETTERS = "0129.,:;-+|/eEnN[]( )WQ°'\"\x00é"
_ROWS = 5  # of each cell of the sample


def check_hostile(kind: type[Kind], draws: int = 200, seed: int = 0) -> int:
    """Hold a kind to refusing odd cells in words: cells of its sample, changed and among others of all types.

    At least `draws` odd cells are inferred from, fitted, and encoded as those of a later table. Gives how many of these
    columns were taken.

    Raises:
        AssertionError: cells that end in another error than protokit's own.
    """
    options = read(Represent, f"columns: {{x: {kind.example}}}").options("x")
    sample = list(kind.sample())
    known = kind.fit(pd.Series(sample * _ROWS, name="x", dtype=object), options, FitContext())
    drawn = taken = 0
    for column, odd in hostile_columns(sample, seed):
        for what in ("infer", "fit", "a later table"):
            try:
                if what == "infer":
                    infer(column)
                else:
                    _used(kind.fit(column, options, FitContext()) if what == "fit" else known, column)
                taken += what == "a later table"
            except ProtokitError:
                pass
            except Exception as error:
                held = [repr(cell)[:80] for cell in column]
                raise AssertionError(f"{kind.name}, {what}: {type(error).__name__}: {error}; cells {held}") from error
        drawn += odd
        if drawn >= draws:
            return taken
    raise AssertionError("no columns were drawn")


def hostile_columns(sample: list[object], seed: int) -> Iterator[tuple[pd.Series, int]]:
    """Columns of a few cells of a sample, some of them odd, and how many are; the same for a seed."""
    rng = random.Random(seed)
    while True:
        cells, odd = [], 0
        share = rng.choice((0.1, 0.5, 1.0))
        for _ in range(rng.randint(1, 8)):
            is_odd = rng.random() < share
            odd += is_odd
            cells.append(_odd(rng, sample) if is_odd else rng.choice(sample))
        if rng.random() < 0.2:  # as a file of text has them
            cells = [cell if cell is None else str(cell) for cell in cells]
        column = pd.Series([None] * len(cells), name="x", dtype=object)
        for row, cell in enumerate(cells):
            column.iat[row] = mend(cell)  # as all doors for tables do
        yield column, odd


def _odd(rng: random.Random, sample: list[object]) -> object:
    """A cell of the sample, changed, or one that is none of any sample."""
    if rng.random() < 0.4:
        return rng.choice(_ODD)
    cell = rng.choice(sample)
    if isinstance(cell, str):
        at, letter = rng.randint(0, len(cell)), rng.choice(_LETTERS)
        return rng.choice((cell[:at], cell[:at] + letter + cell[at:], cell[:at] + letter + cell[at + 1 :], cell * 2))
    if isinstance(cell, bytes):
        at = rng.randint(0, len(cell))
        return rng.choice((cell[:at], cell[:at] + bytes([rng.randint(0, 255)]) + cell[at + 1 :], cell[at:]))
    if isinstance(cell, np.ndarray):
        wild = cell.astype(float) * rng.choice((1e300, -1, float("nan")))
        return rng.choice((wild, cell[:1], cell.ravel(), cell[None], cell.astype(object), cell.astype(str)))
    if isinstance(cell, (list, tuple)):
        at = rng.randint(0, len(cell))
        changed = [*cell[:at], rng.choice(_ODD), *cell[at + rng.randint(0, 1) :]]
        return tuple(changed) if isinstance(cell, tuple) else changed
    return rng.choice(_ODD)


def _used(fitted: FittedColumn, column: pd.Series) -> None:
    """All that is asked of a fitted column; what it makes is finite or NaN."""
    made: np.ndarray
    if isinstance(fitted, NumberColumn):
        made = fitted.numbers(column)
    elif isinstance(fitted, CodeColumn):
        made = fitted.codes(column)
    else:
        assert isinstance(fitted, InputColumn)
        made = fitted.array(column)
        fitted.plain(column, made)
    assert len(made) == len(column) and not np.isinf(made.astype(float)).any(), "it makes numbers that are not finite"
    fitted.unusual(column)
    fitted.audited(column)
    json.dumps(fitted.as_plain())
