"""Odd cells, drawn: what is inferred from them, fitted and encoded ends in no error but protokit's own."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

Drawn = dict[str, Any]  # how many cells, and the fault, or ""


def _kind(name: str) -> Callable[[int, int], Drawn]:
    def drawn(draws: int, seed: int) -> Drawn:
        from protokit.represent.kind import KINDS
        from protokit.testing.hostile.cells import check_hostile

        try:
            return {"draws": draws, "taken": check_hostile(KINDS[name], draws, seed), "fault": ""}
        except AssertionError as error:
            return {"draws": draws, "taken": 0, "fault": str(error)[:300]}

    return drawn


def _hostile_records(draws: int, seed: int) -> Drawn:
    """Records with odd keys and values, flattened, and each of the columns inferred from."""
    from protokit.collect.files.nested import filled, flattened
    from protokit.core.errors import ProtokitError
    from protokit.represent.encoders.inference import infer
    from protokit.testing.hostile.cells import hostile_columns

    rng, drawn = random.Random(seed), 0
    sample: list[object] = [
        {"a": 1, "b": {"c": "x"}},
        {"a": 2.5, "b": None},
        None,
        '{"a": 1}',
        {"a": [1, 2]},
        {"a": [{"k": 1}]},
    ]
    for column, odd in hostile_columns(sample, seed):
        cells = [rng.choice(({"a": one}, {"b": {"c": one}}, {str(one)[:20]: 1}, one)) for one in column]
        frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
        try:
            made, _ = flattened(frame, lambda _: False)
            filled(frame, ["x.a", "x.b.c"])
            for name in made:
                if made[name].notna().any():
                    infer(made[name])
        except ProtokitError:
            pass
        except Exception as error:
            return {"draws": drawn, "taken": 0, "fault": f"{type(error).__name__}: {error}; cells {cells}"[:300]}
        drawn += odd
        if drawn >= draws:
            break
    return {"draws": draws, "taken": 0, "fault": ""}


def _hostile_vectors(draws: int, seed: int) -> Drawn:
    """Files of vectors with odd lines."""
    from protokit.core.errors import ProtokitError
    from protokit.represent.kind import KINDS, FitContext
    from protokit.represent.kinds.text import TextOptions

    rng, drawn = random.Random(seed), 0
    texts = pd.Series(["cat dog", "dog sat", None, "cat"] * 3, name="x", dtype=object)
    lines = (b"cat 1 2 3", b"dog 0.5 1e2 -3", b"sat 0 0 0", b"4 3", b"3 3")
    odd = b"cat|| |cat 1 2|cat 1 2 x|cat nan 1 2|cat inf 1 2|cat 1e999 1 2|\xff\xfe 1 2 3|dog\x00 1 2 3".split(b"|")
    odd += b"999999999999 3|-1 3|3 0|<html>|PK\x03\x04|\x1f\x8b\x08|{|cat 1 2 3 4|cat\t1\t2\t3|cat  1  2  3".split(b"|")
    with tempfile.TemporaryDirectory() as folder:
        while drawn < draws:
            held = [rng.choice(lines) for _ in range(rng.randint(1, 6))]
            for _ in range(rng.randint(1, 4)):
                held[rng.randrange(len(held))] = (
                    rng.choice(odd) if rng.random() < 0.6 else _changed(rng, rng.choice(lines))
                )
                drawn += 1
            path = Path(folder) / "words.txt"
            path.write_bytes(b"\n".join(held)[: rng.choice((None, None, 30))])
            try:
                column = KINDS["text"].fit(texts, TextOptions(vectors=str(path)), FitContext())
                column.array(texts)  # type: ignore[attr-defined]
            except ProtokitError:
                pass
            except Exception as error:
                return {"draws": drawn, "taken": 0, "fault": f"{type(error).__name__}: {error}; lines {held}"[:300]}
    return {"draws": draws, "taken": 0, "fault": ""}


def _changed(rng: random.Random, line: bytes) -> bytes:
    at = rng.randint(0, len(line))
    return line[:at] + bytes([rng.randint(0, 255)]) + line[at + rng.randint(0, 1) :]


_NAMES = ("vector", "set", "bag", "steps", "place", "time_of_day", "period", "interval", "audio", "images", "image")
_OLDER = ("number", "category", "ordered", "boolean", "date", "duration", "text")
HOSTILE: dict[str, Callable[[int, int], Drawn]] = {
    **{name: _kind(name) for name in _NAMES},
    "records in cells": _hostile_records,
    "lines of a file of vectors": _hostile_vectors,
    **{name: _kind(name) for name in _OLDER},
}


def sections(found: Mapping[str, Drawn]) -> list[str]:
    """The lines of the page."""
    return [
        "## In: drawn cells",
        "",
        "Cells of all types, and cells of the kind's sample with something changed, in columns of one to eight",
        "cells: inferred from, fitted, and encoded as those of a later table. To be shown: none ends in another",
        "error than protokit's own.",
        "",
        "| kind | odd cells | other errors |",
        "|---|---|---|",
        *(f"| {name} | {one['draws']:,} | {one['fault'] or 'none'} |" for name, one in found.items()),
        "",
    ]
