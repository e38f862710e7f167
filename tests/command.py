"""The command line within the process of the tests: what a fresh one does, without the start of one."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path
from unittest.mock import patch

from protokit.cli.app import main


def call(*arguments: str, cwd: Path) -> tuple[int, str, str]:
    """The exit status of `protokit ARGUMENTS` in a folder, and what it printed."""
    out, error = io.StringIO(), io.StringIO()
    status: object = 0
    with (
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(error),
        patch.object(sys, "argv", ["protokit", *arguments]),
    ):
        try:
            main()
        except SystemExit as ended:
            status = ended.code or 0
    assert isinstance(status, int)
    return status, out.getvalue(), error.getvalue()
