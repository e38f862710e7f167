"""One set of an experiment: its recipe, its rows, and the run of its own network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.values.arrays import Predictions
from protokit.recipe.recipe import Recipe
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


@contextmanager
def of_set(name: str) -> Iterator[None]:
    """Errors inside say which set they are of.

    Raises:
        SpecError, DataError: with the name of the set.
    """
    try:
        yield
    except SpecError as error:
        faults = [replace(fault, rule=f"set {name!r}: {fault.rule}") for fault in error.faults]
        raise SpecError(faults) from error.__cause__
    except DataError as error:
        rule = f"set {name!r}: {error.rule}"
        raise DataError(rule, place=error.place, cure=error.cure, path=error.path) from error.__cause__
    except ProtokitError as error:
        error.add_note(f"in the set {name!r}")
        raise


def why_not_together(members: Sequence[Member]) -> tuple[str, str] | None:
    """Why sets cannot be trained on together in any way, and the cure; None where they can."""
    for member in members:
        represent = member.recipe.represent
        for word in ("series", "sequence", "pairs"):
            if getattr(represent, word, None):
                return f"the examples of {member.name!r} are no rows of a table (represent.{word})", "write sets: each"
        if len(member.prepared.folds) > 1:
            return f"{member.name!r} is split in folds", "write split: {test: 0.2}, or sets: each"
        if member.fold.sample is not None:
            return f"the rows of {member.name!r} are too many for memory", "write sets: each"
        if member.recipe.learn.form in ("clusters", "drawn", "inputs", "tokens"):
            return f"the task of {member.name!r} has no target that sets could share", "write sets: each"
        for word in ("stages", "freeze", "from_", "training_step", "devices"):
            if getattr(member.recipe.learn, word):
                return (
                    f"learn.{word.rstrip('_')} is for one network",
                    f"remove learn.{word.rstrip('_')}, or write sets: each",
                )
    return None
