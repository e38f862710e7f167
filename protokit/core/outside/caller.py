"""The person's own lines: where they called the package, and where what they gave it stands."""

from __future__ import annotations

import inspect
import linecache
import sys
import sysconfig
import traceback
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType, TracebackType

_PACKAGE = str(Path(__file__).parent.parent.parent)
_PYTHON = sysconfig.get_path("stdlib")


def shown_in_cell(error: BaseException) -> list[str]:
    """An error as a cell shows it: its kind and message, and the lines of the person's own that led to it.

    A person's own line that the package called, such as one of a loss, is shown too: the error may be of its making.
    """
    lines = [f"{type(error).__name__}: {error}"]
    for frame, number in _own(error.__traceback__):
        code = linecache.getline(frame.f_code.co_filename, number).rstrip()
        lines += [
            f"\n{_cell(frame.f_code.co_filename) or frame.f_code.co_filename}, line {number}",
            f"----> {number} {code.strip()}",
        ]
    return lines


def place_of(thing: object, error: BaseException | None = None) -> str | None:
    """File and line, or cell and line, of a class or function; of its line that an error came through last.

    None where it has neither, as what C brings.
    """
    code = _code(thing)
    if code is None:
        return None
    file, line = code.co_filename, code.co_firstlineno
    if isinstance(thing, type):
        with suppress(OSError, TypeError):  # a class of a prompt: its first method stands for it
            line = inspect.getsourcelines(thing)[1]
    through = traceback.extract_tb(error.__traceback__) if error is not None else ()
    line = next((one.lineno for one in reversed(through) if one.filename == file and one.lineno), line)
    cell = _cell(file)
    return f"{cell}, line {line}" if cell else f"{file}:{line}"


def _code(thing: object) -> CodeType | None:
    if isinstance(thing, type):
        return next((value.__code__ for value in vars(thing).values() if inspect.isfunction(value)), None)
    code = getattr(inspect.unwrap(thing) if callable(thing) else thing, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _own(chain: TracebackType | None) -> list[tuple[FrameType, int]]:
    """The frames that called the package, or that it called: not those of the package, of libraries or of IPython."""
    frames = []
    while chain is not None:
        frames.append((chain.tb_frame, chain.tb_lineno))
        chain = chain.tb_next
    ours = [frame.f_code.co_filename.startswith(_PACKAGE) for frame, _ in frames]
    beside = {
        i + side for i, (one, two) in enumerate(pairwise(ours)) if one != two for side in (0, 1) if not ours[i + side]
    }
    return [frames[i] for i in sorted(beside) if not _of_a_library(frames[i][0])]


def _of_a_library(frame: FrameType) -> bool:
    name = frame.f_code.co_filename
    return "site-packages" in name or name.startswith((_PYTHON, "<frozen"))


def _cell(file: str) -> str | None:
    """`Cell In[3]` of a notebook's file."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    name = shell.compile.format_code_name(file) if shell is not None else None
    return " ".join(name) if name else None
