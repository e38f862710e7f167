"""A hand that does nothing worth waiting for: it costs no import, and does what its task says."""

from __future__ import annotations

import math
import os
import signal
import sys
import time
from pathlib import Path
from typing import cast

from protokit.workers.crew import Plain, Report


class Dummy:
    """A hand that does what its task says: `steps` to report, seconds to `sleep`, a text to `fail` with, and worse."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder, self.done = folder, 0

    def do(self, task: Plain, report: Report) -> Plain:
        """See Hand."""
        time.sleep(float(cast(float, task.get("sleep", 0))))
        if task.get("print"):
            print(task["print"], file=sys.stderr, flush=True)
        if task.get("die"):
            os.kill(os.getpid(), signal.SIGKILL)
        if "fail" in task:
            raise ValueError(task["fail"])
        steps = 0
        for step in range(1, int(cast(int, task.get("steps", 0))) + 1):
            steps = step
            if not report(step, math.nan if task.get("nan") else step / 10):
                break
            time.sleep(float(cast(float, task.get("between", 0))))
        self.done += 1
        result: dict[str, object] = {"say": task.get("say"), "steps": steps, "pid": os.getpid(), "done": self.done}
        if task.get("size"):
            result["big"] = "x" * int(cast(int, task["size"]))
        if task.get("odd"):
            result["odd"] = (math.nan, {1, 2} if task["odd"] == "set" else (1, 2))
        return result


def alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return "\nState:\tZ" not in _status(pid)


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""
