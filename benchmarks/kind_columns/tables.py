"""Planted tables, of which one column tells the target by chance, and odd cells of a later table."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Cells = Mapping[str, Sequence[object]]
Made = tuple[Cells, np.ndarray]  # the told columns, and what they say of the target: shapes (rows,)
IGNORED = "ignored"


@dataclass(frozen=True)
class Planted:
    """A table in which one column tells the target by chance.

    `make` gives cells and what they say, `odd` the cells of a later table that are tried. `without` has what
    `represent.columns` says where the kind is not there.
    """

    kind: str
    make: Callable[[np.random.Generator, int], Made]
    odd: Mapping[str, Mapping[str, object]]
    columns: Mapping[str, Any] = field(default_factory=dict)
    without: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {IGNORED: {"told": "ignore"}})
    rows: int = 3500
    tests: int = 1000
    steep: float = 2.5
    learn: Mapping[str, Any] = field(default_factory=dict)

    def frame(self, seed: int) -> pd.DataFrame:
        """The table, with the part of each row and the chance of its target."""
        rng = np.random.default_rng(seed)
        cells, worth = self.make(rng, self.rows)
        chance = 1 / (1 + np.exp(-self.steep * (worth - worth.mean()) / worth.std()))
        made: dict[str, Any] = {"noise": rng.normal(size=self.rows)}
        for name, column in cells.items():
            made[name] = pd.Series(list(column), dtype=object).infer_objects()
        made["part"] = np.where(np.arange(self.rows) < self.rows - self.tests, "train", "test")
        made["part"][: (self.rows - self.tests) // 5] = "validation"
        made["y"] = np.where(rng.random(self.rows) < chance, "yes", "no")
        made["chance"] = chance
        return pd.DataFrame(made)

    def chances(self, frame: pd.DataFrame) -> np.ndarray:
        """What there is to know of each row's target. Shapes: (rows,)."""
        return frame["chance"].to_numpy()


def _told(cells: Sequence[object], worth: Any) -> Made:
    return {"told": cells}, np.asarray(worth, float)


def _vector(rng: np.random.Generator, rows: int) -> Made:
    vectors = rng.normal(size=(rows, 16)) * rng.uniform(0.5, 2, 16)
    return _told([*map(list, vectors)], vectors @ rng.normal(size=16))


def _set(rng: np.random.Generator, rows: int) -> Made:
    has = rng.random((rows, 12)) < 0.3
    return _told([[f"tag {i}" for i in np.flatnonzero(row)] for row in has], has @ rng.normal(size=12))


def _many(rng: np.random.Generator, rows: int) -> Made:
    worth = rng.normal(size=120)
    held = [rng.choice(120, rng.integers(2, 9), replace=False) for _ in range(rows)]
    return _told(["|".join(f"m{i}" for i in row) for row in held], [worth[row].mean() for row in held])


def _bag(rng: np.random.Generator, rows: int) -> Made:
    counts = rng.poisson(1.2, (rows, 6))
    cells = [[f"good {i}" for i in np.repeat(np.arange(6), row)] for row in counts]
    return _told(cells, counts @ np.array([1.0, -1, 0.5, -0.5, 0, 0]))


def _steps(rng: np.random.Generator, rows: int) -> Made:
    orders = [rng.permutation(6) for _ in range(rows)]
    worth = [float(np.sign(np.argmax(row == 1) - np.argmax(row == 0))) for row in orders]
    return _told([">".join(f"page{i}" for i in row) for row in orders], worth)


def _records(rng: np.random.Generator, rows: int) -> Made:
    area, city = rng.normal(size=rows), rng.integers(0, 4, rows)
    cells = [{"at": {"city": f"c{c}", "area": float(a)}} for a, c in zip(area, city, strict=True)]
    return _told(cells, area + np.array([1.0, -1, 0.5, 0])[city])


def _place(rng: np.random.Generator, rows: int) -> Made:
    """Islands on both sides of the date line."""
    latitude, longitude = rng.uniform(-30, 30, rows), rng.uniform(150, 210, rows)
    worth = -np.hypot(latitude + 10, longitude - 180)
    turned = np.where(longitude > 180, longitude - 360, longitude)
    return {"lat": [*latitude.round(4)], "lon": [*turned.round(4)]}, worth


def _clock(rng: np.random.Generator, rows: int) -> Made:
    minutes = rng.integers(0, 1440, rows)
    return _told([f"{m // 60:02}:{m % 60:02}" for m in minutes], np.cos(2 * np.pi * (minutes - 1400) / 1440))


def _period(rng: np.random.Generator, rows: int) -> Made:
    weeks = rng.integers(0, 6 * 52, rows)
    cells = [f"{2018 + w // 52}-W{w % 52 + 1:02}" for w in weeks]
    return _told(cells, np.cos(2 * np.pi * (weeks % 52 - 3) / 52) + weeks / 200)


def _interval(rng: np.random.Generator, rows: int) -> Made:
    low = rng.integers(0, 80, rows)
    width = rng.integers(1, 30, rows)
    return _told([f"{a}-{a + b}" for a, b in zip(low, width, strict=True)], -np.abs(low + width / 2 - 45) / 10)


