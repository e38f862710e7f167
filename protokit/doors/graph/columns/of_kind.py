"""A fitted column as a file takes it."""

from __future__ import annotations

from collections.abc import Sequence

from protokit.core.errors import SpecError
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.free_texts import OfText
from protokit.doors.graph.columns.images import OfImage
from protokit.doors.graph.columns.numbers import OfNumber, OfSeconds
from protokit.doors.graph.columns.texts import OfBoolean, OfCategory, OfOrdered
from protokit.doors.graph.columns.times import OfDate, OfTimeOfDay
from protokit.represent.encoders.circles import TABLES
from protokit.represent.encoders.image import ImageColumn
from protokit.represent.encoders.text import Tfidf, Tokens
from protokit.represent.encoders.words.tokens import VectorTokens
from protokit.represent.kind import FittedColumn
from protokit.represent.kinds.boolean import Boolean
from protokit.represent.kinds.category import Category
from protokit.represent.kinds.date import Date
from protokit.represent.kinds.duration import Duration
from protokit.represent.kinds.number import Number
from protokit.represent.kinds.ordered import Ordered
from protokit.represent.kinds.times.time_of_day import TimeOfDay

_OF_KIND: dict[type[FittedColumn], type[RawColumn]] = {
    Number: OfNumber,
    Duration: OfSeconds,
    TimeOfDay: OfTimeOfDay,
    Boolean: OfBoolean,
    Ordered: OfOrdered,
    Category: OfCategory,
    Date: OfDate,
    ImageColumn: OfImage,
    Tokens: OfText,
    VectorTokens: OfText,
    Tfidf: OfText,
}


def raw_column(fitted: FittedColumn, marks: Sequence[str]) -> RawColumn:
    """A column as a file takes it.

    Raises:
        SpecError: its kind cannot go into a file.
    """
    of = _OF_KIND.get(type(fitted))
    name = fitted.column
    if of is None:
        rule = f"{name!r} is of the kind {fitted.kind!r}, which does not go into a file"
        cure = f"leave it out, columns: {{{name}: ignore}}, or take the network alone: model.to_keras()"
        raise SpecError.one(rule, f"{cure}, with the arrays of model.arrays(table)")
    if isinstance(fitted, Date) and fitted.circles != TABLES:
        raise SpecError.one(f"{name!r} is a date of an earlier version of protokit", "train the model anew")
    if isinstance(fitted, ImageColumn):
        return of(fitted)
    if isinstance(fitted, (Tokens, Tfidf)):
        return of(fitted, tuple(marks))
    known = (*(getattr(fitted, "levels", None) or ()), *(getattr(fitted, "rare", None) or ()))
    if "" in known:
        rule = f"{name!r} has the empty text as a level, and in a file that is a missing cell"
        raise SpecError.one(rule, "read it as missing: collect: {tables: {NAME: {csv: ..., missing: [...]}}}")
    return of(fitted, tuple(mark for mark in marks if mark not in known))
