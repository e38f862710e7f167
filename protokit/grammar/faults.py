"""Pydantic's errors in the words of the house: rule, value, cure, and the path they stand at."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from protokit.core.places import Fault, Path, dotted
from protokit.core.suggest import did_you_mean
from protokit.grammar.writing import on_a_line


def refuse(*faults: Fault) -> PydanticCustomError:
    """The exception by which a validator reports faults, with paths relative to the value it was given."""
    return PydanticCustomError("faults", "faults", {"faults": faults})


def faults_of(error: ValidationError, model: type[BaseModel], data: Any) -> list[Fault]:
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


def _in_data(loc: tuple[Any, ...], data: Any) -> Path:
    """The part of pydantic's location that exists in the data (it adds the names of a union's members)."""
    path: list[str | int] = []
    for i, step in enumerate(loc):
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, (list, tuple)) and isinstance(step, int) and step < len(data)
        ):
            data = data[step]
        elif i == len(loc) - 1 and isinstance(data, dict):
            pass
        else:
            continue
        path.append(step)
    return tuple(path)


def _unknown_key(path: Path, model: type[BaseModel]) -> Fault:
    container, key = dotted(path[:-1]), str(path[-1])
    where = f" of {container}" if container else ""
    later = [key for found in _models_at(model, path[:-1]) for key in getattr(found, "later", ())]
    if key in later:
        return Fault(f"{key!r}{where} is not supported yet", None, path, "key")
    known = [*_keys(model, path[:-1]), *later]
    return Fault(f"unknown key {key!r}{where}", did_you_mean(key, known), path, "key")


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that may stand at a path."""
    models = [model]
    for step in path:
        fields = [found.model_fields[str(step)] for found in models if str(step) in found.model_fields]
        models = [inner for field in fields for inner in _models_in(field.annotation)] or models
    return models


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at a path."""
    return list(dict.fromkeys(name for found in _models_at(model, path) for name in found.model_fields))


def _example(model: type[BaseModel], path: Path) -> str | None:
    """What to write at a path, from the example that its field declares."""
    for found in _models_at(model, path[:-1]) if path else ():
        field = found.model_fields.get(str(path[-1]))
        if field is not None and field.examples:
            return f"write {path[-1]}: {on_a_line(field.examples[0])}"
    return None


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in _models_in(part)]


def _missing_cure(path: Path) -> str | None:
    if path in {("represent",), ("represent", "target")}:
        return "name the column to predict: represent: {target: NAME}"
    return f"add {path[-1]}: ..."


def _rule(kind: str, context: dict[str, Any]) -> str:
    bounds = {
        "greater_than": "is more than {gt}",
        "greater_than_equal": "is at least {ge}",
        "less_than": "is less than {lt}",
        "less_than_equal": "is at most {le}",
    }
    if kind in bounds:
        return bounds[kind].format(**context)
    words = {"int": "is a whole number", "float": "is a number", "string": "is a text", "bool": "is true or false"}
    words |= {"dict": "is a mapping", "model": "is a mapping", "tuple": "is a list", "list": "is a list"}
    return words.get(kind.split("_")[0], f"cannot be read ({kind})")
