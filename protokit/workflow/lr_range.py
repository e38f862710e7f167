"""Which learning rate fits the network of a recipe: a range test on its training rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import cast

from protokit.core.checkup import Edit
from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.grammar.writing import on_a_line
from protokit.learn.rate_range import rate_range
from protokit.learn.staging.freezing import Freezing
from protokit.recipe.edits import diff
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.show.chart import chart
from protokit.workflow.check import as_recipe, hold_backend
from protokit.workflow.run.collecting import collected, stays_on_disk
from protokit.workflow.run.networks import network_for
from protokit.workflow.run.out_of_core import on_disk
from protokit.workflow.run.representing import represent
from protokit.workflow.warm.start import WarmStart

_LIKE = 3.0  # times more or less: no reason to change


@dataclass(frozen=True)
class LearningRates:
    """The result of a range test. `print` shows a chart, what it says, and the edit of the recipe as a diff.

    `rates` and `losses` are its course, the losses smoothed; the loss falls fastest at `steepest` and grows from
    `diverges` on. `current` is the recipe's rate, `suggested` the one to try; `diff` is empty where they are alike.
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    steepest: float | None
    diverges: float | None
    suggested: float | None
    current: float
    diff: str

    @property
    def sentence(self) -> str:
        """What the test says."""
        grows = f"; from {self.diverges:.2g} on it grows" if self.diverges else "; it never grows"
        if self.suggested is None or self.steepest is None:
            return f"The loss falls at no rate{grows if self.diverges else ''}: look at the network and the loss first."
        falls = f"The loss falls fastest at a learning rate of {self.steepest:.2g}{grows}."
        if not self.diff:
            return f"{falls} The recipe's {self.current:.2g} is near: keep it."
        return f"{falls} The recipe has {self.current:.2g}: try {self.suggested:.2g}."

    @property
    def chart(self) -> str:
        """The smoothed loss over the rate: `r` is the recipe's, `s` the suggested one, from `d` on the loss grows."""
        marks = {"d": self.diverges, "r": self.current, "s": self.suggested}
        within = {name: v for name, v in marks.items() if v and self.rates[0] <= v <= self.rates[-1]}
        words = {"r": "r: the recipe's", "s": "s: suggested", "d": "d: the loss grows"}
        legend = ", ".join(words[name] for name in ("r", "s", "d") if name in within)
        drawn = chart(self.rates, self.losses, within, over="learning rate", of="smoothed training loss")
        return f"{drawn}    {legend}"

    def as_plain(self) -> dict[str, object]:
        """The result as JSON values."""
        return {**vars(self), "rates": list(self.rates), "losses": list(self.losses), "sentence": self.sentence}

    def __str__(self) -> str:
        drawn = f"{self.chart}\n\n" if len(self.rates) > 1 else ""
        return drawn + self.sentence + (f"\n\n{self.diff}" if self.diff else "")

    def __repr__(self) -> str:
        return f"<LearningRates: {self.sentence}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": f"<pre>{escape(str(self))}</pre>"}


def lr_range(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    steps: int = 300,
    set: Settings = (),
    allow: Allow = (),
) -> LearningRates:
    """Find a learning rate for a recipe's network: it rises from 1e-6 to 10 over some steps of training.

    The recipe's network, loss, optimizer and batches are used, on training rows only. Nothing is written.
    `allow` is as for `run`.

    >>> found = protokit.lr_range(recipe, birds, steps=20)
    >>> found.current, len(found.rates), "learning rate" in found.chart
    (0.001, 20, True)
    >>> print(found.sentence)
    The loss falls ...
    >>> "suggested" in found.as_plain()
    True

    Source: Smith, Cyclical Learning Rates for Training Neural Networks, 2017.

    Raises:
        SpecError: the recipe is wrong, or there are fewer than 20 steps.
        DataError: the data is not as the recipe says.
    """
    if steps < 20:
        raise SpecError.one(f"a range test takes 20 steps or more, not {steps}", "leave steps out for 300")

    checked = as_recipe(recipe, set, allow=allow)
    hold_backend(checked, "a range test")
    with access.named_by("recipe", checked.reach):
        return _tested(checked.with_learn(devices=None), table, steps)


def _tested(checked: Recipe, table: object, steps: int) -> LearningRates:
    """The range test of a recipe."""
    fold = _rows(checked, table)
    signature = fold.encoder.signature
    fitted = checked.fitted(signature, fold.train.rows)

    network, first = network_for(fitted, signature), fitted.learn.in_stages[0]
    if first.freeze:
        Freezing(network, first.menu).put(first.freeze)
    if start := WarmStart.of(fitted):
        start.put(network, fold.encoder)
    found = rate_range(first, network, signature, fold.train, fold.validation, seed=fitted.seed, steps=steps)
    staged = fitted.with_learn(optimizer=first.optimizer)
    current, suggested = _rate(staged, network), found.suggested
    changed = ""
    if suggested is not None and not current / _LIKE <= suggested <= current * _LIKE:
        name, arguments = _optimizer(staged)
        wanted: dict[str, object] = {name: {**arguments, "learning_rate": suggested}}
        if fitted.learn.stages and fitted.learn.stages[0].optimizer is not None:
            changed = f"learn.stages[0].optimizer: {on_a_line(wanted)}"
        else:
            edit = Edit({"learn.optimizer": wanted})
            changed = diff(checked.document.text or checked.write(), edit, fitted.network)
    return LearningRates(found.rates, found.losses, found.steepest, found.diverges, suggested, current, changed)


def _rows(recipe: Recipe, table: object) -> Represented:
    """The rows of the first fold; of a table that stays on the disk a sample, which is more than the steps take."""
    if table is not None or not stays_on_disk(recipe):
        return represent(recipe, collected(recipe, table))[0]
    with on_disk(recipe) as kept:
        return represent(recipe, kept.table, dealt=kept.parts)[0]


def _optimizer(recipe: Recipe) -> tuple[str, dict[str, object]]:
    given = recipe.learn.optimizer
    if isinstance(given, str):
        return given, {}
    [(name, arguments)] = given.items()
    return name, dict(cast(Mapping[str, object], arguments or {}))


def _rate(recipe: Recipe, network: keras.Model) -> float:
    """The recipe's learning rate; where it names none, the optimizer's own."""
    name, arguments = _optimizer(recipe)
    given = arguments.get("learning_rate")
    if isinstance(given, (int, float)):
        return float(given)
    return float(keras.optimizers.get(name).learning_rate)
