"""How fast data is read, and how much of it: CPU seconds beside pandas in one process, growth, memory, a large CSV.

    python benchmarks/data.py [--only collect,growth,large,represent,again] [--size GIGABYTES] [--write]

Each part runs in a fresh process. `--write` puts what was measured into docs/speed-of-data.json, beside the parts that
were measured before, and writes docs/speed-of-data.md from it. The target is a CSV of 20 GB (`--size 20`).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
JSON, PAGE = ROOT / "docs" / "speed-of-data.json", ROOT / "docs" / "speed-of-data.md"
PARTS = ("collect", "growth", "large", "represent", "again")
BEFORE = ("collect", "represent", "audit", "build", "cache")  # steps before the training
ROWS, FEW, MANY = 500_000, 50_000, 5_000_000
LIMIT = 2 << 30
TIMES = 7


def make(path: Path, rows: int, seed: int = 0) -> None:
    """A CSV of 11 columns: whole numbers, numbers, texts of few levels, dates, codes; some cells are missing."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(seed)
    for start in range(0, rows, ROWS):
        count = min(ROWS, rows - start)
        days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, count), "D")
        frame = pd.DataFrame(
            {
                "id": np.arange(start, start + count),
                "age": pd.Series(rng.integers(0, 90, count)).astype("Int64"),
                "x": rng.normal(size=count),
                "price": rng.gamma(2, 50, count).round(2),
                "balance": rng.normal(size=count) * 1e6,
                "city": rng.choice(["Oslo", "Rome", "São Paulo", "New York", "Lima"], count).astype(object),
                "level": rng.choice(list("abc"), count),
                "day": days.strftime("%Y-%m-%d"),
                "code": np.char.zfill(rng.integers(0, 99_999, count).astype(str), 5),
                "visits": rng.integers(0, 1000, count),
                "late": rng.choice(["yes", "no"], count),
            }
        )
        for name in ("age", "x", "city"):
            frame.loc[rng.random(count) < 0.03, name] = None
        frame.to_csv(path, index=False, mode="a", header=start == 0)


def cpu() -> float:
    """CPU seconds of this process so far, those of all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of some work."""
    start = cpu()
    work()
    return cpu() - start


def collected(path: Path) -> Any:
    """The frame, as the first step of a run gives it."""
    from protokit.collect.collect import collect
    from protokit.collect.words import Collect

    return collect(Collect.of(tables={"rows": path.name}), path.parent).frame


def of_collect(folder: Path) -> dict[str, Any]:
    """`collect` beside `read_csv`, in turns."""
    import pandas as pd

    path = folder / "t.csv"
    make(path, ROWS)
    found = collected(path)  # libraries are loaded
    pairs = [(seconds(lambda: pd.read_csv(path)), seconds(lambda: collected(path))) for _ in range(TIMES)]
    theirs, ours = (median(column) for column in zip(*pairs, strict=True))
    assert list(found.dtypes.map(str))[:4] == ["int64", "float64", "float64", "float64"]
    size = path.stat().st_size
    return {"rows": ROWS, "bytes": size, "read_csv": theirs, "collect": ours, "ratio": ours / theirs}


def of_growth(folder: Path) -> dict[str, Any]:
    """CPU by rows, and the most memory beside the frame's."""
    few, many = folder / "few.csv", folder / "many.csv"
    make(few, FEW)
    make(many, MANY)
    collected(few)
    small = median(seconds(lambda: collected(few)) for _ in range(TIMES))
    before = memory("VmRSS")
    start = cpu()
    frame = collected(many)
    large = cpu() - start
    most = memory("VmHWM") - before
    deep = int(frame.memory_usage(deep=True).sum())
    shared = int(frame.memory_usage().sum()) + sum(
        sum(map(sys.getsizeof, frame[name].unique())) for name in frame.columns if frame[name].dtype.kind == "O"
    )
    growth = large / small / (MANY / FEW)
    sizes = {"peak": most, "frame": deep, "frame_shared": shared, "memory_ratio": most / deep}
    return {"few": FEW, "many": MANY, "seconds_few": small, "seconds_many": large, "growth": growth, **sizes}


def of_large(folder: Path, size: float) -> dict[str, Any]:
    """A CSV of about `size` gigabytes joined with another, read to the last row; then a whole run of it."""
    import big_join

    big_join.make(folder, 1_000_000, "csv")
    rows = int(size * 1e9 / (folder / "rows.csv").stat().st_size * 1_000_000)
    big_join.make(folder, rows, "csv")
    sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
    joined = big_join.fresh("--child", str(folder), "csv")
    assert joined["sums"] == big_join.wanted(folder, "csv")
    ran = big_join.fresh("--run", str(folder), "csv")
    assert ran["rows"]["train"] == joined["counts"]["train"], "the network learns from all of them"
    return {"rows": rows, "bytes": sizes["rows.csv"], "joined": joined, "ran": ran}


def of_represent(folder: Path) -> dict[str, Any]:
    """The second step, which has a script of its own."""
    try:
        import data_represent  # type: ignore[import-not-found]
    except ImportError:
        return {}
    return dict(data_represent.measure())


