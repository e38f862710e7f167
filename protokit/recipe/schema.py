"""The JSON Schema of a recipe, for editors: what its sections declare, and the menu beside them."""

from __future__ import annotations

from protokit.grammar.words import placed
from protokit.menu import schema as menu_schema
from protokit.recipe.recipe import Recipe


def schema() -> dict[str, object]:
    """JSON Schema (2020-12) of recipe files: every key, the names that may stand, and every layer's arguments."""
    found = Recipe.model_json_schema()
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "protokit recipe"
    found["$defs"] |= menu_schema.definitions()
    return placed(found)


SCHEMAS = {"recipe": schema, "menu": menu_schema.schema}  # of the files that a person writes
