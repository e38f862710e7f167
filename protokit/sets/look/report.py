"""The report of a run, a search or an experiment on several sets, written anew from what is in its folder."""

from __future__ import annotations

from pathlib import Path

from protokit.core.errors import DataError
from protokit.core.files import write_text
from protokit.search.look.report import report as report_of_one
from protokit.search.result import Study
from protokit.sets.contents import is_experiment
from protokit.sets.look.page import page_of
from protokit.sets.result import SetsRun
from protokit.workflow.result import Run


def report(run: Run | Study | SetsRun | str | Path, out: str | Path | None = None) -> Path:
    """Write the report of a run, a search or an experiment on several sets anew: to `out`, else to its `report.html`.

    >>> protokit.report(run, "page.html"), protokit.report(sets, "sets.html")
    (PosixPath('page.html'), PosixPath('sets.html'))

    Raises:
        DataError: the folder is not that of a finished run or of a search, or the file cannot be written.
    """
    if isinstance(run, (str, Path)) and is_experiment(Path(run)):
        run = SetsRun.open(run)
    if not isinstance(run, SetsRun):
        return report_of_one(run, out)
    path = Path(out) if out is not None else run.path / "report.html"
    if path.is_dir():
        raise DataError("this is a folder", place=str(path), cure="name a file, such as report.html")
    write_text(path, page_of(run.results, run.path).html())
    return path
