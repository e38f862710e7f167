"""Inputs of a network under names of the recipe's own, for the towers of a menu."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import TEXT, Section, Word, one_or_more
from protokit.menu.items import INPUTS, SERIES

_CURE = "write inputs: {user: [user_id, age], item: [item_id, price]}"


def _inputs(value: object) -> object:
    """Names, each with the columns that it is made of."""
    if not isinstance(value, Mapping):
        raise refuse(Fault(f"inputs are names with their columns, not {value!r}", _CURE))
    found: dict[str, tuple[str, ...]] = {}
    for name, given in value.items():
        if not isinstance(name, str) or not name.isidentifier():
            raise refuse(Fault(f"the name of an input is letters, digits and '_', not {name!r}", _CURE, (name,), "key"))
        if name in (*INPUTS, *SERIES, "input"):
            raise refuse(Fault(f"the input {name!r} is there already", "give it another name", (name,), "key"))
        columns: Any = [given] if isinstance(given, str) else given
        if not isinstance(columns, (list, tuple)) or not columns or not all(isinstance(one, str) for one in columns):
            raise refuse(Fault(f"an input is a list of columns, not {given!r}", f"write {name}: [age, sex]", (name,)))
        found[name] = tuple(dict.fromkeys(columns))
    return found


_SCHEMA = {
    "type": "object",
    "additionalProperties": one_or_more(TEXT),
    "propertyNames": {"pattern": "^[^\\W\\d]\\w*$"},
}


class Pairs(Section):
    """Two inputs that are the same kind of thing: one network makes a vector of each, and they are compared."""

    left: str = Field(description="the input of one side", examples=["user"])
    right: str = Field(description="that of the other, of like columns in the same order", examples=["item"])


class NamedInputs(Section):
    """Some columns of a table as one input of the network."""

    inputs: Annotated[dict[str, tuple[str, ...]], Word(_inputs, _SCHEMA)] = Field(
        default_factory=dict,
        description="columns that the menu takes together by a name of yours, as for towers",
        examples=[{"user": ["user_id", "age"], "item": ["item_id", "price"]}],
    )
    pairs: Pairs | None = Field(
        None,
        description="two of the inputs that one network reads, with one set of weights, to be compared (siamese)",
        examples=[{"left": "user", "right": "item"}],
    )
