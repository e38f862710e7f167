"""The tokens of an expression as sqlglot cuts them: those refused that none has, and how deep they nest."""

from __future__ import annotations

import re
from itertools import pairwise

from sqlglot import Token, TokenType
from sqlglot.errors import TokenError
from sqlglot.tokens import Tokenizer

from protokit.grammar.sql_functions import DEEPEST, NESTED, SUBQUERIES, Refused

_T = TokenType
_SPELLED = {
    _T.VAR: re.compile(r"[^\W\d]\w*"),
    _T.NUMBER: re.compile(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE),
    _T.IDENTIFIER: re.compile(r"(?s).+"),
}
PLAIN = (_T.STRING, _T.IDENTIFIER, _T.NUMBER)
_CURES = {"'": "close the quote", '"': 'close the quote: "name"', "`": 'write a name in double quotes: "name"'}
SUBQUERY = ("a subquery is refused: an expression reads its own row", "join the table, under collect.join")


def is_word(tokens: list[Token], i: int, at_end: bool = False) -> bool:
    """Whether a token is a name, a keyword or a constant; `at_end` where there is none."""
    if i >= len(tokens):
        return at_end
    return tokens[i].token_type in PLAIN or tokens[i].text[0] == "_" or tokens[i].text[0].isalpha()


def tokens_of(text: str, tokenizer: Tokenizer) -> list[Token]:
    """The words and signs of a text, none of them one that no expression has, and not too deep within each other."""
    try:
        found = tokenizer.tokenize(text)
    except TokenError:
        at = tokenizer.tokens[-1].end + 1 if tokenizer.tokens else 0
        at = len(text) - len(text[at:].lstrip())
        raise Refused(f"cannot read {text[at : at + 12]!r}", _CURES.get(text[at : at + 1]), at) from None
    for dot, number in pairwise(found):  # `.5` is two of sqlglot's
        if (dot.token_type, number.token_type, number.start) == (_T.DOT, _T.NUMBER, dot.end + 1):
            dot.token_type, number.text, number.start = _T.SPACE, f".{number.text}", dot.start
    found = [token for token in found if token.token_type != _T.SPACE]
    opened: list[TokenType] = []
    signs = [0]  # those that wait for a value, in each of the parentheses and `case` that are open
    for i, token in enumerate(found):
        kind, at, word, after = token.token_type, token.start, token.text.lower(), found[i + 1 : i + 3]
        if kind == _T.COMMENT:
            raise Refused("a comment in an expression", "write it in the recipe, after #", at)
        joined = kind == _T.NUMBER and bool(after) and after[0].start == token.end + 1 and is_word(found, i + 1)
        if word == "`" or (kind in _SPELLED and (not _SPELLED[kind].fullmatch(token.text) or joined)):
            raise Refused(f"cannot read {text[at : at + 12]!r}", _CURES.get(text[at : at + 1]), at)
        if kind not in PLAIN and not word.isascii():
            kind = token.token_type = _T.IDENTIFIER  # some letters are I, K or S in capitals
        if kind in (_T.VAR, _T.IDENTIFIER) and after and after[0].token_type == _T.DOT:
            cure = "columns have no table before them once tables are joined"
            raise Refused(f"{token.text}. names a table", cure, at)
        if kind == _T.L_PAREN and after and after[0].text.lower() in SUBQUERIES and is_word(found, i + 2, at_end=True):
            raise Refused(*SUBQUERY, after[0].start)
        if [word, *(one.text.lower() for one in after)] == ["filter", "(", "where"] and found[i - 1].text == ")":
            kind, after[1].token_type = _T.FILTER, _T.WHERE
            token.token_type = kind
        if kind in (_T.L_PAREN, _T.CASE):
            opened.append(kind)
            signs.append(0)
        elif kind in (_T.R_PAREN, _T.END):
            if not opened or (opened.pop() == _T.CASE) != (kind == _T.END):
                raise Refused(f"{token.text!r} closes nothing", None, at)
            signs.pop()
            signs[-1] = 0
        else:
            signs[-1] = signs[-1] + 1 if kind in (_T.NOT, _T.DASH, _T.PLUS) else 0
        if len(signs) > NESTED:
            raise Refused(f"nested more than {NESTED} deep", "derive it in steps", at)
        if sum(signs) >= DEEPEST:
            raise Refused(f"parts within parts, more than {DEEPEST} deep", "derive it in steps", at)
    if opened:
        rule = "`end` is missing after `case`" if opened[-1] == _T.CASE else "')' is missing at the end of the list"
        raise Refused(f"{rule}, at the end of {text!r}", None, len(text))
    return found
