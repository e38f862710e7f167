"""What each kind of column, in and out, is good for: docs/kinds.md and docs/kinds.json.

    python benchmarks/kinds.py [planted | drawn | cases] [NAME ...] [--data ../shared/data] [--seeds 3] [--draws 10000]
        [--peers PYTHON] [--write]

Planted tables and drawn cells are those of `benchmarks/kind_columns/`; each case on real data is in a file of
`benchmarks/kind_cases/`, found there. `--write` puts what was measured now in the place of what stood for these names.
"""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import platform
import statistics
import sys
import warnings
from collections.abc import Callable, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import kind_cases  # noqa: E402
from kind_cases.case import CASES, Case, Given, Scores  # noqa: E402
from kind_columns import drawn, planted  # noqa: E402
from kind_columns.tables import PLANTED  # noqa: E402

JSON, PAGE = ROOT / "docs" / "kinds.json", ROOT / "docs" / "kinds.md"
TOP = """# Kinds of columns, measured

Written by `benchmarks/kinds.py`: scores of test rows, mean over the seeds ± its standard error where there are several.
Under each table stands what was to be shown, and whether it was.
"""


def load() -> dict[str, Case]:
    """All cases by their names."""
    for module in pkgutil.iter_modules(kind_cases.__path__):
        import_module(f"kind_cases.{module.name}")
    return CASES


def means(seeds: list[Scores]) -> dict[str, dict[str, float]]:
    """Over the seeds, of each variant and metric."""
    return {
        name: {metric: statistics.fmean(seed[name][metric] for seed in seeds) for metric in seeds[0][name]}
        for name in seeds[0]
    }


def page(found: Mapping[str, Mapping[str, Any]]) -> str:
    """The page of all that was measured."""
    lines = [TOP]
    if tables := found.get("planted"):
        lines += planted.sections({name: one["seeds"] for name, one in tables.items()})
    if cells := found.get("drawn"):
        lines += drawn.sections(cells)
    for name, one in sorted(found.get("cases", {}).items()):
        lines += _case(name, one)
    return "\n".join(lines).rstrip() + "\n"


def _case(name: str, one: Mapping[str, Any]) -> list[str]:
    count = len(one["seeds"])
    about = f"{count} seed{'s' if count > 1 else ''}, {one['date']}, {one['machine']}"
    lines = [f"## {name}", "", f"{CASES[name].about} ({about}).", ""]
    total = means(one["seeds"])
    columns = list(dict.fromkeys(metric for scores in total.values() for metric in scores))
    lines += [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for variant, scores in total.items():
        cells = [_cell([seed[variant][c] for seed in one["seeds"]]) if c in scores else "" for c in columns]
        lines.append(f"| {variant} | {' | '.join(cells)} |")
    shown = CASES[name].shown(total)
    return [*lines, "", *(f"- {'Shown' if holds else '**Not shown**'}: {said}" for said, holds in shown), ""]


def _cell(values: list[float]) -> str:
    mean = statistics.fmean(values)
    digits = 0 if mean == round(mean) and abs(mean) >= 10 else 4 if abs(mean) < 10 else 2
    error = f" ± {statistics.stdev(values) / len(values) ** 0.5:.{digits}f}" if len(values) > 1 else ""
    return f"{mean:.{digits}f}{error}"


def main() -> None:
    """See the module."""
    cases = load()
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["planted", "drawn", "cases"])
    parser.add_argument("names", nargs="*", help="all, where none is named")
    parser.add_argument("--data", type=Path, default=ROOT / ".." / "shared" / "data")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--peers", help="the Python that peers such as lightgbm are installed in")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    given, seeds = Given(asked.data.resolve(), asked.peers), range(asked.seeds)
    ways: dict[str, dict[str, Callable[[], dict[str, Any]]]] = {
        "planted": {
            name: lambda made=made: {"seeds": [planted.planted(made, seed) for seed in seeds]}  # type: ignore[misc]
            for name, made in PLANTED.items()
        },
        "drawn": {name: lambda draw=draw: draw(asked.draws, 0) for name, draw in drawn.HOSTILE.items()},  # type: ignore[misc]
        "cases": {
            name: lambda case=case: {"seeds": [case.measured(given, seed) for seed in seeds]}  # type: ignore[misc]
            for name, case in cases.items()
        },
    }
    known = ways[asked.what]
    if unknown := sorted({*asked.names} - {*known}):
        parser.error(f"no {unknown[0]!r} among {', '.join(known)}")
    about = {"date": date.today().isoformat(), "machine": f"{platform.machine()}, {os.cpu_count()} cores"}
    new: dict[str, Any] = {}
    for name in asked.names or known:
        new[name] = {**about, **known[name]()}
        print(asked.what, name, json.dumps(new[name]), file=sys.stderr, flush=True)
        if asked.write:  # beside what another process has measured meanwhile
            found: dict[str, Any] = json.loads(JSON.read_text(encoding="utf-8")) if JSON.exists() else {}
            merged = {**found.get(asked.what, {}), name: new[name]}
            found[asked.what] = {key: merged[key] for key in known if key in merged}
            JSON.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
            PAGE.write_text(page(found), encoding="utf-8")
    print(page({asked.what: new}))


if __name__ == "__main__":
    main()
