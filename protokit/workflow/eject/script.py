"""A script in parts: as a file of Python, or as a notebook."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass

from protokit.workflow.eject.code import imports_of, needed, source_of

INSTEAD = "use its trained model: protokit.load(RUN), or `protokit predict RUN DATA`"


@dataclass(frozen=True)
class Section:
    """One part of a script: what it is called, what there is to know of it, and its code."""

    title: str
    told: str
    code: str


@dataclass(frozen=True)
class Script:
    """What stands at the top, and the parts, each with the functions that it is the first to use."""

    top: str
    sections: tuple[Section, ...]

    @property
    def text(self) -> str:
        """A file of Python, whose parts editors know as cells."""
        first, *rest = self._cells()
        top = self.top.rstrip().replace("\\", "\\\\").replace('"""', "'''")  # a name in it can be any text
        parts = [f'"""{top}\n"""\n\n{first}']
        for section, code in zip(self.sections, rest, strict=True):
            told = "\n".join(f"# {line}".rstrip() for line in section.told.splitlines())
            gap = "\n\n\n" if code.startswith(("def ", "class ")) else "\n\n"
            parts.append(f"# %% {section.title}\n{told}{gap}{code}")
        return "\n\n\n".join(parts).replace("\n\n\n", "\n\n", 1) + "\n"

    @property
    def notebook(self) -> str:
        """A notebook of Jupyter, as JSON."""
        first, *rest = self._cells()
        cells = [_markdown("# " + self.top.strip()), _code(first)]
        for section, code in zip(self.sections, rest, strict=True):
            cells += [_markdown(f"## {section.title}\n\n{section.told}"), _code(code)]
        cells = [{"id": f"cell-{i}", **cell} for i, cell in enumerate(cells)]
        about = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        return json.dumps({"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"

    def _cells(self) -> list[str]:
        """The imports, and the code of each part behind its functions."""
        known, found = set[str](), list[str]()
        for section in self.sections:
            own = [name for name in needed(section.code) if name not in known]
            known.update(own)
            found.append("\n\n\n".join([*map(source_of, own), section.code.strip()]))
        whole = "\n".join(found)
        ast.parse(whole)
        return ["\n".join(imports_of(whole)), *found]


def _markdown(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}


def _code(text: str) -> dict[str, object]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(text)}


def _lines(text: str) -> Sequence[str]:
    return text.splitlines(keepends=True)
