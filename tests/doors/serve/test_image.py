"""`protokit serve --dockerfile`: the folder of an image, and what its Dockerfile says, done without Docker."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pandas as pd
import pytest

import protokit
from tests.command import call

ROOT = Path(__file__).parent.parent.parent.parent


@pytest.fixture(scope="module")
def folder(model: Callable[[str], Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, and what was made of it."""
    folder = tmp_path_factory.mktemp("image")
    model("days").save(folder / "Birds 2")
    status, out, told = call("serve", "Birds 2", "--dockerfile", "-o", "image", "--port", "8080", cwd=folder)
    assert (status, told) == (0, "") and "docker build -t birds-2 image" in out
    return folder


def test_what_is_in_the_folder(folder: Path) -> None:
    image = folder / "image"
    text = (image / "Dockerfile").read_text()
    for line in ("USER server", "EXPOSE 8080", "HEALTHCHECK", "COPY model ./birds-2", "/healthz"):
        assert line in text
    command = json.loads(text.rpartition("CMD ")[2])
    assert command[:7] == ["protokit", "serve", "birds-2", "--host", "0.0.0.0", "--port", "8080"]
    assert (image / ".dockerignore").read_text().splitlines()[0] == "*"
    assert {"model.onnx", "model.onnx.json", "manifest.json"} <= {one.name for one in (image / "model").iterdir()}
    needed = dict(line.split("==") for line in (image / "requirements.txt").read_text().split())
    assert {"protokit", "onnxruntime", "fastapi", "uvicorn", "prometheus-client", "pandas"} <= {*needed}
    assert not {"tensorflow", "keras", "onnx", "tf2onnx", "pytest"} & {*needed}
    assert needed["pandas"] == pd.__version__
    assert not [one for one in folder.iterdir() if one.name.startswith(".")]


def test_it_is_written_anew_and_nothing_else_is_overwritten(folder: Path, tmp_path: Path) -> None:
    (folder / "image" / "model" / "model.onnx").unlink()
    assert call("serve", "Birds 2", "--dockerfile", "-o", "image", "--port", "8080", cwd=folder)[0] == 0
    assert (folder / "image" / "model" / "model.onnx").is_file()
    (tmp_path / "notes.txt").write_text("mine")
    status, _, error = call("serve", "Birds 2", "--dockerfile", "-o", str(tmp_path), cwd=folder)
    assert status == 1 and "there is something else" in error and (tmp_path / "notes.txt").read_text() == "mine"
    status, _, error = call("serve", "Birds 2", "-o", "image", cwd=folder)
    assert status == 2 and "write --dockerfile too" in error


def test_what_goes_into_no_file_takes_tensorflow_along(tmp_path: Path) -> None:
    frame = pd.DataFrame({"said": ["good day", "bad day", "so so", "well"] * 10, "mood": ["high", "low"] * 20})
    learn = {"epochs": 1, "networks": 1}
    recipe = {"represent": {"target": "mood", "columns": {"said": "set"}}, "learn": learn}
    protokit.run({**recipe, "evaluate": {"baselines": []}}, frame, out=tmp_path / "runs").model.save(tmp_path / "m")
    status, _, told = call("serve", "m", "--dockerfile", cwd=tmp_path)
    assert status == 0 and "with TensorFlow: 'said' is of the kind 'set'" in told
    lines = (tmp_path / "m-image" / "requirements.txt").read_text()
    assert re.search(r"^tensorflow==", lines, re.M) and re.search(r"^keras==", lines, re.M)
    assert not (tmp_path / "m-image" / "model" / "model.onnx").exists()


@pytest.mark.proof
def test_its_steps_make_a_server_without_tensorflow(folder: Path, tmp_path: Path) -> None:
    image = tmp_path / "srv"
    shutil.copytree(folder / "image", image)
    source = tmp_path / "source"  # what is built leaves its own folders there
    shutil.copytree(ROOT / "protokit", source / "protokit")
    for name in ("pyproject.toml", "README.md"):
        shutil.copyfile(ROOT / name, source / name)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", image / "wheels", source], check=True, env=clean)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = next(one for one in (image / "Dockerfile").read_text().splitlines() if one.startswith("RUN pip install"))
    subprocess.run([python, "-m", *install.split()[1:]], check=True, cwd=image, env=clean)
    copied = re.search(r"^COPY model \./(\S+)$", (image / "Dockerfile").read_text(), re.M)
    assert copied is not None
    (image / "model").rename(image / copied[1])
    command = json.loads((image / "Dockerfile").read_text().rpartition("CMD ")[2])
    command[command.index("--port") + 1] = "0"
    server = subprocess.Popen(
        [python.parent / command[0], *command[1:]], cwd=image, env=clean, stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        assert "by onnxruntime" in line
        port = re.search(r":(\d+)/", line)
        assert port is not None
        address = f"http://127.0.0.1:{port[1]}"
        with urlopen(f"{address}/healthz", timeout=30) as answer:
            assert json.load(answer) == {"status": "ok", "model": "birds-2", "engine": "onnxruntime"}
        row = {"wing size": 200.5, "mass": None, "island": "A", "sex": "m", "tame": "yes", "born": "2001-02-03",
               "grade": "low", "fed": "10:00", "swam": "01:02:00"}  # fmt: skip
        with urlopen(Request(f"{address}/predict", json.dumps(row).encode()), timeout=30) as answer:
            said = json.load(answer)["prediction"]
        expected = protokit.load(folder / "Birds 2").predict(pd.DataFrame([row])).iloc[0]
        assert said["species"] == expected["species"]
        assert abs(said["species = Adelie"] - expected["species = Adelie"]) < 1e-6
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
