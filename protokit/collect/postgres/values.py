"""DuckDB's SQL, as the steps write it, in PostgreSQL's words: only what gives the very same there, all else `Unsaid`.

sqlglot reads the text; what is written is made node by node, each with the kind of its value (whole number, decimal,
double, text, boolean, date, timestamp, interval, null), since what an operator does depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.expressions import Expr
from sqlglot.parsers.duckdb import DuckDBParser

from protokit.collect.database.place import TEXT_OF, Unsaid
from protokit.collect.postgres import vocabulary as words
from protokit.collect.postgres.kinds import NUMBERS, TIMES, Said, converted, fits, unified
from protokit.grammar.expressions import quote

_TIME = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)?")
_SIGNS: Mapping[type[exp.Binary], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM", exp.NullSafeNEQ: "IS DISTINCT FROM",
}  # fmt: skip
_ARITHMETIC: Mapping[type[object], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*"}
_DOUBLE = "CAST({} AS float8)"
_LONGEST = 200_000


class _Read(DuckDB):
    """DuckDB's SQL with every function under the name that was written."""

    class Parser(DuckDBParser):
        FUNCTIONS: ClassVar = {}
        NO_PAREN_FUNCTIONS: ClassVar = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}
        FUNCTION_PARSERS: ClassVar = {
            key: DuckDBParser.FUNCTION_PARSERS[key] for key in ("CAST", "TRY_CAST", "EXTRACT")
        }


def read(sql: str) -> exp.Select:
    """The tree of a query.

    Raises:
        Unsaid: it is no SELECT, or sqlglot cannot read it.
    """
    try:
        tree = sqlglot.parse_one(sql, dialect=_Read)
    except (sqlglot.errors.SqlglotError, RecursionError):
        raise Unsaid("sqlglot does not read its SQL") from None
    if not isinstance(tree, exp.Select):
        raise Unsaid("it is no SELECT")
    return tree


