"""What may be written under `represent`: the target, what each column is, and which rows are for what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import ConfigDict, Field

from protokit.core.places import Fault
from protokit.core.plugins import or_failure
from protokit.core.suggest import did_you_mean, one_of
from protokit.grammar.faults import refuse
from protokit.grammar.words import TEXT, Columns, JsonSchema, Section, Word, closed
from protokit.represent.column.named import NamedInputs
from protokit.represent.column.said import ColumnKind
from protokit.represent.kind import KINDS
from protokit.represent.kinds.number import NumberOptions
from protokit.represent.series.last import PART, Last, part
from protokit.represent.split_way import SPLITS, SplitWay
from protokit.represent.targets.words import INPUTS, POSITIVE, TARGET, read_positive, read_separator, read_targets


class By(Section):
    """Rows split by a column, `{WAY: COLUMN}`: all rows of a group together, the latest for the test, and so on."""

    model_config = ConfigDict(extra="allow")  # the ways are those that are registered: see `_by`
    __pydantic_extra__: dict[str, str]

    @property
    def way(self) -> str:
        """The name of the way."""
        return next(iter(self.__pydantic_extra__))

    def column_of(self, way: str) -> str | None:
        """The column, where rows are split that way."""
        return self.__pydantic_extra__.get(way)

    @property
    def group(self) -> str | None:
        """The column whose groups stay together."""
        return self.column_of("group")

    @property
    def time(self) -> str | None:
        """The column of times."""
        return self.column_of("time")

    @property
    def column(self) -> str | None:
        """The column that says the part of each row."""
        return self.column_of("column")

    def as_plain(self) -> dict[str, object]:
        """As it is written."""
        return dict(self.__pydantic_extra__)


def _names(ways: Mapping[str, type[SplitWay]], *, by_column: bool) -> list[str]:
    return [name for name, way in ways.items() if way.by_column == by_column]


def _by(value: object) -> object:
    """How rows are drawn: a name, or the name of a way with its column."""
    if value is None or isinstance(value, By):
        return value
    if isinstance(value, dict):
        return _by_column(value)
    way = SPLITS.find(value)
    if way is None:
        ways = SPLITS.all()
        names = (*_names(ways, by_column=False), *_names(ways, by_column=True))
        cure = or_failure(did_you_mean(str(value), names), "split")
        raise refuse(Fault(f"unknown way to split {value!r}", cure))
    if way.by_column:
        raise refuse(Fault(f"{value} needs a column", f"write by: {{{value}: COLUMN}}"))
    return value


def _by_column(value: dict[object, object]) -> object:
    for key, column in value.items():
        if key == "folds":
            beside = f"write split: {{folds: {column}}}; by says how rows are dealt into them"
            raise refuse(Fault("folds stand beside `by`, not in it", beside, ("folds",), "key"))
        way = SPLITS.find(key)
        if way is None or not way.by_column:
            cure = or_failure(did_you_mean(str(key), _names(SPLITS.all(), by_column=True)), "split")
            raise refuse(Fault(f"unknown key {key!r} of represent.split.by", cure, (str(key),), "key"))
        if not isinstance(column, str):
            raise refuse(Fault(f"{key} is a column's name, not {column!r}", None, (str(key),)))
    if len(value) == 1:
        return value
    *first, last = names = _names(SPLITS.house(), by_column=True)
    raise refuse(Fault(f"rows are split by one of {', '.join(first)} and {last}", one_of(names)))


def _by_schema() -> JsonSchema:
    ways = SPLITS.all()
    columns = dict.fromkeys(_names(ways, by_column=True), TEXT)
    return {
        "anyOf": [{"enum": [*_names(ways, by_column=False), None]}, {**closed(columns, most=1), "minProperties": 1}]
    }


class Split(Section):
    """Shares of the rows, names of tables, or rows of each series, for test and validation, and how rows are drawn."""

    test: Annotated[float | str | Last, Word(part, PART)] = Field(
        0.2,
        description="share of the rows, the name of a table that holds the test rows, or so many of each series",
        examples=[0.2, "later", {"last": 12}],
    )
    validation: Annotated[float | str | Last, Word(part, PART)] = Field(
        0.2,
        description="share of the rows that are not test rows, the name of a table, or so many of each series",
        examples=[0.2, {"last": 12}],
    )
    by: Annotated[str | By | None, Word(_by, _by_schema)] = Field(
        None,
        description="how rows are drawn; stratified for classes, random for numbers, when not given",
        examples=["stratified", {"group": "customer"}],
    )
    folds: int | None = Field(
        None,
        ge=2,
        le=100,
        description="cross-validation: each part of the rows is the test once; in place of test",
        examples=[5],
    )

    def left_out(self) -> tuple[str, ...]:
        """The test rows, where every row is a test row once, or the table says them."""
        named = self.way is not None and not SPLITS[self.way].draws_test
        return ("test",) if self.folds is not None or (named and isinstance(self.test, float)) else ()

    @property
    def way(self) -> str | None:
        """The name of the way to split, of `SPLITS`; None where it is left to the target."""
        return self.by.way if isinstance(self.by, By) else self.by

    @property
    def way_column(self) -> str | None:
        """The column that the way goes by, if it does."""
        return self.by.column_of(self.by.way) if isinstance(self.by, By) else None


class Sequence(Section):
    """Rows of a long table that make one example: those of one value of `by`, in the order of `time`."""

    by: str = Field(description="the column that tells the sequences", examples=["case"])
    time: str | None = Field(
        None, description="the column of their order; as the rows come when not given", examples=["t"]
    )
    length: int | None = Field(
        None, ge=1, description="steps kept; those of the longest training sequence, up to 1,000", examples=[200]
    )


class Series(Section):
    """Windows of series in place of rows: what came before, and what is to be forecast."""

    time: str = Field(description="the column of times", examples=["date"])
    by: Columns = Field((), description="columns that tell series", examples=["store"])
    window: int = Field(ge=1, description="steps that the network sees", examples=[96])
    horizon: int = Field(ge=1, description="steps that it forecasts", examples=[24])
    known: Columns = Field(
        (), description="columns whose future is known when the forecast is made", examples=[["promotion"]]
    )
    season: int | None = Field(None, ge=1, description="steps; by how far apart rows are when not given", examples=[7])


class Represent(NamedInputs):
    """Step 2: what is predicted, what each column is, and which rows are kept for the test."""

    target: Annotated[str | tuple[str, ...] | dict[str, tuple[str, ...]] | None, Word(read_targets, TARGET)] = Field(
        None,
        description="the column to predict, a list of them, a name for several numbers as one target, or none; inputs: "
        "the network gives back what it is given (an autoencoder)",
        examples=["late", {"position": ["x", "y"]}, "inputs"],
    )
    columns: dict[str, ColumnKind] = Field(
        default_factory=dict,
        description="what a column is; what is left out is inferred, and shown",
        examples=[{"carrier": "category"}],
    )
    sequence: Sequence | None = Field(
        None, description="rows of a long table made into sequences", examples=[{"by": "case", "time": "t"}]
    )
    series: Series | None = Field(
        None, description="windows of series, for forecasts", examples=[{"time": "date", "window": 96, "horizon": 24}]
    )
    separator: Annotated[str | None, Word(read_separator, TEXT)] = Field(
        None,
        description="what parts the labels of a cell, where the target is one column of them; found when not given",
        examples=["|"],
    )
    positive: Annotated[object, Word(read_positive, POSITIVE)] = Field(
        None,
        description="the class of two that precision, recall and the like are of; the rarer one of the training rows "
        "when not given; of several targets a class for each",
        examples=["yes"],
    )
    split: Split = Field(Split(), description="which rows are for what", examples=[{"test": 0.2}])

    def left_out(self) -> tuple[str, ...]:
        """What most tables are not."""
        unsaid = ("sequence", "series", "separator", "positive", "inputs", "pairs")
        return tuple(key for key in unsaid if getattr(self, key) in (None, {}))

    @property
    def gives_back(self) -> bool:
        """Whether the network gives back what it is given."""
        return self.target == INPUTS

    @property
    def targets(self) -> tuple[str, ...]:
        """The target columns; none where there is nothing to predict, and where the inputs are the target."""
        if self.target is None or self.gives_back:
            return ()
        if isinstance(self.target, dict):
            return next(iter(self.target.values()))
        return (self.target,) if isinstance(self.target, str) else self.target

    def positive_class(self, target: str) -> object:
        """The class of a target that is written as the positive one; None where none is."""
        return self.positive.get(target) if isinstance(self.positive, dict) else self.positive

    def kind(self, column: str) -> str | None:
        """What the recipe says a column is, in one word."""
        said = self.columns.get(column)
        return said if said is None or isinstance(said, str) else next(iter(said))

    @property
    def as_written(self) -> frozenset[str]:
        """The columns whose kind takes the texts of cells as they are written."""
        return frozenset(name for name in self.columns if (kind := KINDS.find(self.kind(name))) and kind.as_written)

    @property
    def written_numbers(self) -> dict[str, tuple[str | None, str | None]]:
        """The columns of numbers of which it is said how texts are written, with the decimal and thousands marks."""
        known = {name: self.options(name) for name in self.columns}
        return {
            name: (said.decimal, said.thousands)
            for name, said in known.items()
            if isinstance(said, NumberOptions) and said.marked
        }

    @property
    def told_apart(self) -> frozenset[str]:
        """The columns whose different cells are to stay different: the targets, and those that rows are grouped by."""
        by = [self.sequence.by] if self.sequence else []
        group = self.split.by.group if isinstance(self.split.by, By) else None
        return frozenset((*self.targets, *by, *(self.series.by if self.series else ()), *([group] if group else [])))

    @property
    def by_time(self) -> frozenset[str]:
        """The columns by which rows go in time: those of the split, of series and of sequences."""
        split = self.split.by.time if isinstance(self.split.by, By) else None
        return frozenset(filter(None, (split, *(one.time for one in (self.series, self.sequence) if one))))

    def options(self, column: str) -> object:
        """What the recipe says beside that word, as the kind's options read it; None where it says nothing."""
        said = self.columns.get(column)
        return None if said is None or isinstance(said, str) else next(iter(said.values()))
