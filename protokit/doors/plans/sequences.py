"""The plan of a model of sequences: the cells of all steps of an example in, what is predicted of it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import pandas as pd

from protokit.bundle.opened.fitted import Fitted
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.arithmetic.steps import StepArithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.of_kind import raw_column
from protokit.doors.graph.ends import hold
from protokit.doors.graph.scaling import checked
from protokit.doors.graph.steps.sequence import OfChannel, sequences, stacked
from protokit.doors.interface import marks_of
from protokit.doors.plan import FARTHEST, Plan
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.sequences import COLUMN, SequenceColumn
from protokit.represent.kinds.number import Number

Value = TypeVar("Value")


@dataclass(frozen=True)
class SequencePlan(Plan):
    """A model of sequences: of each column that changes within one, the file takes all steps."""

    what = "sequences"

    @classmethod
    def of(cls, model: Fitted) -> SequencePlan:
        """See Plan.of."""
        encoders = tuple(part.encoder for part in model.parts if isinstance(part.encoder, Encoder))
        whole = model.encoder
        assert isinstance(whole, Encoder), "its parts are"
        for target in whole.targets:
            hold(target)
        steps, marks = max(_sequence(one).length for one in encoders), marks_of(model)
        columns = []
        for encoder in encoders:
            checked(encoder.scaler)
            others = [one for one in (*encoder.columns, *encoder.own) if not isinstance(one, SequenceColumn)]
            own: dict[str, RawColumn] = {one.column: raw_column(one, marks) for one in others}
            span = f"{steps:,} steps, the first of the sequence first"
            one = _sequence(encoder)
            for name, center, scale in zip(one.channels, one.centers, one.scales, strict=True):
                own[name] = OfChannel(Number(name), tuple(marks), center, scale, steps=steps, span=span)
            columns.append(own)
        return cls(encoders, tuple(columns), whole.targets, model)

    @property
    def outside(self) -> list[str]:
        """See Plan."""
        grouping = self.encoders[0].grouping
        assert grouping is not None, "it makes sequences"
        order = f", in the order of {grouping.time!r}" if grouping.time else ""
        many = max(_sequence(one).length for one in self.encoders)
        return [
            f"folding of long tables: the rows of one {grouping.by!r} are an example{order}; give its first {many:,} "
            "steps, and NaN past the end",
            "steps at the end of a sequence in which every cell is missing: they are past the end",
        ]

    @property
    def fine(self) -> list[str]:
        """See Plan."""
        found = super().fine
        for one in map(_sequence, self.encoders):
            far = zip(one.channels, one.centers, one.scales, strict=True)
            found += [name for name, center, scale in far if abs(center) > FARTHEST * scale]
        return found

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """See Plan: sequences, with the numbers of all their steps in a cell of each column."""
        encoder = self.encoders[0]
        examples = encoder.examples(table)
        for i, name in enumerate(_sequence(encoder).channels):
            examples[name] = pd.Series([cell[:, i] for cell in examples[COLUMN]], examples.index, object)
        return examples[list(self.raw)]

    def examples(self, encoder: Encoder, rows: pd.DataFrame) -> pd.DataFrame:
        """See Plan."""
        sequence = _sequence(encoder)
        cells = stacked(self.raw, sequence, rows)
        return rows.drop(columns=list(sequence.channels)).assign(**{COLUMN: cells})

    def encoded(self, a: Arithmetic[Value], part: int, raw: Mapping[str, Value]) -> Mapping[str, Value]:
        """See Plan."""
        assert isinstance(a, StepArithmetic), "other formats refuse it"
        encoder, columns = self.encoders[part], self.columns[part]
        others = replace(self, encoders=tuple(map(_without, self.encoders)))
        found = Plan.encoded(others, a, part, raw)
        return {**found, COLUMN: sequences(a, _sequence(encoder), columns, raw)}


def _sequence(encoder: Encoder) -> SequenceColumn:
    return next(one for one in encoder.own if isinstance(one, SequenceColumn))


def _without(encoder: Encoder) -> Encoder:
    """The encoder of all columns that are of the whole sequence."""
    return replace(encoder, own=tuple(one for one in encoder.own if not isinstance(one, SequenceColumn)))
