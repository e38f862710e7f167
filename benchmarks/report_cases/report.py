"""What a report is, and how its small table is tried."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import pandas as pd

from protokit.core.errors import ProtokitError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.kind import NumberColumn
from protokit.represent.represented import Represented
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent

Outcome = Literal["right", "told", "wrong"]


@dataclass(frozen=True)
class Report:
    """One report: the thread it comes from, what happens in it, and what would be right.

    `probe` makes the input in an empty folder, tries it, and says by the values that come out how it went. `wrong`
    says why the outcome is known to be wrong; `mended` that it was so when the report was first tried.
    """

    name: str
    thread: str
    situation: str
    right: str
    probe: Callable[[Path], Outcome]
    wrong: str = ""
    mended: bool = False

    def outcome(self) -> tuple[Outcome, str]:
        """What happens today, and the traceback of an error that is none of protokit's."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                return self.probe(Path(folder)), ""
            except Exception:
                return "wrong", traceback.format_exc()


REPORTS: dict[str, Report] = {}


def report(
    thread: str, situation: str, right: str, *, wrong: str = "", mended: bool = False
) -> Callable[[Callable[[Path], Outcome]], Callable[[Path], Outcome]]:
    """A probe as a report: `thread` is owner/repository#number."""

    def add(probe: Callable[[Path], Outcome]) -> Callable[[Path], Outcome]:
        name = probe.__name__.replace("_", "-")
        assert name not in REPORTS, name
        REPORTS[name] = Report(name, thread, situation, right, probe, wrong, mended)
        return probe

    return add


@dataclass(frozen=True)
class Tried:
    """What came of a recipe: the table and what was said of it, or the error."""

    recipe: Recipe | None = None
    table: Table | None = None
    error: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        assert self.table is not None, self.error
        return self.table.frame

    @cached_property
    def done(self) -> Represented:
        """The table represented."""
        assert self.recipe is not None and self.table is not None, self.error
        return represent(self.recipe, self.table)[0]

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each column that is an input."""
        return {column.column: column.kind for column in self.done.encoder.columns}

    def numbers(self, name: str) -> list[float]:
        """The numbers of a column of numbers, as the network's scaler gets them."""
        column = next(one for one in self.done.encoder.columns if one.column == name)
        assert isinstance(column, NumberColumn)
        return [float(number) for number in column.numbers(self.frame[name])[:, 0]]

    @property
    def said(self) -> str:
        """All that is said of the table and its columns, with the edits."""
        assert self.table is not None, self.error
        notices = [*self.table.notices, *self.done.notices]
        return "\n".join(f"{notice.rule} -> {notice.cure}" for notice in notices)


def tried(tables: object, *, target: str | None = "y", frame: pd.DataFrame | None = None, **more: object) -> Tried:
    """A recipe of these tables (a path, or a mapping of names to sources), collected.

    `join` and `clean` go into `collect`, all else into `represent`. Only errors of protokit are caught.
    """
    sources = tables if isinstance(tables, dict) and "t" in tables else {"t": tables}
    collect = {key: more.pop(key) for key in ("join", "clean") if key in more}
    given = {"represent": {"target": target, **more}, **({} if target else {"learn": {"task": "clustering"}})}
    if frame is None:
        plain = {name: str(one) if isinstance(one, Path) else one for name, one in sources.items()}
        given["collect"] = {"tables": plain, **collect}
    try:
        recipe = Recipe.parse(given)
        return Tried(recipe, collected(recipe, frame))
    except ProtokitError as error:
        return Tried(error=str(error))


def refusal(of: Callable[[], object]) -> str:
    """The words of the error that something ends with; nothing where it does not."""
    try:
        of()
    except ProtokitError as error:
        return str(error)
    return ""


def judged(*, right: bool, told: bool = False) -> Outcome:
    """Right, else told, else wrong."""
    return "right" if right else "told" if told else "wrong"


def put(folder: Path, content: str | bytes, name: str = "t.csv") -> Path:
    """A file in the folder."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def lines(*rows: str, times: int = 1) -> str:
    """The first row, then the others as often as asked."""
    return "\n".join([rows[0], *(list(rows[1:]) * times)]) + "\n"
