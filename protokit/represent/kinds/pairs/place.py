"""Places on the earth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from protokit.core.errors import DataError
from protokit.core.names import as_text, counted
from protokit.core.places import Fault
from protokit.core.values.said import Notice
from protokit.grammar.faults import refuse
from protokit.grammar.words import Section, Word, or_null
from protokit.represent.kind import KINDS, NO_CONTEXT, FitContext, Guess, Kind, NumberColumn, Unusual

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells

_MOST = {"latitude": 90.0, "longitude": 360.0}  # degrees; longitudes are counted from 0 to 360 by some
_LETTERS = {"latitude": "NS", "longitude": "EW"}


def _points(value: object) -> object:
    """Named places: a latitude and a longitude each."""
    if not isinstance(value, Mapping) or not value:
        rule = f"places are names with latitude and longitude, not {value!r}"
        raise refuse(Fault(rule, "write {Oslo: [59.9, 10.7]}"))
    found = {}
    for name, point in value.items():
        if not isinstance(point, (list, tuple)) or len(point) != 2 or not all(map(_is_number, point)):
            rule = f"a place is its latitude and longitude in degrees, not {point!r}"
            raise refuse(Fault(rule, "write [59.9, 10.7]", (str(name),)))
        for axis, degrees in zip(_MOST, point, strict=True):
            if not abs(degrees) <= _MOST[axis]:
                cure = "latitude comes first: [59.9, 10.7]"
                raise refuse(Fault(f"the {axis} {degrees} is beyond {_MOST[axis]:.0f} degrees", cure, (str(name),)))
        found[str(name)] = (float(point[0]), float(point[1]))
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_DEGREES = {"type": "number", "minimum": -360, "maximum": 360}
_PAIR = {"type": "array", "items": _DEGREES, "minItems": 2, "maxItems": 2}
_TO = {"type": "object", "additionalProperties": _PAIR, "minProperties": 1}


class PlaceOptions(Section):
    """What makes a place, and places whose distance tells something."""

    latitude: str | None = Field(
        None, min_length=1, description="the column of latitudes, in degrees", examples=["lat"]
    )
    longitude: str | None = Field(
        None, min_length=1, description="the column of longitudes, in degrees", examples=["lon"]
    )
    to: Annotated[dict[str, tuple[float, float]], Word(_points, or_null(_TO))] = Field(
        default_factory=dict,
        description="places with latitude and longitude: the distance to each, in kilometres, is a number of its own",
        examples=[{"Oslo": [59.9, 10.7]}],
    )

    @model_validator(mode="after")
    def _both(self) -> PlaceOptions:
        if (self.latitude is None) != (self.longitude is None):
            raise refuse(Fault("a place needs its latitude and its longitude", "write {latitude: lat, longitude: lon}"))
        if self.latitude is not None and self.latitude == self.longitude:
            rule = f"{self.latitude!r} is the latitude and the longitude"
            raise refuse(Fault(rule, "name two columns: {latitude: lat, longitude: lon}"))
        return self

    def left_out(self) -> tuple[str, ...]:
        """What is not written."""
        return tuple(key for key in ("latitude", "longitude", "to") if not getattr(self, key))


@KINDS.add
@dataclass(frozen=True)
class Place(NumberColumn, Kind):
    """A latitude and a longitude as the place on the unit sphere, and its distances to named points.

    `latitude` and `longitude` are the columns that it is made of; without them a cell holds both. `marks` are texts
    that mean a missing one. `points` are names, `point_latitudes` and `point_longitudes` in degrees.
    """

    name = "place"
    about = "a place on the earth, of latitude and longitude: on the unit sphere, and kilometres to named places"
    example = "{place: {latitude: lat, longitude: lon, to: {Oslo: [59.9, 10.7]}}}"
    rank = 5
    options = PlaceOptions
    audited_as = "number"
    in_own_unit = False
    of_lists = True
    inference_rank = 27  # before vectors and texts

    latitude: str = ""
    longitude: str = ""
    marks: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    point_latitudes: tuple[float, ...] = ()
    point_longitudes: tuple[float, ...] = ()

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ((59.91, 10.75), (-33.9, 151.2), None, (0, 0.0), ("59°54'N", "10,75"))

    @classmethod
    def parts_of(cls, options: object) -> tuple[str, ...]:
        """The columns of latitudes and longitudes, where they are two."""
        if not isinstance(options, PlaceOptions) or options.latitude is None or options.longitude is None:
            return ()
        return options.latitude, options.longitude

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """Latitude and longitude in each cell, which the name of the column, letters or POINT (...) say."""
        from protokit.represent.encoders.earth import are_places

        if not are_places(cells):
            return None
        other = "vector" if cells.lists is not None else "category"
        note = "holds a latitude and a longitude in each cell: they are read as places"
        return Guess(cls.name, note=note, cure=f"columns: {{{cells.name}: {other}}}")

    @classmethod
    def noticed(cls, frame: pd.DataFrame) -> Sequence[Notice]:
        """Two columns of numbers with the names and the ranges of a latitude and a longitude."""
        from protokit.represent.encoders.earth import named_pairs

        found = []
        for latitude, longitude in named_pairs(list(map(str, frame.columns))):
            fits = all(
                frame[one].dtype.kind in "iuf" and bool(frame[one].abs().max() <= most)
                for one, most in ((latitude, 90), (longitude, 360))
            )
            if fits:
                free = next(f"place{i or ''}" for i in range(len(frame.columns) + 1) if f"place{i or ''}" not in frame)
                cure = f"columns: {{{free}: {{place: {{latitude: {latitude}, longitude: {longitude}}}}}}}"
                rule = f"{latitude!r} and {longitude!r} are read as two numbers, and may be a place together"
                found.append(Notice(rule, (latitude, longitude), cure))
        return found

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Place:
        """Learns which texts mean a missing cell, of all rows.

        Raises:
            DataError: a cell is no place, or beyond the degrees that there are.
        """
        from protokit.represent.encoders.earth import marks_in

        said = options if isinstance(options, PlaceOptions) else PlaceOptions()
        names, points = tuple(said.to), list(said.to.values())
        column = cls(
            str(cells.name),
            said.latitude or "",
            said.longitude or "",
            marks_in(cells if context.whole is None else context.whole),
            names,
            tuple(point[0] for point in points),
            tuple(point[1] for point in points),
        )
        for notice in column._told_of_marks(cells):
            context.say(notice)
        if alone := column._alone(column.degrees(cells)):
            context.say(Notice(f"{column.column!r}: {_said_of_alone(alone)}", (column.column,)))
        return column

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of the table that it is made of."""
        return (self.latitude, self.longitude) if self.latitude else (self.column,)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number made."""
        on_sphere = (f"{self.column} {axis}" for axis in "xyz")
        return (*on_sphere, *(f"{self.column} km to {point}" for point in self.points))

    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, 3 and one a point): on the unit sphere, and kilometres; NaN where missing."""
        import numpy as np

        from protokit.represent.encoders.earth import kilometres, on_sphere

        here = on_sphere(self._whole(cells))
        there = on_sphere(np.array([self.point_latitudes, self.point_longitudes], float).T.reshape(-1, 2))
        return np.concatenate([here, kilometres(here, there)], axis=1)

    def unusual(self, cells: pd.Series) -> Unusual:
        """How many cells have one of the two alone."""
        found = super().unusual(cells)
        alone = self._alone(self.degrees(cells))
        return replace(found, notes=(_said_of_alone(alone),)) if alone else found

    def audited(self, cells: pd.Series) -> pd.Series:
        """Each place as how far it lies along a curve through all places, of which neighbours are close on the map."""
        import pandas as pd

        from protokit.represent.encoders.earth import along_a_curve

        return pd.Series(along_a_curve(self._whole(cells)), cells.index, name=cells.name)

    def degrees(self, cells: pd.Series) -> np.ndarray:
        """The latitude and the longitude of each cell. Shapes: (rows,) -> (rows, 2), NaN where missing.

        Raises:
            DataError: a cell is no place, or beyond the degrees that there are.
        """
        import numpy as np

        pairs = [self._pair(cells, row) for row in range(len(cells))]
        found = np.full((len(cells), 2), nan)
        for axis, name in enumerate(_MOST):
            found[:, axis] = self._of_axis(cells, [pair[axis] for pair in pairs], name)
        self._hold_in_range(cells, found)
        return found

    def _whole(self, cells: pd.Series) -> np.ndarray:
        """The degrees of each cell, both NaN where one of them is missing."""
        degrees = self.degrees(cells)
        degrees[(degrees != degrees).any(axis=1)] = nan
        return degrees

    def _pair(self, cells: pd.Series, row: int) -> Sequence[object]:
        """The two parts of a cell, as they are written."""
        from protokit.cells.angles import degrees, pair
        from protokit.cells.missing import is_missing
        from protokit.represent.encoders.cells import wrong

        cell = cells.iloc[row]
        if isinstance(cell, (tuple, list)) or getattr(cell, "shape", ()) == (2,):
            if len(cell) == 2:
                return tuple(cell)
        elif is_missing(cell) or (isinstance(cell, str) and cell.strip() in ("", *self.marks)):
            return (None, None)
        elif isinstance(cell, str) and (found := pair(cell)) is not None:
            return found
        error = wrong(cells, row, "a latitude and a longitude, such as 59.91, 10.75")
        if not self.latitude and degrees(as_text(cell), "NSEW") == degrees(as_text(cell), "NSEW"):
            two = f"{{place: {{latitude: {self.column}, longitude: COLUMN}}}}"
            raise DataError(error.rule, cure=f"a place of two columns has a name of its own: columns: {{NAME: {two}}}")
        raise error

    def _of_axis(self, cells: pd.Series, parts: list[object], axis: str) -> np.ndarray:
        """Degrees of one of the two. Shapes: (rows,)."""
        import numpy as np

        from protokit.cells.angles import degrees
        from protokit.cells.missing import is_missing

        known: dict[str, float] = {}
        found = np.full(len(parts), nan)
        for row, part in enumerate(parts):
            if type(part) is float or type(part) is int:
                found[row] = max(-1e9, min(1e9, part)) if part == part else nan
                continue
            text = "" if is_missing(part) else as_text(part)
            if text in ("", *self.marks):
                continue
            if text not in known:
                known[text] = degrees(text, _LETTERS[axis])
            found[row] = known[text]
            if found[row] != found[row]:
                raise self._wrong(cells, row, axis, f"{text[:60]!r} is no {axis} in degrees, such as 59.91")
        return found

    def _hold_in_range(self, cells: pd.Series, found: np.ndarray) -> None:
        import numpy as np

        for axis, name in enumerate(_MOST):
            beyond = np.abs(found[:, axis]) > _MOST[name]
            if beyond.any():
                row = int(beyond.argmax())
                rule = f"the {name} {found[row, axis]:.10g} is beyond {_MOST[name]:.0f} degrees"
                turned = axis == 0 and not (np.abs(found) > [360, 90]).any()
                raise self._wrong(cells, row, name, rule, turned=turned)

    def _wrong(self, cells: pd.Series, row: int, axis: str, rule: str, *, turned: bool = False) -> DataError:
        from protokit.represent.encoders.cells import row_of

        of = (self.latitude if axis == "latitude" else self.longitude) or self.column
        cure = "mend the cell, leave it empty, or name its text in `missing:` of the table"
        if turned and self.latitude:
            cure = "mend the cell, or they are the other way round: "
            cure += f"columns: {{{self.column}: {{place: {{latitude: {self.longitude}, longitude: {self.latitude}}}}}}}"
        return DataError(f"column {of!r}, row {row_of(cells, row)}: {rule}", cure=cure)

    def _alone(self, degrees: np.ndarray) -> int:
        """How many cells have one of the two alone."""
        gone = degrees != degrees
        return int((gone.any(axis=1) & ~gone.all(axis=1)).sum())

    def _told_of_marks(self, cells: pd.Series) -> list[Notice]:
        if not self.marks:
            return []
        rule = f"{self.column!r}: texts that are no degrees are read as missing, e.g. {self.marks[0]!r}"
        return [Notice(rule, (self.column,), "or mend them in the table")]


def _said_of_alone(count: int) -> str:
    have = counted(count, "cell", "have")
    return f"{have} a latitude or a longitude alone, and {'counts' if count == 1 else 'count'} as missing"
