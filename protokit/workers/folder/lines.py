"""Messages through files that one process appends to and others read: what every shared file system keeps in order.

NFS promises that whoever opens a file sees what was there when its writer closed it, and nothing of folders, of locks
or of two writers. So each file has one writer, is there before anybody waits for it, and is opened for each look.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import cast

from protokit.core.errors import DataError
from protokit.workers.crew import Plain

_TRIES, _BETWEEN = 30, 1.0  # of a disk that refuses: a full one may have room again, a server come back


class Writer:
    """The end of a line that one process appends to."""

    def __init__(self, path: Path) -> None:
        self._path, self._length = path, 0
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666))

    def put(self, message: Plain) -> None:
        """Append a message, in one stroke.

        Raises:
            DataError: the disk refused again and again.
            FileNotFoundError: somebody has taken the file away.
        """
        line = (json.dumps(message, allow_nan=False) + "\n").encode()
        for attempt in range(_TRIES):
            try:
                self._append(line)
                return
            except FileNotFoundError:
                raise
            except OSError as error:
                if attempt == _TRIES - 1:
                    cure = "free some space; then the same command goes on"
                    raise DataError(
                        f"could not write: {error.strerror or error}", place=str(self._path), cure=cure
                    ) from error
                time.sleep(_BETWEEN)

    def _append(self, line: bytes) -> None:
        handle = os.open(self._path, os.O_WRONLY)
        try:
            os.lseek(handle, self._length, os.SEEK_SET)  # over what a full disk took of a line before
            done = 0
            while done < len(line):
                done += os.write(handle, line[done:])
        finally:
            os.close(handle)  # where NFS tells what it could not write: then the same is written there again
        self._length += len(line)


class Reader:
    """The other end. `grew` says whether the file was longer at the last look than before."""

    def __init__(self, path: Path) -> None:
        self._path, self._read, self._size = path, 0, 0
        self.grew = False

    def take(self) -> list[Plain]:
        """The messages since the last look; a line that is still being written is left for the next one.

        None where a server does not answer for a while.

        Raises:
            FileNotFoundError: somebody has taken the file away.
        """
        self.grew = False
        try:
            return self._take()
        except FileNotFoundError:
            raise
        except OSError:
            return []

    def _take(self) -> list[Plain]:
        handle = os.open(self._path, os.O_RDONLY)
        try:
            size = os.fstat(handle).st_size
            self.grew, self._size = size != self._size, size
            if size <= self._read:
                return []
            os.lseek(handle, self._read, os.SEEK_SET)
            parts = []
            while part := os.read(handle, 1 << 20):
                parts.append(part)
        finally:
            os.close(handle)
        whole, end, _ = b"".join(parts).rpartition(b"\n")
        self._read += len(whole) + len(end)
        return [cast(Plain, json.loads(line)) for line in whole.split(b"\n")] if end else []
