"""What many recipes cost in one command, beside a process for each.

python benchmarks/many.py [--recipes 20] [--alone 4] [--write]: seconds of the processor for each recipe of 200 rows of
../shared/data; `--write` puts them into docs/sets.md and docs/many.json.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
TABLES = {
    "california housing: 8 numbers, 1 category": ("california_housing.csv", "median_house_value"),
    "adult: 6 numbers, 8 categories": ("adult_train.csv.gz", "income"),
}
ROWS = 200
MARK = re.compile(r"(<!-- many -->\n).*?(<!-- /many -->)", re.S)


def shops(folder: Path, table: str, count: int) -> None:
    """So many tables of 200 rows each, with a recipe of one line for each."""
    file, target = TABLES[table]
    frame = pd.read_csv(DATA / file).sample(frac=1, random_state=0)
    for i in range(count):
        frame.iloc[i * ROWS : (i + 1) * ROWS].to_csv(folder / f"s{i:02}.csv", index=False)
        text = f"collect: {{tables: {{shop: s{i:02}.csv}}}}\nrepresent: {{target: {target}}}\n"
        (folder / f"s{i:02}.yaml").write_text(text)


def seconds(folder: Path, *arguments: str) -> float:
    """Seconds of the processor that a command takes, its children's too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    given = {**os.environ, "PYTHONPATH": path, "PROTOKIT_CACHE": str(folder / "cache"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "protokit", "run", *arguments]
    subprocess.run(command, cwd=folder, env=given, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measured(table: str, recipes: int, alone: int) -> dict[str, float]:
    """Seconds for each recipe: a process for each of some, all in one command, and the same by two workers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shops(folder, table, recipes)
        each = sum(seconds(folder, f"s{i:02}.yaml", "-o", "alone", "--no-cache") for i in range(alone)) / alone
        together = seconds(folder, "s*.yaml", "-o", "together", "--no-cache")
        return {"recipes": recipes, "alone": each, "together": together / recipes}


def lines(found: dict[str, dict[str, float]]) -> str:
    """The figures as a table."""
    head = (
        f"Counted on {date.today()} by `benchmarks/many.py`, in seconds of the processor for each recipe of {ROWS} "
        "rows:\n\n| table | recipes | a process each | in one command | share |\n|---|---|---|---|---|\n"
    )
    return head + "".join(
        f"| {table} | {one['recipes']:.0f} | {one['alone']:.1f} | {one['together']:.1f} "
        f"| {one['together'] / one['alone']:.2f} |\n"
        for table, one in found.items()
    )


def main() -> None:
    """Measure, and write where it is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipes", type=int, default=20)
    parser.add_argument("--alone", type=int, default=4)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    found = {table: measured(table, given.recipes, given.alone) for table in TABLES}
    print(lines(found))
    if given.write:
        page = ROOT / "docs" / "sets.md"
        page.write_text(MARK.sub(lambda m: m[1] + lines(found) + m[2], page.read_text()))
        (ROOT / "docs" / "many.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
