"""What may be written beside the words `date` and `number`: how cells are read where they leave it open."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field, ValidationError

from protokit.core.places import Fault
from protokit.grammar.faults import faults_of, refuse
from protokit.grammar.words import TEXT, JsonSchema, Section, Word, choice, closed, or_null

ORDERS = ("day", "month", "year")
EPOCHS = ("seconds", "milliseconds")
DECIMALS = (".", ",")
THOUSANDS = (",", ".", " ", "'")


@lru_cache(256)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _zone(value: object) -> object:
    if value is not None and (not isinstance(value, str) or not _is_zone(value)):
        raise refuse(Fault(f"{value!r} is no zone of time", "write the name of a place: Europe/Madrid, or UTC"))
    return value


class DateOptions(Section):
    """How dates are read: asked for, and not left to what the cells show."""

    order: Annotated[str | None, choice("order", ORDERS, null=True)] = Field(
        None,
        description="which of day, month and year stands first; what all cells show, if not given",
        examples=["day"],
    )
    zone: Annotated[str | None, Word(_zone, or_null(TEXT))] = Field(
        None, description="the place whose clock times without an offset are of; UTC inside", examples=["Europe/Madrid"]
    )
    epoch: Annotated[str | None, choice("epoch", EPOCHS, null=True)] = Field(
        None, description="what numbers count since 1970: seconds or milliseconds", examples=["seconds"]
    )

    def left_out(self) -> tuple[str, ...]:
        """What is not asked for."""
        return tuple(name for name in type(self).model_fields if getattr(self, name) is None)

    @property
    def asked(self) -> dict[str, str]:
        """What is asked for, by its name."""
        return {name: str(getattr(self, name)) for name in type(self).model_fields if getattr(self, name) is not None}


def faults_of_dates(value: object) -> list[Fault]:
    """What is wrong with the options as they are written."""
    if value is None or isinstance(value, DateOptions):
        return []
    return _faults(value, DateOptions, "how dates are read", "write {order: day}")


def _faults(value: object, options: type[Section], what: str, cure: str) -> list[Fault]:
    if not isinstance(value, dict):
        return [Fault(f"{what} is a mapping, not {value!r}", cure)]
    try:
        options.model_validate(value)
    except ValidationError as error:
        return faults_of(error, options, value)
    return []


def read_date_options(value: object) -> object:
    """The options as they are written, for a validator; None where there are none.

    Raises:
        PydanticCustomError: with every fault in them.
    """
    if faults := faults_of_dates(value):
        raise refuse(*faults)
    return DateOptions.model_validate(value) if isinstance(value, dict) else value


def date_options_schema() -> JsonSchema:
    """The JSON Schema of the options."""
    return closed(DateOptions.model_json_schema()["properties"])


def _unit(value: object) -> object:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{value!r} is no text")
    return value


class NotationOptions(Section):
    """How the numbers of a column of texts are written. Where all three are said, exactly so."""

    decimal: Annotated[str | None, choice("decimal", DECIMALS, null=True)] = Field(
        None, description="the decimal mark; found by the cells when not given", examples=[","]
    )
    thousands: Annotated[str | None, choice("thousands", THOUSANDS, null=True)] = Field(
        None, description="the mark between thousands; found by the cells when not given", examples=["."]
    )
    unit: Annotated[str | None, Word(_unit, or_null(TEXT))] = Field(
        None, description="what stands beside each number; found by the cells when not given", examples=["%"]
    )

    @property
    def exact(self) -> bool:
        """Whether nothing is left to the cells."""
        return self.model_fields_set >= {"decimal", "thousands", "unit"}


def faults_of_notation(value: object) -> list[Fault]:
    """What is wrong with the options as they are written."""
    if value == {}:
        return [Fault("nothing is said of how numbers are written", 'write {decimal: ","}, or number alone')]
    return _faults(value, NotationOptions, "how numbers are written", 'write {decimal: ","}')


def notation_schema() -> JsonSchema:
    """The JSON Schema of the options."""
    return closed(NotationOptions.model_json_schema()["properties"])
