"""What a recipe was made of: its text, where its paths start, and how far it reaches."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path as FilePath
from typing import Self

from pydantic import PrivateAttr

from protokit.core.outside.reach import Reach
from protokit.grammar.document import Document
from protokit.grammar.words import Section
from protokit.recipe.slots.settling import Settling


class Written(Section):
    """A section that is a whole document, and knows it."""

    _document: Document = PrivateAttr(default_factory=lambda: Document.of(None))
    _folder: FilePath = PrivateAttr(default_factory=FilePath.cwd)
    _settling: Settling | None = PrivateAttr(default=None)  # makes the document when it is asked for

    @property
    def folder(self) -> FilePath:
        """Where paths in the recipe start: the folder of its file, else the current one."""
        return self._folder

    @property
    def reach(self) -> Reach | None:
        """What the recipe may open, if it was read from a file; None: it was given in Python, and is trusted.

        >>> written = open("birds.yaml", "w").write(protokit.Recipe.parse(recipe).write())
        >>> protokit.Recipe.parse(recipe).reach is None, protokit.Recipe.read("birds.yaml", allow="../data").reach.given
        (True, ('../data',))
        """
        return self._document.reach if self._settling is None else self._settling.written.reach

    @property
    def document(self) -> Document:
        """The text or data that the recipe was made of, for the places of faults."""
        if self._settling is not None:
            self._document, self._settling = self._settling.document(), None
        return self._document

    def at(self, folder: FilePath) -> Self:
        """The recipe with paths that start at another folder."""
        found = self.model_copy()
        found._folder = folder
        return found

    def within(self, reach: Reach | None) -> Self:
        """The recipe with another reach.

        >>> protokit.Recipe.parse(recipe).within(None).reach is None
        True
        """
        found = self.model_copy()
        found._document, found._settling = replace(self.document, reach=reach), None
        return found
