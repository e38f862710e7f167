"""Every crew keeps one contract."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from protokit.testing.workers.crew import CHECKS, CHECKS_OF_PROCESSES, Opens
from protokit.testing.workers.dummy import Dummy
from protokit.workers.processes.crew import LocalCrew


@pytest.mark.parametrize("check", [*CHECKS, *CHECKS_OF_PROCESSES], ids=lambda check: check.__name__[6:])
def test_local_processes(check: Callable[[Opens], None]) -> None:
    check(lambda size: LocalCrew(Dummy, size))
