"""TensorFlow says nothing of its own, whoever imports it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

CELLS = ("import protokit", "import keras", "layer = keras.layers.Dense(2); layer(keras.ops.ones((1, 3)));")
STAND_IN = "import logging, os\nos.write(2, b'chatter')\nget_logger = lambda: logging.getLogger('tensorflow')\n"


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person starts Python, without what is set for tests."""
    for name in ("TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND"):
        monkeypatch.delenv(name, raising=False)


def imported(tmp_path: Path, text: str, **level: str) -> subprocess.CompletedProcess[str]:
    """A process that imports protokit, and then a TensorFlow of this text."""
    (tmp_path / "tensorflow.py").write_text(text)
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport protokit\nimport tensorflow"
    environment = {**os.environ, **level}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment)


def test_a_notebook_imports_keras_before_the_first_run_and_shows_nothing() -> None:
    cells = [nbformat.v4.new_code_cell(source=text) for text in CELLS]  # type: ignore[no-untyped-call]
    book = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    NotebookClient(book, timeout=120).execute()
    assert [cell.outputs for cell in book.cells] == [[], [], []]


def test_who_wants_to_hear_it_does(tmp_path: Path) -> None:
    assert imported(tmp_path, STAND_IN).stderr == ""
    assert imported(tmp_path, STAND_IN, TF_CPP_MIN_LOG_LEVEL="0").stderr == "chatter"


def test_an_import_that_fails_tells_why(tmp_path: Path) -> None:
    done = imported(tmp_path, STAND_IN + "raise ImportError('broken')")
    assert done.returncode == 1 and done.stderr.startswith("chatter") and "ImportError: broken" in done.stderr


def test_it_is_quiet_also_where_another_has_looked_for_it_first(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text(STAND_IN)
    script = f"""import importlib.util, sys
sys.path.insert(0, {str(tmp_path)!r})
import protokit
importlib.util.find_spec("tensorflow")
import tensorflow
print(tensorflow.get_logger().level)"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("40\n", "")
