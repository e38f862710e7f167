"""How the numbers of a column of texts are written, decided on all its rows, and what the person is told of it."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from protokit.cells.numbers import Found, found_in, merges, odd_one
from protokit.core.errors import DataError
from protokit.core.values.said import Notice
from protokit.represent.encoders.cells import example_of, without, written_in, wrong
from protokit.represent.encoders.distinct import distinct
from protokit.represent.kinds.number import NumberOptions

MOST_WHOLE_CLASSES = 20  # so many whole numbers may be classes


def reading_of(
    whole: pd.Series, missing: tuple[str, ...] = (), options: object = None
) -> tuple[tuple[str, ...], list[Notice]]:
    """The reading of a column that is to be numbers, empty where they are as computers write them, and its notice.

    This is of reading cells, not of fitting, so it is found in all rows. `options` are those of the kind.
    """
    said = options if isinstance(options, NumberOptions) else NumberOptions()
    found = written_in(without(whole, missing), said.decimal, said.thousands)
    if found is None or found.plain:
        return (), []
    asked = said.decimal is not None or said.thousands is not None
    return found.reading.as_plain(), [] if asked and not found.reading.unit else [told(whole, found)]


def hold_alike(column: pd.Series) -> None:
    """Hold that the numbers of a column of texts are written alike.

    Raises:
        DataError: with the first that is not as most are.
    """
    if column.dtype.kind in "iufbM":
        return
    one = distinct(column)
    if not all(isinstance(cell, str) for cell in one.cells):
        return
    found = odd_one(list(one.texts), one.counts)
    if found is not None:
        first = int((one.codes == found[0]).argmax())
        error = wrong(column, first, f"a number written as most are, such as {found[1]!r}")
        cure = f"write the numbers of the column alike, or make it a category: columns: {{{column.name}: category}}"
        raise DataError(error.rule, cure=cure)


def told(column: pd.Series, found: Found) -> Notice:
    """What the person is told of a column whose numbers are not as computers write them, with the edits."""
    name = str(column.name)
    text, number = example_of(column, found.reading)
    rule = f"{name!r}: texts such as {text!r} are read as numbers, that one as {number:.15g} ({found.reading})"
    cure = f"columns: {{{name}: category}} keeps the texts"
    if found.other is not None:
        rule += (
            f"; three digits follow the mark each time: were it a decimal one, {found.other.options}, it would be "
            f"{found.other.number(text):.15g}"
        )
        cure = f"columns: {{{name}: {{number: {found.reading.options}}}}} says so, {cure}"
    return Notice(rule, (name,), cure)


def target_as_numbers(column: pd.Series, task: str | None) -> tuple[pd.Series, list[Notice]] | None:
    """A target of texts as numbers, and what is told; None where it stays as it is.

    Texts as computers write numbers are classes where they are few, however alike as numbers: 1.10 is not 1.1.
    """
    found = written_in(column)
    if found is None or (found.plain and task is not None):
        return None
    codes, different = pd.factorize(column, use_na_sentinel=True)
    if found.plain and len(different) <= MOST_WHOLE_CLASSES and len(column) >= 3 * len(different):
        return None
    numbers = [*found.reading.numbers(map(str, different)), float("nan")]
    values = pd.Series(pd.array(numbers, dtype="float64").to_numpy()[codes], index=column.index, name=column.name)
    if found.plain:
        return values, []
    notice = told(column, found)
    cure = "learn: {task: classification} makes each a class"
    if found.other is not None:
        cure = f"{found.reading.options}, written in the table, says so"
    return values, [Notice(notice.rule, notice.columns, cure)]


def told_of_classes(column: pd.Series) -> Notice | None:
    """What is told of a target whose classes are texts that would be fewer as numbers."""
    texts = [text for text in column.dropna().unique() if isinstance(text, str)]
    found = found_in(texts)
    if found is None or not found.all or not merges(texts):
        return None
    alike = sorted(texts, key=lambda text: (found.reading.number(text) or 0.0, text))
    first, second = next((a, b) for a, b in pairwise(alike) if found.reading.number(a) == found.reading.number(b))
    cure = "learn: {task: regression} makes them numbers"
    return Notice(f"{column.name!r}: {first!r} and {second!r} are different classes", (str(column.name),), cure)
