"""What a kind of column is, and what a column is once it was fitted on training rows.

A kind is a class in a file of its own, decorated `@KINDS.add`. One that learns little is its own fitted column, such as
`class Angle(NumberColumn, Kind)`: see `tests/plugin/protokit_example/kind.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from protokit.core.registry import Registry
from protokit.core.values.inputs import InputSpec
from protokit.core.values.said import Notice
from protokit.grammar.words import Section, Word
from protokit.represent.column.context import NO_CONTEXT as NO_CONTEXT
from protokit.represent.column.context import FitContext as FitContext
from protokit.represent.column.context import Guess as Guess
from protokit.represent.column.context import Unusual as Unusual

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells


@dataclass(frozen=True)
class FittedColumn(ABC):
    """A column as it was fitted on training rows: a frozen dataclass, whose fields are all that was learned.

    A field holds None, a text, a number, a truth value, or a tuple of such values: it is written into the model's
    file as it is. Derive from NumberColumn, CodeColumn or InputColumn.
    """

    name: ClassVar[str]  # of its kind
    reads_files: ClassVar[bool] = False  # whether something of it is in a file that is not the table
    saved_as: ClassVar[str] = ""  # what the model's file calls it, where that is not the kind's name
    column: str

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return type(self).name

    @property
    def left_out(self) -> str:
        """Why the column is left out, where the training rows hold nothing to learn from; else nothing."""
        return ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of the table that it is made of: itself, unless it has a name of its own."""
        return (self.column,)

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """The name of each number that it gives."""

    def audited(self, cells: pd.Series) -> pd.Series:
        """The cells as the audit looks at them: single values of the kind `audited_as`, texts of lists."""
        return cells

    def at(self, folder: Path) -> Self:
        """The same, with paths in cells that start at a folder."""
        return self

    def unusual(self, cells: pd.Series) -> Unusual:
        """What of a later table's cells is not as the training rows were; nothing is said of their own.

        Numbers out of range need no word here: they are held against the training rows together.
        """
        return Unusual(int(cells.notna().sum()))

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values, to the bit."""
        plain: dict[str, object] = {"kind": self.saved_as or self.kind}
        for field in fields(self):
            value = getattr(self, field.name)
            plain[field.name] = list(value) if isinstance(value, tuple) else value
        return plain

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The column of `as_plain`."""
        learned: dict[str, Any] = {}
        for name, value in plain.items():
            if name != "kind":
                learned[name] = tuple(value) if isinstance(value, list) else value
        return cls(**learned)


class NumberColumn(FittedColumn):
    """A column that becomes numbers, which are scaled together with those of other columns."""

    in_own_unit: ClassVar[bool] = True  # whether the first of them is in a unit that the cells are in

    @abstractmethod
    def numbers(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, len(names)) float64, NaN where missing.

        Raises:
            DataError: a cell is not of this kind; see `protokit.represent.encoders.cells.wrong`.
        """


@dataclass(frozen=True)
class CodeColumn(FittedColumn):
    """A column that becomes codes: from 1 for each of its levels, 0 for what training did not see."""

    levels: tuple[str | None, ...]

    @abstractmethod
    def codes(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows,) int64, from 0 to len(levels)."""

    @property
    def names(self) -> tuple[str, ...]:
        """The name of the number of each level."""
        return tuple(f"{self.column} = {level}" for level in self.levels)

    def unusual(self, cells: pd.Series) -> Unusual:
        """Cells that are there, and whose code is 0."""
        present = cells.notna().to_numpy()
        unseen = cells[present & (self.codes(cells) == 0)]
        levels = tuple(level for level in self.levels if level is not None)
        examples = tuple(dict.fromkeys(str(cell) for cell in unseen.head(3)))
        return Unusual(int(present.sum()), len(unseen), examples, levels)

    def one_hot(self, codes: np.ndarray) -> np.ndarray:
        """Shapes: (rows,) codes -> (rows, len(levels)) float32, all 0 for the code 0."""
        import numpy as np

        found: np.ndarray = np.eye(len(self.levels) + 1, dtype=np.float32)[codes][:, 1:]
        return found


class InputColumn(FittedColumn):
    """A column that is an input of its own of the network, under the column's name."""

    own_input: ClassVar[bool] = True

    @property
    @abstractmethod
    def spec(self) -> InputSpec:
        """What the network takes; its name is the column's."""

    @abstractmethod
    def array(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, *spec.shape), of the type of `spec`.

        Raises:
            DataError: a cell is not of this kind.
        """

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each number of the array, its last axis first to change."""
        if len(self.spec.shape) == 1 and len(self.spec.columns) == self.spec.shape[0]:
            return tuple(f"{self.column} = {name}" for name in self.spec.columns)
        places = product(*(range(1, size + 1) for size in self.spec.shape))
        return tuple(f"{self.column} {','.join(map(str, place))}" for place in places)

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """The column for models without a network (the baselines): texts, or numbers.

        Shapes: (rows,) texts of type object, or (rows, many) numbers.
        """
        return array.reshape(len(cells), -1)


