"""When a training ends before its last epoch: the words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import Section, Varies, Word, choice

MONITORS = ("validation_loss", "loss")


def _patience(value: object) -> object:
    """Epochs without a better value."""
    if value is None or value == "auto" or (type(value) is int and value >= 1):
        return value
    rule = f"patience is a whole number of at least 1, auto, or null for no early stop, not {value!r}"
    raise refuse(Fault(rule, "write patience: 20"))


PATIENCE = Word(_patience, {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["auto", None]}]})


class Stop(Section):
    """When training ends before its last epoch."""

    patience: Annotated[int | str | None, PATIENCE, Varies()] = Field(
        "auto",
        description="epochs without a better value; auto: 20, more where an epoch is of less than 10 batches; null: "
        "however many, training ends with its last epoch",
        examples=[20, None],
    )
    monitor: Annotated[str, choice("monitor", MONITORS), Varies()] = Field(
        "validation_loss", description="the value that is to get better", examples=["loss"]
    )
