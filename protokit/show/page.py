"""A whole page in one file: it needs no other file, no network and no script."""

from __future__ import annotations

from dataclasses import dataclass

from protokit.show.blocks import Remark, Section, Sentence
from protokit.show.html import render


@dataclass(frozen=True)
class Page:
    """The answer first, then the faults to mend, then sections. `about` are short facts below the title."""

    title: str
    about: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    remarks: tuple[Remark, ...] = ()
    sections: tuple[Section, ...] = ()

    def html(self) -> str:
        """The page, for light and dark screens, wide and narrow ones, and paper."""
        return render("page.html", page=self)
