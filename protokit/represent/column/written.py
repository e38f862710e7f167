"""Fitted columns as a model's file has them, each where it belongs."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.represent.encoders.sequences import SequenceColumn
from protokit.represent.kind import CodeColumn, InputColumn, NumberColumn, column_from_plain


def of_table(plain: Mapping[str, object]) -> NumberColumn | CodeColumn:
    """A column of numbers or codes.

    Raises:
        ValueError: it is none.
    """
    column = column_from_plain(plain)
    if not isinstance(column, (NumberColumn, CodeColumn)):
        raise ValueError(f"{column.column!r} gives neither numbers nor codes")
    return column


def of_input(plain: Mapping[str, object]) -> InputColumn:
    """A column that is an input of its own.

    Raises:
        ValueError: it is none.
    """
    is_sequence = plain["kind"] == SequenceColumn.name
    column = SequenceColumn.from_plain(plain) if is_sequence else column_from_plain(plain)
    if not isinstance(column, InputColumn):
        raise ValueError(f"{column.column!r} is no input of its own")
    return column
