"""Children in which attacks are tried, watched from outside: killed at their bounds, and replaced."""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SECONDS, BYTES, CASES = 20.0, 2 << 30, 40
_OPENED, _READ = 0x20, 0x1
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Outcome:
    """What came of a case: `end` is `said` (an error of ours), `gave` (an answer), `traceback`, `time`, `memory` or
    `died`; `text` what was said; `reached` what it opened outside of what it may, asked or started."""

    end: str
    text: str = ""
    length: int = 0
    reached: list[str] = field(default_factory=list)
    seconds: float = 0.0
    peak: int = 0

    @property
    def held(self) -> bool:
        """Whether nothing happened that must not."""
        sane = self.end == "said" or (self.end == "gave" and not self.text.startswith("NONSENSE"))
        return sane and not self.reached


class Child:
    """A process that does cases one after another; after a death, or so many cases, another."""

    def __init__(self, environment: Mapping[str, str], cwd: Path) -> None:
        self._environment, self._cwd, self._cases = dict(environment), cwd, 0
        self._process: subprocess.Popen[bytes] | None = None

    def do(
        self, act: str, given: Mapping[str, object], read: Sequence[Path], write: Sequence[Path], bait: Path
    ) -> Outcome:
        """Do a case; what lies in `bait` is watched by the kernel, whatever code opens it."""
        process = self._ready()
        kernel = _Kernel(bait)
        line = {"act": act, "given": given, "read": [str(one) for one in read], "write": [str(one) for one in write]}
        assert process.stdin is not None
        process.stdin.write(json.dumps(line).encode() + b"\n")
        process.stdin.flush()
        base, peak, started = _resident(process.pid), 0, time.monotonic()
        end, answer = "", b""
        while not end and not answer.endswith(b"\n"):
            if select.select([self._answers], [], [], 0.02)[0]:
                piece = os.read(self._answers, 1 << 16)
                answer += piece
                end = "" if piece else "died"
            peak = max(peak, _resident(process.pid) - base)
            end = end or ("memory" if peak > BYTES else "time" if time.monotonic() - started > SECONDS else "")
        found = Outcome(end) if end else Outcome(**json.loads(answer))
        found.seconds, found.peak = time.monotonic() - started, peak
        found.reached += kernel.seen()
        self._cases += 1
        if end or self._cases >= CASES:
            self.close()
        return found

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            os.close(self._answers)
            self._process = None

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._answers, its = os.pipe()
            os.set_inheritable(its, True)
            command = [
                sys.executable,
                "-P",
                "-c",
                f"import os; os.dup2({its}, 3); import runpy; runpy.run_module('attacks.worker', run_name='__main__')",
            ]
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True, env=self._environment, cwd=self._cwd, pass_fds=(its,),
            )  # fmt: skip
            os.close(its)
            self._cases = 0
            if not os.read(self._answers, 1 << 10):
                raise SystemExit("the child does not start")
        return self._process


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


class _Kernel:
    """What the kernel saw of a folder's files, from now on (inotify)."""

    def __init__(self, folder: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = libc.inotify_init1(os.O_NONBLOCK)
        for path in (folder, *folder.rglob("*")):
            libc.inotify_add_watch(self._descriptor, os.fsencode(path), _OPENED | _READ)

    def seen(self) -> list[str]:
        """Each once."""
        try:
            data = os.read(self._descriptor, 1 << 16)
        except BlockingIOError:
            data = b""
        os.close(self._descriptor)
        found = set()
        while data:
            _, mask, _, length = struct.unpack_from("iIII", data)
            name = data[16 : 16 + length].rstrip(b"\0").decode()
            found.add(f"the kernel saw {'a read' if mask & _READ else 'an opening'} of {name!r}")
            data = data[16 + length :]
        return sorted(found)
