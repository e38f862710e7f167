"""What of a model goes into a file: its columns as they are given, its parts, and its targets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from protokit.bundle.opened.fitted import Fitted
from protokit.core.errors import SpecError
from protokit.doors.arithmetic.arithmetic import Arithmetic
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.free_texts import OfText, OfTokens
from protokit.doors.graph.columns.of_kind import raw_column
from protokit.doors.graph.encoded import encoded
from protokit.doors.graph.ends import End, ends_of, hold, mean, said, scores_of, tempered
from protokit.doors.graph.scaling import checked
from protokit.represent.encoder import Encoder
from protokit.represent.target import TargetEncoder

Value = TypeVar("Value")
Networks = Callable[[Sequence[Mapping[str, Value]]], Sequence[Sequence[Mapping[str, Value]]]]
_ALONE = "take the network alone: model.to_keras(), with the arrays of model.arrays(table)"


@dataclass(frozen=True)
class Plan:
    """A model that can go into a file. Each part has columns of its own: folds have seen other levels."""

    model: Fitted
    encoders: tuple[Encoder, ...]
    columns: tuple[Mapping[str, RawColumn], ...]
    targets: tuple[TargetEncoder, ...]

    @classmethod
    def of(cls, model: Fitted) -> Plan:
        """The plan of a model.

        Raises:
            SpecError: a column, a target, or what is made of the rows cannot go into a file.
        """
        schema, encoders = model.input_schema, list[Encoder]()
        # marks are read before the steps of cleaning: a row that has gone through these has none
        listed = schema.reading.get("missing") if schema is not None and not schema.clean else None
        marks = [str(one) for one in listed] if isinstance(listed, (list, tuple)) else []
        for part in model.parts:
            if not isinstance(part.encoder, Encoder):
                what = "forecasts series" if hasattr(part.encoder, "clock") else "compares pairs"
                raise SpecError.one(f"a model that {what} does not go into a file: its rows are put together", _ALONE)
            if part.clusters is not None:
                raise SpecError.one("clusters do not go into a file: they are found in an embedding", _ALONE)
            if part.encoder.grouping is not None:
                raise SpecError.one("sequences do not go into a file: several rows make one example", _ALONE)
            encoders.append(part.encoder)
        columns = [
            {one.column: raw_column(one, marks) for one in (*encoder.columns, *encoder.own)} for encoder in encoders
        ]
        shapes: dict[str, tuple[int, ...]] = {}
        for one in (column for own in columns for column in own.values()):
            if shapes.setdefault(one.name, one.shape) != one.shape:
                cure = "write their size and channels: columns: {NAME: {image: {size: [64, 64], channels: 3}}}"
                raise SpecError.one(f"the images of {one.name!r} have other sizes in each part of the model", cure)
        whole = model.encoder
        assert isinstance(whole, Encoder), "its parts are"
        for target in whole.targets:
            hold(target)
        for encoder in encoders:
            checked(encoder.scaler)
        if not columns[0]:
            raise SpecError.one("the network takes no column", _ALONE)
        return cls(model, tuple(encoders), tuple(columns), whole.targets)

    @property
    def raw(self) -> Mapping[str, RawColumn]:
        """The columns that a file takes."""
        return {name: one for some in reversed(self.columns) for name, one in some.items()}

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
    def ends(self) -> list[End]:
        """The outputs of a file."""
        return [end for target in self.targets for end in ends_of(target.spec)]

    def predicted(self, a: Arithmetic[Value], raw: Mapping[str, Value], networks: Networks[Value]) -> dict[str, Value]:
        """All that lies between raw columns and what is predicted; see Model.predict.

        `networks` give, of what each part's take, what each of its seeds says, by the target's key.
        """
        given = [encoded(a, encoder, own, raw) for encoder, own in zip(self.encoders, self.columns, strict=True)]
        outputs = networks(given)
        found: dict[str, Value] = {}
        for i, whole in enumerate(self.targets):
            of_parts = []
            for encoder, seeds in zip(self.encoders, outputs, strict=True):
                target = encoder.targets[i]
                scores = mean(a, [scores_of(a, target, one[target.spec.key]) for one in seeds])
                of_parts.append(tempered(a, target.spec, scores))
            found |= said(a, whole.spec, mean(a, of_parts))
        return found


def by_target(output: object, encoder: Encoder) -> dict[str, object]:
    """What a network gives, by the target's key."""
    return dict(output) if isinstance(output, Mapping) else {encoder.targets[0].spec.key: output}
