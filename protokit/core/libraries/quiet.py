"""Keeps a native library's start-up chatter off the screen."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def native_stderr_held() -> Iterator[None]:
    """Hold back what is written to the process's stderr; it is shown after all if the block raises.

    TensorFlow logs before its log level is in force, so that no variable of the environment silences it.
    """
    sys.stderr.flush()
    try:
        original = os.dup(2)
    except OSError:  # no stderr in this process
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(original, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
