"""What driver and workers find of each other in a shared folder.

`workers/session.json` names the newest session of a driver. In the session's folder the driver appends to
`driver.jsonl`; a worker makes NAME.in.jsonl, which the driver appends to, then NAME.out.jsonl, which is its own.
Who is alive is seen by files that grow: no clock of one machine is compared with another's.
"""

from __future__ import annotations

import json
import os
import platform
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from protokit.core.files import write_json

HOME = "workers"
OUT, IN = ".out.jsonl", ".in.jsonl"


@dataclass(frozen=True)
class Session:
    """One driver's time with a folder: its workers beat every so many seconds, and are given up after `patience`.

    Workers make their hand anew where `key` is another one than before.
    """

    name: str
    protokit: str
    key: str
    beat: float
    patience: float

    def folder(self, home: Path) -> Path:
        """Where its files are."""
        return home / HOME / self.name


def begin(home: Path, key: str, beat: float, patience: float) -> Session:
    """Begin a session; those of drivers before end with it, and their files are taken away."""
    name = f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{uuid4().hex[:6]}"
    session = Session(name, version("protokit"), key, beat, patience)
    session.folder(home).mkdir(parents=True)
    before = [entry for entry in os.scandir(home / HOME) if entry.is_dir() and entry.name != name]
    write_json(home / HOME / "session.json", session.__dict__)
    for folder in before:
        for file in os.scandir(folder.path):
            if file.name.endswith(".jsonl"):
                with suppress(OSError):
                    os.unlink(file.path)
        with suppress(OSError):
            os.rmdir(folder.path)
    return session


def newest(home: Path) -> Session | None:
    """The newest session, where there is one."""
    try:
        return Session(**json.loads((home / HOME / "session.json").read_text()))
    except (OSError, ValueError, TypeError):  # none yet, or of another version of protokit's own
        return None


def newest_in(folder: Path) -> tuple[Path, Session] | None:
    """The search in a folder that has a driver, with its session: the folder's own, else the newest of those in it."""
    if (folder / HOME).is_dir():
        homes = [folder]
    else:
        homes = sorted((Path(entry.path) for entry in os.scandir(folder) if entry.is_dir()), reverse=True)
    for home in homes:
        if (session := newest(home)) is not None:
            return home, session
    return None


def end(home: Path, session: Session) -> None:
    """Take a session from those that a worker finds."""
    if newest(home) == session:
        with suppress(OSError):
            os.unlink(home / HOME / "session.json")


def worker_name() -> str:
    """A name that no other worker has."""
    host = "".join(c if c.isalnum() or c == "-" else "-" for c in platform.node().split(".")[0]) or "worker"
    return f"{host}-{os.getpid()}-{uuid4().hex[:8]}"


def workers_in(folder: Path) -> list[str]:
    """The workers that have come to a session.

    A file is made and taken away before the look: an NFS client then asks its server what is in the folder, and does
    not answer from what it remembers, which may be a minute old.
    """
    mark = folder / f".look-{os.getpid()}"
    with suppress(OSError):
        mark.touch()
        mark.unlink()
    try:
        return sorted(entry.name.removesuffix(OUT) for entry in os.scandir(folder) if entry.name.endswith(OUT))
    except OSError:
        return []
