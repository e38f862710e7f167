"""The page on Python is a script that runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path


def code(root: Path) -> str:
    text = (root / "docs" / "python.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.S | re.M))


def test_the_page_runs(root: Path, shared: Path, tmp_path: Path) -> None:
    shutil.copy(shared / "penguins.csv", tmp_path)
    (tmp_path / "page.py").write_text(code(root))
    command = [sys.executable, "-W", "error::UserWarning", "page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said.count("True") == 1 and "False" not in said
    assert float(said[1]) > 0.9 and "evaluation on" in done.stdout
