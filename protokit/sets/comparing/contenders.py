"""What is compared across sets: of an experiment each way of each set, of an ordinary run its network on any set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from protokit.core.errors import DataError, SpecError
from protokit.core.values.arrays import Predictions
from protokit.evaluate.pooling import some_of
from protokit.sets.contents import is_experiment
from protokit.sets.result import SetsRun
from protokit.sets.ways.stacked import of_set
from protokit.workflow.look.paired import Tested
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.result import Run


@dataclass(frozen=True)
class Contender:
    """One of what is compared: an experiment, or an ordinary run."""

    given: SetsRun | Run

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of its sets."""
        return self.given.sets if isinstance(self.given, SetsRun) else ()

    def own(self, name: str) -> Run:
        """The run whose test rows are those of a set: of an experiment the set's own network."""
        return self.given.run(name) if isinstance(self.given, SetsRun) else self.given

    def ways(self, name: str) -> Mapping[str, Tested]:
        """What each way said of the test rows of a set; of an ordinary run under no name.

        Raises:
            DataError: the predictions of a run cannot be read.
        """
        if isinstance(self.given, Run):
            return {"": Tested.of(self.given)}
        own = Tested.of(self.given.run(name))
        found = {"each": own}
        for way in self.given.ways[1:]:
            run = self.given.run(name, way)
            of_all = way == "stacked"
            said = _rows(self.given, name, run) if of_all else read_predictions(run.path)[0]
            found[way] = replace(own, predictions=of_set(own.predictions, said, name) if of_all else said, folds=None)
        return found


def _rows(experiment: SetsRun, name: str, run: Run) -> Mapping[str, Predictions]:
    """The predictions of a set's test rows, of a network that was tested on those of all sets."""
    sizes = [experiment.results["rows"][one]["test"] for one in experiment.sets]
    place = experiment.sets.index(name)
    start = sum(sizes[:place])
    whole, _, _ = read_predictions(run.path)
    return {target: some_of(p, np.arange(start, start + sizes[place])) for target, p in whole.items()}


def contender(given: SetsRun | Run | str | Path) -> Contender:
    """An experiment on several sets, or a run, from its folder.

    Raises:
        DataError: the folder is of neither.
    """
    if isinstance(given, (SetsRun, Run)):
        return Contender(given)
    return Contender(SetsRun.open(given) if is_experiment(Path(given)) else Run.open(given))


def together(contenders: Sequence[Contender], name: str) -> tuple[list[int], list[str]]:
    """The places of those that were tested on the rows of a set, and of further experiments why they were not."""
    first = next(i for i, one in enumerate(contenders) if name in one.sets)
    run = contenders[first].own(name)
    tested = Tested.of(run)
    found, reasons = [first], []
    for i, one in enumerate(contenders):
        if i == first or (one.sets and name not in one.sets):
            continue
        other = one.own(name)
        why = Tested.of(other).why_not(tested, other, run)
        if why is None:
            found.append(i)
        elif one.sets:
            reasons.append(why)
    return sorted(found), reasons


def hold(contenders: Sequence[Contender]) -> None:
    """Hold that there is something to compare.

    Raises:
        SpecError: fewer than two, one of them twice, or no experiment on several sets.
        DataError: no set is in two experiments.
    """
    if len(contenders) < 2:
        raise SpecError.one(f"compare takes two or more, not {len(contenders)}", "give their folders")
    places = [one.given.path.resolve() for one in contenders]
    if twice := next((place for i, place in enumerate(places) if place in places[:i]), None):
        raise SpecError.one(f"the same folder twice: {twice.name}", "give another one")
    experiments = [one for one in contenders if one.sets]
    if not experiments:
        raise SpecError.one("none of these is an experiment on several sets", "protokit.compare holds runs together")
    several = len(experiments) == len(contenders)
    if several and not any(sum(name in one.sets for one in experiments) > 1 for name in experiments[0].sets):
        has = "; ".join(f"{one.given.name} has {', '.join(one.sets[:8])}" for one in experiments)
        raise DataError(f"no set of {experiments[0].given.name} is in another: {has}", cure="name the same sets alike")
