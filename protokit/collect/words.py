"""What may be written under `collect`: tables, joins, and steps of cleaning."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from protokit.collect import cleaning
from protokit.collect.join_words import Join, join_schema, joins
from protokit.collect.table_words import TableSource
from protokit.grammar.words import Section, Word

_STEPS = Word(cleaning.steps, lambda: {"type": "array", "items": cleaning.schema()})


class Collect(Section):
    """Step 1: the tables, joined and cleaned.

    The first table holds the rows; others are joined to it, or are the test or validation rows of a split.
    """

    tables: dict[str, TableSource] = Field(
        default_factory=dict, description="tables by a name of your own", examples=[{"data": "data/table.csv"}]
    )
    join: Annotated[tuple[Join, ...], Word(joins, lambda: {"type": "array", "items": join_schema()})] = Field(
        (), description="tables joined, in order", examples=[[{"with": "planes", "on": "tailnum"}]]
    )
    clean: Annotated[tuple[cleaning.Clean, ...], _STEPS] = Field(
        (), description="steps of cleaning, in order", examples=[[{"filter": "price > 0"}, "drop_duplicates"]]
    )
