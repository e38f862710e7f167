"""Delimited text that is larger than memory: all of it as texts in the database, then each column with its type.

What texts are missing and which columns are numbers is what `text_cells` says of the same file in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from protokit.cells.missing import UNSAID, USUAL_WORDS, Notations
from protokit.cells.numbers import Reading
from protokit.collect.database.copies import plain
from protokit.collect.database.scan import CONVERT, Scan, scanned
from protokit.collect.database.settled import are_measured
from protokit.collect.database.warehouse import Rows, Stored, Warehouse
from protokit.collect.delimited.footer import told_of_last
from protokit.collect.files.cells import order
from protokit.collect.files.dialect import Dialect
from protokit.collect.files.files import File
from protokit.collect.text_cells import Decided, Rules, asked_for, decided
from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.values.said import Notice
from protokit.grammar.expressions import quote

_PIECE = 1 << 23  # bytes of a file that a thread takes at once
_BESIDE = 1 << 12  # bytes that a row may be longer than it was counted, by the marks of its end
_FIRST = 100_000  # rows that show how a column writes numbers
_MOST_MARKS = 1_000  # notations of marks in a column
_MOST_WHOLE = 10**38  # of the database's whole numbers
_TOGETHER = 40  # columns that one query looks at
# what `str.strip` takes away
_BLANKS = "".join(map(chr, (9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028,
                            0x2029, 0x202F, 0x205F, 0x3000)))  # fmt: skip
_AT_AN_END = f"^[{_BLANKS}]|[{_BLANKS}]$"
_PLAIN = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_WHOLE = r"[-+]?\d+"


@dataclass(frozen=True)
class _Column:
    """How many cells are words, plain numbers, numbers of whole digits, and such that int64 and float64 have."""

    words: int
    plain: int
    whole: int
    in_int64: int
    in_float64: int

    def example(self) -> str:
        """A text that says of a column of words what all of them say."""
        if self.plain != self.words:
            return "x"
        if self.whole == self.words and self.in_int64 == self.words:
            return "1" if self.in_float64 == self.words else str((1 << 53) + 1)
        return "0.5" if self.in_float64 == self.words else "x"


@dataclass(frozen=True)
class Loaded:
    """A table, how many rows each of its files has, what was decided, and columns of numbers as they are written."""

    rows: Rows
    counts: list[int]
    notices: list[Notice]
    written: dict[str, Stored]


def load_csv(
    warehouse: Warehouse,
    files: Sequence[File],
    dialects: Sequence[Dialect],
    rules: Rules,
    texts: Collection[str] = (),
    keys: Collection[str] = (),
    notations: Notations = UNSAID,
    apart: Collection[str] = (),
) -> Loaded:
    """Files as one table; none of it passes through Python as a whole. Only before `Warehouse.lock`.

    The columns in `texts` stay as they are written; those in `keys` can be had as texts, too. Of those in `notations`
    a mark of missing cells is met as the number that it is. Those `apart` are numbers where that loses nothing.

    Raises:
        DataError: a file is not clean text, or lacks a column of the first.
    """
    if rules.thousands is not None or rules.decimal not in (None, "."):
        told = Reading(rules.decimal or ".", rules.thousands or "").options
        cure = f"say it of its columns, represent: {{columns: {{NAME: {{number: {told}}}}}}}, or {CONVERT}"
        raise files[0].error("decimal and thousands marks of a table that is larger than memory", cure)
    if spaced := next((file for file, one in zip(files, dialects, strict=True) if one.spaced), None):
        raise spaced.error("blanks before quotes, in a table that is larger than memory", CONVERT)
    names = dialects[0].names
    inner = {name: warehouse.fresh() for name in names}
    raw = warehouse.fresh("t")
    listed = ", ".join(f"{column} VARCHAR" for column in inner.values())
    warehouse.before_lock(f"CREATE TABLE {raw} ({listed})")
    counts: list[int] = []
    notices: list[Notice] = []
    for file, dialect in zip(files, dialects, strict=True):
        order(list(names), list(dialect.names), files[0], file)
        scan = scanned(file, dialect)
        count = scan.rows
        notices += [*dialect.notices, *told_of_last(scan.end, dialect.footer)]
        _load(warehouse, raw, file, dialect, inner, scan)
        [(total,)] = warehouse.before_lock(f"SELECT count(*) FROM {raw}")
        if total != sum(counts) + count:
            raise file.error(f"read as {counted(total - sum(counts), 'row')}, and has {count:,}", CONVERT)
        counts.append(count)
    row, table = warehouse.fresh("r"), warehouse.fresh("t")
    typed, as_texts = types_of(warehouse, raw, inner, rules, texts, keys, notations, apart, notices)
    beside = {name: warehouse.fresh() for name in as_texts}
    pairs = [(sql, inner[name]) for name, sql in typed.items()]
    pairs += [(sql, beside[name]) for name, sql in as_texts.items()]
    listed = ", ".join(f"{sql} AS {column}" for sql, column in pairs)
    warehouse.before_lock(f"CREATE TABLE {table} AS SELECT {listed}, rowid AS {row} FROM {raw}")
    warehouse.before_lock(f"DROP TABLE {raw}")
    columns = {name: Stored(column) for name, column in inner.items()}
    written = {name: Stored(column, "VARCHAR") for name, column in beside.items()}
    return Loaded(warehouse.typed(Rows(table, (row,), columns, sum(counts))), counts, notices, written)


def _load(warehouse: Warehouse, table: str, file: File, dialect: Dialect, inner: dict[str, str], scan: Scan) -> None:
    """Put the rows of a file below those that are there.

    Each thread holds several pieces of the file at once, which by default are eight times as long as the longest row
    that may come: more than a small share of the memory has room for.
    """
    line = scan.longest + _BESIDE
    with plain(file, dialect, scan.mixed) as (path, above):
        columns = {f"f{i}": "VARCHAR" for i in range(dialect.width)}
        mark = quote(dialect.quote or "")
        options = (
            f"header = false, skip = {above}, delim = {quote(dialect.delimiter)}, quote = {mark}, escape = {mark}, "
            f"columns = {columns}, auto_detect = false, strict_mode = true, null_padding = false, "
            f"max_line_size = {line}, buffer_size = {max(_PIECE, 2 * line)}, comment = '', compression = 'none'"
            f"{', new_line = ' + quote(chr(92) + 'n') if scan.mixed else ''}"
        )
        listed = ", ".join(f"coalesce(f{i}, '') AS {inner[name]}" for i, name in enumerate(dialect.names))
        select = f"SELECT {listed} FROM read_csv({quote(str(path))}, {options})"
        if dialect.width == 1:  # a line that holds nothing is no row
            select += " WHERE f0 <> ''"
        try:
            warehouse.before_lock(f"INSERT INTO {table} BY NAME {select}")
        except duckdb.Error as error:
            raise file.error(f"cannot be read: {str(error).splitlines()[0]}", CONVERT) from None


def types_of(
    warehouse: Warehouse,
    table: str,
    inner: Mapping[str, str],
    rules: Rules,
    texts: Collection[str],
    keys: Collection[str],
    notations: Notations,
    apart: Collection[str],
    notices: list[Notice],
) -> tuple[dict[str, str], dict[str, str]]:
    """Each column of texts, '' where missing, with its type, as SQL; and those of `keys` that are numbers, as texts."""
    found: dict[str, str] = {}
    as_texts: dict[str, str] = {}
    asked = 0
    names = list(inner)
    words = sorted({*rules.marks.texts, *USUAL_WORDS})
    for start in range(0, len(names), _TOGETHER):
        some = names[start : start + _TOGETHER]
        # to take blanks away takes longer than all else: only where there are some
        sheets = ", ".join(_are_of_a_sheet(inner[name]) for name in some)
        [of_sheets] = warehouse.before_lock(f"SELECT {sheets} FROM (SELECT * FROM {table} LIMIT 100)")
        for name, written in zip(some, of_sheets, strict=True):
            any_cell = _of_a_sheet(warehouse, table, inner[name]) if written else ""
            if any_cell:
                rule = f"the cells of {name!r} are written for a spreadsheet, as {any_cell}"
                raise DataError(f"{rule}, in a table that is larger than memory", cure=CONVERT)
        looked = ", ".join(f"bool_or(regexp_matches({inner[name]}, {quote(_AT_AN_END)}))" for name in some)
        [blank] = warehouse.before_lock(f"SELECT {looked} FROM {table}")
        texts_of = {
            name: f"trim({inner[name]}, {quote(_BLANKS)})" if odd else inner[name]
            for name, odd in zip(some, blank, strict=True)
        }
        [row] = warehouse.before_lock(f"SELECT {', '.join(_sums(t, words) for t in texts_of.values())} FROM {table}")
        for i, (name, trimmed) in enumerate(texts_of.items()):
            column, known = _Column(*map(int, row[5 * i : 5 * i + 5])), words
            marks: list[str] = []
            if rules.marks.floats and (name in notations or (name not in texts and column.plain != column.words)):
                marks = _marks_as_written(warehouse, table, trimmed, rules, *notations.get(name, (None, None)))
            if marks:  # the other cells are what is left without them
                known = sorted({*words, *marks})
                [again] = warehouse.before_lock(f"SELECT {_sums(trimmed, known)} FROM {table}")
                column = _Column(*map(int, again))
            by_word = (
                f"SELECT {trimmed} AS one, count(*) FROM {table} WHERE {_is_in(trimmed, known)} GROUP BY 1 ORDER BY 1"
            )
            often = {str(text): int(count) for text, count in warehouse.before_lock(by_word)}
            asked += often.get("?", 0) if rules.marks.usual else 0
            if column.words:
                often[column.example()] = column.words
            counts = np.array(list(often.values()), np.int64)
            told: list[Notice] = []
            kept = decided(list(often), counts, name, rules, told, text=name in texts)
            listed = sorted({*marks, *(one for one, gone in zip(often, kept.lost, strict=True) if gone)})
            found[name] = _sql(trimmed, kept, listed, rules, codes=name in texts)
            if name in apart and name not in texts:
                told = []
                as_text = decided(list(often), counts, name, rules, told, text=True)
                levels = [one for one, gone in zip(often, as_text.lost, strict=True) if not gone]
                odd = bool(USUAL_WORDS.intersection(levels))
                numbers = kept.numbers is not None and not odd
                if not numbers or _merges(warehouse, table, trimmed, found[name]):
                    are_lost = numbers or (marks and not odd and _measured(warehouse, table, trimmed, known, rules))
                    gone = {*often} - {*levels} | {*(marks if are_lost else ())}
                    kept = as_text
                    found[name] = _sql(trimmed, kept, sorted(gone), rules, codes=not numbers)
            notices += told
            if name in keys and kept.numbers is not None:
                as_text = decided(list(often), counts, name, rules, [], text=True)
                listed = sorted({*marks, *(one for one, gone in zip(often, as_text.lost, strict=True) if gone)})
                as_texts[name] = _sql(trimmed, as_text, listed, rules, codes=False)
    if asked:
        notices.insert(0, asked_for(asked))
    return found, as_texts


def _are_of_a_sheet(text: str) -> str:
    return f"bool_and({text} = '' OR regexp_full_match({text}, '=\"[^\"]*\"'))"


def _of_a_sheet(warehouse: Warehouse, table: str, text: str) -> str:
    """A cell of a column all of whose cells are written for a spreadsheet, as `="0012"`; else, or of none, nothing."""
    [(are, cell)] = warehouse.before_lock(f"SELECT {_are_of_a_sheet(text)}, max({text}) FROM {table}")
    return str(cell) if are else ""


def _marks_as_written(
    warehouse: Warehouse, table: str, text: str, rules: Rules, decimal: str | None, thousands: str | None
) -> list[str]:
    """The texts of a column that are a mark in its own notation, as -999,0 and -999 kg are -999.

    The notation is that of the first rows; the texts with the digits of a mark are looked for in all.
    """
    small = (number for number in rules.marks.floats if abs(number) < 1e15)
    digits = {str(abs(int(number * 10**9))).strip("0") for number in (*small, *rules.marks.whole)}
    own = f"trim(regexp_replace({text}, '[eE][-+]?[0-9]+$|[^0-9]', '', 'g'), '0')"
    same = f"SELECT DISTINCT {text} AS one FROM {table} WHERE {_is_in(own, sorted(digits))} LIMIT {_MOST_MARKS}"
    wanted = [str(one) for (one,) in warehouse.before_lock(f"{same}")]
    if not wanted:
        return []
    first = f"SELECT {text} AS one, count(*) FROM {table} WHERE rowid < {_FIRST} AND {text} <> '' GROUP BY 1 ORDER BY 1"
    often = dict.fromkeys(wanted, 1) | {str(one): int(count) for one, count in warehouse.before_lock(first)}
    counts = np.array(list(often.values()), np.int64)
    lost = rules.marks.meet_in_column(list(often), counts, decimal=decimal, thousands=thousands)
    return sorted({one for one, gone in zip(often, lost, strict=True) if gone} & {*wanted})


def _measured(warehouse: Warehouse, table: str, text: str, lost: Sequence[str], rules: Rules) -> bool:
    """Whether the texts of a column that are not `lost` are numbers with a unit, by as many as are looked at."""
    different = f"SELECT DISTINCT {text} AS one FROM {table} WHERE NOT {_is_in(text, lost)} LIMIT {_FIRST}"
    return are_measured([str(one) for (one,) in warehouse.before_lock(different)], rules)


def _merges(warehouse: Warehouse, table: str, text: str, number: str) -> bool:
    """Whether two different texts of a column are the same number, given as SQL: 1.10 and 1.1."""
    of_number = f"regexp_replace(CAST({number} + 0 AS VARCHAR), '\\.0$', '')"
    [(odd,)] = warehouse.before_lock(f"SELECT count_if({text} <> {of_number}) FROM {table}")
    if not odd:  # all are as the database writes them, so that no two are the same
        return False
    pairs = f"SELECT {text} AS one, {number} AS k FROM {table}"
    both = f"SELECT count(DISTINCT one) FILTER (k IS NOT NULL), count(DISTINCT k + 0) FROM ({pairs})"
    [(texts, numbers)] = warehouse.before_lock(both)
    return bool(texts > numbers)


def _sql(text: str, found: Decided, lost: Sequence[str], rules: Rules, *, codes: bool) -> str:
    """A column of texts with its type, as SQL; the texts in `lost` are missing cells."""
    kept = f"CASE WHEN NOT {_is_in(text, lost)} THEN {text} END" if lost else text
    if rules.marks.floats and not codes:  # a mark that is a number stands for it in every notation
        listed = ", ".join(f"{number!r}::DOUBLE" for number in sorted(rules.marks.floats))
        whole = ", ".join(f"{number}" for number in sorted(rules.marks.whole) if abs(number) < _MOST_WHOLE)
        same = f"TRY_CAST({text} AS DOUBLE) IN ({listed})"
        if whole:
            exact = f"TRY_CAST({text} AS HUGEINT) IN ({whole})"
            same = f"CASE WHEN regexp_full_match({text}, {quote(_WHOLE)}) THEN {exact} ELSE {same} END"
        coded = "" if found.numbers is not None else rf" AND NOT regexp_full_match({text}, '0\d+')"
        is_mark = f"regexp_full_match({text}, {quote(_PLAIN)}){coded} AND {same}"
        kept = f"CASE WHEN NOT coalesce({is_mark}, false) THEN {kept} END"
    if found.lost.all():
        return "NULL::DOUBLE"
    if found.numbers is None:
        return kept
    return f"CAST({kept} AS {'DOUBLE' if found.numbers.dtype.kind == 'f' else 'BIGINT'})"


def _is_in(sql: str, words: Sequence[str]) -> str:
    return f"{sql} IN ({', '.join(map(quote, words))})"


def _sums(text: str, words: Sequence[str]) -> str:
    """The five counts of a `_Column`; what takes long comes last in each."""
    mark, double = _is_in(text, words), f"TRY_CAST({text} AS DOUBLE)"
    padded = rf"{text}[1] = '0' AND regexp_full_match({text}, '0\d+')"
    whole = f"regexp_full_match({text}, {quote(_WHOLE)})"
    plain = (
        f"CASE WHEN {mark} OR {double} IS NULL OR NOT isfinite({double}) THEN FALSE WHEN {padded} THEN FALSE "
        f"ELSE regexp_full_match({text}, {quote(_PLAIN)}) END"
    )
    exact = f"TRY_CAST({text} AS HUGEINT) = TRY_CAST({double} AS HUGEINT)"
    kept = f"CASE WHEN {mark} THEN FALSE WHEN length({text}) <= 15 THEN TRUE WHEN {whole} THEN {exact} ELSE TRUE END"
    return (
        f"count_if(NOT {mark}), count_if({plain}), count_if(CASE WHEN {mark} THEN FALSE ELSE {whole} END), "
        f"count_if(CASE WHEN {mark} OR TRY_CAST({text} AS BIGINT) IS NULL THEN FALSE ELSE {whole} END), "
        f"count_if({kept})"
    )
