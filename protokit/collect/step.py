"""A step of cleaning: one class says what may be written, what it does to the columns' names, and to the rows.

Every step is the same for all rows: nothing is computed over them, since test rows are among them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Generic, NamedTuple, Protocol, TypeVar, cast

from protokit.core.places import Fault, Part, Path
from protokit.core.registry import Registry
from protokit.core.suggest import did_you_mean
from protokit.grammar import expressions
from protokit.grammar.expressions import Refused
from protokit.grammar.sql_functions import VOLATILE
from protokit.grammar.words import TEXT, JsonSchema, mapping, one_or_more

if TYPE_CHECKING:
    from protokit.collect.database.context import Context
    from protokit.collect.database.warehouse import Rows

Written = TypeVar("Written", covariant=True)
Value = TypeVar("Value", covariant=True)
Plain = str | dict[str, object]  # a step as a recipe has it
Origins = Mapping[str, frozenset[str]]  # of each derived column: those that it was computed from
Scalar = str | int | float | bool  # a value of a cell
CASTS = ("number", "category", "text", "date", "duration", "boolean")


class Report(Protocol):
    """Takes a fault; `path` starts at what is written for the step."""

    def __call__(
        self, rule: str, cure: str | None = None, path: Path = (), part: Part = "value", offset: int = 0
    ) -> None:
        """Take a fault: the broken rule with the value that breaks it, and the cure; `offset` is where in a text."""


class Done(NamedTuple):
    """What a step made of the rows: a sentence on it, and how many rows went, by reason.

    `step` is the step as the rows decided it, where it left something to them: a later table is taken through that one.
    """

    rows: Rows
    detail: str
    dropped: Mapping[str, int] = {}
    step: Step[object] | None = None


@dataclass(frozen=True)
class Step(ABC, Generic[Written]):
    """One step of cleaning. An instance is the step as it is written; `written` is None where its name stands alone.

    Most steps derive from `ColumnList` (`drop: [a, b]`) or `ColumnMapping` (`fill: {a: 0}`), which do all but the rows.

    >>> from protokit import plugins
    >>> from protokit.collect.step import ColumnList, Done
    >>> @plugins.step
    ... class Shout(ColumnList):
    ...     name, about, example = "shout", "texts in capitals", "[city]"
    ...     def run(self, context, rows):
    ...         values = {n: f"upper({context.needed(rows, n, 'text', n)})" for n in self.written}
    ...         return Done(context.warehouse.changed(rows, values), "in capitals")
    >>> loud = {"collect": {"clean": [{"shout": ["island"]}]}, "represent": {"target": "species"}}
    >>> protokit.table(loud, birds).frame["island"].iloc[0]
    'DREAM'
    """

    name: ClassVar[str]
    about: ClassVar[str]  # one sentence
    example: ClassVar[str]  # what is written after the name, as YAML
    bare: ClassVar[bool] = False  # whether the name may stand alone
    rank: ClassVar[int] = 100  # the order in lists

    written: Written

    @classmethod
    def fault_of_class(cls) -> str | None:
        """What is wrong with the class itself, if something is: it is asked when the class is registered."""
        if not isinstance(getattr(cls, "example", None), str):
            return "it has no `example`, a text"
        return None if isinstance(cls.schema(), Mapping) else "`schema` (or `value_schema`) gives no JSON Schema"

    @classmethod
    @abstractmethod
    def read(cls, given: object, report: Report) -> Written:
        """What is written, frozen. All faults are reported, none is raised."""

    @classmethod
    @abstractmethod
    def schema(cls) -> JsonSchema:
        """The JSON Schema of what may be written."""

    @abstractmethod
    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """The columns that there are after the step. A column that it needs and that is not there is reported."""

    @abstractmethod
    def mentioned(self) -> frozenset[str] | None:
        """The columns whose cells the step computes with; None where these are all."""

    @abstractmethod
    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """What of the step a trained model does to a later table, and the columns that the table must have before it.

        `wanted` are the columns needed after the step. Every row of a later table is predicted: a step that drops rows
        gives None.
        """

    @abstractmethod
    def run(self, context: Context, rows: Rows) -> Done:
        """Take the step. Rows that go are counted by reason: rows in = rows out + all that went.

        Raises:
            SpecError: the step does not fit the columns (`context.fault`).
            DataError: a cell is not what the step says (`context.wrong`).
        """

    def origins_after(self, origins: Origins) -> Origins:
        """The columns that each derived column comes from, directly or through others, under the names after it."""
        return origins

    def as_plain(self) -> Plain:
        """The step as a recipe has it."""
        return self.name if self.written is None else {self.name: _thawed(self.written)}


class ColumnList(Step[tuple[str, ...] | None]):
    """A step that names columns: one, a list, or (where its name may stand alone) all."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it names."""
        return self.written or ()

    @classmethod
    def read(cls, given: object, report: Report) -> tuple[str, ...]:
        """The columns, each once."""
        listed = [given] if isinstance(given, str) and given else given
        if not isinstance(listed, (list, tuple)) or not listed:
            report(f"{cls.name} is a list of columns, not {given!r}", f"write - {cls.name}: {cls.example}")
            return ()
        for i, column in enumerate(listed):
            if not isinstance(column, str) or not column:
                report(f"a column's name is a text, not {column!r}", None, (i,))
            elif column in listed[:i]:
                report(f"{column!r} stands twice", "remove one", (i,))
        return tuple(listed)

    @classmethod
    def schema(cls) -> JsonSchema:
        """One column or several."""
        return one_or_more(TEXT)

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """The same; those that are named have to be there."""
        for i, column in enumerate(self.columns):
            report_missing(column, names, report, (i,))
        return names

    def mentioned(self) -> frozenset[str] | None:
        """The named columns."""
        return None if self.written is None else frozenset(self.written)

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """The same step of the wanted columns."""
        if self.written is None:
            return self, wanted
        kept = tuple(name for name in self.written if name in wanted)
        return (type(self)(kept) if kept else None), wanted


