"""Keys of texts that are the same numbers, dates or truths in two tables, though they are written otherwise."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial

import numpy as np
import pandas as pd

from protokit.cells.numbers import found_in
from protokit.cells.times.columns import read, survey
from protokit.cells.times.rules import Rule, decide
from protokit.collect.database.casting import FALSE, TRUE
from protokit.collect.database.context import Context

_MOST = 10_000  # different keys of each side that are looked at


def texts_of(context: Context, table: str, inner: str) -> list[str]:
    """Some of the different keys of a table, as texts."""
    sql = (
        f"SELECT DISTINCT CAST({inner} AS VARCHAR) AS k FROM {table} WHERE {inner} IS NOT NULL ORDER BY k LIMIT {_MOST}"
    )
    return [str(text) for (text,) in context.warehouse.run(sql)]


def cast_alike(left: Collection[str], right: Collection[str]) -> str | None:
    """What both sides are to be cast to, as a recipe says it, so that one key is on both; None where nothing does."""
    for kind, values in _ways():
        sides = [values(sorted(side)) for side in (left, right)]
        if all(sides) and {*sides[0]} & {*sides[1]}:
            return kind
    return None


def thousands_alike(left: Collection[str], right: Collection[str]) -> str | None:
    """The mark between the thousands of one side with which its numbers are those of the other."""
    for one, other in ((sorted(left), sorted(right)), (sorted(right), sorted(left))):
        found, plain = found_in(one), {*_numbers(other)}
        if found is None or not found.all or not plain:
            continue
        for way in (found.reading, found.other):
            if way is not None and way.thousands and not way.unit and plain & {*way.numbers(one).tolist()}:
                return way.thousands
    return None


def _ways() -> Iterator[tuple[str, Callable[[list[str]], list[object]]]]:
    yield "number", _numbers
    yield "boolean", _truths
    for order in ("", "day", "month", "year"):
        yield f"{{date: {{order: {order}}}}}" if order else "date", partial(_dates, Rule(order))


def _numbers(texts: list[str]) -> list[object]:
    try:
        return [float(text) for text in texts]
    except ValueError:
        found = found_in(texts)
        return list(found.reading.numbers(texts).tolist()) if found and found.all and found.other is None else []


def _truths(texts: list[str]) -> list[object]:
    words = [text.strip().lower() for text in texts]
    known = all(word in TRUE or word in FALSE for word in words)
    return [word in TRUE for word in words] if known else []


def _dates(rule: Rule, texts: list[str]) -> list[object]:
    column = pd.Series(texts, dtype=object)
    found = survey(column)
    if found.unread or (not rule.order and decide(found).surely().trouble):
        return []
    values = read(column, rule if rule.order else decide(found).rule).values
    return [] if np.isnat(values).any() else list(values.tolist())
