"""Texts as times within the database: each different text is read once, by what decides it everywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from protokit.cells.times.columns import Times, read, survey
from protokit.cells.times.durations import of_texts
from protokit.cells.times.rules import UNASKED, Decision, Evidence, Rule, decide
from protokit.collect.database.context import Context
from protokit.collect.database.warehouse import Rows
from protokit.grammar.readings import DateOptions

_BATCH = 200_000  # different texts in memory


@dataclass(frozen=True)
class TextTimes:
    """A column of texts, or of whole numbers such as 20241231, that is read as times.

    `write` gives the edit of the recipe that says an option, such as `order: day`, of it; `path` is where it stands.
    """

    context: Context
    rows: Rows
    name: str
    write: Callable[[str], str]
    path: tuple[str | int, ...]

    @property
    def _text(self) -> str:
        column = self.rows.columns[self.name]
        if column.family == "text":
            return column.inner
        if column.family.startswith("date"):
            return f"CAST(CAST({column.inner} AS TIMESTAMP) AS VARCHAR)"
        return f"CAST(TRY_CAST({column.inner} AS BIGINT) AS VARCHAR)"

    def _batches(self) -> Iterator[pd.Series]:
        sql = f"SELECT DISTINCT {self._text} AS k FROM {self.rows.table} WHERE {self._text} IS NOT NULL ORDER BY k"
        for frame in self.context.warehouse.batches(sql, _BATCH):
            yield frame["k"].astype(object)

    def evidence(self) -> Evidence:
        """What all of its texts show of how they are read."""
        found = Evidence()
        for texts in self._batches():
            found = found | survey(texts)
        return found

    def decided(self, found: Evidence, asked: Rule, *, surely: bool = False) -> Decision:
        """How it is read; `surely`: where no cell tells the order of day and month, none is taken.

        Raises:
            DataError: it cannot be told.
        """
        decided = decide(found, asked).surely() if surely else decide(found, asked)
        if decided.trouble:
            raise self.context.wrong(f"{self.name!r}: {decided.trouble}", decided.cure(self.write), *self.path)
        self.context.notices.extend(decided.notices(self.name, self.write))
        return decided

    def sql(self, rule: Rule) -> str:
        """The times as SQL over the rows, NULL where a text is none."""
        times = self.context.warehouse.fresh("m")
        self.context.warehouse.run(f"CREATE TABLE {times} (k VARCHAR, v TIMESTAMP)")
        twice = never = 0
        for texts in self._batches():
            found = read(texts, rule)
            twice, never = twice + found.twice, never + found.never
            self.context.warehouse.append(times, pd.DataFrame({"k": texts.to_numpy(object), "v": found.values}))
        told = Times(pd.Series(dtype="datetime64[us]").to_numpy(), pd.Series(dtype=bool).to_numpy(), twice, never)
        self.context.notices.extend(told.notices(self.name, rule.zone))
        return f"(SELECT v FROM {times} WHERE k = {self._text})"


def lengths_sql(context: Context, rows: Rows, name: str) -> str:
    """A column of texts as lengths of time in seconds, as SQL over the rows, NULL where a text is none."""
    inner, seconds = rows.columns[name].inner, context.warehouse.fresh("m")
    context.warehouse.run(f"CREATE TABLE {seconds} (k VARCHAR, v DOUBLE)")
    given = f"SELECT DISTINCT {inner} AS k FROM {rows.table} WHERE {inner} IS NOT NULL ORDER BY k"
    for frame in context.warehouse.batches(given, _BATCH):
        texts = frame["k"].astype(object)
        found = of_texts(texts.map(str.strip).to_numpy(object), plain=True)
        v = [None if value != value else value for value in found.tolist()]
        context.warehouse.append(seconds, pd.DataFrame({"k": texts, "v": pd.Series(v, dtype="Float64")}))
    return f"(SELECT v FROM {seconds} WHERE k = {inner})"


def rule_of(options: object) -> Rule:
    """How a recipe says that dates are read."""
    if isinstance(options, dict):
        options = DateOptions.model_validate(options)
    return Rule(**options.asked) if isinstance(options, DateOptions) else UNASKED


def options_of(rule: Rule) -> dict[str, str]:
    """A rule as a recipe says it."""
    return {name: value for name, value in vars(rule).items() if value}
