"""What the sections of a recipe declare is there for every key, and right."""

from __future__ import annotations

from typing import Any, get_origin

import jsonschema
import pytest
from pydantic.fields import FieldInfo

from protokit.grammar.declarations import field_at, keys_of, models_in, sections
from protokit.grammar.words import Section
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema

DECLARED = [
    pytest.param(path, model, key, field, id=".".join([*map(str, path), key]))
    for path, model in sections(Recipe)
    if issubclass(model, Section)
    for key, field in keys_of(model).items()
]

# what has to stand beside a key in the same mapping
BESIDE = {
    ("collect", "join", "before"): {"aggregate": {"n": "count(*)"}},
    ("collect", "join", "tolerance"): {"as_of": "date"},
    ("collect", "join", "dates"): {"with": "t", "on": "k", "as_of": "date"},
}


def recipe_with(path: tuple[Any, ...], model: type[Section], key: str, value: object) -> dict[str, Any]:
    """The smallest recipe that has a value at a place; keys that must stand beside it have their own examples."""
    data: Any = {name: field.examples[0] for name, field in keys_of(model).items() if field.is_required()}
    data |= {**BESIDE.get((*path, key), {}), key: value}
    for i in range(len(path), 0, -1):
        field = field_at(Recipe, path[:i])
        assert field is not None
        if models_in(field.annotation) and (wrapped := origin(field)) in {dict, tuple}:
            data = {"x": data} if wrapped is dict else [data]
        data = {**BESIDE.get(path[:i], {}), path[i - 1]: data}
    return data if path[:1] == ("represent",) else {"represent": {"target": "y"}, **data}


def origin(field: FieldInfo) -> object:
    return get_origin(field.annotation)


@pytest.mark.parametrize(("path", "model", "key", "field"), DECLARED)
def test_every_key_says_what_it_is_and_how_it_is_written(
    path: tuple[str, ...], model: type[Section], key: str, field: FieldInfo
) -> None:
    assert field.description and field.examples, f"{'.'.join([*path, key])}: a description and an example, please"
    assert model.__doc__ and not field.description.endswith(".")
    validator = jsonschema.Draft202012Validator(schema())
    for example in field.examples:
        data = recipe_with(path, model, key, example)
        Recipe.model_validate(data)  # what has to fit between sections is not looked at
        error = jsonschema.exceptions.best_match(validator.iter_errors(data))
        assert error is None, f"{list(error.path)}: {error.message}"
