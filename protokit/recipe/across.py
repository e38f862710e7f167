"""What has to fit between the parts of a recipe."""

from __future__ import annotations

from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.recipe.parts import Collect, Represent


def across(collect: Collect, represent: Represent) -> list[Fault]:
    """Faults between parts of a recipe that are each right by themselves."""
    found: list[Fault] = []
    split, tables = represent.split, collect.tables
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
        if target_name in represent.columns:
            path = ("represent", "columns", target_name)
            found.append(Fault(f"{target_name!r} is the target", "set learn.task instead", path, "key"))
    return found