class Kind:
    """A kind of column. The class is never made, unless it is a FittedColumn too, of which there is one a column.

    >>> from dataclasses import dataclass
    >>> from protokit import plugins
    >>> @plugins.kind
    ... @dataclass(frozen=True)
    ... class Percent(NumberColumn, plugins.Kind):
    ...     name, about, example = "percent", "numbers with a % sign", "percent"
    ...     @property
    ...     def names(self):
    ...         return (self.column,)
    ...     def numbers(self, cells):
    ...         return cells.astype(str).str.rstrip("%").astype(float).to_numpy()[:, None]
    >>> protokit.check({"represent": {"target": "y", "columns": {"share": "percent"}}}).represent.kind("share")
    'percent'
    """

    name: ClassVar[str]
    about: ClassVar[str]  # one sentence, for `protokit list kinds`
    example: ClassVar[str]  # what stands behind the column's name: `number`, `{text: {length: 60}}`
    rank: ClassVar[int] = 0  # the place in lists
    # what may stand beside the bare word, `{NAME: ...}`: a flat Section, or one Word; None: nothing may
    options: ClassVar[type[Section] | Word | None] = None
    required: ClassVar[str] = ""  # what the bare word lacks, such as "its order"; it may not stand alone then
    unreadable_cells_are_missing: ClassVar[bool] = False  # whether a few odd texts, such as `unknown`, count as missing
    as_written: ClassVar[bool] = False  # whether a cell is its text as written in a file: 1.10 is not 1.1, nor 007 7
    one_number: ClassVar[bool] = False  # whether a cell is one number that measures something: series take it unasked
    own_input: ClassVar[bool] = False  # whether the column is an input of its own: `fit` gives an InputColumn
    plural: ClassVar[str] = ""  # what many such cells are called, where they are an input of their own
    audited_as: ClassVar[str] = ""  # the kind of the house that the audit takes such a column for; of another's, none
    of_lists: ClassVar[bool] = False  # whether `infer` looks at `cells.lists`: of lists no other kind is asked
    inference_rank: ClassVar[int] = 0  # kinds are asked by it; those of the house have 10 (boolean) to 50 (category)
    saves: ClassVar[tuple[str, ...]] = ()  # names in a model's file of what `fit` gives, beside its own

    @classmethod
    def fault_of_class(cls) -> str | None:
        """What is wrong with the class itself, if something is: it is asked when the class is registered."""
        if cls.fit.__func__ is Kind.fit.__func__:  # type: ignore[attr-defined]
            if not issubclass(cls, FittedColumn):
                return "it has no `fit`: derive from NumberColumn, CodeColumn or InputColumn too, or write one"
            if lacks := sorted(cls.__abstractmethods__):
                return f"it lacks {', '.join(lacks)}"
        options = cls.options
        if options is None or isinstance(options, Word) or (isinstance(options, type) and issubclass(options, Section)):
            return None
        return f"`options` is a Section of protokit.grammar.words, one Word, or None, not {options!r}"

    @classmethod
    def sample(cls) -> Sequence[object]:
        """Some cells such as a table may hold, a missing one (None) among them: what the contract test fits."""
        return ()

    @classmethod
    def is_type_of(cls, cells: Cells) -> bool:
        """Whether the type of the cells alone says that they are of this kind, even if all are the same."""
        return False

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """A guess, where no one has said what a column is: that it is of this kind, or is to be left out.

        None where the cells say nothing of this kind. Cells are those of training rows; they are not all the same.
        `cells.whole` has those of all rows, for what is of reading.
        """
        return None

    @classmethod
    def parts_of(cls, options: object) -> tuple[str, ...]:
        """The columns that make one under a name of its own, by its options; none where it is a column of the table.

        A cell of it is the tuple of theirs, None where all are missing: see `protokit.represent.column.made`.
        """
        return ()

    @classmethod
    def noticed(cls, frame: pd.DataFrame) -> Sequence[Notice]:
        """What is said of columns that may be of this kind together. No recipe names them: they are read one by one."""
        return ()

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> FittedColumn:
        """Learn a column from its training rows. `options` are what was written beside the kind, None where nothing.

        Raises:
            DataError: the cells are not of this kind.
        """
        if not issubclass(cls, FittedColumn):
            raise NotImplementedError(f"{cls.__name__}.fit")
        return cls(str(cells.name))

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The fitted column of what `as_plain` gave."""
        raise NotImplementedError(f"{cls.__name__}.from_plain")


KINDS: Registry[type[Kind]] = Registry("column kind", "protokit.represent.kinds", key="kind", base=Kind)


def audited_as(kind: str) -> str:
    """The kind that the audit takes a column of a kind for."""
    found = KINDS.find(kind)
    return (found.audited_as if found else "") or kind


def column_from_plain(plain: Mapping[str, object]) -> FittedColumn:
    """A fitted column of what `as_plain` gave.

    Raises:
        SpecError: no installed package has its kind.
    """
    saved = str(plain["kind"])
    for kinds in (KINDS.house, KINDS.all):
        if found := next((kind for name, kind in kinds().items() if saved in (name, *kind.saves)), None):
            return found.from_plain(plain)
    return KINDS[saved].from_plain(plain)
