"""One network on the rows of all sets, with the set as a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.bundle.model import Model
from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.core.values.arrays import Predictions
from protokit.core.values.said import Notice
from protokit.evaluate.pooling import some_of
from protokit.learn.parts.sets import Stacked
from protokit.sets.bundle.kept import naming
from protokit.sets.contents import PlainStacked
from protokit.sets.experiment import Experiment, Outcome
from protokit.sets.member import Member
from protokit.sets.ways.stacking import stacked
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.run.collecting import intake_of
from protokit.workflow.run.run import run


def train_stacked(experiment: Experiment, way: Stacked) -> Outcome:
    """Train one network on all rows: those of each set's own training, validation and test."""
    members = list(experiment.members)
    recipe, rows, column = stacked(members, experiment.recipe.sets.by, experiment.begun(members[0], "stacked"))
    experiment.shown.step("all sets stacked")
    found = run(recipe, rows, out=experiment.of("stacked"), resume=experiment.resume, cache=False)
    whole, _, _ = read_predictions(found.path)
    sizes = [member.fold.test.rows for member in members]
    starts = np.cumsum([0, *sizes])
    predictions = {
        member.name: of_set(
            member.tested()[0], {name: some_of(p, np.arange(start, end)) for name, p in whole.items()}, member.name
        )
        for member, start, end in zip(members, starts[:-1], starts[1:], strict=True)
    }
    said = f"the set is the column {column!r} of the stacked network; a set that it has not seen is another level"
    if recipe.represent.series:
        said = f"the sets are panels of one network: the column {column!r} is one of those that tell series"
    runs = {member.name: found.path for member in members}
    return Outcome(
        "stacked", predictions, runs, (Notice(said),), column=column, intakes=_intakes(members, found.model, column)
    )


def taken(outcome: Outcome) -> PlainStacked:
    """How tables come to the stacked network, as `sets.json` has it."""
    return {"column": outcome.column, "intakes": {name: dict(plain) for name, plain in outcome.intakes.items()}}


def _intakes(members: Sequence[Member], model: Model, column: str) -> dict[str, Mapping[str, object]]:
    """How a table of each set, as its own recipe reads it, comes to the columns of the stacked network."""
    found: dict[str, Mapping[str, object]] = {}
    columns = [name for name in model.columns if name != column]
    for member in members:
        one = intake_of(member.recipe, member.prepared.table, columns)
        level = member.prepared.table.frame.get(column, pd.Series([member.name])).iloc[0]  # of sets by a column
        found[member.name] = replace(one, clean=(*one.clean, naming(column, as_text(level)))).as_plain()
    return found


def of_set(own: Mapping[str, Predictions], found: Mapping[str, Predictions], name: str) -> dict[str, Predictions]:
    """Predictions of all sets' network as those of a set's own target. `own` are those of its own network.

    Raises:
        DataError: they are of other rows.
    """
    brought = {}
    for target, p in own.items():
        other = found[target]
        scores = p.target.of_task.brought(other.target, other.scores, p.target)
        if other.scores.shape[0] != p.truth.shape[0]:
            raise DataError(f"the stacked network was scored on other rows of {name!r}", cure="run it again")
        brought[target] = replace(p, scores=scores, thresholds=None)
    return brought
