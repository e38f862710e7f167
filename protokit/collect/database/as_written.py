"""Which columns of the tables keep their cells as they are written, and which become numbers where nothing is lost."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from protokit.cells.missing import UNSAID, Notations, doubtful
from protokit.collect.column_flow import cast_by_notation, cast_to_texts, traced
from protokit.collect.database.settled import settled, without_marks
from protokit.collect.source import Source
from protokit.collect.words import Collect
from protokit.core.values.said import Notice


def _joined(one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    return {name: one.get(name, frozenset()) | other.get(name, frozenset()) for name in (*one, *other)}


def notations_of(spec: Collect, first: str, notations: Notations) -> dict[str, Notations]:
    """How the numbers of each table's columns are written, where it is said of what comes of them unchanged, or in a
    cast."""
    found: dict[str, dict[str, tuple[str | None, str | None]]] = {}
    for name, said in notations.items():
        for table, own in traced(spec, [name]).items():
            found.setdefault(table or first, {}).update(dict.fromkeys(own, said))
    for table, cast in cast_by_notation(spec).items():
        found.setdefault(table or first, {}).update(cast)
    return dict(found)


@dataclass(frozen=True)
class AsWritten:
    """The columns of each table that stay texts, and those that do where two of them would be the same number.

    Of the texts, those of `as_numbers` are numbers to joins and expressions where that loses nothing; of those in
    `notations` it is said how their numbers are written. Those in `cast` come to a cast that says so.
    """

    texts: Mapping[str, frozenset[str]]
    apart: Mapping[str, frozenset[str]]
    as_numbers: Mapping[str, frozenset[str]]
    notations: Mapping[str, Notations]
    cast: Mapping[str, frozenset[str]]

    @classmethod
    def of(
        cls,
        spec: Collect,
        first: str,
        stacked: Sequence[str],
        texts: Collection[str],
        apart: Collection[str],
        notations: Notations,
    ) -> AsWritten:
        """Those that the collected columns come from, and the keys of joins. Stacked tables are as the first."""
        found = []
        for wanted, keys in ((texts, False), (apart, True)):
            own = traced(spec, wanted, keys=keys)
            own[first] = own.get(first, frozenset()) | own.pop("", frozenset())
            found.append({**own, **dict.fromkeys(stacked, own[first])})
        alone, used = cast_to_texts(spec)
        for cast in (alone, used):
            cast[first] = cast.get(first, frozenset()) | cast.pop("", frozenset())
            cast.update(dict.fromkeys(stacked, cast[first]))
        held = _joined(found[0], used)
        by_notation = {table or first: frozenset(own) for table, own in cast_by_notation(spec).items()}
        by_notation.update(dict.fromkeys(stacked, by_notation.get(first, frozenset())))
        kept = _joined(alone, by_notation)
        computed = {name: own - kept.get(name, frozenset()) for name, own in held.items()}
        written = notations_of(spec, first, notations)
        written.update(dict.fromkeys(stacked, written.get(first, {})))
        return cls(_joined(held, alone), found[1], computed, written, by_notation)

    def texts_of(self, name: str) -> frozenset[str]:
        """The columns of a table whose cells are names, whatever they are."""
        return self.texts.get(name, frozenset()) | self.apart.get(name, frozenset())

    def of_table(self, name: str, source: Source) -> frozenset[str]:
        """The columns of a table to be read as they are written."""
        return self.texts_of_table(name, source) | self.cast.get(name, frozenset())

    def texts_of_table(self, name: str, source: Source) -> frozenset[str]:
        """Those of them of which a number by its type is the text of it."""
        apart = self.apart.get(name, frozenset()) if source.texts_may_be_numbers else frozenset()
        return self.texts.get(name, frozenset()) | apart

    def settled(
        self, spec: Collect, frames: Mapping[str, pd.DataFrame], given: Container[str]
    ) -> dict[str, pd.DataFrame]:
        """The tables as they were read, with what has only to be kept apart as numbers where that loses nothing.

        The two keys of a join stay texts together. Frames that were given have their types.
        """
        first = next(iter(frames))
        kept: dict[str, set[str]] = {name: set(self.texts.get(name, ())) for name in frames}
        for join in spec.join:
            for left, right in join.on:
                sides = [(first, left), (join.table, right)]
                columns = [(name, frames[name][column]) for name, column in sides if column in frames.get(name, ())]
                texts = len(columns) == 2 and all(one.dtype == object for _, one in columns)
                if texts and any(settled(one, *_marks(spec, name)).dtype == object for name, one in columns):
                    for name, column in sides:
                        kept[name].add(column)
        return {
            name: frame if name in given else self._settled(spec, name, frame, kept[name])
            for name, frame in frames.items()
        }

    def _settled(self, spec: Collect, name: str, frame: pd.DataFrame, kept: Container[str]) -> pd.DataFrame:
        names = [column for column in self.apart.get(name, ()) if column in frame.columns]
        names = [column for column in names if column not in self.texts.get(name, ())]
        if not names or not spec.tables[name].texts_may_be_numbers:
            return frame
        frame = frame.copy(deep=False)
        for column in names:
            settle = without_marks if column in kept else settled
            frame[column] = settle(frame[column], *_marks(spec, name))
        return frame


def doubtful_marks(spec: Collect, name: str, notations: Mapping[str, Notations]) -> list[Notice]:
    """What is told of a table's marks of missing cells that may be two numbers; of `notations` see `notations_of`."""
    decimal, thousands, missing = _marks(spec, name)
    return doubtful(missing, [(decimal, thousands), *notations.get(name, UNSAID).values()])


def _marks(spec: Collect, name: str) -> tuple[Any, Any, Any]:
    """How a table says that its numbers and its missing cells are written."""
    source = spec.tables.get(name)
    return (getattr(source, "decimal", None), getattr(source, "thousands", None), getattr(source, "missing", None))
