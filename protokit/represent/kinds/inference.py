"""What a column is, read off its training rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from protokit.core.names import IMAGE_ENDINGS, as_text
from protokit.core.values import Kind, Notice

TRUE = frozenset({"true", "t", "yes", "y"})
FALSE = frozenset({"false", "f", "no", "n"})
# ISO first; of the two with slashes the first that fits every cell is taken
DATE_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y", "%d-%m-%Y",
)  # fmt: skip
QUARTER = "quarter"  # 1998 Q1, 1998-Q1, 1998Q1: no format of strptime reads it
_LIKE_A_QUARTER = r"\d{4}[ -]?[Qq][1-4]"
_LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][0-9:]+Z?)?")
_FEWEST_FOR_AN_ID = 20
_FEWEST_READABLE = 0.95
_MOST_MARKS = 100


@dataclass(frozen=True)
class Guess:
    """A kind, or None with the reason why the column is left out; and what the person should know."""

    kind: Kind | None
    why: str = ""
    cure: str | None = None
    format: str | None = None


def marks(column: pd.Series) -> tuple[str, ...]:
    """The few texts in a column of numbers or dates that are neither, such as `unknown`: they are read as missing.

    This is of reading cells, not of fitting, so it is found in all rows. A column of which fewer than 95 of 100
    cells are numbers or dates has none.
    """
    if column.dtype.kind not in "OT" and not pd.api.types.is_string_dtype(column.dtype):
        return ()
    counts = texts_of(column.dropna()).value_counts(sort=False)
    texts, cells = counts.index.to_series(), int(counts.sum())
    often = counts.to_numpy()
    if texts.empty or often[texts.str.contains(r"\d").to_numpy(bool)].sum() < _FEWEST_READABLE * cells:
        return ()
    readings = [_are_numbers(texts)]
    if texts.head(20).map(_is_like_a_date).mean() > 0.5:
        readings += [pd.to_datetime(texts, format=form, errors="coerce").notna() for form in DATE_FORMATS]
    best = max(readings, key=lambda read: int(often[read.to_numpy()].sum()))
    odd = texts[~best]
    readable = often[best.to_numpy()].sum() >= _FEWEST_READABLE * cells
    return tuple(sorted(odd)) if readable and len(odd) <= _MOST_MARKS else ()


def texts_of(column: pd.Series) -> pd.Series:
    """The cells as texts, missing ones left as they are: each different text is looked at once."""
    if pd.api.types.infer_dtype(column, skipna=True) != "string":  # True and 1 are the same to pandas
        return column.map(as_text, na_action="ignore")
    codes, different = pd.factorize(column, use_na_sentinel=True)
    texts = pd.Series([*map(as_text, different), None], dtype=object).to_numpy()[codes]
    return pd.Series(texts, index=column.index, name=column.name)


def infer(column: pd.Series) -> Guess:
    """The kind of a column from its (training) values."""
    present = column.dropna()
    if present.empty:
        return Guess(None, "every cell of the training rows is missing")
    if is_date(column):
        return Guess("date")
    if column.dtype == object and all(map(_is_image, present.head(100))):
        return Guess("image")
    if column.dtype == object and not all(map(_is_hashable, present.head(100))):
        name = column.name
        return Guess(None, "arrays or lists, which say nothing of what they are", f"columns: {{{name}: image}}")
    different = present.nunique()
    if different == 1 and len(present) == len(column):
        return Guess(None, f"constant: {str(present.iloc[0])[:40]!r} in every training row")
    if column.dtype.kind == "b" or (column.dtype == object and set(map(type, present)) == {bool}):
        return Guess("boolean")
    if column.dtype.kind in "iuf":
        return _number(str(column.name), present, different)
    texts = texts_of(present)
    unlike = texts.drop_duplicates()
    if _are_numbers(unlike).all():
        return _number(str(column.name), texts.astype("int64" if texts.str.isdigit().all() else float), different)
    lowered = set(unlike.str.lower())
    if lowered <= TRUE | FALSE and len(lowered & TRUE) <= 1 and len(lowered & FALSE) <= 1:
        return Guess("boolean")
    if (fmt := date_format(unlike)) is not None:
        return Guess("date", format=fmt)
    return _text(texts, different)


def _is_image(value: object) -> bool:
    """Whether a cell is an image by what it is: the name of a file, its bytes, or pixels."""
    if isinstance(value, str):
        return value.lower().endswith(IMAGE_ENDINGS)
    shape: tuple[int, ...] = getattr(value, "shape", ())
    return isinstance(value, bytes) or len(shape) == 2 or (len(shape) == 3 and shape[2] in (1, 3))


def _is_hashable(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def is_date(column: pd.Series) -> bool:
    """Whether the values are dates by their type."""
    return column.dtype.kind == "M"


def date_format(texts: pd.Series) -> str | None:
    """The one format that reads every text as a date, or None."""
    if texts.str.fullmatch(_LIKE_A_QUARTER).all():
        return QUARTER
    if not texts.head(20).map(_is_like_a_date).all():
        return None
    for fmt in DATE_FORMATS:
        if pd.to_datetime(texts, format=fmt, errors="coerce").notna().all():
            return fmt
    return None


def read_dates(texts: pd.Series, form: str | None) -> pd.Series:
    """Texts as dates; missing where one is not of the form. A quarter is its first day."""
    if form == QUARTER:
        parts = texts.str.extract(r"^(\d{4})[ -]?[Qq]([1-4])$").astype(float)
        months = (3 * parts[1] - 2).map("{:02.0f}".format, na_action="ignore")
        texts, form = parts[0].map("{:.0f}-".format, na_action="ignore") + months, "%Y-%m"
    return pd.to_datetime(texts, format=form, errors="coerce")


def _is_like_a_date(text: str) -> bool:
    return _LIKE_A_DATE.fullmatch(text) is not None


def _are_numbers(texts: pd.Series) -> pd.Series:
    """Which texts are numbers; none, where one is a code such as 00123, whose zeros would be lost."""
    found = texts.str.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
    return found & (not bool(texts.str.fullmatch(r"0\d+").any()))


def _number(name: str, present: pd.Series, different: int) -> Guess:
    whole = present.dtype.kind in "iu"
    if whole and different == len(present) >= _FEWEST_FOR_AN_ID:
        spread = int(present.max()) - int(present.min()) + 1
        if spread <= 2 * len(present) or re.search(r"(^|_|\b)(id|index|key)$|(?<=[a-z])(Id|ID)$", name):
            return Guess(None, "a different whole number in every row, like an ID", f"columns: {{{name}: number}}")
    return Guess("number")


def _text(texts: pd.Series, different: int) -> Guess:
    name = texts.name
    if texts.str.count(" ").mean() >= 5 and different > 0.5 * len(texts):
        return Guess("text")
    if len(texts) >= _FEWEST_FOR_AN_ID and different > 0.9 * len(texts):
        numeric = _are_numbers(texts)
        if numeric.mean() > 0.5:
            odd = texts[~numeric].iloc[0]
            return Guess(None, f"numbers, but for cells such as {odd!r}", f"missing: [{odd!r}]")
        return Guess(None, "a different text in almost every row, like an ID", f"columns: {{{name}: category}}")
    return Guess("category")


def notice(column: str, guess: Guess) -> Notice:
    """What the person is told of a column that is left out."""
    return Notice(f"{column!r} is left out: {guess.why}", (column,), guess.cure)
