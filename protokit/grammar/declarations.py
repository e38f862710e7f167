"""What the sections of a recipe declare: the fields that may stand at a path, with their descriptions and examples."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import isabstract

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from protokit.core.places import Path


def models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that may stand at a path: of a union each; names of a person's own, as of columns, lead on."""
    models = [model]
    for step in path:
        fields = [found for one in models if (found := field_of(one, step)) is not None]
        models = [inner for field in fields for inner in models_in(field.annotation)] if fields else models
    return models


def field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """What is declared of the key at the end of a path; None where that key is a name of a person's own."""
    found = [field for one in models_at(model, path[:-1]) if (field := field_of(one, path[-1])) is not None]
    return found[0] if found else None


def keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at a path."""
    return list(dict.fromkeys(name for found in models_at(model, path) for name in keys_of(found)))


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the keys that are written."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def field_of(model: type[BaseModel], key: str | int) -> FieldInfo | None:
    """The field of a model that a key is written for."""
    return keys_of(model).get(str(key))


def models_in(annotation: object) -> list[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for part in getattr(annotation, "__args__", ()) for found in models_in(part)]


def sections(model: type[BaseModel], path: Path = ()) -> Iterator[tuple[Path, type[BaseModel]]]:
    """Every model that can be reached from one, with a path to it; names of a person's own are left out.

    An abstract one is what things of a registry derive from: these are no sections of a recipe by themselves.
    """
    if isabstract(model):
        return
    yield path, model
    for key, field in keys_of(model).items():
        for inner in models_in(field.annotation):
            yield from sections(inner, (*path, key))
