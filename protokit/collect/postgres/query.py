"""Queries as the steps write them, in PostgreSQL's words: tables, joins, groups, order.

What stands in a row is in `values.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp
from sqlglot.expressions import Expr

from protokit.collect.database.place import Unsaid
from protokit.collect.postgres import vocabulary as words
from protokit.collect.postgres.kinds import Said, unified
from protokit.collect.postgres.values import Values, read

_PARTS = {"expressions", "from_", "joins", "where", "group", "having", "qualify", "order", "limit", "distinct"}


class Query(Values):
    """Writes one query. `orders` has the tables that there are, each with the columns that give its rows' order.

    `types` are DuckDB's of the columns that the query makes. `used` are the tables that it reads, once it is written.
    """

    def __init__(
        self,
        columns: Mapping[str, Said],
        orders: Mapping[str, Sequence[str]],
        fresh: Callable[[str], str],
        types: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(columns)
        self._orders, self._fresh, self._types = orders, fresh, types or {}
        self._order: Sequence[str] | None = None  # of the one table whose rows are aggregated
        self.used: dict[str, None] = {}

    def written(self, sql: str) -> str:
        """A query of DuckDB's as one of PostgreSQL's.

        Raises:
            Unsaid: PostgreSQL has no words for it that give the very same.
        """
        try:
            return self._select(read(sql))
        except RecursionError:
            raise Unsaid("an expression that is too deep") from None

    def _select(self, node: exp.Select) -> str:
        if odd := [key for key, part in node.args.items() if part and key not in _PARTS]:
            raise Unsaid(f"{odd[0]} in a query")
        tables, before, outer = "", "", self._order
        joins: list[exp.Join] = node.args.get("joins") or []
        if (source := node.args.get("from_")) is not None:
            tables = " FROM " + self._source(source.this)
            single = isinstance(source.this, exp.Table) and not joins
            self._order = self._orders[source.this.name] if single else None
            for join in joins:
                if join.args.get("method") == "ASOF":
                    before, tables = self._as_of(source.this, join)
                else:
                    tables += self._join(join)
        if (where := node.args.get("where")) is not None:
            tables += f" WHERE {self._true(where.this)}"
        listed = [self._projected(one) for one in node.expressions]
        if (group := node.args.get("group")) is not None:
            tables += f" GROUP BY {', '.join(self._value(one).sql for one in group.expressions)}"
        if (having := node.args.get("having")) is not None:
            tables += f" HAVING {self._true(having.this)}"
        start = f"{before}SELECT {'DISTINCT ' if node.args.get('distinct') else ''}"
        if (qualify := node.args.get("qualify")) is not None:
            kept = self._fresh("q")
            tables = f" FROM (SELECT {', '.join(listed)}, {self._true(qualify.this)} AS {kept}{tables}) AS {kept}s"
            listed, tables = ["*"], f"{tables} WHERE {kept}"
        if (order := node.args.get("order")) is not None:
            tables += self._ordered(order)
        if (limit := node.args.get("limit")) is not None:
            tables += f" LIMIT {int(limit.expression.this)}"
        self._order = outer
        return f"{start}{', '.join(listed)}{tables}"

    def _projected(self, node: Expr) -> str:
        if isinstance(node, exp.Star):
            return "*"
        if isinstance(node, exp.Column) and isinstance(node.this, exp.Star):
            return f"{node.table}.*"
        if not isinstance(node, exp.Alias):
            return self._value(node).sql
        found, name = self.value(node.this), node.alias
        if name in self._types:
            goal = words.stored(self._types[name])
            if goal is None:
                raise Unsaid(f"a column of the type {self._types[name]}")
            found = self.cast(found, *goal)
        elif found.kind == "null":
            raise Unsaid("a column without a type")
        self.columns[name] = found._replace(sql=name)
        return f"{found.sql} AS {name}"

    def _source(self, node: Expr) -> str:
        if isinstance(node, exp.Table):
            if node.name not in self._orders:
                raise Unsaid(f"the table {node.name}")
            self.used[node.name] = None
            return f"{node.name} AS {node.alias}" if node.alias else node.name
        if isinstance(node, exp.Subquery) and isinstance(node.this, exp.Select):
            return f"({self._select(node.this)}) AS {node.alias or self._fresh('q')}"
        raise Unsaid(f"{type(node).__name__.lower()} in the place of a table")

    def _join(self, node: exp.Join) -> str:
        side, kind = node.args.get("side") or "", node.args.get("kind") or ""
        if node.args.get("method") or node.args.get("using") or side not in ("", "LEFT"):
            raise Unsaid(f"a join of the kind {node.args.get('method') or side}")
        source, on = self._source(node.this), node.args.get("on")
        if kind == "CROSS":
            return f" CROSS JOIN {source}"
        if on is None:
            raise Unsaid("a join without a condition")
        return f" {'LEFT' if side else 'INNER'} JOIN {source} ON {self._true(on)}"

    def _as_of(self, left: Expr, node: exp.Join) -> tuple[str, str]:
        """`a ASOF JOIN b`: the latest row of b with equal keys, at or before the time of a's row.

        Both tables' rows are put into one line by key and time, b's first, and the greatest number of b's so far is
        the one: one sort of both, however many rows there are of a key.
        """
        a, b, (la, lb, line) = left.alias, node.this.alias, (self._fresh("q") for _ in range(3))
        (u, v, found), right = (self._fresh("u") for _ in range(3)), self._source(node.this)
        *equal, late = [part.unnest() for part in node.args["on"].flatten()]
        if not isinstance(late, exp.GTE) or any(not isinstance(one, exp.EQ) for one in equal):
            raise Unsaid("an ASOF join by such a condition")
        *keys, times = [self._alike(one.this, one.expression) for one in (*equal, late)]
        names = [f"k{i}" for i in range(len(keys))]
        sides = [
            ", ".join(f"{pair[i].sql} AS {name}" for name, pair in zip([*names, "at"], [*keys, times], strict=True))
            for i in (0, 1)
        ]
        some = " AND ".join(f"{pair[1].sql} IS NOT NULL" for pair in [*keys, times])
        before = (
            f"WITH {la} AS MATERIALIZED (SELECT *, row_number() OVER () AS {u} FROM {self._source(left)}), "
            f"{lb} AS MATERIALIZED (SELECT *, row_number() OVER (ORDER BY {times[1].sql}) AS {v} FROM {right}), "
            f"{line} AS (SELECT {a}.{u} AS {found}, CAST(NULL AS int8) AS n, 1 AS side, {sides[0]} FROM {la} AS {a} "
            f"UNION ALL SELECT NULL, {b}.{v}, 0, {sides[1]} FROM {lb} AS {b} WHERE {some}) "
        )
        latest = (
            f"(SELECT {found}, CASE WHEN at IS NOT NULL THEN max(n) OVER (PARTITION BY {', '.join(names)} "
            f"ORDER BY at, side ROWS UNBOUNDED PRECEDING) END AS n FROM {line}) AS {line}s"
        )
        side = "LEFT" if node.args.get("side") else "INNER"
        tables = f" FROM {la} AS {a} {side} JOIN (SELECT {found}, n FROM {latest} WHERE n IS NOT NULL) "
        return (
            before,
            f"{tables}AS {found}s ON {found}s.{found} = {a}.{u} {side} JOIN {lb} AS {b} ON {b}.{v} = {found}s.n",
        )

    def _alike(self, *nodes: Expr) -> list[Said]:
        """Values that are held against each other, all of one kind."""
        found = self._compared(*nodes)
        kind = unified([one.kind for one in found])
        return [self.cast(one, kind, words.OF_KIND[kind]) if one.kind != kind else one for one in found]

    def _ordered(self, node: exp.Order) -> str:
        parts = []
        for one in node.expressions:
            first = "FIRST" if one.args.get("nulls_first") else "LAST"
            parts.append(f"{self._value(one.this).sql}{' DESC' if one.args.get('desc') else ''} NULLS {first}")
        return f" ORDER BY {', '.join(parts)}"

    def _value(self, node: Expr | None) -> Said:
        if isinstance(node, exp.Exists) and isinstance(node.this, exp.Select):
            return Said(f"(EXISTS ({self._select(node.this)}))", "boolean")
        if isinstance(node, exp.Window):
            return self._window(node)
        if isinstance(node, exp.Filter) and isinstance(node.this, exp.Anonymous):
            return self._aggregate(node.this, self._true(node.expression.this))
        if isinstance(node, exp.Anonymous) and str(node.this).lower() in _OVER_ROWS:
            return self._aggregate(node, "")
        return super()._value(node)

    def _window(self, node: exp.Window) -> Said:
        if str(node.this.name).lower() != "row_number" or node.args.get("spec"):
            raise Unsaid("a window")
        parts = []
        if by := node.args.get("partition_by"):
            parts.append(f"PARTITION BY {', '.join(self._value(one).sql for one in by)}")
        if (order := node.args.get("order")) is not None:
            parts.append(self._ordered(order).strip())
        return Said(f"(row_number() OVER ({' '.join(parts)}))", "int")

    def _aggregate(self, node: exp.Anonymous, where: str) -> Said:
        name, given = str(node.this).lower(), list(node.expressions)
        end = f" FILTER (WHERE {where})" if where else ""
        if name == "count" and len(given) <= 1 and (not given or isinstance(given[0], exp.Star)):
            return Said(f"(count(*){end})", "int")
        if name == "count_if" and len(given) == 1:
            both = " AND ".join([self._true(given[0]), *([where] if where else [])])
            return Said(f"CAST(count(*) FILTER (WHERE {both}) AS numeric)", "decimal")
        distinct = ""
        if len(given) == 1 and isinstance(given[0], exp.Distinct):
            distinct, given = "DISTINCT ", given[0].expressions
        if len(given) != 1:
            raise Unsaid(f"{name} of {len(given)} columns")
        if name in ("sum", "avg", "mean"):
            return self._sum(name, self.value(given[0]), distinct, end)
        found = self.worded(name, given, words.AGGREGATES)
        if name in ("min", "max") and found.kind == "boolean":
            raise Unsaid(f"{name} of true and false")
        opened = found.sql.index("(") + 1
        return found._replace(sql=f"({found.sql[:opened]}{distinct}{found.sql[opened:]}{end})")

    def _sum(self, name: str, of: Said, distinct: str, end: str) -> Said:
        """A sum or mean; of numbers that are not whole in the order of the rows, so that its last bits are the same."""
        ordered = ""
        if of.kind == "double" and not of.whole:
            if self._order is None or distinct:
                raise Unsaid(f"{name} of numbers that are not whole, in no order")
            ordered = " ORDER BY " + ", ".join(self._order)
        elif of.kind not in ("int", "double"):
            raise Unsaid(f"{name} of a {of.kind}")
        total = f"(sum({distinct}{of.sql}{ordered}){end})"
        if name == "sum":
            return Said(
                f"CAST({total} AS numeric)" if of.kind == "int" else total,
                "decimal" if of.kind == "int" else "double",
                whole=of.whole,
            )
        return Said(f"(CAST({total} AS float8) / (count({distinct}{of.sql}){end}))", "double")


_OVER_ROWS = frozenset(("count", "count_if", "sum", "avg", "mean", *words.AGGREGATES))
