"""The report of a run or a search, written anew from what is in its folder."""

from __future__ import annotations

from pathlib import Path

from protokit.core.errors import DataError
from protokit.core.files import write_text
from protokit.core.outside import access
from protokit.search.log import LOG
from protokit.search.look.page import page_of
from protokit.search.result import Study
from protokit.workflow.look.report import report as report_of_run
from protokit.workflow.result import Run


def report(run: Run | Study | str | Path, out: str | Path | None = None) -> Path:
    """Write the report of a run or a search anew, from what is in its folder: to `out`, else to `report.html` in it.

    >>> protokit.report(run, "birds.html")
    PosixPath('birds.html')

    Raises:
        DataError: the folder is not that of a finished run or of a search, or the file cannot be written.
    """
    if isinstance(run, (str, Path)):
        if not (access.local(Path(run)) / LOG).is_file():
            return report_of_run(run, out)
        run = Study.open(run)
    if isinstance(run, Run):
        return report_of_run(run, out)
    path = Path(out) if out is not None else run.path / "report.html"
    if path.is_dir():
        raise DataError("this is a folder", place=str(path), cure="name a file, such as report.html")
    write_text(path, page_of(run.view).html())
    return path
