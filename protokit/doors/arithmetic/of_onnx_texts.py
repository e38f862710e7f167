"""What ONNX does with free texts: they are split into characters, put together to tokens, and these looked up.

Characters are known by Python's own tables: the operator that makes lower case asks the system, of which each has
others, and the classes of RE2 are those of ASCII.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from protokit.doors.arithmetic.of_onnx import OfOnnx, Wire
from protokit.doors.arithmetic.texts import blanks, is_cased, is_mark, is_passed_over, is_word, lowered, one_of, signs
from protokit.represent.encoders.text import Tfidf, Tokens
from protokit.represent.encoders.tokens import NO_BLANKS

CONTRIBUTED = "com.microsoft"  # operators of ONNX Runtime's own, of which one makes characters of a text
_END, _LINK = "\x1f", "\x1e"  # between tokens, and before one that makes a pair with the one before: blanks, as Python
_SIGMA, _FINAL, _DOTTED = "\u03a3", "\u03c2", "\u0130"
_HALVINGS = 20  # a text has up to a million characters
_GAP, _PAST, _UNKNOWN, _FIRST = -1, 0, 1, 2  # codes


class OfOnnxTexts(OfOnnx):
    """See Arithmetic and ReadsTexts."""

    def blanked(self, texts: Wire, marks: Sequence[str]) -> Wire:
        """See ReadsTexts."""
        known = self.binary("equal", self.lookup(texts, marks), np.int64(0))
        return self.where(known, texts, self._text(""))

    def tokens(self, texts: Wire, column: Tokens) -> Wire:
        """See ReadsTexts."""
        code = {token: i for i, token in enumerate(column.vocabulary, _FIRST)}
        if column.tokens in ("characters", "mixed"):
            found = self._cut(self._kept(self._each(texts, column, code), _GAP, column.length), column.length)
            return self.cast(found, "int32")
        words = self._split(texts, column, column.length)
        parts = [self._cut(self._codes(words, code), column.length)]
        if column.pairs:
            pairs = self._kept(self._word_pairs(words, code), _GAP, column.pairs)
            parts.append(self._cut(pairs, column.pairs))
        return self.cast(self.concatenate(parts), "int32")

    def tfidf(self, texts: Wire, column: Tfidf) -> Wire:
        """See ReadsTexts."""
        code = {token: i for i, token in enumerate(column.vocabulary, _FIRST)}
        if column.tokens in ("characters", "mixed"):
            codes = self._each(texts, column, code)
        else:
            words = self._split(texts, column, None)
            codes = self._codes(words, code)
            if column.tokens == "pairs":
                codes = self.concatenate([codes, self._word_pairs(words, code)])
        many = len(column.vocabulary)
        counting = {
            "max_gram_length": 1, "min_gram_length": 1, "max_skip_count": 0, "mode": "TF", "ngram_counts": [0],
            "ngram_indexes": list(range(many)), "pool_int64s": list(range(_FIRST, many + _FIRST)),
        }  # fmt: skip
        counts = self.node("TfIdfVectorizer", [codes], "float32", counting)
        telling = self.binary("add", self.unary("log", self.binary("maximum", counts, 1.0)), 1.0)
        telling = self.binary("multiply", telling, np.array([column.idf]))
        telling = self.where(self.binary("greater", counts, 0.0), telling, 0.0)
        size = self.unary("sqrt", self.reduce("sum", self.binary("multiply", telling, telling)))
        return self.binary("divide", telling, self.binary("maximum", size, 1e-12))

    def _split(self, texts: Wire, column: Tokens | Tfidf, most: int | None) -> Wire:
        """The tokens of texts, the first `most` of them; empty texts behind their end.

        Shapes: (rows, 1) -> (rows, tokens), one at least. One that makes a pair with that before it begins with _LINK.
        """
        known = frozenset("".join(column.vocabulary))
        chars = self._characters(texts)
        low = {sign: made for sign, made in lowered().items() if sign == _DOTTED or known.issuperset(made)}
        if _FINAL in known or _SIGMA.lower() in known:
            low[_SIGMA] = _SIGMA.lower()
        low[_DOTTED] = low[_DOTTED] if column.tokens == "characters" else _END.join(low[_DOTTED])
        white = [*blanks(), ""]
        code = self.lookup(chars, [_DOTTED, *white, *(sign for sign in low if sign != _DOTTED)])
        blank = self._both(self.binary("greater", code, np.int64(1)), self._below(code, len(white) + 2))
        plain = self.binary("equal", code, np.int64(0))
        made = ["", low[_DOTTED], *("" for _ in white), *(text for sign, text in low.items() if sign != _DOTTED)]
        signs_made = self.where(plain, chars, self.texts(code, made))
        if _SIGMA in low:
            signs_made = self._with_final_sigma(chars, signs_made)
        start, linked = self._starts(chars, blank, self.binary("equal", code, np.int64(1)), column.tokens)
        before = self.where(start, self._text(_END), self._text(""))
        if linked is not None:
            before = self.where(linked, self._text(_END + _LINK), before)
        whole = self._joined(self._side_by_side(before, signs_made))
        ends = self._side_by_side(whole, self._text(_END))  # a text without a token has two parts, too
        options = {"delimiter": _END} | ({} if most is None else {"maxsplit": most + 1})
        parts = self.flat(self.node("StringSplit", [ends], "object", options, outputs=2))
        return self._slice(parts, 1, None if most is None else most + 1)

    def _characters(self, texts: Wire) -> Wire:
        """Shapes: (rows, 1) -> (rows, characters), one at least."""
        options = {"mark": 0, "mincharnum": 1, "pad_value": "", "separators": [""], "domain": CONTRIBUTED}
        found = self.node("Tokenizer", [self._side_by_side(texts, self._text(_END))], "object", options)
        helper, text = self.onnx.helper, self.onnx.TensorProto.STRING
        self.types.append(helper.make_tensor_value_info(found.name, text, ["rows", 1, f"{found.name}_many"]))
        return self.flat(found)

    def _starts(self, chars: Wire, blank: Wire, dotted: Wire, way: str) -> tuple[Wire, Wire | None]:
        """Where tokens begin; and which of them make a pair with that before them."""
        start = self.unary("logical_not", blank)
        if way == "characters":
            alone = start
        else:
            word = self._match(chars, signs(is_word))
            if way == "mixed":
                alone = self._match(chars, one_of(NO_BLANKS))
                word = self._both(word, self.unary("logical_not", alone))
            # of a dotted capital Python makes two in lower case, of which the second is no letter
            behind = self._before(self._both(word, self.unary("logical_not", dotted)))
            start = self._both(start, self.unary("logical_not", self._both(word, behind)))
        if way not in ("characters", "mixed"):
            return start, None
        together = self._both(alone, self._before(alone))
        start = self._both(start, self.unary("logical_not", self._both(together, self._match(chars, signs(is_mark)))))
        return start, self._both(start, together)

    def _with_final_sigma(self, chars: Wire, low: Wire) -> Wire:
        """Lower case with the sigma that ends a word: a cased character stands before, and none behind it."""
        is_sigma = self.binary("equal", self.lookup(chars, [_SIGMA]), np.int64(1))
        cased = self.cast(self._match(chars, signs(is_cased)), "int64")
        solid = self.cast(self.unary("logical_not", self._match(chars, signs(is_passed_over))), "int64")
        place = self.cumulated(solid)  # from 1; 0 holds nothing
        nothing = self.binary("multiply", self._widened(solid, 2), np.int64(0))
        at = self.binary("multiply", place, solid)
        held = self._scatter(nothing, at, self.binary("multiply", cased, solid))
        before, behind = (
            self.binary("equal", self._gather(held, self.binary("add", place, np.int64(by))), np.int64(1))
            for by in (-1, 1)
        )
        last = self._both(self._both(is_sigma, before), self.unary("logical_not", behind))
        return self.where(last, self._text(_FINAL), low)

    def _each(self, texts: Wire, column: Tokens | Tfidf, code: Mapping[str, int]) -> Wire:
        """The codes of characters and pairs in their order, with gaps between them. Shapes: -> (rows, any)."""
        single = self._split(texts, column, None)
        linked = self._match(single, f"(?s){one_of(_LINK)}.*")
        singles = {_LINK + token: place for token, place in code.items()} | dict(code)
        first = self._slice(single, 0, 1)
        pairs = self._side_by_side(self.concatenate([first, self._slice(single, 0, -1)]), single)
        parted = {text: place for token, place in code.items() for text in _parted(token)}
        codes = self._where_linked(linked, self._codes(pairs, parted))
        one = self._codes(single, singles)
        one = self.where(self.binary("equal", one, np.int64(_PAST)), np.int64(_GAP), one)
        both = [self.node("Unsqueeze", [x, self.constant(np.array([2], np.int64))], "int64") for x in (codes, one)]
        stacked = self.node("Concat", both, "int64", {"axis": 2})
        return self.node("Reshape", [stacked, self.constant(np.array([0, -1], np.int64))], "int64")

    def _where_linked(self, linked: Wire, codes: Wire) -> Wire:
        return self.where(linked, codes, np.int64(_GAP))

    def _word_pairs(self, words: Wire, code: Mapping[str, int]) -> Wire:
        """The codes of pairs of neighbouring words that the vocabulary has, gaps for others."""
        before = self._side_by_side(self._slice(words, 0, -1), self._text("+"))
        pairs = self._side_by_side(before, self._slice(words, 1, None))
        found = self._codes(pairs, {token: place for token, place in code.items() if "+" in token[1:-1]})
        return self.where(self.binary("greater", found, np.int64(_UNKNOWN)), found, np.int64(_GAP))

    def _codes(self, tokens: Wire, code: Mapping[str, int]) -> Wire:
        """Codes of tokens: 0 of an empty text, 1 of unknown ones."""
        options = {"keys_strings": ["", *code], "values_int64s": [_PAST, *code.values()], "default_int64": _UNKNOWN}
        return self.node("LabelEncoder", [tokens], "int64", {**options, "domain": "ai.onnx.ml"})

    def _kept(self, codes: Wire, gap: int, most: int) -> Wire:
        """The codes that are no gap, without what is between them, at most so many; zeros behind them."""
        there = self.unary("logical_not", self.binary("equal", codes, np.int64(gap)))
        place = self.cumulated(self.cast(there, "int64"))
        inside = self._both(there, self._below(place, most + 1))
        place = self.where(inside, self.binary("subtract", place, np.int64(1)), np.int64(most))
        nothing = self._cut(self.binary("multiply", codes, np.int64(0)), most + 1)
        return self._scatter(nothing, place, codes)

    def _cut(self, codes: Wire, many: int) -> Wire:
        """The first so many columns; zeros where there are fewer."""
        return self._slice(self._widened(codes, many), 0, many)

    def _widened(self, codes: Wire, by: int) -> Wire:
        """With so many more columns of zeros."""
        return self.node("Pad", [codes, self.constant(np.array([0, 0, 0, by], np.int64))], codes.dtype)

    def _joined(self, texts: Wire) -> Wire:
        """The texts of each row as one: neighbours are put together again and again. Shapes: -> (rows, 1)."""
        one = self._slice(texts, 0, 1)
        none = self.where(self.constant(np.array([True])), self._text(""), one)
        for _ in range(_HALVINGS):
            even = self.concatenate([texts, none])
            texts = self._side_by_side(self._slice(even, 0, -1, 2), self._slice(even, 1, None, 2))
        return self._slice(texts, 0, 1)

    def _side_by_side(self, left: Wire, right: Wire) -> Wire:
        return self.node("StringConcat", [left, right], "object")

    def _text(self, text: str) -> Wire:
        return self.constant(np.array([text.encode()], object))

    def _match(self, texts: Wire, pattern: str) -> Wire:
        return self.node("RegexFullMatch", [texts], "bool", {"pattern": pattern})

    def _both(self, one: Wire, other: Wire) -> Wire:
        return self.node("And", [one, other], "bool")

    def _below(self, value: Wire, most: int) -> Wire:
        return self.node("Less", [value, self.constant(np.array(most, np.int64))], "bool")

    def _before(self, truth: Wire) -> Wire:
        """What stands in the column before; false in the first."""
        moved = self.node("Pad", [self.cast(truth, "int32"), self.constant(np.array([0, 1, 0, -1], np.int64))], "int32")
        return self.cast(moved, "bool")

    def _slice(self, value: Wire, start: int, stop: int | None, step: int = 1) -> Wire:
        ends = (start, 2**62 if stop is None else stop, 1, step)
        return self.node("Slice", [value, *(self.constant(np.array([one], np.int64)) for one in ends)], value.dtype)

    def _gather(self, value: Wire, places: Wire) -> Wire:
        return self.node("GatherElements", [value, places], value.dtype, {"axis": 1})

    def _scatter(self, value: Wire, places: Wire, given: Wire) -> Wire:
        return self.node("ScatterElements", [value, places, given], value.dtype, {"axis": 1})


def _parted(token: str) -> list[str]:
    """How the two characters of a pair come, where a token is one."""
    place = next((i for i in range(len(token) - 1, 0, -1) if not is_mark(token[i])), None)
    if place is None:
        return []
    pair = f"{token[:place]}{_LINK}{token[place:]}"
    return [pair, _LINK + pair]
