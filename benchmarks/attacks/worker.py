"""The child: does what it is told, a line each, and says what came of it and what it touched.

What it opens is seen by Python's audit events, from the moment that a case begins.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")

import numpy as np
import pandas as pd

import protokit
import protokit.bundle.folder
import protokit.bundle.opened.evaluation
import protokit.learn.train
from protokit.core.errors import ProtokitError

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_STARTED = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
_ASKED = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind")
_CHANGED = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.chmod", "os.truncate")
_OWN = ("/proc", "/sys", "/dev/urandom", "/dev/null", "/usr/share", "/usr/lib", "/etc/localtime", "/etc/mime.types")


class Watch:
    """What a case may touch, and what it touched beside."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self.on = False
        found = (*sys.path, sys.prefix, sys.base_prefix, *_OWN, str(Path(__file__).resolve().parents[2]))
        self._own = tuple(os.path.realpath(one) for one in found if one)
        self._read: tuple[str, ...] = ()
        self._write: tuple[str, ...] = ()
        sys.addaudithook(self._see)

    def begin(self, read: list[str], write: list[str]) -> None:
        self._write = tuple(map(os.path.realpath, (*write, "/dev/null")))
        self._read = (*self._own, *map(os.path.realpath, read), *self._write)
        self.reached, self.on = [], True

    def _see(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        self.on = False  # what is looked up here is ours
        try:
            if found := self._touched(event, args):
                self.reached.append(found[:300])
        finally:
            self.on = True

    def _touched(self, event: str, args: tuple[Any, ...]) -> str:
        if event == "open":
            flags = args[2] if isinstance(args[2], int) else 0
            writes = bool(flags & _WRITES or (isinstance(args[1], str) and set(args[1]) & set("wax+")))
            if not _below(args[0], self._write if writes else self._read):
                return f"{'wrote' if writes else 'read'} {args[0]!r}"
        elif event in ("os.listdir", "os.scandir") and args[0] is not None:
            return "" if _below(args[0], self._read) else f"listed {args[0]!r}"
        elif event in _CHANGED:
            some = [one for one in args[:2] if isinstance(one, (str, bytes, os.PathLike))]
            return "" if all(_below(one, self._write) for one in some) else f"{event} {some!r}"
        elif event in _STARTED or event in _ASKED:
            return f"{event} {args!r}"
        return ""


def _below(path: object, roots: tuple[str, ...]) -> bool:
    if not isinstance(path, (str, bytes, os.PathLike)):
        return True  # a descriptor that was opened before
    try:
        real = os.path.realpath(os.fsdecode(path))
    except ValueError:
        return True
    return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def bundle(folder: str, rows: str, base: str | None) -> str:
    """Load a model and predict a few rows."""
    frame = pd.read_parquet(rows)
    model = protokit.load(folder)
    found = model.predict(frame, folder=base)
    numbers = found.select_dtypes("number")
    bad = [name for name in numbers if not np.isfinite(numbers[name].to_numpy(float)).all()]
    return f"NONSENSE: {bad} not finite" if bad else "predicted"


ACTS: dict[str, Callable[..., str]] = {"bundle": bundle}


def main() -> None:
    """Read cases from the standard input until it ends; answer on descriptor 3."""
    answers = os.fdopen(3, "w")
    watch = Watch()
    answers.write(json.dumps({"ready": True}) + "\n")
    answers.flush()
    for line in sys.stdin:
        case = json.loads(line)
        watch.begin(case["read"], case["write"])
        try:
            end, text = "gave", ACTS[case["act"]](**case["given"])
        except ProtokitError as error:
            end, text = "said", str(error)
        except BaseException:
            end, text = "traceback", traceback.format_exc()
        watch.on = False
        answers.write(
            json.dumps({"end": end, "text": text[-4000:], "length": len(text), "reached": watch.reached[:20]}) + "\n"
        )
        answers.flush()


if __name__ == "__main__":
    main()
