"""Slots as a picture or a forest takes them: numbers on a scale, options by their place."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from protokit.menu.slots import Slot
from protokit.search.look.view import shown
from protokit.search.table import Trial
from protokit.show.plots.settings import Setting


def setting_of(slot: Slot | None, name: str, trials: Sequence[Trial]) -> Setting:
    """A slot's value in each of some trials: on its own scale where all are finite numbers, else among its options.

    `slot` may be None where the recipe is not at hand: then the values alone tell what it is.
    """
    given = [trial.values.get(name, _NOT_MET) for trial in trials]
    numbers = [value for value in given if value is not _NOT_MET]
    numeric = all(_is_number(value) for value in numbers) and bool(numbers)
    if numeric and (slot is None or slot.kind != "choice"):
        places = np.array([float(v) if isinstance(v, (int, float)) else math.nan for v in given])
        bounds = (float(slot.options[0]), float(slot.options[1])) if slot is not None else None
        return Setting(name, places, (), slot is not None and slot.log, bounds)
    texts = [None if value is _NOT_MET else shown(value, 200) for value in given]
    options = [shown(value, 200) for value in slot.options] if slot is not None and slot.kind == "choice" else []
    seen = dict.fromkeys(text for text in texts if text is not None)
    options = list(dict.fromkeys([*options, *seen])) if options else sorted(seen)
    if slot is not None and slot.kind == "choice" and all(map(_is_number, slot.options)):
        options = sorted(options, key=_as_number)
    at = {text: float(i) for i, text in enumerate(options)}
    return Setting(name, np.array([math.nan if t is None else at[t] for t in texts]), tuple(options))


_NOT_MET = object()


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _as_number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.inf
