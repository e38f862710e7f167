"""30 million rows joined, cleaned, split and read to the last row, with less than 1 GiB resident; then a whole run.

    python benchmarks/big_join.py [ROWS]

Makes two Parquet files, has a fresh process go through them with protokit's own code, fails where more than 1 GiB was
resident at any moment, and holds what came out against sums that DuckDB takes of the files. Another fresh process
runs the same recipe to its end, one epoch of training, and says what memory that took. Writes docs/memory.md.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ROWS = 30_000_000
LIMIT = 1 << 30
KEYS = 100_000


def recipe(ending: str = "parquet") -> dict[str, Any]:
    """The recipe, of tables in files of one kind."""
    return {
        "name": "big",
        "seed": 7,
        "collect": {
            "tables": {"rows": f"rows.{ending}", "shops": f"shops.{ending}"},
            "join": [{"with": "shops", "on": "shop", "expect": "many_to_one"}],
            "clean": [{"filter": "amount is not null"}, {"derive": {"dear": "amount > price_level"}}],
        },
        "represent": {"target": "late", "split": {"test": 0.2, "validation": 0.2, "by": "random"}},
    }


def make(folder: Path, rows: int, ending: str = "parquet") -> None:
    """The tables: every 100th amount is missing, every 1,000th shop is in no list."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "2GB", "threads": 2}) as connection:
        amount = "CASE WHEN i % 100 = 0 THEN NULL ELSE (i * 7919) % 1000 / 10.0 END"
        columns = (
            f"i AS id, (i * 31) % {KEYS + 100} AS shop, {amount}::DOUBLE AS amount, sin(i) AS x, i % 7 = 0 AS late"
        )
        connection.execute(f"COPY (SELECT {columns} FROM range({rows}) t(i)) TO '{folder}/rows.{ending}'")
        listed = f"SELECT i AS shop, i % 50 AS price_level, 'town ' || i % 300 AS town FROM range({KEYS}) t(i)"
        connection.execute(f"COPY ({listed}) TO '{folder}/shops.{ending}'")


def wanted(folder: Path, ending: str = "parquet") -> dict[str, Any]:
    """The same sums by DuckDB alone."""
    import duckdb

    sql = f"""
        SELECT count(*), sum(id), count(price_level), coalesce(sum(price_level), 0), count_if(amount > price_level),
               count_if(late)
        FROM '{folder}/rows.{ending}' r LEFT JOIN '{folder}/shops.{ending}' s USING (shop) WHERE amount IS NOT NULL
    """
    with duckdb.connect(config={"memory_limit": "2GB", "threads": 2}) as connection:
        found = connection.execute(sql).fetchone() or ()
    return dict(zip(("rows", "ids", "matched", "levels", "dear", "late"), map(int, found), strict=True))


def child(folder: Path, ending: str = "parquet") -> None:
    """Go through the rows with protokit, and say what was found and what it took."""
    # the resident memory is measured; reserved address space, most of it never touched, is bounded as well
    resource.setrlimit(resource.RLIMIT_DATA, (3 * LIMIT, 3 * LIMIT))
    from protokit import Recipe
    from protokit.workflow.run.collecting import held

    os.chdir(folder)
    start = time.perf_counter()
    sums = dict.fromkeys(("rows", "ids", "matched", "levels", "dear", "late"), 0)
    with held(Recipe.parse(recipe(ending)), memory="400MB", threads=2) as large:
        gathered = time.perf_counter()
        for part in large.counts:
            seen = 0
            for batch in large.batches(part):
                seen += len(batch)
                sums["rows"] += len(batch)
                sums["ids"] += int(batch["id"].sum())
                sums["matched"] += int(batch["price_level"].notna().sum())
                sums["levels"] += int(batch["price_level"].sum())
                sums["dear"] += int((batch["dear"] == True).sum())  # noqa: E712
                sums["late"] += int((batch["late"].astype(str).str.lower() == "true").sum())
            assert seen == large.counts[part]
        found = {
            "sums": sums,
            "counts": dict(large.counts),
            "steps": [[s.name, s.rows_in, s.rows_out, s.detail, dict(s.dropped)] for s in large.steps],
            "notices": [str(notice) for notice in large.notices],
            "gathering": gathered - start,
            "reading": time.perf_counter() - gathered,
            "peak": peak(),
        }
    print(json.dumps(found))


def whole_run(folder: Path, ending: str = "parquet") -> None:
    """Run the recipe for one epoch, and say what it took."""
    import threading

    os.chdir(folder)
    most = {"VmRSS": 0, "RssAnon": 0}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            for line in Path("/proc/self/status").read_text().splitlines():
                name, _, value = line.partition(":")
                if name in most:
                    most[name] = max(most[name], int(value.split()[0]) * 1024)

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    from protokit import run
    from protokit.collect import large

    large.CELLS = min(large.CELLS, 1_000_000)  # a smaller table goes the same way
    start = time.perf_counter()
    learn = {"epochs": 1, "batch_size": 1024}
    whole = recipe(ending)
    represent = {**whole["represent"], "columns": {"id": "ignore", "shop": "ignore"}}
    result = run({**whole, "represent": represent, "learn": learn})
    seconds = time.perf_counter() - start
    over.set()
    watching.join()
    steps = json.loads((result.path / "steps.json").read_text())
    rows, metrics = result.results["metrics"]["rows"], result.metrics
    print(json.dumps({"most": most, "seconds": seconds, "of": steps["seconds"], "rows": rows, "metrics": metrics}))


