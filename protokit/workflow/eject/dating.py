"""The form by which pandas reads the dates of a column as the run did."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from protokit.core.errors import DataError

_FORMS = ("", "ISO8601", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d",
          "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%y", "%m/%d/%y")  # fmt: skip


def form_of(read: Callable[[str | None], np.ndarray], wanted: np.ndarray, forms: Sequence[str] = _FORMS) -> str | None:
    """The form with which `read` gives what is wanted; empty where pandas finds it by itself, None where none does."""
    for form in forms:
        try:
            found = read(form or None)
        except (ValueError, DataError):
            continue
        if np.array_equal(found, wanted, equal_nan=wanted.dtype.kind == "f"):
            return form
    return None
