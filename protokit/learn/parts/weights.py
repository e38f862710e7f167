"""How much the losses of targets, and the rows of classes, count: the words."""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean
from protokit.grammar.faults import refuse
from protokit.grammar.words import Word, mapping, or_null
from protokit.learn.parts.loss import ByTarget

_FROM_ZERO = {"type": "number", "minimum": 0}


def _loss_weights(value: object) -> object:
    """How much the loss of each target counts."""
    if value is None:
        return None
    if not isinstance(value, dict) or not value:
        raise refuse(Fault(f"loss_weights are by target, not {value!r}", "write {TARGET: 0.3}"))
    for key, weight in value.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight < float("inf"):
            raise refuse(Fault(f"the weight of a loss is a number from 0, not {weight!r}", None, (key,)))
    return {str(key): float(weight) for key, weight in value.items()}


def _weights(value: object) -> object:
    """Class weights, or those of each of some targets."""
    if value is None or value == "balanced":
        return value
    if isinstance(value, dict) and value and all(one == "balanced" or isinstance(one, dict) for one in value.values()):
        found, faults = ByTarget(), list[Fault]()
        for key, one in value.items():
            try:
                found[str(key)] = _weights(one)
            except PydanticCustomError as error:
                faults += [fault.under((key,)) for fault in (error.context or {})["faults"]]
        if faults:
            raise refuse(*faults)
        return found
    if isinstance(value, dict) and value:
        for key, weight in value.items():
            if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1e300:
                raise refuse(Fault(f"a class weight is a number from 0, not {weight!r}", None, (key,)))
        return {key: float(weight) for key, weight in value.items()}
    raise refuse(Fault(f"unknown class weights {value!r}", did_you_mean(str(value), ("balanced",))))


_OF_CLASSES = mapping(_FROM_ZERO)
CLASS_WEIGHTS = Word(
    _weights,
    {
        "anyOf": [
            {"enum": ["balanced", None]},
            _OF_CLASSES,
            mapping({"anyOf": [{"const": "balanced"}, _OF_CLASSES]}),
        ]
    },
)
LOSS_WEIGHTS = Word(_loss_weights, or_null(mapping(_FROM_ZERO)))
