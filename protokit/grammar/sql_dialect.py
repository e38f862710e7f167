"""sqlglot's DuckDB, cut down to the expressions of a recipe. Importing this imports sqlglot.

The tokenizer has our keywords and signs only: every other word is a name. The parser has no functions of its own, so
each call stays under the name that was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from sqlglot import Token, TokenType, exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.expressions import Expr
from sqlglot.generators.duckdb import DuckDBGenerator
from sqlglot.parsers.duckdb import DuckDBParser

from protokit.core.suggest import did_you_mean
from protokit.grammar import sql_functions as known
from protokit.grammar.sql_functions import Refused
from protokit.grammar.sql_tokens import PLAIN, SUBQUERY, is_word, tokens_of

_T = TokenType
_LENGTH = re.compile(rf"(-?\d+(?:\.\d+)?)\s+({'|'.join(known.UNITS)})s?")
_STATEMENT = "expressions read this row's columns only"
_REASONS = {
    ";": ("one expression, not several statements", "remove everything from ';'"),
    "over": (f"a window over all rows is refused: {known.LEAK}", "aggregate a table in a join, with `before`"),
}
_PARTS = (*known.UNITS, "dow", "isodow", "doy", "epoch")
_SIGNS = ("==", "<>", "!=", "<=", ">=", "||", "//", "**", "::")
_COMPARED = {**DuckDBParser.EQUALITY, **DuckDBParser.COMPARISON}
_BRACKETS = "parentheses are missing around one of two operators"
_VALUE, _OPERATOR = "a value is missing", "an operator is missing"
# sqlglot reads on without these
_NEEDED = {_T.THEN: "'then' is missing after `when`", _T.AND: "'and' is missing between the bounds"}
_TYPES = {name: exp.DataType.build(kind, dialect=DuckDB) for name, kind in known.TYPES.items()}


def _plus(this: Expr | None) -> Expr:
    found = exp.Paren(this=this)
    found.meta["plus"] = "+ "  # sqlglot has no node for it
    return found


class Recipe(DuckDB):
    """The dialect of a recipe's expressions."""

    NUMBERS_CAN_BE_UNDERSCORE_SEPARATED = False

    class Tokenizer(DuckDB.Tokenizer):
        """Texts in single quotes, names in double ones, our keywords and signs."""

        SINGLE_TOKENS: ClassVar = {
            sign: kind if sign in "()+-*/%<>=^,.'\"" else _T.UNKNOWN
            for sign, kind in DuckDB.Tokenizer.SINGLE_TOKENS.items()
        }
        KEYWORDS: ClassVar = {
            **{word.upper(): TokenType[word.upper()] for word in known.RESERVED},
            **{sign: DuckDB.Tokenizer.KEYWORDS[sign] for sign in _SIGNS},
            **dict.fromkeys(("--", "/*"), _T.COMMENT),
        }
        COMMANDS: ClassVar[set[TokenType]] = set()
        VAR_SINGLE_TOKENS: ClassVar[set[str]] = set()

    class Parser(DuckDBParser):
        """Reads one expression. A method is here where DuckDB reads otherwise than sqlglot, or what may be missing."""

        FUNCTIONS: ClassVar[dict[str, Callable[..., Expr]]] = {}
        NO_PAREN_FUNCTIONS: ClassVar[dict[TokenType, type[Expr]]] = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {"CASE": DuckDBParser.NO_PAREN_FUNCTION_PARSERS["CASE"]}
        FUNCTION_PARSERS: ClassVar = {
            "CAST": lambda self: self._cast(exp.Cast),
            "TRY_CAST": lambda self: self._cast(exp.TryCast),
            "EXTRACT": lambda self: exp.Extract(
                this=self._parse_var(upper=True), expression=self._match(_T.FROM) and self._parse_disjunction()
            ),
        }
        UNARY_PARSERS: ClassVar = {
            _T.DASH: lambda self: exp.Neg(this=self._parse_unary()),
            _T.PLUS: lambda self: _plus(self._parse_unary()),
        }
        RANGE_PARSERS: ClassVar = {
            **{k: DuckDBParser.RANGE_PARSERS[k] for k in (_T.BETWEEN, _T.LIKE, _T.ILIKE)},
            _T.IN: lambda self, this: exp.In(this=this, expressions=self._parse_wrapped_csv(self._parse_disjunction)),
        }
        PRIMARY_PARSERS: ClassVar = {
            k: DuckDBParser.PRIMARY_PARSERS[k] for k in (_T.STRING, _T.NUMBER, _T.NULL, _T.TRUE, _T.FALSE, _T.STAR)
        }
        BITWISE: ClassVar[dict[TokenType, type[exp.Binary]]] = {}
        COLUMN_OPERATORS: ClassVar[dict[TokenType, Callable[[object, object, object], Expr] | None]] = {}
        FUNC_TOKENS: ClassVar = {_T.VAR}
        PLACEHOLDER_PARSERS: ClassVar[dict[TokenType, Callable[..., Expr]]] = {}
        ID_VAR_TOKENS: ClassVar = {_T.VAR}
        TEXT_MATCH_EXCLUDED_TOKENS: ClassVar = frozenset({_T.STRING, _T.IDENTIFIER})

        several = False

        def refuse(self, rule: str, token: Token | None = None) -> Refused:
            """A token that cannot stand where it stands, or a better reason where it gives one."""
            return refused(self.sql, rule, token or self._curr or None)

        def raise_error(self, message: str, token: object = None) -> None:
            """Say what sqlglot finds wrong as a person would."""
            raise self.refuse("`when` is missing after `case`" if "Case" in message else _OPERATOR)

        def _match(self, token_type: TokenType, advance: bool = True, expression: Expr | None = None) -> bool:
            found = super()._match(token_type, advance, expression)
            if not found and token_type in _NEEDED:
                raise self.refuse(_NEEDED[token_type])
            return found

        def _match_text_seq(self, *texts: str, advance: bool = True) -> bool:
            return texts[0] in ("AS", "DISTINCT") and super()._match_text_seq(*texts, advance=advance)

        def _match_pair(self, token_type_a: TokenType, token_type_b: TokenType, advance: bool = True) -> bool:
            return token_type_a == _T.FILTER and super()._match_pair(token_type_a, token_type_b, advance)

        def _parse_alias(self, this: Expr | None, explicit: bool = False) -> Expr | None:
            return this

        def _parse_equality(self, parse_is: bool = True) -> Expr | None:
            if self._match(_T.NOT):
                return exp.Not(this=self._parse_equality())
            this = self._parse_comparison()
            while self._match_set((_T.IS, *_COMPARED), advance=False):
                this = self._parse_is(this) if self._match(_T.IS) else self._parse_comparison(this)
            return this

        def _parse_is(self, this: Expr | None) -> Expr | None:
            negated, chained = self._match(_T.NOT), isinstance(this, (exp.NullSafeEQ, exp.NullSafeNEQ))
            token, after = self._curr, self._next
            if self._match_text_seq("DISTINCT", "FROM"):
                if chained:
                    raise self.refuse(_BRACKETS, token)
                kind = exp.NullSafeEQ if negated else exp.NullSafeNEQ
                return kind(this=this, expression=self._parse_comparison())
            if token.token_type not in (_T.NULL, _T.TRUE, _T.FALSE) or after.token_type == _T.DCOLON:
                raise self.refuse("null, true or false is missing after `is`")
            found = exp.Is(this=this, expression=self._parse_primary())
            return exp.Not(this=found) if negated else found

        def _parse_comparison(self, this: Expr | None = None) -> Expr | None:
            start = self._curr
            this = this or self._parse_range()
            if self._match_set(_COMPARED):
                this = _COMPARED[self._prev.token_type](this=this, expression=self._parse_range())
                if self._match_set(_COMPARED, advance=False):
                    raise self.refuse(_BRACKETS, start)
            return this

        def _parse_range(self, this: Expr | None = None, parse_is: bool = False) -> Expr | None:
            this = self._parse_bitwise()
            negated = self._next.token_type in self.RANGE_PARSERS and self._match(_T.NOT)
            if self._match_set(self.RANGE_PARSERS):
                this = self.RANGE_PARSERS[self._prev.token_type](self, this)
                again = self._next if self._curr.token_type == _T.NOT else self._curr
                if again.token_type in self.RANGE_PARSERS:
                    raise self.refuse(_BRACKETS)
            return exp.Not(this=this) if negated else this

        def _parse_type(self, parse_interval: bool = True, fallback_to_identifier: bool = False) -> Expr | None:
            around = [token.token_type for token in self._tokens[max(self._index - 2, 0) : self._index + 1]]
            if around[-2:] == [_T.CASE, _T.WHEN] or around == [_T.VAR, _T.L_PAREN, _T.R_PAREN]:
                return None
            word = self._curr.text.lower() if self._curr.token_type == _T.VAR else ""
            if word in known.STATEMENTS and is_word(self._tokens, self._index + 1):
                raise self.refuse(_VALUE)
            if self._curr.token_type in (_T.VAR, _T.IDENTIFIER) and self._next.token_type == _T.L_PAREN:
                self._called(self._curr)
            this = self._constant(word, self._next.text) or super()._parse_type()
            if this is None:
                raise self.refuse(_VALUE)
            while self._match(_T.DCOLON):
                this = exp.Cast(this=this, to=self._parse_types())
            return this

        def _constant(self, word: str, text: str) -> Expr | None:
            """A date or a length of time, if this is one."""
            start, kind = self._curr.start, self._next.token_type
            if word in ("date", "timestamp") and kind == _T.STRING:
                try:
                    moment = datetime.fromisoformat(text)
                    moment = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
                except (ValueError, OverflowError):
                    raise Refused(f"{text!r} is no {word}", f"write {word} '2024-12-31'", start) from None
                self._advance(2)
                return exp.Cast(this=exp.Literal.string(moment.isoformat(" ")), to=_TYPES[word].copy())
            if word != "interval" or kind not in (_T.STRING, _T.NUMBER):
                return None
            self._advance(2)
            if self._curr.text.lower().removesuffix("s") in known.UNITS and self._match(_T.VAR):
                text = f"{text} {self._prev.text}"
            match = _LENGTH.fullmatch(text.strip().lower())
            if match is None:
                rule = f"a length of time is a number and a unit, not {text!r}"
                raise Refused(rule, "write interval 3 day", start)
            return exp.Interval(this=exp.Literal.string(match[1]), unit=exp.Var(this=match[2].upper()))

        def _parse_types(self, check_func: bool = False, *_: bool, **__: bool) -> Expr | None:
            if check_func:
                return None
            token = self._curr or Token(_T.VAR, "", start=len(self.sql))
            name = token.text.lower()
            if name not in _TYPES or token.token_type != _T.VAR:
                raise Refused(f"unknown type {token.text!r}", did_you_mean(name, _TYPES), token.start)
            self._advance()
            return _TYPES[name].copy()

        def _called(self, token: Token) -> None:
            """Hold that a call is of one of our functions."""
            name, ahead = token.text.lower(), self._tokens[self._index + 2 : self._index + 4]
            if self.sql[token.start] == '"':
                raise Refused(f"a function in quotes: {token.text}", "write it without", token.start)
            if name == "exists":
                raise Refused(*SUBQUERY, token.start)
            if name == "extract" and [one.text.lower() for one in ahead[1:]] == ["from"]:
                unit, ahead[1].token_type = ahead[0].text.lower(), _T.FROM
                if unit not in _PARTS or ahead[0].token_type != _T.VAR:
                    raise Refused(f"cannot extract {unit!r}", did_you_mean(unit, known.UNITS), ahead[0].start)
            elif name not in ("cast", "try_cast"):
                known.is_aggregate(token.text, token.start, allowed=self.several)

        def _cast(self, kind: type[exp.Cast]) -> Expr:
            this = self._parse_disjunction()
            to = self._parse_types() if self._match_text_seq("AS") else None
            if to is None or not self._match(_T.R_PAREN, advance=False):
                raise self.refuse("a cast is cast(column as type): 'as' is missing, or something is too much")
            return kind(this=this, to=to)

    class Generator(DuckDBGenerator):
        """Writes an expression as DuckDB has it, but for what would have another value."""

        SINGLE_STRING_INTERVAL = True
        MULTI_ARG_DISTINCT = True
        TRANSFORMS: ClassVar = {
            **DuckDBGenerator.TRANSFORMS,
            exp.Pow: lambda self, node: self.binary(node, "**"),
            exp.Paren: lambda self, node: f"({node.meta.get('plus', '')}{self.sql(node, 'this')})",
        }