def of_again(folder: Path) -> dict[str, Any]:
    """What a run spends before its training, and what the next run of the same data does, after a small run."""
    os.environ["PROTOKIT_CACHE"] = str(folder / "cache")
    import protokit

    make(folder / "t.csv", ROWS)
    make(folder / "small.csv", 2000, seed=1)
    learn = {"menu": [{"Dense": {"units": 2}}], "epochs": 1}

    def before(table: str) -> dict[str, float]:
        recipe = {
            "name": "again", "collect": {"tables": {"rows": str(folder / table)}}, "represent": {"target": "late"},
            "learn": learn, "evaluate": {"baselines": []},
        }  # fmt: skip
        run = protokit.run(recipe, out=folder / "runs")
        spent = json.loads((run.path / "steps.json").read_text())["seconds"]
        return {step: spent.get(step, 0.0) for step in BEFORE}

    before("small.csv")
    first, second = before("t.csv"), before("t.csv")
    share = sum(second.values()) / sum(first.values())
    return {"rows": ROWS, "first": first, "second": second, "share": share}


def memory(name: str) -> int:
    """What the system says of this process's memory, in bytes: `VmRSS` is resident now, `VmHWM` was at most."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measured(part: str, size: float) -> dict[str, Any]:
    """What a fresh process finds."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--child", part, "--folder", folder, "--size", str(size)]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {"date": date.today().isoformat(), "load": round(os.getloadavg()[0], 1), **found}


def page(found: dict[str, Any]) -> str:
    """The page."""
    versions = ", ".join(f"{name} {found['versions'][name]}" for name in found["versions"])
    lines = [
        "# The speed of data",
        "",
        f"Written by `benchmarks/data.py` ({platform.machine()}, {found['cores']} cores; {versions}).",
        "CPU seconds of the whole process, its threads and its system calls with it.",
        "",
        "| what | measured | wanted | on |",
        "|---|---|---|---|",
    ]
    if one := found.get("collect"):
        lines += [
            f"| `collect` of a CSV of {one['rows']:,} rows x 11 columns ({one['bytes'] / 1e6:.0f} MB), "
            f"beside `pandas.read_csv`: {one['collect']:.2f} s, {one['read_csv']:.2f} s "
            f"| **{one['ratio']:.1f} times** | 3 | {one['date']} |"
        ]
    if one := found.get("growth"):
        lines += [
            f"| from {one['few']:,} to {one['many']:,} rows: {one['seconds_few']:.2f} s, {one['seconds_many']:.1f} s "
            f"| **{one['growth']:.2f} of linear** | 1.2 | {one['date']} |",
            f"| most memory beside the frame of {one['many']:,} rows ({one['frame'] / 2**20:,.0f} MiB; "
            f"{one['frame_shared'] / 2**20:,.0f} MiB with equal texts counted once) "
            f"| **{one['memory_ratio']:.1f} times** ({one['peak'] / 2**20:,.0f} MiB) | 3 | {one['date']} |",
        ]
    if one := found.get("large"):
        joined, ran = one["joined"], one["ran"]
        lines += [
            f"| a CSV of {one['bytes'] / 1e9:.2f} GB, {one['rows']:,} rows, joined with another, and read "
            f"to the last row ({joined['gathering'] + joined['reading']:.0f} s) "
            f"| **{joined['peak'] / 2**20:,.0f} MiB** resident | 2,048 | {one['date']} |",
            f"| a run of it, one epoch, {ran['rows']['train']:,} rows ({ran['seconds']:.0f} s) "
            f"| **{ran['most']['RssAnon'] / 2**20:,.0f} MiB** of its own, {ran['most']['VmRSS'] / 2**20:,.0f} in all "
            f"| 2,048 | {one['date']} |",
        ]
    if one := found.get("represent"):
        lines += [
            f"| `represent` of {one['rows']:,} rows beside a ColumnTransformer: {one['represent']:.2f} s, "
            f"{one['column_transformer']:.2f} s | **{one['ratio']:.1f} times** | 2 | {one['date']} |"
        ]
    if one := found.get("again"):
        first, second = sum(one["first"].values()), sum(one["second"].values())
        lines += [
            f"| before the training, a second run of {one['rows']:,} rows beside the first: "
            f"{second:.2f} s, {first:.2f} s (by the clock) | **{one['share']:.1%}** | 5% | {one['date']} |"
        ]
    lines += [
        "",
        "A clean CSV is read in blocks: whole rows are held to be as long as the names, and numbers that a type",
        "would change (007, 9007199254740993, inf) are found; pandas' parser makes the numbers, whose doubles are",
        "Python's own; what a text means is decided once for each different text. Anything else is left to a reader",
        "that goes row by row and names the line and column of what is wrong. A first table of 100 million cells or",
        "more stays on the disk: see [memory.md](memory.md).",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--size", type=float, default=2.0, help="gigabytes of the large CSV")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--child")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.child:
        parts = {"collect": of_collect, "growth": of_growth, "represent": of_represent, "again": of_again}
        work = parts.get(given.child)
        print(json.dumps(work(given.folder) if work else of_large(given.folder, given.size)))
        return
    found: dict[str, Any] = json.loads(JSON.read_text()) if JSON.exists() else {}
    packages = ("pandas", "numpy", "duckdb", "scikit-learn")
    found["versions"] = {"Python": platform.python_version()} | {p: importlib.metadata.version(p) for p in packages}
    found["cores"] = os.cpu_count()
    for part in given.only.split(","):
        start = time.perf_counter()
        if one := measured(part, given.size):
            found[part] = one
            print(part, json.dumps(one), f"({time.perf_counter() - start:.0f} s)", flush=True)
        if given.write:
            JSON.write_text(json.dumps(found, indent=1) + "\n")
            PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
