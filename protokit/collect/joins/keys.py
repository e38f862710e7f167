"""The keys of a join: of one type on both sides, as often as expected, and which rows have no match."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from protokit.cells.times.rules import EPOCHS, Evidence, decide
from protokit.collect.database.casting import cast
from protokit.collect.database.casts import split
from protokit.collect.database.context import Context, shares
from protokit.collect.database.times import TextTimes, rule_of
from protokit.collect.database.warehouse import Rows
from protokit.collect.joins.alike import cast_alike, texts_of, thousands_alike
from protokit.collect.joins.words import Join
from protokit.core.errors import DataError
from protokit.core.values.said import Notice

_KEY = "\0key"  # no column of a table is named so


class Keys:
    """The columns that a join goes by, in the SQL of a join of `a` (the rows) and `b` (the joined table).

    `rows` and `table` are these two with the times that the join goes by, where texts are read as times.
    """

    def __init__(self, context: Context, rows: Rows, right: Rows, spec: Join) -> None:
        self._context, self.rows, self.table, self._spec = context, rows, right, spec
        self.left, self.right = [], list[str]()
        for i, (left, own) in enumerate(spec.on):
            a, b = rows.columns[left], right.columns[own]
            if a.family == "text" and b.family != "text" and own in spec.cast and self._valued(right, own):
                self.left.append(self._cast(left, own, i))
                self.right.append(context.inner(right, own, "on", i))
                rows = self.rows
                continue
            self.left.append(context.inner(rows, left, "on", i))
            self.right.append(context.inner(right, own, "on", i))
            dates = a.family.startswith("date") and b.family.startswith("date")
            if dates and a.zone != b.zone:
                name = own if a.zone else left
                told = f"{name!r} has no offset, and is held against times that have one: it is taken for UTC"
                context.notices.append(Notice(told, (name,)))
            elif a.family != b.family and self._valued(rows, left) and self._valued(right, own):
                rule = f"the key {left!r} is a {a.family} in the rows, and {own!r} a {b.family} in {spec.table!r}"
                wanted = {"number": "number", "text": "text", "boolean": "boolean", "date": "date"}.get(a.family)
                if a.family == "text":
                    wanted = self._alike(i) or wanted
                raise context.fault(rule, f"add cast: {{{own}: {wanted}}} to the join" if wanted else None, "on", i)
        kinds = [rows.columns[left].type for left, _ in spec.on]
        different = [rows.columns[left].family != right.columns[own].family for left, own in spec.on]
        alike = [f"{_KEY}{i}" in rows.columns for i in range(len(spec.on))]
        self.rows = rows.named({name: one for name, one in rows.columns.items() if not name.startswith(_KEY)})
        self.equal = " AND ".join(
            # a column without a single value is of any type, and matches nothing
            f"a.{a} = " + (f"TRY_CAST(b.{b} AS {kind})" if other and not same else f"b.{b}")
            for a, b, kind, other, same in zip(self.left, self.right, kinds, different, alike, strict=True)
        )
        self._orders: list[str] = []
        self.times = self._times()
        self.near = self._near()

    def _cast(self, left: str, own: str, i: int) -> str:
        """A key of the rows that are texts, as what the recipe makes of the joined table's, under a new inner name.

        Raises:
            SpecError: a text is nothing of that.
            DataError: it cannot be told which dates they are.
        """
        context, key, kind = self._context, f"{_KEY}{i}", self._spec.cast[own]
        rows = context.warehouse.changed(self.rows, {key: self.rows.columns[left].inner})
        swapped = {**rows.columns, left: rows.columns[key], key: rows.columns[left]}
        below = replace(context.below("cast"), by_time=frozenset((left,)))
        try:
            rows, _ = cast(below, rows.named(swapped), {left: kind})
        except DataError as error:
            if split(kind)[0] == "date" and error.cure and "order" in error.cure:
                raise
            rule = f"the key {left!r} is a text in the rows, and {own!r} in {self._spec.table!r} is cast: {error.rule}"
            raise context.fault(rule, f"cast: {{{own}: text}}", "on", i) from None
        self.rows = rows.named({**rows.columns, left: rows.columns[key], key: rows.columns[left]})
        return rows.columns[left].inner

    def _alike(self, i: int) -> str | None:
        """The cast with which a key of both sides has matches; None where it has no need of it, or none helps."""
        left, own = self._spec.on[i]
        sides = [
            texts_of(self._context, rows.table, rows.columns[name].inner)
            for rows, name in ((self.rows, left), (self.table, own))
        ]
        return None if {*sides[0]} & {*sides[1]} else cast_alike(*sides)

    def _cure_of_none(self) -> str | None:
        """The edit with which keys that are texts have matches, where no row has one."""
        for i, (left, own) in enumerate(self._spec.on):
            sides = [(self.rows, left), (self.table, own)]
            if any(rows.columns[name].family != "text" for rows, name in sides) or own in self._spec.cast:
                continue
            if kind := self._alike(i):
                return f"add cast: {{{own}: {kind}}} to the join, and {left!r} of the rows is held against it as that"
            texts = [texts_of(self._context, rows.table, rows.columns[name].inner) for rows, name in sides]
            if not {*texts[0]} & {*texts[1]} and (mark := thousands_alike(*texts)):
                return f'write thousands: "{mark}" in the table whose {left if left == own else (left, own)!r} has it'
        return None

    def _valued(self, rows: Rows, name: str) -> bool:
        return bool(self._context.warehouse.one(f"SELECT count({rows.columns[name].inner}) > 0 FROM {rows.table}")[0])

    def _times(self) -> tuple[str, str]:
        """The times of both sides as SQL; texts are read as times, of both sides in the same way."""
        key = "as_of" if self._spec.as_of is not None else "before"
        pair = getattr(self._spec, key)
        if pair is None:
            return "", ""
        sides = ((self.rows, pair[0]), (self.table, pair[1]))
        families = [self._family(rows, name, key) for rows, name in sides]
        if families[0] != families[1]:
            for rows, name in sides:
                if rows.columns[name].family == "text":
                    self._evidence(TextTimes(self._context, rows, name, str, (key,)), key)
            rule = f"{pair[0]!r} is a {families[0]}, and {pair[1]!r} a {families[1]} in {self._spec.table!r}"
            raise self._context.fault(rule, "times of one kind can be held against each other", key)
        self._is_date = families[0] == "date"
        if self._is_date:
            inner = self._dated(sides, key)
            return f"a.{inner[0]}", f"b.{inner[1]}"
        inner = [rows.columns[name].inner for rows, name in sides]
        return f"a.{inner[0]}", f"b.{inner[1]}"

    def _family(self, rows: Rows, name: str, key: str) -> str:
        self._context.inner(rows, name, key)
        family = rows.columns[name].family
        if family == "number" and rule_of(self._spec.dates).epoch:
            return "date"
        family = {"text": "date", "date with a time zone": "date"}.get(family, family)
        if family not in ("date", "number"):
            raise self._context.fault(f"{name!r} is a {family}, not a date or a number", None, key)
        return family

    def _dated(self, sides: tuple[tuple[Rows, str], tuple[Rows, str]], key: str) -> list[str]:
        """The inner names of the times of both sides, beside the columns that these are read from."""
        asked = rule_of(self._spec.dates)
        texts = [
            TextTimes(self._context, rows, name, lambda option: f"dates: {{{option}}}", (key,)) for rows, name in sides
        ]
        found = [self._evidence(side, key) for side in texts]
        both = found[0].orders & found[1].orders
        made = []
        for side, shown in zip(texts, found, strict=True):
            column, order = side.rows.columns[side.name], ""
            if column.family == "number":
                sql = f"make_timestamp(CAST(round({column.inner} * {EPOCHS[asked.epoch]}) AS BIGINT))"
            elif column.family == "text" or (asked.zone and not column.zone):
                # what shows the order of day and month on one side shows it on the other
                told = replace(shown, orders=both or shown.orders)
                way = side.decided(told, replace(asked, epoch=""), surely=True).rule
                sql = side.sql(way)
                alone = decide(shown).surely()
                order = way.order if alone.trouble or alone.rule.order != way.order else ""
            else:
                sql = f"CAST({column.inner} AS TIMESTAMP)"
            made.append(sql)
            self._orders.append(order)
        if found[0].placed != found[1].placed and not asked.zone and any(one.local and not one.placed for one in found):
            name = next(side.name for side, one in zip(texts, found, strict=True) if one.local and not one.placed)
            rule = f"{name!r} has no offset, and is held against times that have one: it is taken for UTC"
            self._context.notices.append(Notice(rule, (name,), "dates: {zone: Europe/Madrid}"))
        inner = [self._context.warehouse.fresh() for _ in made]
        self.rows = self._with(self.rows, made[0], inner[0], drop=True)
        self.table = self._with(self.table, made[1], inner[1], drop=False)
        return inner

    def orders(self, new: Mapping[str, str]) -> dict[str, str]:
        """The order of day and month of each column of texts that tells another one, or none, by itself.

        `new` are the columns of the joined table that the rows get, with their names there.
        """
        pair = self._spec.as_of or self._spec.before
        if pair is None or not any(self._orders):
            return {}
        return {n: order for n, order in zip((pair[0], new.get(pair[1])), self._orders, strict=True) if n and order}

    def _evidence(self, side: TextTimes, key: str) -> Evidence:
        """What one side shows of how its times are read."""
        column = side.rows.columns[side.name]
        if column.family == "number":
            return Evidence(placed=True)
        found = side.evidence() if column.family == "text" else Evidence()
        if column.family != "text":
            timed = f"{column.inner} <> date_trunc('day', {column.inner})"
            some = bool(self._context.count(side.rows, timed))
            found = Evidence(timed=some, local=some and not column.zone, placed=column.zone)
        if found.unread:
            rule = f"{found.unread!r} of {side.name!r} is no date"
            raise self._context.wrong(rule, "write dates as 2024-12-31 23:59:00", key)
        return found

    def _with(self, rows: Rows, sql: str, inner: str, *, drop: bool) -> Rows:
        """The rows with one more column that has no name."""
        select = f"SELECT *, {sql} AS {inner} FROM {rows.table}"
        return self._context.warehouse.create(select, rows.order, rows.columns, drop=rows if drop else None)

    def _near(self) -> str | None:
        """The condition that a row found by `as_of` is near enough; None where any is."""
        spec = self._spec
        if spec.as_of is None or spec.interval is None:
            return None
        if self._is_date != (" " in spec.interval):
            cure = "write 2d" if self._is_date else "write a number"
            raise self._context.fault(
                f"a tolerance of {spec.tolerance!r} does not fit {spec.as_of[0]!r}", cure, "tolerance"
            )
        allowed = f"INTERVAL '{spec.interval}'" if self._is_date else spec.interval
        return f"{self.times[0]} <= {self.times[1]} + {allowed}"

    def expect(self) -> None:
        """Hold the recipe's expectation.

        Raises:
            DataError: with the key that stands more often, and how often.
        """
        spec = self._spec
        if spec.aggregate is not None:
            return
        if spec.expect in ("many_to_one", "one_to_one"):
            time = f"b.{self.table.columns[spec.as_of[1]].inner}" if spec.as_of else ""
            self._once(self.table, "b", self.right, [own for _, own in spec.on], f"in {spec.table!r}", time)
        if spec.expect in ("one_to_one", "one_to_many"):
            self._once(self.rows, "a", self.left, [left for left, _ in spec.on], "in the rows", "")

    def _once(self, rows: Rows, side: str, keys: list[str], names: list[str], where: str, time: str) -> None:
        spec = self._spec
        listed = [f"{side}.{key}" for key in keys] + ([time] if time else [])
        names = names + ([spec.as_of[1]] if time and spec.as_of else [])
        some = " AND ".join(f"{key} IS NOT NULL" for key in listed)
        # a key that stands twice and meets no row does no harm
        other, letter = (self.rows, "a") if side == "b" else (self.table, "b")
        met = f"EXISTS (SELECT 1 FROM {other.table} AS {letter} WHERE {self.equal})"
        by = f"FROM {rows.table} AS {side} WHERE {some} AND {met} GROUP BY {', '.join(listed)} HAVING count(*) > 1"
        [count] = self._context.warehouse.one(f"SELECT count(*) FROM (SELECT 1 {by})")
        if not count:
            return
        order = f"ORDER BY count(*) DESC, {', '.join(listed)} LIMIT 1"
        *values, often = self._context.warehouse.run(f"SELECT {', '.join(listed)}, count(*) {by} {order}")[0]
        example = ", ".join(f"{name} = {_shown(value)}" for name, value in zip(names, values, strict=True))
        what = "key stands" if count == 1 else "keys stand"
        rule = f"the join with {spec.table!r} is to be {spec.expect}, and {count:,} {what} more than once {where}"
        cure = f"join by more columns, or write aggregate: to sum {spec.table} up"
        if spec.as_of:
            cure = "expect: many_to_many takes the last of them"
        elif where == "in the rows":
            cure = "write expect: many_to_one"
        else:
            cure += ", or expect: many_to_many to have more rows"
        raise self._context.wrong(
            f"{rule}: {example} {often:,} times", cure, *(("expect",) if self._written else ("on",))
        )

    @property
    def _written(self) -> bool:
        return "expect" in self._spec.model_fields_set

    @property
    def latest(self) -> str:
        """The joined table, and of rows with the same key and time the last one only: the same one each time."""
        own = ", ".join([*(f"b.{key}" for key in self.right), self.times[1]])
        last = f"row_number() OVER (PARTITION BY {own} ORDER BY b.{self.table.order[0]} DESC) = 1"
        return f"(SELECT b.* FROM {self.table.table} AS b WHERE {self.times[1]} IS NOT NULL QUALIFY {last})"

    def _none(self) -> str:
        """The rows without a match, as the end of a query that a further condition may be added to."""
        spec, start, table = self._spec, f"{self.rows.table} AS a", self.table.table
        if spec.as_of is not None:
            found = f"ASOF LEFT JOIN {self.latest} AS b ON {self.equal} AND {self.times[0]} >= {self.times[1]}"
            far = f" OR NOT ({self.near})" if self.near else ""
            return f"{start} {found} WHERE (b.{self.table.order[0]} IS NULL{far})"
        if spec.before is not None:
            own = ", ".join(f"b.{key}" for key in self.right)
            first = f"(SELECT {own}, min({self.times[1]}) AS first FROM {table} AS b GROUP BY {own})"
            earlier = f"coalesce(b.first < {self.times[0]}, FALSE)"
            return f"{start} LEFT JOIN {first} AS b ON {self.equal} WHERE NOT {earlier}"
        return f"{start} WHERE NOT EXISTS (SELECT 1 FROM {table} AS b WHERE {self.equal})"

    def unmatched(self) -> tuple[int, str]:
        """The rows without a match, and a sentence on them; a notice where there are any."""
        spec, rows = self._spec, self.rows
        none = self._none()
        no_key = " OR ".join(f"{key} IS NULL" for key in self.left)
        count, without = self._context.warehouse.one(f"SELECT count(*), count_if({no_key}) FROM {none}")
        if not count:
            return 0, "every row has a match"
        keys = ", ".join(self.left)
        some = " AND ".join(f"{key} IS NOT NULL" for key in self.left)
        examples = self._context.warehouse.run(f"SELECT DISTINCT {keys} FROM {none} AND {some} ORDER BY {keys} LIMIT 3")
        detail = f"{shares(count, rows.count)} without a match"
        if without:
            detail += f", {without:,} of them without a key"
        if examples:
            shown = ["(" + ", ".join(map(_shown, e)) + ")" if len(e) > 1 else _shown(e[0]) for e in examples]
            detail += f", such as {', '.join(shown)}"
        cure = (
            "their new columns are missing" if spec.how == "left" else "an inner join drops them; how: left keeps them"
        )
        if count == rows.count:
            cure = self._cure_of_none() or cure
        names = tuple(left for left, _ in spec.on)
        self._context.notices.append(Notice(f"the join with {spec.table!r}: {detail}", names, cure))
        return count, detail


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, (str, int, float, bool)) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
