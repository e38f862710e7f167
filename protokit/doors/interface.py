"""What a file of a model takes and gives: its columns as they are given, its encoders, and its targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from protokit.bundle.opened.learned import Learned
from protokit.core.errors import SpecError
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.graph.columns.of_kind import raw_column
from protokit.doors.graph.ends import End, ends_of, hold
from protokit.doors.graph.scaling import checked
from protokit.represent.encoder import Encoder
from protokit.represent.target import TargetEncoder

_ALONE = "take the network alone: model.to_keras(), with the arrays of model.arrays(table)"


@dataclass(frozen=True)
class Interface:
    """What a file takes and gives. Each part of a model has columns of its own: folds have seen other levels."""

    encoders: tuple[Encoder, ...]
    columns: tuple[Mapping[str, RawColumn], ...]
    targets: tuple[TargetEncoder, ...]

    @property
    def raw(self) -> Mapping[str, RawColumn]:
        """The columns that a file takes."""
        return {name: one for some in reversed(self.columns) for name, one in some.items()}

    @property
    def ends(self) -> list[End]:
        """The outputs of a file."""
        return [end for target in self.targets for end in ends_of(target.spec)]


def interface_of(model: Learned) -> Interface:
    """That of a model.

    Raises:
        SpecError: a column, a target, or what is made of the rows cannot go into a file.
    """
    encoders, marks = list[Encoder](), marks_of(model)
    for part in model.parts:
        if not isinstance(part.encoder, Encoder):
            what = "forecasts series" if hasattr(part.encoder, "clock") else "compares pairs"
            raise SpecError.one(f"a model that {what} is not one of single rows", _ALONE)
        if part.clusters is not None:
            raise SpecError.one("clusters do not go into a file: they are found in an embedding", _ALONE)
        if part.encoder.grouping is not None:
            raise SpecError.one("a model of sequences is not one of single rows", _ALONE)
        encoders.append(part.encoder)
    columns = [{one.column: raw_column(one, marks) for one in (*encoder.columns, *encoder.own)} for encoder in encoders]
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
    return Interface(tuple(encoders), tuple(columns), whole.targets)


def marks_of(model: Learned) -> list[str]:
    """The recipe's texts of missing cells."""
    schema = model.input_schema
    # marks are read before the steps of cleaning: a row that has gone through these has none
    listed = schema.reading.get("missing") if schema is not None and not schema.clean else None
    return [str(one) for one in listed] if isinstance(listed, (list, tuple)) else []