class Values:
    """Writes what stands in a row: columns, constants, operators, functions. `columns` are known by their inner names.

    `fails` says whether something that was written may stop at a cell, such as a sum that is too large.
    """

    def __init__(self, columns: Mapping[str, Said]) -> None:
        self.columns = dict(columns)
        self.fails = False

    def value(self, node: Expr | None) -> Said:
        """A value, in parentheses where it needs some.

        Raises:
            Unsaid: PostgreSQL has no words for it.
        """
        found = self._value(node)
        if len(found.sql) > _LONGEST:
            raise Unsaid("an expression that becomes too long")
        return found

    def _value(self, node: Expr | None) -> Said:
        if isinstance(node, exp.Paren):
            return self.value(node.this)
        if isinstance(node, exp.Column):
            name = node.name
            if name not in self.columns:
                raise Unsaid("a column whose type the database has not")
            return self.columns[name]._replace(sql=f"{node.table}.{name}" if node.table else name)
        if isinstance(node, exp.Literal):
            return self._literal(node)
        if isinstance(node, exp.Null):
            return Said("NULL", "null")
        if isinstance(node, exp.Boolean):
            return Said("TRUE" if node.this else "FALSE", "boolean")
        if isinstance(node, (exp.And, exp.Or)):
            word = "AND" if isinstance(node, exp.And) else "OR"
            return Said(f"({self._true(node.this)} {word} {self._true(node.expression)})", "boolean")
        if isinstance(node, exp.Not):
            return Said(f"(NOT {self._true(node.this)})", "boolean")
        if isinstance(node, exp.Is):
            of = self.value(node.this).sql if isinstance(node.expression, exp.Null) else self._true(node.this)
            return Said(f"({of} IS {self.value(node.expression).sql})", "boolean")
        if isinstance(node, exp.Binary) and type(node) in _SIGNS:
            left, right = self._compared(node.this, node.expression)
            return Said(f"({left.sql} {_SIGNS[type(node)]} {right.sql})", "boolean")
        if isinstance(node, exp.Between):
            this, low, high = self._compared(node.this, node.args["low"], node.args["high"])
            return Said(f"({this.sql} BETWEEN {low.sql} AND {high.sql})", "boolean")
        if isinstance(node, exp.In) and node.expressions:
            this, *listed = self._compared(node.this, *node.expressions)
            return Said(f"({this.sql} IN ({', '.join(one.sql for one in listed)}))", "boolean")
        if isinstance(node, (exp.Like, exp.ILike)):
            return self._like(node)
        if isinstance(node, exp.DPipe):
            texts = [self._of(one, "text") for one in (node.this, node.expression)]
            return Said(f"({texts[0].sql} || {texts[1].sql})", "text", all(one.ascii for one in texts))
        if isinstance(node, exp.Case):
            return self._case(node)
        if isinstance(node, (exp.Cast, exp.TryCast)):
            return self._cast(node)
        if isinstance(node, exp.Interval):
            return self._interval(node)
        if isinstance(node, exp.Extract):
            return self._part(node.name.lower(), self.value(node.expression))
        if isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.IntDiv, exp.Neg)):
            return self._arithmetic(node)
        if isinstance(node, exp.Anonymous):
            return self._call(node)
        raise Unsaid(f"{type(node).__name__.lower()} is another there")

    def _true(self, node: Expr) -> str:
        return self._of(node, "boolean").sql

    def _of(self, node: Expr, kind: str) -> Said:
        found = self.value(node)
        if found.kind not in (kind, "null"):
            raise Unsaid(f"a {found.kind} where a {kind} stands")
        return found

    def _literal(self, node: exp.Literal) -> Said:
        text = str(node.this)
        if node.is_string:
            return Said(f'(CAST({quote(text)} AS text) COLLATE "C")', "text", text.isascii())
        if "e" in text.lower():
            return Said(f"CAST('{text}' AS float8)", "double")
        return Said(text, "int" if text.isdecimal() and len(text) < 19 else "decimal")

    def _compared(self, *nodes: Expr) -> list[Said]:
        found = [self.value(node) for node in nodes]
        kinds = {one.kind for one in found} - {"null"}
        if kinds & TIMES and "text" in kinds:  # a constant beside a time is one
            found = [
                self._as_time(node, one) if one.kind == "text" else one for node, one in zip(nodes, found, strict=True)
            ]
        unified([one.kind for one in found])
        return found

    @staticmethod
    def _as_time(node: Expr, found: Said) -> Said:
        text = str(node.this) if isinstance(node, exp.Literal) else ""
        if not _TIME.fullmatch(text):
            raise Unsaid("a text beside a time")
        return Said(f"CAST({quote(text)} AS timestamp)", "timestamp")

    def _like(self, node: exp.Like | exp.ILike) -> Said:
        left, right = self._of(node.this, "text"), self._of(node.expression, "text")
        word = "ILIKE" if isinstance(node, exp.ILike) else "LIKE"
        if word == "ILIKE" and not (left.ascii and right.ascii):
            raise Unsaid("ilike of texts with more than ASCII")
        return Said(f"({left.sql} {word} {right.sql} ESCAPE '')", "boolean")

    def _case(self, node: exp.Case) -> Said:
        parts, values = ["CASE"], list[Said]()
        for branch in node.args["ifs"]:
            if node.this is not None:
                this, when = self._compared(node.this, branch.this)
                condition = f"({this.sql} = {when.sql})"
            else:
                condition = self._true(branch.this)
            values.append(self.value(branch.args["true"]))
            parts.append(f"WHEN {condition} THEN {values[-1].sql}")
        if (default := node.args.get("default")) is not None:
            values.append(self.value(default))
            parts.append(f"ELSE {values[-1].sql}")
        return self._one_of(f"({' '.join(parts)} END)", values)

    @staticmethod
    def _one_of(sql: str, values: Sequence[Said]) -> Said:
        kind = unified([one.kind for one in values])
        some = [one for one in values if one.kind != "null"]
        whole = all(one.whole or one.kind == "int" for one in some)
        return Said(sql, kind, all(one.ascii for one in some), kind == "double" and whole)

    def _interval(self, node: exp.Interval) -> Said:
        count, unit = str(node.this.this) if node.this is not None else "", str(node.args.get("unit") or "").lower()
        if not re.fullmatch(r"-?\d{1,9}", count) or unit not in words.UNITS:
            raise Unsaid(f"an interval of {count} {unit}")
        unit, many = words.INTERVALS.get(unit, (unit, 1))
        return Said(f"CAST('{int(count) * many} {unit}' AS interval)", "interval")

    def _part(self, part: str, of: Said) -> Said:
        part = words.PART_NAMES.get(part, part)
        if part not in words.PARTS or of.kind not in TIMES:
            raise Unsaid(f"the {part} of a {of.kind}")
        return Said(words.PARTS[part].format(of.sql), "double" if part == "epoch" else "int")

    def _cast(self, node: exp.Cast | exp.TryCast) -> Said:
        goal = words.stored(node.to.sql(dialect=DuckDB))
        if goal is None:
            raise Unsaid(f"a cast to {node.to.sql(dialect=DuckDB)}")
        if isinstance(node.this, exp.Literal) and node.this.is_string and goal[0] in TIMES:
            return Said(f"CAST({self._as_time(node.this, Said('', '')).sql} AS {goal[1]})", goal[0])
        return self.cast(self.value(node.this), *goal, tried=isinstance(node, exp.TryCast))

    def cast(self, found: Said, kind: str, type_: str, *, tried: bool = False) -> Said:
        """A value as one of another type; `tried` where a cell that does not fit is to be missing.

        Raises:
            Unsaid: PostgreSQL does not cast as DuckDB does.
        """
        cast, fails = converted(found, kind, type_, tried)
        self.fails |= fails
        return cast

    def _arithmetic(self, node: Expr) -> Said:
        left = self.value(node.this)
        if isinstance(node, exp.Neg):
            if left.kind not in NUMBERS:
                raise Unsaid(f"a sign before a {left.kind}")
            return left._replace(sql=f"(- {left.sql})")
        right = self.value(node.expression)
        kinds = (left.kind, right.kind)
        if kinds[0] in TIMES and kinds[1] == "interval" and isinstance(node, (exp.Add, exp.Sub)):
            return Said(f"({left.sql} {_ARITHMETIC[type(node)]} {right.sql})", "timestamp")
        if kinds == ("date", "int") and isinstance(node, (exp.Add, exp.Sub)):
            return Said(f"({left.sql} {_ARITHMETIC[type(node)]} CAST({right.sql} AS int4))", "date")
        if kinds == ("date", "date") and isinstance(node, exp.Sub):
            return Said(f"CAST({left.sql} - {right.sql} AS int8)", "int")
        if not {*kinds} <= NUMBERS:
            raise Unsaid(f"{node.key} of a {kinds[0]} and a {kinds[1]}")
        self.fails = True
        if isinstance(node, exp.Div):
            return self._divided(left, right, node.expression)
        if isinstance(node, (exp.Mod, exp.IntDiv)):
            if kinds != ("int", "int"):
                raise Unsaid(f"{node.key} of numbers that are not whole")
            return Said(f"({left.sql} {'%' if isinstance(node, exp.Mod) else '/'} {right.sql})", "int")
        kind = unified(list(kinds))
        parts = [_DOUBLE.format(one.sql) if kind == "double" != one.kind else one.sql for one in (left, right)]
        return Said(f"({parts[0]} {_ARITHMETIC[type(node)]} {parts[1]})", kind)

    @staticmethod
    def _divided(left: Said, right: Said, by: Expr) -> Said:
        """A quotient as the standard of floating numbers has it: by zero it is infinite, or not a number."""
        a, b = _DOUBLE.format(left.sql), _DOUBLE.format(right.sql)
        if isinstance(by, exp.Literal) and float(by.this):
            return Said(f"({a} / {b})", "double")
        minus = f"WHEN CAST({b} AS text) = '-0' THEN '-Infinity' " if right.kind == "double" else ""
        zero = f"CAST(CASE {minus}WHEN {b} = 0 THEN 'Infinity' END AS float8)"
        return Said(f"(CASE WHEN {b} <> 0 THEN {a} / {b} ELSE {a} * {zero} END)", "double")

    def _call(self, node: exp.Anonymous) -> Said:
        name, given = str(node.this).lower(), node.expressions
        if name in ("coalesce", "ifnull", "greatest", "least") and given:
            values = self._compared(*given)
            word = "coalesce" if name == "ifnull" else name
            return self._one_of(f"{word}({', '.join(one.sql for one in values)})", values)
        if name == "nullif" and len(given) == 2:
            values = self._compared(*given)
            return values[0]._replace(
                sql=f"(CASE WHEN {values[0].sql} = {values[1].sql} THEN NULL ELSE {values[0].sql} END)"
            )
        if name == "if" and len(given) == 3:
            values = [self.value(one) for one in given[1:]]
            return self._one_of(
                f"(CASE WHEN {self._true(given[0])} THEN {values[0].sql} ELSE {values[1].sql} END)", values
            )
        if name == TEXT_OF:
            of = self.value(given[0])
            if of.whole and of.kind == "double":
                return Said(f'(CAST(CAST({of.sql} AS int8) AS text) COLLATE "C")', "text", True)
            return self.cast(of, "text", "text")
        if name == "concat" and given:
            texts = [self._of(one, "text") for one in given]
            return Said(f"concat({', '.join(one.sql for one in texts)})", "text", all(one.ascii for one in texts))
        unit = str(given[0].this).lower() if given and isinstance(given[0], exp.Literal) and given[0].is_string else ""
        if name in ("date_trunc", "datetrunc") and len(given) == 2 and unit in words.TRUNCATED:
            of = self.value(given[1])
            if of.kind in TIMES:
                return Said(f"date_trunc('{unit}', CAST({of.sql} AS timestamp))", "timestamp")
        if name in ("date_diff", "datediff") and len(given) == 3 and unit in words.DIFFERENCES:
            first, second = (self.value(one) for one in given[1:])
            if {first.kind, second.kind} <= TIMES:
                return Said(words.DIFFERENCES[unit].format(first.sql, second.sql), "int")
        if name in ("date_part", "datepart") and len(given) == 2 and unit:
            return self._part(unit, self.value(given[1]))
        if name in words.PART_NAMES and len(given) == 1:
            return self._part(name, self.value(given[0]))
        self.fails |= name in ("abs", "mod")
        return self.worded(name, given, words.FUNCTIONS)

    def worded(self, name: str, given: Sequence[Expr], known: Mapping[str, tuple[tuple[str, str, str], ...]]) -> Said:
        """A function of a list, by the first of its forms that fits the arguments."""
        values = [self.value(one) for one in given]
        for letters, text, kind in known.get(name, ()):
            if len(letters) == len(values) and all(map(fits, letters, values, given)):
                sql = [_DOUBLE.format(v.sql) if at == "d" else v.sql for at, v in zip(letters, values, strict=True)]
                texts = [one.ascii for one in values if one.kind == "text"]
                kind = values[int(kind)].kind if kind.isdecimal() else kind
                return Said(
                    text.format(*sql), kind, kind == "text" and all(texts), name in ("min", "max") and values[0].whole
                )
        raise Unsaid(f"{name}({', '.join(one.kind for one in values)}) is another there")
