"""Both sides of a pair as a recipe says them, and what their columns are fitted on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from protokit.core.names import counted
from protokit.core.values.said import Notice
from protokit.represent.examples import Examples
from protokit.represent.sides.columns import Sides, shared_name
from protokit.represent.words import Represent


def sides_of(spec: Represent) -> Sides | None:
    """The sides that a recipe says; None where it says none."""
    if spec.pairs is None:
        return None
    left, right = spec.inputs[spec.pairs.left], spec.inputs[spec.pairs.right]
    names = [shared_name(one, other) for one, other in zip(left, right, strict=True)]
    alone = all(names) and len(set(names)) == len(names) and not {*names} & {*spec.targets}
    return Sides(left, right, tuple(names) if alone else left)


def for_fitting(
    sides: Sides, spec: Represent, examples: Examples, train: pd.DataFrame
) -> tuple[Represent, Examples, pd.DataFrame]:
    """What columns are fitted on: both sides of all rows, and of the training rows."""
    by_column, columns = sides.by_column, dict[str, object]()
    for name, said in spec.columns.items():
        if name in by_column:
            columns[by_column[name]] = said
    beside = list(spec.targets)
    found = spec.model_copy(update={"columns": columns, "inputs": {}})
    return found, replace(examples, frame=sides.stacked(examples.frame, beside)), sides.stacked(train, beside)


def told_of_sides(sides: Sides, frame: pd.DataFrame, train: np.ndarray, test: np.ndarray) -> list[Notice]:
    """What is said of names that are shared, and of test rows with a side that training rows have, too."""
    of = zip(sides.names, sides.left, sides.right, strict=True)
    pairs = [f"{name!r} ({left}, {right})" for name, left, right in of]
    columns = (*sides.left, *sides.right)
    said = [Notice(f"both sides are learned by one network: {', '.join(pairs)}", columns)]
    known = {key for part in _keys(sides, frame.iloc[train]) for key in part}
    tested = zip(*_keys(sides, frame.iloc[test]), strict=True)
    met = np.array([one in known or other in known for one, other in tested], bool)
    if met.any():
        rule = f"{counted(int(met.sum()), 'test row', 'have')} a side that is in training rows, too"
        rule += f" ({met.mean():.0%} of the test rows): scores are of things that the network has met"
        cure = "to score new ones, split: {by: {group: COLUMN}}, with a column in which all rows of one thing are alike"
        said.append(Notice(rule, columns, cure))
    return said


def _keys(sides: Sides, frame: pd.DataFrame) -> list[list[str]]:
    """Each side as a text, of all of its cells."""
    return [
        [repr(row) for row in frame[list(columns)].astype(object).itertuples(index=False, name=None)]
        for columns in (sides.left, sides.right)
    ]
