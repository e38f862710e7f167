"""A process of its own for what needs another backend than this one: Keras has one from its import on.

What is told there is told here, a warning there is a warning here, an error is raised here, and Ctrl-C ends it as it
would end the work here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, TextIO, TypeAlias, cast

from protokit.core.errors import ProtokitError, SpecError, TrainingError, WorkerError
from protokit.learn.backends.backend import DEFAULT, VARIABLE, taken

Tell: TypeAlias = Callable[[str, tuple[Any, ...]], None]
_SPAWN = multiprocessing.get_context("spawn")  # a fork of a process with TensorFlow in it hangs
_STARTING = threading.Lock()  # variables are the whole process's
_LOOK = 2.0  # seconds between looks at who the parent is
_PATIENCE = 30.0  # seconds that an interrupted process has to end


def is_elsewhere(backend: str) -> bool:
    """Whether a backend needs a process of its own.

    Raises:
        WorkerError: this is such a process, which runs the person's program from its top to know its classes.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise WorkerError(
            "a process of its own runs the program that starts it once more, up to this call",
            cure='put what the program does under `if __name__ == "__main__":`',
        )
    return (taken() or DEFAULT) != backend


def done_elsewhere(backend: str, work: Callable[..., Any], arguments: tuple[Any, ...], tell: Tell) -> Any:
    """What `work(tell, *arguments)` gives, done in a process whose Keras has another backend.

    `work` is a function of a module. What it tells comes to `tell` here.

    Raises:
        SpecError: an argument cannot go to another process.
        TrainingError: the process was ended from outside.
    """
    ours, theirs = _SPAWN.Pipe()
    process = _SPAWN.Process(target=_main, args=(theirs, backend, work, arguments))
    with _STARTING, _as_started(backend):
        try:
            process.start()
        except OSError:
            raise
        except Exception as error:  # whatever says that it cannot be sent
            rule = f"backend: {backend} trains in a process of its own, and this cannot go there: {error}"
            cure = f"define it in a module that can be imported, or set {VARIABLE}={backend} before Python starts"
            raise SpecError.one(rule, cure, ("learn", "backend")) from None
    theirs.close()
    try:
        while True:
            wait([ours, process.sentinel])
            try:
                kind, *said = ours.recv()
            except EOFError:
                process.join()
                raise TrainingError(
                    _end(backend, process.exitcode), cure="go on with --resume, or resume=True"
                ) from None
            if kind == "gave":
                return said[0]
            if kind == "raised":
                raise said[0]
            if kind == "warned":
                warnings.warn_explicit(*said)
            else:
                tell(kind, said[0])
    except KeyboardInterrupt:
        if process.is_alive():
            _interrupt(process.pid)
            process.join(_PATIENCE)
        raise
    finally:
        ours.close()
        process.join(_PATIENCE if sys.exc_info()[0] is None else 1.0)
        process.kill()
        process.join()
        process.close()


def _end(backend: str, code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in signal.valid_signals() else f"signal {-code}"
        memory = ", as a system does that runs out of memory" if name == "SIGKILL" else ""
        return f"the process that trains on {backend} was ended by {name}{memory}"
    return f"the process that trains on {backend} ended with status {code}"


def _interrupt(pid: int | None) -> None:
    if pid is not None and os.name == "posix":
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)


@contextmanager
def _as_started(backend: str) -> Iterator[None]:
    """Let a process that starts inside have this backend, and no Ctrl-C yet: Keras reads it when it is imported."""
    before = os.environ.get(VARIABLE)
    masked = hasattr(signal, "pthread_sigmask")
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masked else set()
    os.environ[VARIABLE] = backend
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
        if masked:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _main(pipe: Connection, backend: str, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """What the process does: one work."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)  # Ctrl-C in a terminal is for the one who waits, and who tells of it
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()

    def warned(
        message: Warning | str, category: type[Warning], filename: str, lineno: int,
        file: TextIO | None = None, line: str | None = None,
    ) -> None:  # fmt: skip
        pipe.send(("warned", message, category, filename, lineno))

    warnings.showwarning = warned
    try:
        pipe.send(("gave", work(lambda kind, said: pipe.send((kind, said)), *arguments)))
    except OSError as error:
        if isinstance(error, BrokenPipeError):  # nobody waits any more
            os._exit(1)
        _raise_there(pipe, error)
    except BaseException as error:  # whatever it is, it is raised where somebody waits
        _raise_there(pipe, error)


def _raise_there(pipe: Connection, error: BaseException) -> None:
    text = "".join(traceback.format_exception(error))
    if not isinstance(error, (ProtokitError, KeyboardInterrupt)):
        error.add_note(f"in a process of its own:\n{text}")
    try:
        ForkingPickler.loads(ForkingPickler.dumps(error))
    except Exception:  # of somebody else, who did not think of this
        error = RuntimeError(f"{type(error).__name__}: {error}")
        error.add_note(f"in a process of its own:\n{text}")
    with suppress(OSError):
        pipe.send(("raised", error))


def _watch(parent: int) -> None:
    """End this process when the one that waits for it is gone."""
    sentinel = cast("object", getattr(parent_process(), "sentinel", None))
    while sentinel is not None and not wait([cast(int, sentinel)], _LOOK):
        if os.getppid() != parent:  # a copy of it may hold the pipe's other end
            break
    os._exit(1)