def _audio(rng: np.random.Generator, rows: int) -> Made:
    import soundfile

    pitch, cells = rng.uniform(0, 1, rows), []
    for high in pitch:
        times = np.arange(2000) / 4000
        wave = 0.3 * np.sin(2 * np.pi * 200 * 2 ** (2.5 * high) * times) + rng.normal(0, 0.05, len(times))
        out = BytesIO()
        soundfile.write(out, wave, 4000, format="WAV")
        cells.append(out.getvalue())
    return _told(cells, pitch)


def _images(rng: np.random.Generator, rows: int) -> Made:
    light = rng.uniform(0, 1, rows)
    cells = [
        [(rng.integers(0, 120, (12, 12)) + 120 * one).astype(np.uint8) for _ in range(rng.integers(1, 4))]
        for one in light
    ]
    return _told(cells, light)


_WORDS = Path(tempfile.gettempdir()) / "protokit-words-of-the-benchmark.txt"


def _words(rng: np.random.Generator, rows: int) -> Made:
    """Words of test rows are others than those of training: their vectors alone tell."""
    worth = rng.normal(size=400)
    noise = rng.normal(size=(400, 7))
    lines = [f"w{i} {worth[i]:.4f} {' '.join(f'{x:.4f}' for x in noise[i])}" for i in range(400)]
    _WORDS.write_text("\n".join(lines), encoding="utf-8")
    held = [rng.choice(200, 6) + (200 if row >= rows - 1000 else 0) for row in range(rows)]
    return _told([" ".join(f"w{i}" for i in row) for row in held], [worth[row].mean() for row in held])


def _each(**cells: object) -> dict[str, dict[str, object]]:
    return {name.replace("_", " "): {"told": cell} for name, cell in cells.items()}


_MEDIA = {"rows": 1000, "tests": 300}
PLANTED: dict[str, Planted] = {
    "vector": Planted(
        "vector",
        _vector,
        _each(
            missing=None,
            of_other_length=[1.0, 2.0],
            with_a_missing_number=[None, *[0.0] * 15],
            far=[1e9] * 16,
            text="red",
        ),
    ),
    "set": Planted(
        "set",
        _set,
        _each(
            missing=None,
            empty=[],
            with_a_new_member=["tag 1", "tag new"],
            all_new=["tag new"],
            with_a_record=[{"a": 1}],
        ),
    ),
    "set of 120 members, text": Planted("set", _many, _each(missing=None, with_a_new_member="m1|new", all_new="new")),
    "set of 120 members, more rows": Planted("set", _many, _each(missing=None), rows=11_000),
    "bag": Planted(
        "bag", _bag, _each(missing=None, empty=[], with_a_new_member=["good 1", "new"], many=["good 1"] * 500)
    ),
    "steps": Planted(
        "steps",
        _steps,
        _each(missing=None, with_a_new_step="page0>new>page1", longer=">".join(["page0"] * 50)),
        columns={"told": {"steps": {"separator": ">"}}},
        without={IGNORED: {"told": "ignore"}, "as a set": {"told": {"set": {"separator": ">"}}}},
    ),
    "records": Planted(
        "nested",
        _records,
        _each(
            missing=None,
            without_a_key={"at": {"city": "c1"}},
            with_a_new_key={"at": {"city": "c1", "area": 1.0}, "z": 1},
        )
        | _each(with_a_text_for_a_number={"at": {"city": "c1", "area": "large"}}, text="red"),
    ),
    "place": Planted(
        "place",
        _place,
        {
            "missing": {"lat": None, "lon": None},
            "one missing": {"lat": None},
            "beyond the degrees": {"lat": 123.0},
            "text": {"lat": "north"},
            "far from training": {"lat": 80.0, "lon": 10.0},
        },
        columns={"home": {"place": {"latitude": "lat", "longitude": "lon"}}},
        without={IGNORED: {"lat": "ignore", "lon": "ignore"}, "as two numbers": {}},
    ),
    "time of day": Planted(
        "time_of_day",
        _clock,
        _each(missing=None, beyond="25:00", text="noon", otherwise_written="8:30 pm", number=7),
        without={IGNORED: {"told": "ignore"}, "as a duration": {"told": "duration"}},
    ),
    "period": Planted(
        "period",
        _period,
        _each(missing=None, later="2031-W07", of_another_unit="2024Q1", no_week="2024-W60", text="soon"),
        without={IGNORED: {"told": "ignore"}, "as a category": {"told": "category"}},
    ),
    "interval": Planted(
        "interval",
        _interval,
        _each(missing=None, open="65+", new="31-90", turned="25-18", text="old"),
        columns={"told": "interval"},
        without={IGNORED: {"told": "ignore"}, "as a category": {"told": "category"}},
    ),
    "audio": Planted("audio", _audio, _each(missing=None, damaged=b"RIFF\0\0\0\0WAVE", text="nowhere.wav"), **_MEDIA),  # type: ignore[arg-type]
    "images": Planted(
        "images",
        _images,
        _each(missing=None, none=[], damaged=[b"\x89PNG\r\n\x1a\n"], nowhere=["nowhere.png"]),
        columns={"told": "images"},
        **_MEDIA,  # type: ignore[arg-type]
    ),
    "words by vectors of a file": Planted(
        "text",
        _words,
        _each(missing=None, of_new_words="never seen words", empty="", number=3),
        columns={"told": {"text": {"vectors": str(_WORDS)}}},
        without={IGNORED: {"told": "ignore"}, "as text": {"told": "text"}},
    ),
}
