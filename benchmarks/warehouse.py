"""A join, a filter and aggregates over millions of rows in PostgreSQL, beside reading the tables whole.

    PROTOKIT_TEST_POSTGRES=postgresql://USER:PASSWORD@HOST/NAME python benchmarks/warehouse.py [--rows ROWS] [--write]

Makes its tables in a schema of their own, by generate_series, and drops it at the end. Each way is a fresh process of
protokit's own code: seconds by the clock, processor seconds and peak memory are of that process, not of the server's.
Fails where the two ways differ in a single cell. `--write` writes docs/warehouse.md and docs/warehouse.json.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
ROWS = 20_000_000
SCHEMA = "protokit_warehouse"
VARIABLE = "PROTOKIT_TEST_POSTGRES"
WAYS = {"there": "in PostgreSQL", "whole": "read whole, then here"}
TABLES = {
    "customers": "SELECT i AS id, i % 1000 AS town, timestamp '2024-01-01' + (i % 400) * interval '1 day' AS signup "
    "FROM generate_series(0, {customers} - 1) i",
    "towns": "SELECT i AS town, 'town ' || i AS name, i % 7 = 0 AS coast FROM generate_series(0, 999) i",
    "orders": "SELECT i AS id, (i * 7919::bigint) % {customers} AS customer, "
    "CAST((i * 31::bigint) % 100000 / 100.0 AS numeric(10, 2)) AS price, (i * 13::bigint) % 9 AS items, "
    "i % 11 = 0 AS returned FROM generate_series(0, {rows} - 1) i",
}
RECIPE = {
    "join": [
        {"with": "towns", "on": "town", "expect": "many_to_one"},
        {
            "with": "orders",
            "on": {"id": "customer"},
            "how": "inner",
            "aggregate": {
                "n_orders": "count(*)",
                "items": "sum(items)",
                "spent": "sum(price) filter (where not returned)",
                "dearest": "max(price)",
            },
        },
    ],
    "clean": [{"filter": "coast and spent > 9000"}, {"derive": {"mean": "spent / n_orders"}}],
}


def engine() -> Any:
    import sqlalchemy

    url = sqlalchemy.make_url(os.environ[VARIABLE]).set(drivername="postgresql+psycopg")
    return sqlalchemy.create_engine(url, execution_options={"no_parameters": True})


def make(rows: int) -> None:
    """The tables: each customer has 20 orders."""
    with engine().begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        for name, select in TABLES.items():
            sql = select.format(rows=rows, customers=max(1, rows // 20))
            connection.exec_driver_sql(f"CREATE TABLE {SCHEMA}.{name} AS {sql}")
            key = "town" if name == "towns" else "id"
            connection.exec_driver_sql(f"ALTER TABLE {SCHEMA}.{name} ADD PRIMARY KEY ({key})")
    with engine().execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def drop() -> None:
    with engine().begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


def child(way: str, into: Path) -> None:
    """One way, in this process."""
    from protokit.collect.collect import collect
    from protokit.collect.words import Collect

    tables = {name: {"sql": f"${{{VARIABLE}}}", "table": f"{SCHEMA}.{name}"} for name in TABLES}
    spec = Collect.model_validate({"tables": tables, **RECIPE})
    start, worked = time.perf_counter(), time.process_time()
    found = collect(spec, ROOT, there=way == "there")
    said = {
        "seconds": round(time.perf_counter() - start, 1),
        "processor": round(time.process_time() - worked, 1),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10,
        "rows": len(found.frame),
        "read": sum(step.rows_in for step in found.steps if step.name.startswith("read ")),
        "steps": [[s.name, s.rows_in, s.rows_out, s.detail, dict(s.dropped)] for s in found.steps],
        "notices": [one.rule for one in found.notices],
    }
    found.frame.to_pickle(into)
    print(json.dumps(said))


def fresh(way: str, into: Path) -> dict[str, Any]:
    """What a fresh process says last."""
    command = [sys.executable, __file__, "--way", way, "--into", str(into)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    if done.returncode:
        sys.exit(done.stderr)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def compare(rows: int) -> dict[str, Any]:
    """Both ways over the same tables, and that they are equal."""
    import pandas as pd

    with tempfile.TemporaryDirectory() as name:
        paths = {way: Path(name) / way for way in WAYS}
        ways = {way: fresh(way, path) for way, path in paths.items()}
        frames = {way: pd.read_pickle(path) for way, path in paths.items()}
    pd.testing.assert_frame_equal(frames["there"], frames["whole"], check_exact=True)
    assert ways["there"]["steps"] == ways["whole"]["steps"]
    [told] = [one for one in ways["there"]["notices"] if "in PostgreSQL" in one]
    ways["there"]["moved"], ways["whole"]["moved"] = ways["there"]["rows"], ways["whole"]["read"]
    with engine().connect() as connection:
        [(server,)] = connection.exec_driver_sql("SHOW server_version").fetchall()
    return {
        "date": date.today().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "server": f"PostgreSQL {server.split()[0]} on the same machine",
        "rows": rows,
        "told": told,
        "ways": ways,
    }


def report(found: dict[str, Any]) -> str:
    there, whole = (found["ways"][way] for way in WAYS)
    lines = [
        "# Where the data lives",
        "",
        f"Written by `benchmarks/warehouse.py` on {found['date']} ({found['machine']}; {found['server']}).",
        f"{found['rows']:,} orders of {found['rows'] // 20:,} customers in 1,000 towns: each gets its town,",
        "the orders are summed up, and those on the coast who spent much stay. Both ways are equal in every cell.",
        "",
        "| | rows moved | seconds | processor seconds of the client | peak memory of the client |",
        "|---|---|---|---|---|",
        *(
            f"| {WAYS[way]} | {one['moved']:,} | {one['seconds']} | {one['processor']} "
            f"| {one['peak'] / 2**20:,.0f} MiB |"
            for way, one in found["ways"].items()
        ),
        "",
        f"Rows moved: one in {whole['moved'] // max(1, there['moved']):,}. The card says: {found['told']}.",
        "",
        "| step | rows in | rows out | |",
        "|---|---|---|---|",
        *(
            f"| {name} | {n:,} | {m:,} | {detail}{'; dropped: ' if dropped else ''}"
            f"{', '.join(f'{count:,} {why}' for why, count in dropped.items())} |"
            for name, n, m, detail, dropped in there["steps"]
        ),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    if given.way:
        child(given.way, given.into)
        return
    make(given.rows)
    try:
        found = compare(given.rows)
    finally:
        drop()
    print(report(found))
    if given.write:
        (ROOT / "docs" / "warehouse.md").write_text(report(found), encoding="utf-8")
        (ROOT / "docs" / "warehouse.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
