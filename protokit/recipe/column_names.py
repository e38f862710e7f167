"""Holds the column names in a recipe against those of the data."""

from __future__ import annotations

from protokit.core.places import Fault, Part, Path
from protokit.core.suggest import did_you_mean
from protokit.recipe.recipe import Recipe
from protokit.represent.column.made import made_in


def check_columns(recipe: Recipe, names: list[str]) -> None:
    """Hold the column names in a recipe against those of the data.

    Raises:
        SpecError: with every name that is not there, at its line.
    """
    wanted: list[tuple[str, Path, Part]] = []
    target = recipe.represent.target
    if target is None or recipe.represent.gives_back:
        pass
    elif isinstance(target, str):
        wanted.append((target, ("represent", "target"), "value"))
    else:
        at: Path = ("represent", "target", *target) if isinstance(target, dict) else ("represent", "target")
        wanted += [(name, (*at, i), "value") for i, name in enumerate(recipe.represent.targets)]
    made = made_in(recipe.represent)
    for name in recipe.represent.columns:
        below = any(one.startswith(f"{name}.") for one in names)  # the keys of records
        if name not in made and not (below and recipe.represent.kind(name) == "ignore"):
            wanted.append((name, ("represent", "columns", name), "key"))
    wanted += [(part, ("represent", "columns", name), "value") for name, some in made.items() for part in some]
    for name, columns in recipe.represent.inputs.items():
        wanted += [(column, ("represent", "inputs", name, i), "value") for i, column in enumerate(columns)]
    split = recipe.represent.split
    if split.way_column is not None:
        wanted.append((split.way_column, ("represent", "split", "by", str(split.way)), "value"))
    sequence, series = recipe.represent.sequence, recipe.represent.series
    for part, given in (("sequence", sequence), ("series", series)):
        for key in ("time", "by", "known"):
            value = getattr(given, key, None)
            several = (value,) if isinstance(value, str) else value or ()
            wanted += [(name, ("represent", part, key), "value") for name in several]
    if recipe.evaluate.labels is not None:
        wanted.append((recipe.evaluate.labels, ("evaluate", "labels"), "value"))
    wanted += [(name, ("evaluate", "slices"), "value") for name in recipe.evaluate.slices]
    if recipe.learn.event is not None:
        wanted.append((recipe.learn.event, ("learn", "event"), "value"))
    if recipe.learn.sample_weights is not None:
        wanted.append((recipe.learn.sample_weights, ("learn", "sample_weights"), "value"))
    faults = [
        Fault(f"no column {name!r} in the data", did_you_mean(name, names), path, part)
        for name, path, part in wanted
        if name not in names
    ]
    faults += [
        Fault(f"the data has a column {name!r} already", "give it another name", ("represent", "columns", name), "key")
        for name in made
        if name in names
    ]
    if faults:
        raise recipe.document.error(faults)
