"""What torch does with numbers: lines of a method that is written down."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from protokit.doors.arithmetic.arithmetic import Arithmetic, Given
from protokit.represent.encoders.text import Tfidf, Tokens

_INFIX = {"add": "+", "subtract": "-", "multiply": "*", "equal": "==", "less_equal": "<=", "greater": ">"}
_TRUTHS = ("equal", "less_equal", "greater")
_REFERENCE = re.compile(r"\[\[(\d+)\]\]")
SPLITS = {
    "words": "split_words",
    "pairs": "split_words",
    "characters": "split_characters",
    "mixed": "split_mixed",
}  # what splits texts in the file
_LONGEST = 90  # characters of what is put into one line


@dataclass(frozen=True)
class Term:
    """A value of the method: what is written where it is used, and the type of its numbers."""

    text: str
    dtype: str


@dataclass
class OfTorch(Arithmetic[Term]):
    """See Arithmetic: each value is an expression. Texts are lists of Python; `tables` and `words` are constants.

    `tables` are arrays by the names of buffers; `words` are what texts are looked up in, by names of the module.
    """

    tables: dict[str, np.ndarray] = field(default_factory=dict)
    words: dict[str, dict[str, int] | list[str]] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def _term(self, text: str, dtype: str) -> Term:
        self._made.append(text)
        return Term(f"[[{len(self._made) - 1}]]", dtype)

    def table(self, value: np.ndarray) -> str:
        """An array as a buffer of the module: equal ones are one."""
        for name, known in self.tables.items():
            if known.dtype == value.dtype and known.shape == value.shape and known.tobytes() == value.tobytes():
                return f"self.{name}"
        name = f"table_{len(self.tables)}"
        self.tables[name] = np.ascontiguousarray(value)
        return f"self.{name}"

    def _word(self, value: dict[str, int] | list[str]) -> str:
        for name, known in self.words.items():
            if known == value:
                return name
        name = f"TEXTS_{len(self.words)}"
        self.words[name] = value
        return name

    def _written(self, dtype: str, *given: Given[Term]) -> list[str]:
        """Values, and constants of this type: a number as it is, several as a buffer."""
        found = []
        for one in given:
            if isinstance(one, Term):
                found.append(one.text)
                continue
            array = np.asarray(one, dtype)
            single = array.ravel()[0].item() if array.size == 1 else None
            found.append(self.table(array) if single is None else _number(single))
        return found

    def lines(self, ends: Sequence[str]) -> tuple[list[str], list[str]]:
        """The lines that make the values of some texts, and these: what is used once stands where it is used."""
        used = Counter(one for text in ends for one in _REFERENCE.findall(text))
        for i in range(len(self._made) - 1, -1, -1):
            if str(i) in used:
                used.update(_REFERENCE.findall(self._made[i]))
        names, waiting, found = dict[str, str](), set[str](), list[str]()

        def own_line(key: str) -> None:
            found.append(f"x{len(found)} = {_bare(names[key])}")
            names[key] = f"x{len(found) - 1}"
            waiting.discard(key)

        def filled(text: str) -> str:
            keys = _REFERENCE.findall(text)
            while True:
                whole = _REFERENCE.sub(lambda one: names[one[1]], text)
                inside = [key for key in keys if key in waiting]
                if len(whole) <= _LONGEST or not inside:
                    waiting.difference_update(inside)
                    return whole
                own_line(max(inside, key=lambda key: len(names[key])))

        for i, text in enumerate(self._made):
            if (key := str(i)) in used:
                names[key] = filled(text)
                waiting.add(key)
                if used[key] > 1:
                    own_line(key)
        return found, [filled(text) for text in ends]

    def cast(self, value: Term, dtype: str) -> Term:
        """See Arithmetic."""
        return value if value.dtype == dtype else self._term(f"{value.text}.to(torch.{dtype})", dtype)

    def binary(self, name: str, left: Given[Term], right: Given[Term]) -> Term:
        """See Arithmetic."""
        dtype = next(one.dtype for one in (left, right) if isinstance(one, Term))
        a, b = self._written(dtype, left, right)
        if name in ("minimum", "maximum"):
            if isinstance(right, Term) or np.size(right) > 1:
                return self._term(f"torch.{name}({a}, {b})", dtype)
            return self._term(f"{a}.clamp({'max' if name == 'minimum' else 'min'}={b})", dtype)
        sign = ("//" if dtype.startswith("int") else "/") if name == "divide" else _INFIX[name]
        return self._term(f"({a} {sign} {b})", "bool" if name in _TRUTHS else dtype)

    def unary(self, name: str, value: Term) -> Term:
        """See Arithmetic."""
        return self._term(f"torch.{name}({value.text})", "bool" if name == "isnan" else value.dtype)

    def where(self, condition: Term | np.ndarray, yes: Given[Term], no: Given[Term]) -> Term:
        """See Arithmetic."""
        known = [one.dtype for one in (yes, no) if isinstance(one, Term)]
        dtype = known[0] if known else str(np.asarray(yes).dtype)
        choice = condition.text if isinstance(condition, Term) else self.table(np.asarray(condition, bool))
        if not known:
            a, b = self.table(np.asarray(yes)), self.table(np.asarray(no))
        else:
            a, b = self._written(dtype, yes, no)
        return self._term(f"torch.where({choice}, {a}, {b})", dtype)

    def take(self, table: np.ndarray, places: Term) -> Term:
        """See Arithmetic."""
        return self._term(f"{self.table(table)}[{places.text}]", str(table.dtype))

    def columns(self, value: Term, places: Sequence[int]) -> Term:
        """See Arithmetic."""
        many = [int(place) for place in places]
        chosen = str(many) if len(many) <= 8 else self.table(np.array(many, np.int64))
        if len(many) > 1 and many == list(range(many[0], many[0] + len(many))):
            chosen = f"{many[0]}:{many[-1] + 1}"
        return self._term(f"{value.text}[:, {chosen}]", value.dtype)

    def concatenate(self, values: Sequence[Term]) -> Term:
        """See Arithmetic."""
        if len(values) == 1:
            return values[0]
        return self._term(f"torch.cat([{', '.join(one.text for one in values)}], 1)", values[0].dtype)

    def reduce(self, name: str, value: Term) -> Term:
        """See Arithmetic."""
        return self._term(f"{value.text}.{'amax' if name == 'max' else name}(1, keepdim=True)", value.dtype)

    def ascending(self, value: Term) -> Term:
        """See Arithmetic."""
        return self._term(f"{value.text}.sort(1).values", value.dtype)

    def cumulated(self, value: Term) -> Term:
        """See Arithmetic."""
        return self._term(f"{value.text}.cumsum(1)", value.dtype)

    def most(self, value: Term) -> Term:
        """See Arithmetic."""
        return self._term(f"{value.text}.argmax(1, keepdim=True)", "int64")

    def lookup(self, texts: Term, keys: Sequence[str]) -> Term:
        """See Arithmetic."""
        known = self._word({key: i for i, key in enumerate(keys, 1)})
        return self._term(f"self.places({texts.text}, {known})", "int64")

    def texts(self, places: Term, texts: Sequence[str]) -> Term:
        """See Arithmetic."""
        return self._term(f"[{self._word(list(texts))}[place] for place in {places.text}[:, 0].tolist()]", "object")

    def blanked(self, texts: Term, marks: Sequence[str]) -> Term:
        """See ReadsTexts."""
        return self._term(f"['' if text in {self._word(list(marks))} else text for text in {texts.text}]", "object")

    def tokens(self, texts: Term, column: Tokens) -> Term:
        """See ReadsTexts."""
        known, split = self._known(column), SPLITS[column.tokens]
        found = self._term(f"self.tokens({texts.text}, {split}, {known}, {column.length})", "int32")
        if not column.pairs:
            return found
        pairs = self._term(f"self.pairs({texts.text}, {known}, {column.length}, {column.pairs})", "int32")
        return self.concatenate([found, pairs])

    def tfidf(self, texts: Term, column: Tfidf) -> Term:
        """See ReadsTexts."""
        split = "split_pairs" if column.tokens == "pairs" else SPLITS[column.tokens]
        idf = self.table(np.array([column.idf], np.float32))
        return self._term(f"self.tfidf({texts.text}, {split}, {self._known(column)}, {idf})", "float32")

    def _known(self, column: Tokens | Tfidf) -> str:
        """The codes of a vocabulary, from 2 on."""
        return self._word({token: i for i, token in enumerate(column.vocabulary, 2)})

    def flat(self, value: Term) -> Term:
        """See Arithmetic."""
        return value if value.dtype == "object" else self._term(f"{value.text}[:, 0]", value.dtype)


def _number(value: float | int | bool) -> str:
    """A number as Python writes it, to the bit."""
    if isinstance(value, float) and not np.isfinite(value):
        return "torch.nan" if np.isnan(value) else "torch.inf" if value > 0 else "-torch.inf"
    return repr(value)


def _bare(text: str) -> str:
    """An expression without brackets around all of it."""
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for i, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and i < len(text) - 1:
            return text
    return text[1:-1]
