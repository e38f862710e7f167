"""The report of a run: one file of HTML to send to a colleague."""

from __future__ import annotations

from pathlib import Path

from protokit.core.errors import DataError
from protokit.core.files import write_text
from protokit.workflow.look.page import page_of
from protokit.workflow.look.plot import Predicted
from protokit.workflow.record.predictions import read_predictions
from protokit.workflow.result import Run


def report(run: Run | str | Path, out: str | Path | None = None) -> Path:
    """Write the report of a run anew, from what is in its folder: to `out`, else to `report.html` in it.

    Raises:
        DataError: the folder is not that of a finished run, or the file cannot be written.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    path = Path(out) if out is not None else run.path / "report.html"
    if path.is_dir():
        raise DataError("this is a folder", place=str(path), cure="name a file, such as report.html")
    write_text(path, page_of(run.path, run.name, run.results, Predicted(*read_predictions(run.path))).html())
    return path
