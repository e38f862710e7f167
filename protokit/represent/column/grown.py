"""What stays as an earlier network has it where a column has more levels than it had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Grown:
    """Columns that stay one-hot whatever levels they have, and how many numbers each embedded level is.

    Where `width` is 0, that follows from the levels.
    """

    hot: tuple[str, ...] = ()
    width: int = 0

    def as_plain(self) -> dict[str, object]:
        """As JSON values."""
        return {"hot": list(self.hot), "width": self.width}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any] | None) -> Grown:
        """That of `as_plain`; of models that know nothing of it, as if nothing had grown.

        Raises:
            ValueError: it is nothing of the kind.
        """
        if plain is None:
            return NOTHING
        hot, width = plain["hot"], plain["width"]
        if not isinstance(hot, list) or type(width) is not int or width < 0:
            raise ValueError("what has grown is names of columns and a width")
        return cls(tuple(map(str, hot)), width)


NOTHING = Grown()
