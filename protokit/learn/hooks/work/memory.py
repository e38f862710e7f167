"""What an object of somebody else keeps from epoch to epoch: it is in the snapshot, as plain data."""

from __future__ import annotations

import copy
from collections.abc import Mapping

_OF_KERAS = ("params", "_model")  # set anew


def kept(thing: object) -> dict[str, object]:
    """The attributes of an object that are plain data: numbers, texts, lists and mappings of them."""
    found = {name: value for name, value in getattr(thing, "__dict__", {}).items() if name not in _OF_KERAS}
    return {name: copy.deepcopy(value) for name, value in found.items() if _is_plain(value)}


def put_back(thing: object, state: Mapping[str, object]) -> None:
    """Give an object the attributes that it had."""
    for name, value in state.items():
        setattr(thing, name, copy.deepcopy(value))


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(one) for key, one in value.items())
    return value is None or type(value) in (bool, int, float, str)
