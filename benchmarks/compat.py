"""The lowest and the highest versions that pyproject.toml allows, on each Python that can be had: docs/compat.md.

    make compat                                   all of them
    python benchmarks/compat.py --python 3.11 --versions lowest

In an environment of its own, made by uv: the first command of the README, and the tests of the core, of menus and of
models that earlier versions wrote. The lowest versions are those of what the package itself needs, not of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from rooms import ROOT, fill

PYTHONS, VERSIONS = ("3.11", "3.12", "3.13"), ("lowest", "highest")
TESTS = (
    "tests/core",
    "tests/cells",
    "tests/menu/test_menu.py",
    "tests/bundle/test_golden.py",
    "tests/bundle/test_bundle.py",
)
SHOWN = ("tensorflow", "keras", "numpy", "scipy", "pandas", "scikit-learn", "duckdb", "pydantic", "safetensors")
NEEDED = (
    "pytest", "pytest-xdist", "hypothesis", "pyarrow", "openpyxl", "polars", "sqlalchemy", "nbclient", "nbformat",
    "ipykernel", "pyyaml",
)  # fmt: skip
PAGE = ROOT / "docs" / "compat.md"


def main() -> None:
    """Try all that are asked for, and write a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", choices=PYTHONS, action="append")
    parser.add_argument("--versions", choices=VERSIONS, action="append")
    parser.add_argument("--uv", default=shutil.which("uv") or "uv")
    parser.add_argument("--write", action="store_true", help="write docs/compat.md")
    given = parser.parse_args()
    lines = [f"Measured on {date.today()} by `benchmarks/compat.py`.", ""]
    lines += [f"| Python | versions | {' | '.join(SHOWN)} | README | tests |", "|" + "---|" * (len(SHOWN) + 4)]
    failed = False
    for python in given.python or PYTHONS:
        for versions in given.versions or VERSIONS:
            found = tried(given.uv, python, versions)
            failed |= found is not None and found[-2:] != ["runs", "pass"]
            lines.append(f"| {python} | {versions} | {' | '.join(found or ['not to be had'])} |")
            print(lines[-1], flush=True)
    if given.write:
        fill(PAGE, "compat", "\n".join(lines))
    raise SystemExit(failed)


def tried(uv: str, python: str, versions: str) -> list[str] | None:
    """The versions that were taken, and how the README's command and the tests ended; None without a Python."""
    with tempfile.TemporaryDirectory(prefix="protokit-compat-") as folder:
        place = Path(folder)
        if subprocess.run([uv, "venv", "-q", "--python", python, place / "env"]).returncode:
            return None
        own = place / "env" / "bin" / "python"
        how = "lowest-direct" if versions == "lowest" else "highest"
        install = [uv, "pip", "install", "-q", "--python", own]
        if subprocess.run([*install, "--resolution", how, str(ROOT)]).returncode:
            return ["-"] * len(SHOWN) + ["no such versions together", "-"]
        freeze = [uv, "pip", "freeze", "--python", own]
        kept = subprocess.run(freeze, capture_output=True, text=True, check=True).stdout
        (place / "kept.txt").write_text("\n".join(line for line in kept.splitlines() if "==" in line))
        listed = subprocess.run(
            [uv, "pip", "list", "--python", own, "--format", "json"], capture_output=True, check=True
        )
        known = {one["name"].lower(): one["version"] for one in json.loads(listed.stdout)}
        recipe = [own, "-m", "protokit", "run", ROOT / "recipes" / "wine.yaml", "--set", "learn.epochs=1", "-o", place]
        runs = subprocess.run(recipe, cwd=place, capture_output=True, text=True)
        subprocess.run([*install, *NEEDED, "-c", place / "kept.txt"], check=True)
        command = [own, "-m", "pytest", "-q", "-x", "-n", "2", "-p", "no:cacheprovider", *TESTS]
        tests = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": ""})
        for done in (runs, tests):
            if done.returncode:
                print(done.stdout[-3000:], done.stderr[-3000:], file=sys.stderr)
        ended = ["runs" if not runs.returncode else "fails", "pass" if not tests.returncode else "fail"]
        return [known.get(name, "-") for name in SHOWN] + ended


if __name__ == "__main__":
    main()