# sqlglot sets these for every dialect: comments of Jinja, and texts as N'...'
Recipe.Tokenizer._COMMENTS, Recipe.Tokenizer._FORMAT_STRINGS = {}, {}


def refused(text: str, rule: str, token: Token | None) -> Refused:
    """A token that cannot stand where it stands, or a better reason where it gives one."""
    if not token:
        return Refused(f"{rule}, at the end of {text!r}", None, len(text))
    at, cure, word = token.start, None, token.text.lower() if token.token_type not in PLAIN else ""
    if word in _REASONS:
        return Refused(*_REASONS[word], at)
    if word in known.STATEMENTS:
        return Refused(f"{token.text!r}: a statement, not an expression", _STATEMENT, at)
    if token.token_type == _T.NOT:
        cure = "where parentheses are missing around `not`, write them: (not a)"
    elif token.token_type == _T.DISTINCT and rule == _VALUE:
        rule = f"{_OPERATOR}: `distinct` is at the start of an aggregate only"
    elif token.token_type in Recipe.Parser.RANGE_PARSERS and rule == _OPERATOR:
        rule = _BRACKETS
    return Refused(f"{rule}, at {text[at : at + 20]!r}", cure, at)


def read(text: str, *, aggregate: bool) -> Expr:
    """The tree of an expression; with `aggregate`, functions over several rows are allowed.

    Raises:
        Refused: it is not one.
    """
    if "\0" in text:
        raise Refused("a NUL character in an expression", "remove it", text.index("\0"))
    parser, tokens = Recipe.Parser(dialect=Recipe), tokens_of(text, Recipe.Tokenizer(dialect=Recipe))
    parser.several = aggregate
    for root in parser._parse(Recipe.Parser._parse_disjunction, tokens, text):
        if isinstance(root, Expr):
            return root
    raise refused(text, _VALUE, tokens[0])  # `else`, with which sqlglot ends a statement


_CHAINS = {"or": 1, "and": 2, "dpipe": 3, "add": 4, "sub": 4, "mul": 5, "div": 5, "intdiv": 5, "mod": 5, "pow": 6}
_OPERATORS = (exp.Binary, exp.Not, exp.Neg, exp.Between, exp.In, exp.Interval)


def chained(node: Expr) -> bool:
    """Whether this is the left part of an operator that binds the same, as in `a + b - c`."""
    parent = node.parent
    return parent is not None and node.arg_key == "this" and 0 < _CHAINS.get(node.key, 0) == _CHAINS.get(parent.key)


def written(root: Expr, names: Mapping[str, str]) -> str:
    """A tree as SQL, its columns under inner names; each operator is in parentheses, so that nothing groups anew."""
    tree = exp.Paren(this=root.copy())
    for node in list(tree.walk()):
        if isinstance(node, exp.Column):
            node.this.replace(exp.to_identifier(names[node.name], quoted=True))
        elif isinstance(node, _OPERATORS) and isinstance(node.parent, _OPERATORS) and not chained(node):
            placed = exp.Paren()
            node.replace(placed)
            placed.set("this", node)
    return Dialect.get_or_raise(Recipe).generator(normalize_functions=False).generate(tree, copy=False)
