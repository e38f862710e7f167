"""Hands that workers of the tests make: they are found by their module, in other processes too."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path

from protokit.core.errors import DataError
from protokit.testing.workers.dummy import Dummy
from protokit.workers.crew import Plain, Report


class Looking:
    """Says what its process was given."""

    def do(self, task: Plain, report: Report) -> Plain:
        print("chatter")
        with open(os.path.join(tempfile.gettempdir(), "left"), "w") as file:
            file.write("what a killed worker leaves")
        heavy = {"tensorflow", "keras", "numpy"} & set(__import__("sys").modules)
        names = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "CUDA_VISIBLE_DEVICES", "TF_FORCE_GPU_ALLOW_GROWTH")
        given = {name: os.environ.get(name) for name in names}
        return {**given, "heavy": sorted(heavy), "scratch": tempfile.gettempdir()}


def no_table() -> Dummy:
    raise DataError("there is no table here", place="table/")


def dying() -> Dummy:
    os.write(2, b"a library is missing\n")
    os._exit(3)


class Busy:
    """Holds the worker's main thread for long, as a training does, and says where it is."""

    def do(self, task: Plain, report: Report) -> Plain:
        Path(str(task["at"])).write_text(str(os.getpid()))
        threading.Event().wait(100)
        return {}


def slow() -> Dummy:
    time.sleep(0.5)
    return Dummy()


def in_folder(folder: Path) -> Dummy:
    return no_table()
