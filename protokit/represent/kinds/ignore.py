"""Columns that are not learned from."""

from __future__ import annotations

from protokit.represent.kind import KINDS, Kind


@KINDS.add
class Ignore(Kind):
    """A column that is left out; `represent` never fits it."""

    name = "ignore"
    about = "not learned from"
    example = "ignore"
    rank = 8