def peak() -> int:
    """The most memory that was resident at once, in bytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def of_run(ran: dict[str, Any]) -> list[str]:
    """What the whole run took."""
    of, most, rows = ran["of"], ran["most"], ran["rows"]
    return [
        "## A whole run of it",
        "",
        "`protokit run` on the same tables, one epoch: the network learns from every training row, kept in files;",
        "encoders, baselines and the audit learn from a sample of them, and what is held of the validation and",
        "test rows is a sample, too. The run says so.",
        "",
        "| | |",
        "|---|---|",
        f"| most memory of its own at once, TensorFlow with it | **{most['RssAnon'] / 2**20:,.0f} MiB** |",
        f"| with the pages of files that the system may take back | {most['VmRSS'] / 2**20:,.0f} MiB |",
        f"| rows trained on, validated and tested | {rows['train']:,}, {rows['validation']:,}, {rows['test']:,} |",
        *(f"| {step} | {seconds:.0f} s |" for step, seconds in of.items()),
        "",
        "A first table of 100 million cells (rows times columns) or more goes this way where it is Parquet or CSV,",
        "one file or many, and where its split deals row by row: random, group, time or column, no folds.",
        "",
    ]


def report(rows: int, sizes: dict[str, int], found: dict[str, Any], ran: dict[str, Any]) -> str:
    """The page."""
    counts, total = found["counts"], found["sums"]["rows"]
    lines = [
        "# Tables larger than memory",
        "",
        f"Written by `benchmarks/big_join.py` ({platform.machine()}, {os.cpu_count()} cores, Python "
        f"{platform.python_version()}). A table of {rows:,} rows is joined with one of {KEYS:,}, filtered,",
        "given a derived column, split into three parts, and every row is read back in batches; "
        "the sums of what was read",
        "equal those that DuckDB takes of the files by itself.",
        "",
        "| | |",
        "|---|---|",
        f"| most memory resident at once, whole process | **{found['peak'] / 2**20:,.0f} MiB** of 1,024 allowed |",
        f"| Parquet files | {sizes['rows.parquet'] / 2**20:,.0f} MiB + {sizes['shops.parquet'] / 2**20:,.1f} MiB |",
        f"| load, join, clean, split, sort | {found['gathering']:.0f} s |",
        f"| read all rows in batches as frames | {found['reading']:.0f} s |",
        *(f"| {part} rows | {n:,} ({100 * n / total:.2f}%) |" for part, n in counts.items()),
        "",
        "| step | rows in | rows out | |",
        "|---|---|---|---|",
        *(
            f"| {name} | {n:,} | {m:,} | {detail}{'; dropped: ' if dropped else ''}"
            f"{', '.join(f'{count:,} {why}' for why, count in dropped.items())} |"
            for name, n, m, detail, dropped in found["steps"]
        ),
        "",
        "```python",
        "from protokit import Recipe",
        "from protokit.workflow.run.collecting import held",
        "",
        'with held(Recipe.read("big.yaml"), memory="400MB") as large:   # the database\'s share; the rest is Python\'s',
        "    print(large.counts)",
        '    for batch in large.batches("train"):                       # frames of 65,536 rows, in the table\'s order',
        "        ...",
        "```",
        "",
        *of_run(ran),
        "Which part a row is in depends on the recipe's seed and the row's number alone (or on its group, or a column",
        "that says it). Parquet and CSV are never in Python's memory; "
        "other sources are read as always, and have to fit.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, rows)
        sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
        found = fresh("--child", name)
        assert found["sums"] == wanted(folder), (found["sums"], wanted(folder))
        assert sum(found["counts"].values()) == found["sums"]["rows"]
        ran = fresh("--run", name)
        assert ran["rows"]["train"] == found["counts"]["train"], "the network learns from all of them"
    print(json.dumps([found, ran], indent=1))
    if found["peak"] > LIMIT:
        sys.exit(f"{found['peak'] / 2**20:,.0f} MiB were resident, more than {LIMIT >> 20}")
    if rows == ROWS:
        (ROOT / "docs" / "memory.md").write_text(report(rows, sizes, found, ran), encoding="utf-8")


def fresh(what: str, *given: str) -> dict[str, Any]:
    """What a fresh process says last."""
    command = [sys.executable, __file__, what, *given]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if done.returncode:
        sys.exit(done.stderr)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]), *sys.argv[3:])
    elif sys.argv[1:2] == ["--run"]:
        whole_run(Path(sys.argv[2]), *sys.argv[3:])
    else:
        main()
