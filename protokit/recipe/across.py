"""What has to fit between the parts of a recipe."""

from __future__ import annotations

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.recipe.parts import By, Collect, Learn, Represent


def across(collect: Collect, represent: Represent, learn: Learn) -> list[Fault]:
    """Faults between parts of a recipe that are each right by themselves."""
    found: list[Fault] = []
    split, tables = represent.split, collect.tables
    if split.folds is not None:
        found += _with_folds(represent)
    named: list[str] = []
    for part in ("test", "validation"):
        value = getattr(split, part)
        if isinstance(value, str):
            path: Path = ("represent", "split", part)
            if tables and value not in tables:
                found.append(Fault(f"there is no table {value!r}", did_you_mean(value, tables), path))
            elif tables and value == next(iter(tables)):
                found.append(Fault(f"the first table, {value!r}, holds the training rows", None, path))
            elif value in named:
                found.append(Fault(f"{value!r} holds the test rows already", None, path))
            named.append(value)
    for spare in list(tables)[1:]:
        if spare not in named:
            cure = "joins are not supported yet; name it in represent.split.test, or remove it"
            found.append(Fault(f"the table {spare!r} is not used", cure, ("collect", "tables", spare), "key"))
    for target_name in represent.targets:
        if target_name == learn.sample_weights:
            rule = f"{target_name!r} is the target, and cannot weigh the rows"
            found.append(Fault(rule, "name another column", ("learn", "sample_weights")))
        if target_name in represent.columns:
            path = ("represent", "columns", target_name)
            found.append(Fault(f"{target_name!r} is the target", "set learn.task instead", path, "key"))
    return found


def _with_folds(represent: Represent) -> list[Fault]:
    """What cannot stand beside folds, which make every row a test row once."""
    split = represent.split
    found = []
    at: Path = ("represent", "split")
    if "test" in split.model_fields_set:
        cure = "remove test, or folds"
        found.append(Fault("with folds every row is a test row once", cure, (*at, "test"), "key"))
    if isinstance(split.validation, str):
        found.append(Fault("with folds the validation rows are a share", "write 0.2", (*at, "validation")))
    if isinstance(split.by, By) and split.by.column:
        cure = "remove folds, or write by: {group: " + split.by.column + "}"
        found.append(Fault("a column that says the parts leaves no folds to deal", cure, (*at, "folds"), "key"))
    return found
