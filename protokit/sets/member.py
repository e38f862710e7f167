"""One set of an experiment: its recipe, its rows, and the run of its own network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from protokit.core.values.arrays import Predictions
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.fitting import Why, alone
from protokit.recipe.sets.members import of_set
from protokit.represent.represented import Represented
from protokit.show.progress import Progress
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.result import Run
from protokit.workflow.run.preparation import Prepared, prepare

Tested: TypeAlias = "tuple[Mapping[str, Predictions], Mapping[str, Mapping[str, Predictions]]]"


@dataclass
class Member:
    """A set with its rows; `own` is the run of its own network, once there is one."""

    name: str
    recipe: Recipe
    prepared: Prepared
    own: Run | None = None
    _tested: Tested | None = field(default=None, repr=False)

    @property
    def fold(self) -> Represented:
        """The rows, of folds those of the first."""
        return self.prepared.folds[0]

    def kept_in(self, out: Path) -> None:
        """Keep the run of its own network below a folder."""
        self.prepared = replace(self.prepared, out=out)

    def tested(self) -> Tested:
        """What the own network and the baselines say of the test rows, by target."""
        assert self.own is not None, "the own network is trained first"
        if self._tested is None:
            network, baselines, _ = read_predictions(self.own.path)
            self._tested = network, baselines
        return self._tested


def prepared_members(
    recipes: Mapping[str, Recipe],
    given: Mapping[str, object],
    out: Path,
    shown: Progress,
    opened: ExitStack,
    *,
    cache: bool,
) -> list[Member]:
    """The rows of each set collected, represented and audited, before anything is trained.

    Raises:
        SpecError, DataError, AuditError: of a set, which the message names.
    """
    found = []
    for name, recipe in recipes.items():
        with of_set(name):
            prepared = prepare(recipe, given.get(name), out, shown, opened, resume=False, baselines=None, cache=cache)
        assert isinstance(prepared, Prepared), "no earlier run is looked for"
        found.append(Member(name, recipe, prepared))
    return found


def why_not_together(members: Sequence[Member], *, of_series: bool = False) -> Why | None:
    """Why sets cannot be trained on together, and the cure; None where they can. `of_series` as for `alone`."""
    for member in members:
        if (why := alone(member.name, member.recipe, of_series=of_series)) is not None:
            return why
        if member.fold.sample is not None:
            return f"the rows of {member.name!r} are too many for memory", "write sets: each"
    return None
