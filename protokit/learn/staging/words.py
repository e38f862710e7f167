"""What may be written of what a network begins at, and of what stays as it is."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from protokit.core.places import Fault
from protokit.grammar.faults import refuse
from protokit.grammar.words import TEXT, Section, Word, choice, closed, one_or_more
from protokit.learn.parts.optimizer import OPTIMIZER
from protokit.learn.parts.schedule import SCHEDULE
from protokit.learn.parts.stop import Stop

ENCODERS = ("kept", "new")


def _freeze(value: object) -> object:
    """Names of items, or patterns of them."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or not all(isinstance(one, str) and one.strip() for one in given):
        raise refuse(Fault(f"freeze is a name of an item, or a list of them, not {value!r}", "write freeze: backbone"))
    return tuple(given)


FREEZE = Word(_freeze, one_or_more(TEXT))


class From(Section):
    """What a network begins at: an earlier run, or a file of weights of Keras."""

    run: Annotated[str, Field(min_length=1)] = Field(
        description="the folder of a run, model or experiment; or a file of Keras, NAME.keras, for its weights alone",
        examples=["runs/earlier"],
    )
    encoders: Annotated[str, choice("encoders", ENCODERS)] = Field(
        "kept",
        description="the run's own (levels, knots and scales; new levels are added), or such that are learned anew",
        examples=["new"],
    )

    def as_plain(self) -> Any:
        """The folder alone, where nothing else is said."""
        return self.run if self.encoders == "kept" else {"run": self.run, "encoders": self.encoders}


def _from(value: object) -> object:
    """A folder or file, or a mapping."""
    return {"run": value} if isinstance(value, str) else value


_FROM_SCHEMA = {
    "anyOf": [
        dict(TEXT),
        closed({"run": dict(TEXT), "encoders": {"enum": list(ENCODERS)}}, required=["run"]),
        {"type": "null"},
    ]
}

FROM = Word(_from, _FROM_SCHEMA)


class Stage(Section):
    """One of several trainings of a network: what it does not say is as `learn` says it."""

    freeze: Annotated[tuple[str, ...], FREEZE] = Field(
        (), description="items that stay as they are, by name or pattern", examples=["backbone", ["backbone/*_BN"]]
    )
    epochs: int | None = Field(None, ge=1, description="at most, in this stage", examples=[5])
    batch_size: int | None = Field(None, ge=1, description="rows of a batch in this stage", examples=[32])
    optimizer: Annotated[str | dict[str, Any] | None, OPTIMIZER] = Field(
        None, description="the optimizer of this stage", examples=[{"AdamW": {"learning_rate": 0.00001}}]
    )
    schedule: Annotated[str | dict[str, Any], SCHEDULE] = Field(
        "plateau", description="how the learning rate goes on in this stage", examples=["cosine"]
    )
    stop: Stop | None = Field(Stop(), description="when this stage ends early; null: never", examples=[{"patience": 5}])

    def left_out(self) -> tuple[str, ...]:
        """What it does not say."""
        return tuple(name for name in type(self).model_fields if name not in self.model_fields_set)
