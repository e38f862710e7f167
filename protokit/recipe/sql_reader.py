"""Reads an expression of a recipe: words -> tree. What is not in the grammar is refused with the reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from protokit.core.suggest import did_you_mean
from protokit.recipe.sql import Call, Column, Literal, Node, Phrase, Text
from protokit.recipe.sql_names import RESERVED, STATEMENTS, TYPES, UNITS
from protokit.recipe.sql_words import LEAK, Refused, Word, is_aggregate, words

_COMPARED = {"=": "=", "==": "=", "<>": "<>", "!=": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_RANGES = ("in", "between", "like", "ilike")
_DEEPEST = 40


class Reader:
    """Reads one expression by recursive descent; with `aggregate` one over the rows of a group."""

    def __init__(self, text: str, aggregate: bool) -> None:
        self._text, self._aggregate, self._depth = text, aggregate, 0
        self._words = words(text)
        self._i = 0

    @property
    def _next(self) -> Word:
        return self._words[self._i]

    def _take(self, *keys: str) -> bool:
        if all(word.key == key for word, key in zip(self._words[self._i :], keys, strict=False)) and (
            self._i + len(keys) < len(self._words)
        ):
            self._i += len(keys)
            return True
        return False

    def _need(self, key: str, what: str) -> None:
        if not self._take(key):
            raise self._surprise(f"{key!r} is missing {what}")

    def _surprise(self, rule: str) -> Refused:
        word = self._next
        if word.key == ";":
            return Refused("one expression, not several statements", "remove everything from ';'")
        if word.key == "over":
            return Refused(f"a window over all rows is refused: {LEAK}", "aggregate a table in a join, with `before`")
        if word.key in STATEMENTS:
            return Refused(f"{word.text!r}: a statement, not an expression", "expressions read this row's columns only")
        if word.kind == "end":
            return Refused(f"{rule}, at the end of {self._text!r}")
        return Refused(f"{rule}, at {self._text[word.at : word.at + 20]!r}")

    def whole(self) -> Node:
        """The one expression that the text is."""
        root = self._or()
        if self._next.kind != "end":
            raise self._surprise("an operator is missing")
        return root

    def _or(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Refused(f"nested more than {_DEEPEST} deep", "derive it in steps")
        node = self._chain(self._and, "or")
        self._depth -= 1
        return node

    def _and(self) -> Node:
        return self._chain(self._not, "and")

    def _not(self) -> Node:
        turns = 0
        while self._take("not"):
            turns += 1
        node = self._compared()
        for _ in range(turns):
            node = Phrase(("NOT", node))
        return node

    def _compared(self) -> Node:
        left = self._comparison()
        while True:
            if self._take("is"):
                left = self._is(left)
            elif (sign := _COMPARED.get(self._next.key)) is not None:
                if self._words[self._i - 1].key not in ("null", "true", "false"):
                    raise self._surprise("parentheses are missing around one of two comparisons")
                self._i += 1
                left = Phrase((left, sign, self._ranged()))
            else:
                return left

    def _comparison(self) -> Node:
        left = self._ranged()
        if (sign := _COMPARED.get(self._next.key)) is not None:
            self._i += 1
            return Phrase((left, sign, self._ranged()))
        return left

    def _ranged(self) -> Node:
        left = self._joined()
        negated = "NOT " if self._next.key == "not" and self._words[self._i + 1].key in _RANGES else ""
        self._i += bool(negated)
        if self._take("in"):
            return self._in(left, f"{negated}IN")
        if self._take("between"):
            low = self._joined()
            self._need("and", "between the bounds")
            return Phrase((left, f"{negated}BETWEEN", low, "AND", self._joined()))
        for key in ("like", "ilike"):
            if self._take(key):
                return Phrase((left, f"{negated}{key.upper()}", self._joined()))
        return left

    def _is(self, left: Node) -> Node:
        word = "IS NOT" if self._take("not") else "IS"
        if self._take("distinct", "from"):
            return Phrase((left, f"{word} DISTINCT FROM", self._comparison()))
        for key in ("null", "true", "false"):
            if self._take(key):
                return Phrase((left, f"{word} {key.upper()}"))
        raise self._surprise("null, true or false is missing after `is`")

    def _in(self, left: Node, word: str) -> Node:
        self._need("(", "after `in`")
        self._no_subquery()
        listed = self._list()
        return Phrase((left, word, "(", *listed, ")"))

    def _list(self) -> list[str | Node]:
        found: list[str | Node] = [self._or()]
        while self._take(","):
            found += [",", self._or()]
        self._need(")", "at the end of the list")
        return found

    def _chain(self, read: Callable[[], Node], *signs: str) -> Node:
        """Parts with signs of one rank between them, from left to right."""
        first = read()
        pieces: list[str | Node] = [first]
        while (sign := self._next.key) in signs:
            self._i += 1
            pieces += [sign.upper(), read()]
        return Phrase(tuple(pieces)) if len(pieces) > 1 else first

    def _joined(self) -> Node:
        return self._chain(self._sum, "||")

    def _sum(self) -> Node:
        return self._chain(self._product, "+", "-")

    def _product(self) -> Node:
        return self._chain(self._power, "*", "/", "//", "%")

    def _power(self) -> Node:
        return self._chain(self._signed, "**", "^")

    def _signed(self) -> Node:
        signs = []
        while self._next.key in ("-", "+"):
            signs.append(self._next.key)
            self._i += 1
        node = self._typed()
        for sign in reversed(signs):
            node = Phrase((sign, node))
        return node

    def _typed(self) -> Node:
        node = self._value()
        while self._take("::"):
            node = Phrase(("CAST", "(", node, f"AS {self._type()}", ")"))
        return node

    def _type(self) -> str:
        word = self._next
        self._i += 1
        if word.key not in TYPES:
            raise Refused(f"unknown type {word.text!r}", did_you_mean(word.text, TYPES))
        return TYPES[word.key]

    def _value(self) -> Node:
        word = self._next
        after = self._words[self._i + 1] if word.kind != "end" else word
        if word.kind == "number":
            self._i += 1
            return Literal(word.text)
        if word.kind == "text":
            self._i += 1
            return Text(word.text[1:-1].replace("''", "'"))
        if word.kind == "quoted":
            self._i += 1
            if self._next.key in (".", "("):
                raise self._after_name(word)
            return Column(word.text[1:-1].replace('""', '"'), word.at)
        if self._take("("):
            self._no_subquery()
            node = self._or()
            self._need(")", "at the end of the parentheses")
            return node
        if word.kind == "name":
            return self._named(word, after)
        raise self._surprise("a value is missing")

    def _named(self, word: Word, after: Word) -> Node:
        key = word.key
        if key in ("null", "true", "false"):
            self._i += 1
            return Literal(key.upper())
        if key == "case":
            self._i += 1
            return self._case()
        if key in ("date", "timestamp") and after.kind == "text":
            self._i += 2
            return self._moment(key, after.text[1:-1])
        if key == "interval" and after.kind in ("text", "number"):
            return self._interval()
        if key in RESERVED or (key in STATEMENTS and after.kind in ("name", "quoted", "text", "number")):
            raise self._surprise("a value is missing")
        if after.key == "(":
            return self._call(word)
        self._i += 1
        if after.key == ".":
            raise self._after_name(word)
        return Column(word.text, word.at)

    def _moment(self, kind: str, text: str) -> Node:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            raise Refused(f"{text!r} is no {kind}", f"write {kind} '2024-12-31'") from None
        return Text(text, kind.upper())

    def _after_name(self, word: Word) -> Refused:
        if self._next.key == "(":
            return Refused(f"a function in quotes: {word.text}", "write it without")
        return Refused(f"{word.text}. names a table", "columns have no table before them once tables are joined")

    def _no_subquery(self) -> None:
        if self._next.key in ("select", "with", "from", "values", "table") and self._words[self._i + 1].kind != "sign":
            raise Refused(
                "a subquery is refused: an expression reads its own row", "join the table, under collect.join"
            )

    def _case(self) -> Node:
        pieces: list[str | Node] = ["CASE"]
        if self._next.key != "when":
            pieces.append(self._or())
        while self._take("when"):
            pieces += ["WHEN", self._or()]
            self._need("then", "after `when`")
            pieces += ["THEN", self._or()]
        if "WHEN" not in pieces:
            raise self._surprise("`when` is missing after `case`")
        if self._take("else"):
            pieces += ["ELSE", self._or()]
        self._need("end", "after `case`")
        return Phrase((*pieces, "END"))

    def _interval(self) -> Node:
        amount = self._words[self._i + 1].text.strip("'").strip()
        self._i += 2
        if self._next.kind == "name" and self._next.key.removesuffix("s") in UNITS:
            amount = f"{amount} {self._next.key}"
            self._i += 1
        match = re.fullmatch(r"(-?\d+(?:\.\d+)?)\s+([a-z]+)", amount.lower())
        if match is None or match[2].removesuffix("s") not in UNITS:
            raise Refused(f"a length of time is a number and a unit, not {amount!r}", "write interval 3 day")
        return Text(f"{match[1]} {match[2]}", "INTERVAL")

    def _call(self, word: Word) -> Node:
        self._i += 2
        key = word.key
        if key in ("cast", "try_cast"):
            node = self._or()
            self._need("as", f"in {key}(column as type)")
            kind = self._type()
            self._need(")", f"at the end of {key}(...)")
            return Phrase((key.upper(), "(", node, f"AS {kind}", ")"))
        if key == "extract" and self._words[self._i + 1].key == "from":
            unit = self._next.key
            self._i += 2
            if unit not in UNITS and unit not in ("dow", "isodow", "doy", "epoch", "week"):
                raise Refused(f"cannot extract {unit!r}", did_you_mean(unit, UNITS))
            node = self._or()
            self._need(")", "at the end of extract(...)")
            return Call("date_part", (Text(unit), node), at=word.at)
        if key == "exists":
            self._no_subquery()
        aggregate = is_aggregate(word.text, allowed=self._aggregate)
        return self._arguments(word, aggregate)

    def _arguments(self, word: Word, aggregate: bool) -> Node:
        star = distinct = False
        arguments: list[Node] = []
        if aggregate and word.key == "count" and self._take("*"):
            star = True
            self._need(")", "after count(*")
        elif not self._take(")"):
            self._no_subquery()
            distinct = aggregate and self._take("distinct")
            arguments = [part for part in self._list() if isinstance(part, Node)]
        only = None
        if aggregate and self._take("filter", "(", "where"):
            only = self._or()
            self._need(")", "at the end of filter (...)")
        if self._next.key == "over":
            raise self._surprise("")
        return Call(word.key, tuple(arguments), star, distinct, only, aggregate, word.at)
