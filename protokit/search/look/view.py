"""A search as its card, pictures and page see it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from protokit.core.names import as_text
from protokit.core.names import number as of_three
from protokit.menu.items import Outline
from protokit.menu.slots import Slot
from protokit.search.table import Final, PlainSearch, Trial, table

_LONGEST = 60


@dataclass(frozen=True)
class SearchView:
    """A search, finished or not. `figures` are those of `search.json`, empty where it has not come to its end.

    `metric` is what trials are compared by, on the validation rows. `wanted` is how many trials were asked for.
    `recipe` is the path to give to `protokit tune`; `menus` are those of the best trial and of the defaults, settled.
    """

    name: str
    trials: tuple[Trial, ...]
    slots: Mapping[str, Slot]
    metric: str = "loss"
    greater_is_better: bool = False
    finals: tuple[Final, ...] = ()
    figures: PlainSearch = field(default_factory=lambda: PlainSearch())
    wanted: int | None = None
    folder: Path | None = None
    recipe: str = ""
    menus: tuple[Outline, Outline] | None = None

    @property
    def sign(self) -> float:
        """What turns a value to compare by into the metric's own sign."""
        return -1.0 if self.greater_is_better else 1.0

    def own(self, value: float | None) -> float:
        """A value to compare by in the metric's own sign; NaN where there is none."""
        return math.nan if value is None else self.sign * value

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each trial: see `protokit.search.table`."""
        return table(self.trials, tuple(self.slots), greater_is_better=self.greater_is_better)

    def of_state(self, *states: str) -> list[Trial]:
        """The trials of a state, by number."""
        return sorted((one for one in self.trials if one.state in states), key=lambda one: one.number)

    @cached_property
    def complete(self) -> list[Trial]:
        """The trials that were trained to their end and have a finite value, by number."""
        return [one for one in self.of_state("complete") if one.value is not None and math.isfinite(one.value)]

    @property
    def best(self) -> Trial | None:
        """The winner; of a search that has not come to its end, the best trial so far."""
        if (winner := self.figures.get("winner")) is not None:
            return next((one for one in self.trials if one.number == winner), None)
        return min(self.complete, key=lambda one: (one.value or 0.0, one.number), default=None)

    @property
    def defaults(self) -> Trial | None:
        """The trial of the recipe's own defaults."""
        return next((one for one in self.trials if one.number == 0), None)

    @property
    def arrow(self) -> str:
        """The metric with which way is better."""
        return f"{self.metric} {'↑' if self.greater_is_better else '↓'}"


def shown(value: object, longest: int = _LONGEST) -> str:
    """A slot's value as a person reads it, in a line.

    >>> shown(0.001234), shown(True), shown(["relu", 3]), shown(None), shown(float("nan"))
    ('0.001234', 'true', '["relu", 3]', 'null', 'NaN')
    """
    if value is None or isinstance(value, bool):
        text = json.dumps(value)
    elif isinstance(value, float):
        text = f"{value:.4g}" if math.isfinite(value) else "NaN" if value != value else f"{value:+}"[:4]
    elif isinstance(value, (Mapping, list, tuple)):
        text = json.dumps(value, ensure_ascii=False, default=str)
    else:
        text = " ".join(as_text(value).split()) or '""'
    return text if len(text) <= longest else text[: longest - 1] + "…"


def value_of(trial: Trial, name: str) -> str:
    """The value of a slot in a trial, or a dash where the slot was not met."""
    return shown(trial.values[name]) if name in trial.values else "-"


def called(view: SearchView, trial: int) -> str:
    """What a finalist is called."""
    roles = ["winner"] * (trial == view.figures.get("winner")) + ["defaults"] * (trial == 0)
    return f"trial {trial}" + (f" ({', '.join(roles)})" if roles else "")


def brief(names: Sequence[str]) -> dict[str, str]:
    """Names as short as tells them apart: what stands behind as many dots as needed.

    >>> brief(["learn.optimizer.AdamW.learning_rate", "Dense.rate", "Dropout.rate", "width"])["Dense.rate"]
    'Dense.rate'
    >>> brief(["learn.optimizer.AdamW.learning_rate", "width"])["learn.optimizer.AdamW.learning_rate"]
    'learning_rate'
    """
    tails = {name: [name.split(".", i)[-1] for i in range(name.count("."), -1, -1)] for name in names}
    every = [tail for some in tails.values() for tail in some]
    return {name: next((tail for tail in some if every.count(tail) == 1), name) for name, some in tails.items()}


def score(value: float | None) -> str:
    """A value of a metric as a person reads it, to four decimals, as trials lie close together.

    >>> score(0.912), score(None), score(1234.5), score(float("inf")), score(0.00012)
    ('0.9120', '-', '1,234', 'inf', '0.00012')
    """
    if value is None or value != value:
        return "-"
    if not math.isfinite(value):
        return f"{value}"
    if abs(value) < 10:
        return f"{value:.4f}" if abs(value) >= 1e-2 or value == 0 else f"{value:.3g}"
    return f"{value:.2f}" if abs(value) < 1000 else f"{value:,.0f}"


def differing(first: Trial, second: Trial, slots: Sequence[str]) -> list[str]:
    """The slots whose values are not the same in two trials, of those that either of them met."""
    names = dict.fromkeys((*slots, *first.values, *second.values))
    return [name for name in names if value_of(first, name) != value_of(second, name)]


def signed(value: float | None) -> str:
    """A gain with its sign."""
    return (
        "-"
        if value is None or value != value
        else of_three(value, sign=True)
        if abs(value) >= 5e-3
        else f"{value:+.2g}"
    )
