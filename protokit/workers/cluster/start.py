"""The cluster that a search works on: the one that this process is in, that of RAY_ADDRESS, else a Ray of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from protokit.core.errors import WorkerError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access
from protokit.workers import machine

# read when Ray is imported: what it would print of workers that die and nodes that come is told by events
_QUIET_IMPORT = {"RAY_DEDUP_LOGS_SKIP_REGEX": ".*", "RAY_SCHEDULER_EVENTS": "0"}
# read when a Ray of our own is started: nothing is sent to its makers
_QUIET_START = {"RAY_USAGE_STATS_ENABLED": "0"}


def connected() -> tuple[ModuleType, bool]:
    """Ray, connected; and whether this has connected it, so that it is to be shut down again.

    Raises:
        MissingExtra: it is not installed.
        WorkerError: no cluster answers at the address, or none can be started.
    """
    if "ray" in sys.modules:
        ray = optional("ray", "cluster")
    else:
        with _variables(_QUIET_IMPORT):
            ray = optional("ray", "cluster")
    if ray.is_initialized():
        return ray, False
    address = access.variable("RAY_ADDRESS")
    options: dict[str, object] = {"num_cpus": machine.cores(), "include_dashboard": False}
    before = signal.getsignal(signal.SIGTERM)
    try:
        with _variables(_QUIET_START):
            ray.init(
                address=address or "local",
                log_to_driver=False,
                logging_level="error",
                **({} if address else options),
            )
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if address:
            cure = "start one with `ray start --head`, or leave RAY_ADDRESS out for a Ray of this machine"
            raise WorkerError(f"no Ray cluster answers at RAY_ADDRESS={address}: {words}", cure=cure) from error
        raise WorkerError(f"Ray cannot be started: {words}", cure="search: {workers: 2} needs no Ray") from error
    finally:
        if threading.current_thread() is threading.main_thread():  # Ray puts one of its own in its place
            signal.signal(signal.SIGTERM, before)
    return ray, True


@contextmanager
def _variables(wanted: Mapping[str, str]) -> Iterator[None]:
    """Set variables inside, but for those that a person has set."""
    mine = {name: value for name, value in wanted.items() if name not in os.environ}
    os.environ.update(mine)
    try:
        yield
    finally:
        for name in mine:
            del os.environ[name]
