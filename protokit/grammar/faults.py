"""Pydantic's errors in the words of the house: rule, value, cure, and the path they stand at."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from protokit.core.places import Fault, Path, dotted
from protokit.core.suggest import did_you_mean
from protokit.grammar.declarations import field_at, keys_at, models_at
from protokit.grammar.writing import on_a_line


def refuse(*faults: Fault) -> PydanticCustomError:
    """The exception by which a validator reports faults, with paths relative to the value it was given."""
    return PydanticCustomError("faults", "faults", {"faults": faults})


def faults_of(error: ValidationError, model: type[BaseModel], data: object) -> list[Fault]:
    """Every fault in a validation error."""
    found: list[Fault] = []
    for detail in error.errors(include_url=False):
        path = _in_data(tuple(detail["loc"]), data)
        kind, value = detail["type"], detail.get("input")
        context = detail.get("ctx", {})
        if kind == "faults":
            found += [fault.under(path) for fault in context["faults"]]
        elif kind == "extra_forbidden":
            found.append(_unknown_key(path, model))
        elif kind == "invalid_key":
            found.append(Fault(f"a key is a text, not {value!r}", "put it in quotes", path, "key"))
        elif kind == "missing":
            found.append(Fault(f"{dotted(path)} is missing", _missing_cure(path), path[:-1]))
        else:
            cure = _example(model, path) if kind.startswith(("dict", "model")) else None
            found.append(Fault(f"{dotted(path)} {_rule(kind, context)}, not {value!r}", cure, path))
    # a missing key is no news where it was only mistyped
    cures = {(f.path[:-1], f.cure) for f in found if f.rule.startswith("unknown key")}
    return [f for f in found if not f.rule.endswith("is missing") or not _mistyped(f, cures)]


def _mistyped(missing: Fault, cures: set[tuple[Path, str | None]]) -> bool:
    name = missing.rule.split()[0].split(".")[-1]
    return (missing.path, f"did you mean {name!r}?") in cures


def _in_data(loc: Path, data: object) -> Path:
    """The part of pydantic's location that exists in the data (it adds the names of a union's members)."""
    path: list[str | int] = []
    for i, step in enumerate(loc):
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, (list, tuple)) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]  # type: ignore[index]
        elif i == len(loc) - 1 and isinstance(data, dict):
            pass
        else:
            continue
        path.append(step)
    return tuple(path)


def _unknown_key(path: Path, model: type[BaseModel]) -> Fault:
    container, key = dotted(path[:-1]), str(path[-1])
    where = f" of {container}" if container else ""
    later = [key for found in models_at(model, path[:-1]) for key in getattr(found, "later", ())]
    if key in later:
        return Fault(f"{key!r}{where} is not supported yet", None, path, "key")
    for found in models_at(model, path[:-1]):
        if new := getattr(found, "renamed", {}).get(key):
            return Fault(f"{key!r}{where} is called {new!r} now", f"remove {key}: {new} is there", path, "key")
    known = [*keys_at(model, path[:-1]), *later]
    return Fault(f"unknown key {key!r}{where}", did_you_mean(key, known), path, "key")


def _example(model: type[BaseModel], path: Path) -> str | None:
    """What to write at a path, from the example that its field declares."""
    field = field_at(model, path) if path else None
    return f"write {path[-1]}: {on_a_line(field.examples[0])}" if field is not None and field.examples else None


def _missing_cure(path: Path) -> str | None:
    if path in {("represent",), ("represent", "target")}:
        return "name the column to predict: represent: {target: NAME}"
    return f"add {path[-1]}: ..."


def _rule(kind: str, context: Mapping[str, object]) -> str:
    bounds = {
        "greater_than": "is more than {gt}",
        "greater_than_equal": "is at least {ge}",
        "less_than": "is less than {lt}",
        "less_than_equal": "is at most {le}",
        "literal_error": "is {expected}",
    }
    if kind in bounds:
        return bounds[kind].format(**context)
    words = {"int": "is a whole number", "float": "is a number", "string": "is a text", "bool": "is true or false"}
    words |= {"dict": "is a mapping", "model": "is a mapping", "tuple": "is a list", "list": "is a list"}
    return words.get(kind.split("_")[0], f"cannot be read ({kind})")
