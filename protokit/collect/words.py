"""What may be written under `collect`: tables, joins, and steps of cleaning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import Field, InstanceOf, PrivateAttr, ValidationError

from protokit.collect.joins.words import Join, joins_schema, read_joins
from protokit.collect.source import Source, read_source, source_schema
from protokit.collect.step import STEPS, Step, reporting
from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.grammar.faults import faults_of, refuse
from protokit.grammar.words import JsonSchema, Section, Word, closed


def _read_steps(given: object) -> tuple[Step[object], ...]:
    """The steps of `collect.clean`, for a validator.

    Raises:
        PydanticCustomError: with every fault in them.
    """
    if not isinstance(given, (list, tuple)):
        raise refuse(Fault(f"cleaning is a list of steps, not {given!r}", 'write - filter: "price > 0"'))
    faults: list[Fault] = []
    found: list[Step[object]] = []
    for i, one in enumerate(given):
        wrong, step = ([], one) if isinstance(one, Step) else _read_step(one)
        faults += [fault.under((i,)) for fault in wrong]
        if step is not None:
            found.append(step)
    if faults:
        raise refuse(*faults)
    return tuple(found)


def _read_step(given: object) -> tuple[list[Fault], Step[object] | None]:
    if isinstance(given, str):
        kind = STEPS.find(given)
        if kind is None:
            return [STEPS.unknown(given)], None
        if not kind.bare:
            return [Fault(f"{given} says nothing", f"write - {given}: {kind.example}")], None
        return [], kind(None)
    if not isinstance(given, dict) or len(given) != 1:
        what = f"{len(given)} keys" if isinstance(given, dict) else repr(given)
        return [Fault(f"a step is one key with what it says, not {what}", 'write - filter: "price > 0"')], None
    [(name, says)] = given.items()
    kind = STEPS.find(name)
    if kind is None:
        return [replace(STEPS.unknown(name), path=(name,), part="key")], None
    faults: list[Fault] = []
    written = kind.read(says, reporting(faults, (name,)))
    return (faults, None) if faults else ([], kind(written))


def _steps_schema() -> JsonSchema:
    """The JSON Schema of `collect.clean`."""
    steps = STEPS.all()
    written = {name: {**step.schema(), "description": step.about} for name, step in steps.items()}
    bare = [name for name, step in steps.items() if step.bare]
    one = {"anyOf": [{"enum": bare}, {**closed(written, most=1), "minProperties": 1}]}
    return {"type": "array", "items": one}


@dataclass(frozen=True)
class Times:
    """The collected columns by which the rest of a recipe goes in time, and those of which it says how it reads them.

    Of the first no order of day and month is guessed: with a wrong one the future stands before the past.
    """

    by: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()


TIMELESS = Times()
Table = Annotated[InstanceOf[Source], Word(read_source, source_schema)]
Steps = Annotated[tuple[InstanceOf[Step[object]], ...], Word(_read_steps, _steps_schema)]


class Collect(Section):
    """Step 1: the tables, joined and cleaned.

    The first table holds the rows; others are joined to it, or are the test or validation rows of a split.
    """

    tables: dict[str, Table] = Field(
        default_factory=dict, description="tables by a name of your own", examples=[{"data": "data/table.csv"}]
    )
    join: Annotated[tuple[InstanceOf[Join], ...], Word(read_joins, joins_schema)] = Field(
        (), description="tables joined, in order", examples=[[{"with": "planes", "on": "tailnum"}]]
    )
    clean: Steps = Field(
        (), description="steps of cleaning, in order", examples=[[{"filter": "price > 0"}, "drop_duplicates"]]
    )

    _times: Times = PrivateAttr(TIMELESS)
    _is_again: bool = PrivateAttr(False)

    @property
    def times(self) -> Times:
        """What the rest of the recipe does with times."""
        return self._times

    @property
    def is_again(self) -> bool:
        """Whether the steps were taken before, with the rows of training."""
        return self._is_again

    def again(self) -> Collect:
        """The same steps, for a later table."""
        found = self.model_copy()
        found._is_again = True
        return found

    def with_times(self, times: Times) -> Collect:
        """The same in a recipe that does something with times."""
        found = self.model_copy()
        found._times = times
        return found

    @classmethod
    def of(cls, **given: object) -> Collect:
        """What is written without a recipe around it.

        Raises:
            SpecError: with every fault, at its path from `collect` on.
        """
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise SpecError([fault.under(("collect",)) for fault in faults_of(error, cls, given)]) from None
