"""What it would take to change a prediction: one column at a time, all else as it is."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.names import as_text
from protokit.core.values.signature import TargetSpec
from protokit.doors.serve.engine import Columns, Engine
from protokit.doors.serve.fields import Field
from protokit.doors.serve.requests import Rows

_MOST = 2000  # rows that are asked for one


def changes(row: dict[str, object], rows: Rows, target: TargetSpec, engine: Engine) -> list[dict[str, object]]:
    """For each column that can: the value that changes the class, of numbers the nearest; or how far a number goes.

    Only values that training rows had are tried.

    Raises:
        DataError: a cell is not what its column is.
    """
    asked: list[tuple[Field, object]] = []
    for field in rows.fields:
        asked += [(field, value) for value in field.tried(row[field.name])]
    asked = asked[:_MOST]
    if not asked:
        return []
    asked_too = [{**row, field.name: value} for field, value in asked]
    predicted = engine.cells(rows.cells([row, *asked_too])).columns
    said = predicted[target.name]
    found = []
    for field in rows.fields:
        own = [(value, i + 1) for i, (one, value) in enumerate(asked) if one is field]
        if own:
            told = _of_classes(own, predicted, target, said) if target.form == "classes" else _of_numbers(own, said)
            if told is not None:
                found.append({"column": field.name, "from": row[field.name], **told})
    if target.form == "classes":
        return sorted(found, key=lambda one: -float(str(one["probability"])))
    return sorted(found, key=lambda one: float(str(one["low"])) - float(str(one["high"])))


def _of_classes(
    own: Sequence[tuple[object, int]], predicted: Columns, target: TargetSpec, said: Sequence[object]
) -> dict[str, object] | None:
    other = [(value, place) for value, place in own if said[place] != said[0]]
    if not other:
        return None

    def sure(place: int) -> float:
        return float(str(predicted[f"{target.name} = {as_text(said[place])}"][place]))

    of_numbers = isinstance(own[0][0], float)
    value, place = other[0] if of_numbers else max(other, key=lambda one: sure(one[1]))
    return {"to": value, "prediction": str(said[place]), "probability": sure(place)}


def _of_numbers(own: Sequence[tuple[object, int]], said: Sequence[object]) -> dict[str, object] | None:
    numbers = [(float(str(said[place])), value) for value, place in own]
    (low, at_low), (high, at_high) = min(numbers, key=lambda one: one[0]), max(numbers, key=lambda one: one[0])
    here = float(str(said[0]))
    if low >= here >= high:
        return None
    return {"low": min(low, here), "at_low": at_low if low < here else None, "high": max(high, here),
            "at_high": at_high if high > here else None}  # fmt: skip
