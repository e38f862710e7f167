"""The public bug reports that are tried here: none comes out wrong, but those that are known to."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

BENCHMARKS = str(Path(__file__).parent.parent / "benchmarks")
sys.path.insert(0, BENCHMARKS)
try:
    from reports import load
finally:
    sys.path.remove(BENCHMARKS)

REPORTS = load()


@pytest.mark.parametrize("name", REPORTS)
def test_what_was_reported_elsewhere_does_not_go_wrong_here(name: str) -> None:
    outcome, trace = REPORTS[name].outcome()
    assert (outcome == "wrong") == bool(REPORTS[name].wrong), trace or outcome


def test_each_report_has_a_thread_of_its_own() -> None:
    threads = [one.thread for one in REPORTS.values()]
    assert len(threads) == len(set(threads)) and all("/" in one and "#" in one for one in threads)
