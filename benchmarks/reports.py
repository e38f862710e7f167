"""Public bug reports of comparable tools, tried here on small inputs that are made for it.

    python benchmarks/reports.py [NAME ...] [--write]

Prints the outcome of each: right (the values are right), told (an error or a notice with a cure, and the cure gives the
right values), or wrong. `--write` writes docs/reports.md. tests/test_reports.py runs all of them.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import date
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from report_cases.report import REPORTS, Outcome, Report  # noqa: E402

PAGE = ROOT / "docs" / "reports.md"
PARTS = ("texts", "numbers", "times", "typed", "workbooks", "joins", "learning", "predicting")

TOP = """# Public bug reports, tried here

Reports of bugs in comparable tools (pandas, DuckDB, readr, PyCaret, AutoGluon, Ludwig and others), each made into a
small input of the same kind and tried with protokit. Made by `python benchmarks/reports.py --write`; the inputs and how
each outcome is decided stand in `benchmarks/report_cases/`, and `tests/test_reports.py` runs them all.

- **right**: the values that come out are the right ones.
- **told**: an error, or a notice, that says what is the matter and how to mend it; the cure was followed and gives the
  right values.
- **wrong**: anything else.
- *was wrong*: so it was when the report was first tried, on 2026-11-29; what was wrong was mended then.

"""


def load() -> dict[str, Report]:
    """All reports by their names."""
    for part in PARTS:
        import_module(f"report_cases.{part}")
    return REPORTS


def _page(found: dict[str, Outcome]) -> str:
    counts = Counter(found.values())
    total = f"Of {len(found)} reports: " + ", ".join(f"{counts[o]} {o}" for o in ("right", "told", "wrong"))
    total += f"; {sum(REPORTS[name].mended for name in found)} were wrong when they were first tried"
    rows = ["| situation | report | right outcome | outcome |", "| --- | --- | --- | --- |"]
    for name, outcome in found.items():
        one = REPORTS[name]
        said = f"**{outcome}**" + (f": {one.wrong}" if outcome == "wrong" else ", was wrong" if one.mended else "")
        link = f"[{one.thread}](https://github.com/{one.thread.replace('#', '/issues/')})"
        cells = [one.situation, link, one.right, said]
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return TOP + f"{total}. Tried on {date.today():%Y-%m-%d}.\n\n" + "\n".join(rows) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    reports = load()
    found: dict[str, Outcome] = {}
    for name, one in reports.items():
        if given.names and name not in given.names:
            continue
        found[name], trace = one.outcome()
        print(f"{found[name]:6} {name:32} {one.thread}" + (f"\n{trace}" if trace else ""), flush=True)
    print(dict(Counter(found.values())))
    if given.write:
        PAGE.write_text(_page(found))


if __name__ == "__main__":
    main()
