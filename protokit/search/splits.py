"""Other training and validation rows for a trial: dealt anew by the way of the recipe's split, none of the test."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from protokit.recipe.consistency import cannot_deal
from protokit.recipe.recipe import Recipe
from protokit.represent.represented import Represented
from protokit.represent.split_way import SPLITS, SplitTable
from protokit.represent.splitting import dealt_validation, says_validation, way_of

_LEAST = 0.5  # of the training rows, that are left where rows are split by time


def undealt(recipe: Recipe, fold: Represented) -> str | None:
    """Why trials cannot have other validation rows than the recipe's; None where they can."""
    split = recipe.represent.split
    if says_validation(fold.frame, split):
        return f"the column {split.way_column!r} says what the validation rows are: they cannot be dealt"
    if split.way == "time" and not isinstance(split.validation, str) and recipe.represent.series is None:
        return None
    return cannot_deal(recipe.represent, recipe.learn)


def told_of_trials(recipe: Recipe, why_not: str | None = None) -> list[str]:
    """In what a trial differs from a run of the recipe, so that many of them can be trained.

    `why_not` says why trials cannot have other validation rows than the recipe's.
    """
    said = []
    if recipe.represent.split.folds is not None:
        rule = f"trials are trained on the first of {recipe.represent.split.folds} folds"
        said.append(f"{rule}: rows that chose the setting are test rows of the others, which can flatter its scores")
    if recipe.search.reshuffle and why_not:
        said.append(f"search.reshuffle changes nothing: {why_not}")
    elif recipe.search.reshuffle:
        rule = "each trial has training and validation rows of its own (search.reshuffle)"
        said.append(f"{rule}: two trials differ by their rows too, and a setting's value is the mean over its trials")
    if recipe.learn.deal or (recipe.learn.networks or 1) > 1:
        said.append("a trial is one network, also where a run averages several")
    if recipe.learn.after_epoch or recipe.learn.callbacks:
        said.append("hooks and callbacks are called in the runs at the end, not in trials")
    return said


@dataclass
class Splits:
    """The rows of a recipe for training and validation, as often as they are dealt anew; test rows are none of them.

    Encoders stay as the recipe's own training rows made them, so that all trials have one signature, and their losses
    one unit. Rows split by time are dealt by going back: the validation rows are the latest before those of the split
    before, and what is later is left out.
    """

    recipe: Recipe
    fold: Represented
    why_not: str | None = field(init=False)
    _dealt: dict[int, Represented] = field(default_factory=dict)
    _rows: list[np.ndarray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fold = self.fold.without_test()
        self.why_not = undealt(self.recipe, self.fold)

    def of(self, number: int) -> Represented:
        """The rows of a split; 0 is the recipe's own, and where rows cannot be dealt there is no other."""
        if number == 0 or self.why_not is not None:
            return self.fold
        if number not in self._dealt:
            while len(self._dealt) > _KEPT:
                del self._dealt[next(iter(self._dealt))]
            self._dealt[number] = self._by_time(number) if self._way == "time" else self._drawn(number)
        return self._dealt[number]

    @property
    def _way(self) -> str | None:
        way = way_of(self.recipe.represent.split)
        return way.name if way else None

    def _drawn(self, number: int) -> Represented:
        if number >= len(self._rows):
            targets = self.fold.encoder.signature.targets
            name = next((target.name for target in targets if target.has_classes), None)
            classes = None if name is None else self.fold.frame[name]
            count = max(number + 1, 2 * len(self._rows))
            rule, seed = self.recipe.represent.split, self.recipe.seed
            self._rows = dealt_validation(self.fold.split, self.fold.frame, rule, classes, count, seed)
        return self.fold.with_validation(self._rows[number])

    def _by_time(self, number: int) -> Represented:
        split = self.recipe.represent.split
        table = SplitTable(self.fold.frame, split.way_column, None)
        found, left = [], self.fold.split.train
        share = len(self.fold.split.validation)
        while len(left) - share >= max(2, _LEAST * len(self.fold.split.train)):
            left, taken = SPLITS["time"].take(table, left, share / len(left), 0)
            found.append((left, taken))
        if not found:
            return self.fold
        return self.fold.with_rows(*found[(number - 1) % len(found)])


_KEPT = 16  # splits