class ColumnMapping(Step[Mapping[str, Value]]):
    """A step that says something of each column that it names. `read_value` reports what is wrong with it."""

    @classmethod
    @abstractmethod
    def value_schema(cls) -> JsonSchema:
        """The JSON Schema of what may be written of a column."""

    @classmethod
    @abstractmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """Hold what is written of a column; the path of a fault starts with the column."""

    @classmethod
    def read(cls, given: object, report: Report) -> Mapping[str, Value]:
        """What is written, by column."""
        if not isinstance(given, dict) or not given:
            report(f"{cls.name} is a mapping of columns, not {given!r}", f"write - {cls.name}: {cls.example}")
            return {}
        for column in given:
            if not isinstance(column, str) or not column:
                report(f"a column's name is a text, not {column!r}", "put it in quotes", (column,))
        for column, value in given.items():
            if isinstance(column, str) and column:
                cls.read_value(column, value, report)
        return cast(Mapping[str, Value], _frozen(given))

    @classmethod
    def schema(cls) -> JsonSchema:
        """A mapping of columns."""
        return mapping(cls.value_schema())

    def columns_after(self, names: list[str], report: Report) -> list[str]:
        """The same; those that are named have to be there."""
        for column in self.written:
            report_missing(column, names, report, (column,), "key")
        return names

    def mentioned(self) -> frozenset[str] | None:
        """The named columns."""
        return frozenset(self.written)

    def replayed(self, wanted: frozenset[str]) -> tuple[Step[object] | None, frozenset[str]]:
        """The same step of the wanted columns."""
        kept = {name: value for name, value in self.written.items() if name in wanted}
        return (type(self)(kept) if kept else None), wanted


class Bounds(ColumnMapping[tuple[float | None, float | None]]):
    """A step that has a lower and an upper bound for each column; None leaves a side open."""

    @classmethod
    def value_schema(cls) -> JsonSchema:
        """Two numbers, either of them null."""
        return {"type": "array", "items": {"type": ["number", "null"]}, "minItems": 2, "maxItems": 2}

    @classmethod
    def read_value(cls, column: str, value: object, report: Report) -> None:
        """Two bounds, the lower one first."""
        bounds = list(value) if isinstance(value, (list, tuple)) else []
        if len(bounds) != 2 or not all(b is None or is_number(b) for b in bounds) or bounds == [None, None]:
            cure = f"write {column}: [0, 5000]; null leaves a side open"
            if isinstance(value, (str, dict)):
                cure += "; bounds computed from all rows would be fitted on test rows"
            report(f"bounds are two numbers, not {value!r}", cure, (column,))
        elif None not in bounds and bounds[0] > bounds[1]:
            report(f"the lower bound {bounds[0]!r} is above the upper one, {bounds[1]!r}", "swap them", (column,))


STEPS: Registry[type[Step[object]]] = Registry("step of cleaning", "protokit.collect.steps", key="step", base=Step)


def reporting(faults: list[Fault], at: Path) -> Report:
    """A report that puts faults into a list, with their path from `at` on."""

    def report(rule: str, cure: str | None = None, path: Path = (), part: Part = "value", offset: int = 0) -> None:
        faults.append(Fault(rule, cure, (*at, *path), part, offset=offset))

    return report


def report_missing(
    column: str, names: Sequence[str], report: Report, path: Path = (), part: Part = "value", offset: int = 0
) -> None:
    """Report a column that is not among the names."""
    if column in names:
        return
    rule, cure = f"no column {column!r} at this step", did_you_mean(column, names)
    if column.lower() in VOLATILE:
        rule, cure = f"{column} is refused: it would not give the same twice", "use a column, or a constant"
    report(rule, cure, path, part, offset)


def report_missing_in(
    text: str, names: Sequence[str], report: Report, path: Path = (), *, aggregate: bool = False
) -> None:
    """Report each column of an expression that is not among the names, at its place in the text."""
    for column in expressions.parse(text, aggregate=aggregate).columns:
        report_missing(column.name, names, report, path, offset=column.at)


def read_expression(text: object, report: Report, path: Path = (), *, aggregate: bool = False) -> None:
    """Report what is wrong with an expression."""
    try:
        expressions.parse(text, aggregate=aggregate)
    except Refused as error:
        report(error.rule, error.cure, path, offset=error.at)


def columns_in(*texts: str, aggregate: bool = False) -> tuple[str, ...]:
    """The columns in some expressions, in order."""
    return tuple(column.name for text in texts for column in expressions.parse(text, aggregate=aggregate).columns)


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < float("inf")


def is_scalar(value: object) -> bool:
    """Whether a value can stand in a cell: a text, true or false, a finite number."""
    return isinstance(value, (str, bool)) or is_number(value)


SCALAR: JsonSchema = {"type": ["string", "number", "boolean"]}


def _frozen(value: object) -> object:
    if isinstance(value, dict):
        return {key: _frozen(part) for key, part in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _thawed(value: object) -> object:
    if isinstance(value, dict):
        return {key: _thawed(part) for key, part in value.items()}
    return [_thawed(part) for part in value] if isinstance(value, tuple) else value
