"""What the ways to train on several sets take and give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from protokit.core.errors import SpecError
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.learn.parts.sets import Way
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.earlier import Earlier, begun
from protokit.sets.member import Member
from protokit.show.progress import Progress


@dataclass(frozen=True)
class Experiment:
    """Sets with their rows, and the folder in which each way keeps its runs; `key` is of recipe and data together.

    `workers` train the networks of `each`, and with `cache` take what is kept of prepared data. Where it goes on from
    an `earlier` one, `new_rows` are how many rows of each set that one did not have.
    """

    recipe: Recipe
    members: Sequence[Member]
    folder: Path
    key: str
    shown: Progress
    resume: bool = False
    workers: int | str = 1
    cache: bool = True
    earlier: Earlier | None = None
    new_rows: Mapping[str, int] = field(default_factory=dict)

    def of(self, way: str) -> Path:
        """The folder of a way's runs."""
        return self.folder / way

    def begun(self, member: Member, way: str) -> Recipe:
        """The recipe of a set as it begins by a way: at the set's run of the earlier experiment, where there is one."""
        return member.recipe if self.earlier is None else begun(member.recipe, self.earlier.run(member.name, way))

    def error(self, way: Way, rule: str, cure: str, word: str = "") -> SpecError:
        """An error at the way's place in the recipe."""
        return error_of(self.recipe, way, rule, cure, word)


def error_of(recipe: Recipe, way: Way, rule: str, cure: str, word: str = "") -> SpecError:
    """An error at a way's place in the recipe."""
    ways = recipe.learn.sets or ()
    place = next((i for i, one in enumerate(ways) if one == way), 0)
    at = ("learn", "sets", *((place,) if len(ways) > 1 else ()), *((way.name, word) if word else ()))
    return recipe.error(at, rule, cure)


@dataclass(frozen=True)
class Step:
    """A step of a sequence: the set that was trained on, and what all sets so far then say of their test rows."""

    set: str
    predictions: Mapping[str, Mapping[str, Predictions]]


@dataclass(frozen=True)
class Outcome:
    """What a way gives: predictions of each set's test rows by set and target, and the run that each is of.

    `shared` and `own` are layers, `steps` those of a sequence; of one network for all sets `intakes` say how a table
    of each comes to its columns, of which `column` has the set.
    """

    way: str
    predictions: Mapping[str, Mapping[str, Predictions]]
    runs: Mapping[str, Path]
    notices: tuple[Notice, ...] = ()
    shared: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    steps: tuple[Step, ...] = field(default=())
    column: str = ""
    intakes: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
