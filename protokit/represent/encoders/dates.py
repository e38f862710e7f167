"""How dates are written: the formats that are known, and the one that reads a whole column."""

from __future__ import annotations

import re

import pandas as pd

# ISO first; of the two with slashes the first that fits every cell is taken
DATE_FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
    "%Y/%m/%d", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%d.%m.%Y", "%d-%m-%Y",
)  # fmt: skip
QUARTER = "quarter"  # 1998 Q1, 1998-Q1, 1998Q1: no format of strptime reads it
_LIKE_A_QUARTER = r"\d{4}[ -]?[Qq][1-4]"
_LIKE_A_DATE = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([T ][0-9:]+Z?)?")


def is_date(column: pd.Series) -> bool:
    """Whether the values are dates by their type."""
    return column.dtype.kind == "M"


def is_like_a_date(text: str) -> bool:
    """Whether a text has the shape of a date."""
    return _LIKE_A_DATE.fullmatch(text) is not None


def date_format(texts: pd.Series) -> str | None:
    """The one format that reads every text as a date, or None."""
    if texts.str.fullmatch(_LIKE_A_QUARTER).all():
        return QUARTER
    if not texts.head(20).map(is_like_a_date).all():
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
