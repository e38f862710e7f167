from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit


class Server:
    """A served model, in a process of its own."""

    def __init__(self, model: protokit.Model, frame: pd.DataFrame, process: subprocess.Popen[str], port: int) -> None:
        self.model, self.frame, self.process, self.port = model, frame, process, port

    def ask(self, path: str, body: Any = None, method: str = "POST", **headers: str) -> tuple[int, Any, dict[str, str]]:
        """Status, what came back (JSON where it is), headers."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = body if body is None or isinstance(body, (bytes, str)) else json.dumps(body)
        connection.request(method if body is not None else "GET", path, given, headers)
        answer = connection.getresponse()
        text, found = answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return answer.status, json.loads(text) if "json" in found.get("content-type", "") else text, found


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A model of every kind of cell that JSON can hold, served by the command."""
    draw = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size of it": draw.normal(size=200) * 10,
            "new": draw.random(200) < 0.5,
            "shop": draw.choice(["Rome", "Oslo", None], 200),
            "code": draw.choice([1, 2, 3], 200),
            "day": pd.date_range("2024-01-01", periods=200).astype(str),
            "note": draw.choice(["good day", "bad day", "so so la la"], 200),
            "tags": [["red", "blue"][: i % 3] for i in range(200)],
        }
    )
    frame["kept"] = np.where(frame["size of it"] + 15 * frame["new"] > 5, "yes", "no")
    columns = {"code": "category", "note": "text", "tags": "set"}
    folder = tmp_path_factory.mktemp("served")
    recipe = {
        "name": "parcels",
        "represent": {"target": "kept", "columns": columns},
        "learn": {
            "menu": [{"Dense": {"units": 8, "activation": "relu"}}],
            "epochs": 40,
            "networks": 1,
            "optimizer": {"Adam": {"learning_rate": 0.05}},
        },
    }
    run = protokit.run(recipe, frame, out=folder)
    limits = ["--rows", "50", "--megabytes", ".1"]
    command = [sys.executable, "-m", "protokit", "serve", str(run.path), "--port", "0", *limits]
    with (folder / "stderr").open("w+") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("parcels is served at http://127.0.0.1:"), line + (folder / "stderr").read_text()
        yield Server(run.model, frame, process, int(line.split("127.0.0.1:")[1].split("/")[0]))
        process.terminate()
        assert process.wait(30) in (0, -signal.SIGTERM)
    said = (folder / "stderr").read_text()
    assert said.startswith("by Keras") and said.count("\n") == 1, "nothing went wrong in the server itself"
