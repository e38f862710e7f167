"""Categories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from protokit.represent.kind import KINDS, NO_CONTEXT, CodeColumn, FitContext, Guess, Kind, Unusual
from protokit.represent.kinds.number import FEWEST_FOR_AN_ID

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from protokit.represent.encoders.cells import Cells
    from protokit.represent.encoders.levels import Levels

_MANY_NUMBERS = 10  # levels: fewer may be grades
_MOST_RARE = 10_000  # rare levels that are kept
RARE = 3  # levels seen in fewer training rows share the unseen slot, which so learns something


@KINDS.add
@dataclass(frozen=True)
class Category(CodeColumn, Kind):
    """A category as a code: 0 for unseen and rare levels, then one for each level. A missing cell is a level.

    `rare` are the levels of too few training rows; None where they are not known, as in models of earlier versions.
    """

    name = "category"
    about = "one of some levels; levels that few training rows have, and unseen ones, are one"
    example = "category"
    as_written = True
    rank = 2
    inference_rank = 50

    rare: tuple[str, ...] | None = None

    @classmethod
    def sample(cls) -> Sequence[object]:
        """See Kind."""
        return ("Rome", "Oslo", None, "Lima")

    @classmethod
    def infer(cls, cells: Cells) -> Guess | None:
        """All other texts, but those that are different in almost every row."""
        from protokit.represent.encoders.cells import are_numbers
        from protokit.represent.encoders.lists.inference import edits_of_ids

        texts = cells.texts
        odd_text = _odd(cells)
        if len(texts) >= FEWEST_FOR_AN_ID and cells.different > 0.9 * len(texts):
            numeric = are_numbers(texts)
            if numeric.mean() > 0.5 and not numeric.all():
                odd = texts[~numeric].iloc[0]
                why = f"numbers, but for cells such as {odd!r}"
                return Guess(None, why, _cure_of_odd(cells.name, odd), odd=_mark(odd))
            if odd_text is not None:
                odd, usual = odd_text
                why = f"numbers that are not written alike: {odd!r} is not as {usual!r}"
                return Guess(None, why, _cure_of_odd(cells.name, odd), odd=_mark(odd))
            return Guess(None, "a different text in almost every row, like an ID", edits_of_ids(cells))
        numeric = are_numbers(cells.different_texts)
        if numeric.sum() >= _MANY_NUMBERS and numeric.mean() > 0.5 and not numeric.all():
            odd = cells.different_texts[~numeric].iloc[0]
            note = f"is read as categories, though {numeric.sum():,} of its levels are numbers: {odd!r} is none"
            return Guess("category", note=note, cure=_cure_of_odd(cells.name, odd), odd=_mark(odd))
        if odd_text is not None:
            odd, usual = odd_text
            note = f"is read as categories, though its cells are numbers: {odd!r} is not written as {usual!r}"
            return Guess("category", note=note, cure=_cure_of_odd(cells.name, odd), odd=_mark(odd))
        return Guess("category")

    @classmethod
    def fit(cls, cells: pd.Series, options: object = None, context: FitContext = NO_CONTEXT) -> Category:
        """Learns the levels of at least RARE rows, in the order of the alphabet, missing last."""
        from protokit.represent.encoders.distinct import distinct

        one = distinct(cells)
        counts = Counter[str]()
        for text, count in zip(one.texts, one.counts, strict=True):
            counts[text] += int(count)
        levels: list[str | None] = [*sorted(text for text, count in counts.items() if count >= RARE)]
        if int(cells.isna().sum()) >= RARE:
            levels.append(None)
        rare = tuple(sorted(text for text, count in counts.items() if count < RARE))
        return cls(str(cells.name), tuple(levels), rare if len(rare) <= _MOST_RARE else None)

    @property
    def left_out(self) -> str:
        """Where every level is rare."""
        return "" if self.levels else f"no level is in {RARE} training rows"

    def codes(self, cells: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows,) int64, from 0 to len(levels)."""
        import numpy as np

        found: np.ndarray = np.maximum(self._known.places(cells) + 1, 0)
        return found

    def unusual(self, cells: pd.Series) -> Unusual:
        """Levels that no training row had, and numbers that were taken for a level."""
        return self._known.unusual(cells)

    def of_few(self, cells: Sequence[object]) -> tuple[np.ndarray, Unusual]:
        """Both of a few plain cells, None where missing. Shapes: the codes (rows,) int64."""
        import numpy as np

        places, unusual = self._known.of_few(cells)
        return np.maximum(places + 1, 0), unusual

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values; rare levels only where they are known."""
        plain = super().as_plain()
        return plain if self.rare is not None else {key: value for key, value in plain.items() if key != "rare"}

    @cached_property
    def _known(self) -> Levels:
        from protokit.represent.encoders.levels import Levels

        return Levels(self.levels, self.rare)


def _odd(cells: Cells) -> tuple[str, str] | None:
    """Of numbers that are not written alike, the first that is not as most are, and one of most."""
    from protokit.cells.numbers import odd_one

    one = cells.distinct
    texts = list(one.texts)
    found = odd_one(texts, one.counts)
    return None if found is None else (texts[found[0]], found[1])


def _mark(odd: str) -> str:
    """A text among numbers that may be one of missing cells: one that is a number itself is never called missing."""
    from protokit.cells.numbers import is_like_a_number

    return "" if is_like_a_number(odd) else odd


def _cure_of_odd(column: str, odd: str) -> str:
    """What can be done of a text among numbers."""
    kept = f"columns: {{{column}: category}}"
    return f"missing: [{odd!r}]" if _mark(odd) else f"write its numbers alike in the file, or {kept}"
