"""Times the start of the command line and of the import; writes docs/startup.md. Run it on an idle machine.

python benchmarks/startup.py [--runs 15]
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROTOKIT = str(Path(sys.executable).parent / "protokit")
CASES = {
    "an empty Python": ([sys.executable, "-c", "pass"], None),
    "`import protokit`": ([sys.executable, "-c", "import protokit"], 0.1),
    "`protokit --help`": ([PROTOKIT, "--help"], 0.5),
    "`protokit check recipes/wine.yaml`": ([PROTOKIT, "check", "recipes/wine.yaml"], 0.5),
    "`import keras` (TensorFlow)": ([sys.executable, "-c", "import keras"], None),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in CASES}
    for turn in range(options.runs + 1):  # in turns, so that a busy moment meets all; the first warms the disk
        for name, (command, _) in CASES.items():
            if name.startswith("`import keras") and turn > 4:
                continue
            started = time.perf_counter()
            subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
            if turn:
                times[name].append(time.perf_counter() - started)
    empty = statistics.median(times["an empty Python"])
    lines = [
        "# Start",
        "",
        f"Made by `python benchmarks/startup.py` on {datetime.now(UTC):%Y-%m-%d}: whole processes, {options.runs}",
        f"of each in turns (four of Keras). `import protokit` counts without Python's start, {empty * 1000:.0f} ms.",
        "",
        "| | median | slowest | must be under |",
        "|---|---|---|---|",
    ]
    for name, (_, limit) in CASES.items():
        own = [t - empty for t in times[name]] if name == "`import protokit`" else times[name]
        bound = f"{limit * 1000:.0f} ms" if limit else ""
        lines.append(f"| {name} | {statistics.median(own) * 1000:.0f} ms | {max(own) * 1000:.0f} ms | {bound} |")
    (ROOT / "docs" / "startup.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
