"""One hook or callback of a recipe as an object, and what it raises told with its name, file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from protokit.core.errors import DataError, MissingExtra, ProtokitError, TrainingError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.core.outside.caller import place_of
from protokit.learn.hooks.after_epoch import SHELF as HOOKS
from protokit.learn.hooks.callback import SHELF as CALLBACKS
from protokit.learn.hooks.callback import CallbackPart
from protokit.learn.hooks.shelf import of_house
from protokit.learn.parts.made import of_part
from protokit.learn.parts.part import Part
from protokit.learn.training.failures import first_line
from protokit.menu.reading.arguments import arguments_of

Reference = str | dict[str, Any]
_SHELVES = {"after_epoch": HOOKS, "callbacks": CALLBACKS}


@dataclass(frozen=True)
class Called:
    """A part, and what is called: the callback, or what takes an epoch."""

    part: Part
    thing: Any

    @property
    def is_house(self) -> bool:
        """Whether it is protokit's own: what it remembers is elsewhere."""
        return of_house(self.part)

    @contextmanager
    def guarded(self, when: str) -> Iterator[None]:
        """Tell what it raises with its name and place.

        Raises:
            TrainingError: it raises something else than an error of protokit.
        """
        try:
            yield
        except ProtokitError:
            raise
        except Exception as error:
            rule = f"the {self.part.noun} {self.part.name!r} failed {when}: {type(error).__name__}: {first_line(error)}"
            own = "" if self.is_house else f"mend {self.part.__qualname__}; "
            cure = f"{own}as it is, `protokit run --resume` goes on with that epoch"
            raise TrainingError(rule, place=self._place(error), cure=cure) from error

    def reason(self, said: object) -> str | None:
        """Why a hook ends the training, by what it gave, empty where it does not say; None where it goes on.

        Raises:
            TrainingError: it gave something that is no answer.
        """
        if said is None or isinstance(said, (bool, np.bool_)):
            return "" if said else None
        if isinstance(said, str) and said.strip():
            return said.strip()
        rule = f"the hook {self.part.name!r} gave {str(said)[:80]!r}: None goes on, True or a text that says why stops"
        raise TrainingError(rule, place=self.part.place, cure=f"mend what {self.part.__qualname__} returns")

    def _place(self, error: BaseException) -> str | None:
        """The line of its own file that the error came through last; that of its definition where there is none."""
        if self.is_house:
            return None
        return place_of(self.part.thing, error)


def made(word: str, place: int, given: Reference, folder: Path) -> Called:
    """A hook or callback of a recipe; `word` and `place` say where in it. Its paths start at the folder.

    Raises:
        DataError, MissingExtra: it cannot be made, or needs a package; with its path from `learn`.
    """
    name, arguments = next(iter(given.items())) if isinstance(given, dict) else (given, None)
    part = _SHELVES[word].find(name)
    assert part is not None and isinstance(part, Part), "the recipe has checked the name"
    full = arguments_of(part.entry, arguments)
    assert isinstance(full, dict), "the recipe has checked the arguments"
    try:
        if isinstance(part, CallbackPart):
            if part.extra is not None:
                optional(*part.extra)
            said = {one: folder / str(full.get(one, part.entry.arguments[one]["default"])) for one in part.paths}
            here = {one: str(access.written(path, folder)) for one, path in said.items()}
            return Called(part, of_part(part, {**full, **here}))
        return Called(part, of_part(part, full) if part.is_class else partial(part.thing, **full))
    except MissingExtra as error:
        raise MissingExtra(error.package, error.extra, path=(word, place)) from None
    except DataError as error:
        raise DataError(error.rule, place=error.place, cure=error.cure, path=(word, place)) from error.__cause__
