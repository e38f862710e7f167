"""What of a model goes into a file: its columns as they are given, its parts, and its targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

import pandas as pd

from protokit.bundle.opened.fitted import Fitted
from protokit.bundle.opened.keras_copy import copied
from protokit.core.libraries.backend import keras
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.free_texts import OfText, OfTokens
from protokit.doors.graph.encoded import encoded
from protokit.doors.graph.ends import brought, mean, said, scores_of, tempered
from protokit.doors.graph.scaling import checked
from protokit.doors.interface import Interface, interface_of
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.scaling.scaler import FINE
from protokit.represent.encoding import Encoding

Value = TypeVar("Value")
FARTHEST = 300.0  # standard deviations from 0: beyond them a number of 32 bits is too far off
Networks = Callable[[Sequence[Mapping[str, Value]]], Sequence[Sequence[Mapping[str, Value]]]]


@dataclass(frozen=True)
class Plan(Interface):
    """A model that can go into a file, with what lies between the columns and the outputs."""

    model: Fitted
    what: ClassVar[str] = ""  # what goes in or out, where it is not of rows: forecasts of series

    @classmethod
    def of(cls, model: Fitted) -> Plan:
        """The plan of a model.

        Raises:
            SpecError: a column, a target, or what is made of the rows cannot go into a file.
        """
        own = interface_of(model)
        return cls(own.encoders, own.columns, own.targets, model)

    @property
    def reads_texts(self) -> bool:
        """Whether a file splits texts into tokens."""
        return any(isinstance(column, OfText) for column in self.raw.values())

    def with_codes(self) -> Plan:
        """The plan with codes of tokens in place of texts, for a format that cannot split these.

        Raises:
            SpecError: a text is none of codes.
        """

        def coded(column: RawColumn) -> RawColumn:
            if not isinstance(column, OfText):
                return column
            return OfTokens.of(column, [own[column.name] for own in self.columns if column.name in own])

        columns = tuple({name: coded(column) for name, column in own.items()} for own in self.columns)
        return replace(self, columns=columns)

    @property
    def told(self) -> Mapping[str, object]:
        """What else the contract says of it, as JSON values."""
        return {}

    @property
    def outside(self) -> list[str]:
        """What else whoever calls a file has to do."""
        return []

    @property
    def fine(self) -> list[str]:
        """The columns whose numbers 32 bits do not tell apart."""
        found = list[str]()
        for encoder in self.encoders:
            names = [name for column in encoder.columns if hasattr(column, "numbers") for name in column.names]
            scales = zip(names, checked(encoder.scaler).columns, strict=True)
            found += [name for name, scale in scales if scale.bits == FINE and name in self.raw]
        return found

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """Its examples in a cleaned table, with a cell for each column of `raw`."""
        return table[list(self.raw)]

    def examples(self, encoder: Encoder, rows: pd.DataFrame) -> pd.DataFrame:
        """Examples as an encoder takes them."""
        return encoder.examples(rows)

    def encoded(self, a: Arithmetic[Value], part: int, raw: Mapping[str, Value]) -> Mapping[str, Value]:
        """What the networks of a part take, of the raw columns."""
        return encoded(a, self.encoders[part], self.columns[part], raw)

    def network(self, part: int, seed: int) -> keras.Model:
        """One of its networks; what it gives is by the target's key, or that of the only one."""
        return copied(self.model.menu, self.model.parts[part], self.model.precision, None, seed)

    def predicted(self, a: Arithmetic[Value], raw: Mapping[str, Value], networks: Networks[Value]) -> dict[str, Value]:
        """All that lies between raw columns and what is predicted; see Model.predict.

        `networks` give, of what each part's take, what each of its seeds says, by the target's key.
        """
        outputs = networks([self.encoded(a, i, raw) for i in range(len(self.encoders))])
        found: dict[str, Value] = {}
        for i, whole in enumerate(self.targets):
            of_parts = []
            for encoder, seeds in zip(self.encoders, outputs, strict=True):
                target = encoder.targets[i]
                scores = mean(a, [scores_of(a, target, one[target.spec.key]) for one in seeds])
                of_parts.append(brought(a, target.spec, tempered(a, target.spec, scores), whole.spec))
            found |= said(a, whole.spec, mean(a, of_parts))
        return found


def by_target(output: object, encoder: Encoding) -> dict[str, object]:
    """What a network gives, by the target's key."""
    return dict(output) if isinstance(output, Mapping) else {encoder.signature.targets[0].key: output}
