"""A server under load: requests over 64 connections, malformed ones, its memory, and an empty route beside it.

python benchmarks/serving.py [--requests 10000] [--bentoml PYTHON] [--write]: adult's default model behind
`protokit serve`, in a process of its own; `--bentoml` is a Python that has bentoml and onnxruntime, which then serves
the same ONNX file; `--write` puts the figures into docs/serving.md and docs/serving.json.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
from rooms import keep

import protokit

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
EMPTY = """
import sys, fastapi, uvicorn
app = fastapi.FastAPI()
@app.post("/predict")
async def predict(request: fastapi.Request):
    await request.body()
    return {"prediction": {}, "notices": []}
config = uvicorn.Config(app, port=0, log_level="error", lifespan="off")
bound = config.bind_socket()
bound.listen(2048)
print("at 127.0.0.1:%d/" % bound.getsockname()[1], flush=True)
uvicorn.Server(config).run(sockets=[bound])
"""
# a service as BentoML's users write it: a typed row in, one worker
BENTO = """
import json, numpy as np, bentoml, onnxruntime
from pydantic import create_model
contract = json.load(open("adult.onnx.json"))
inputs = contract["inputs"]
kinds = {"float64": float | None, "float32": float | None, "int64": int | None}
Row = create_model("Row", **{f"c{i}": (kinds.get(one["dtype"], str | None), None) for i, one in enumerate(inputs)})
@bentoml.service(workers=1, traffic={"timeout": 120, "max_concurrency": 256})
class Adult:
    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession("adult.onnx", options)
        self.names = [one.name for one in self.session.get_outputs()]
    @bentoml.api
    def predict(self, row: Row) -> dict:
        given = {}
        for i, one in enumerate(inputs):
            cell = getattr(row, f"c{i}")
            if one["dtype"] == "text":
                given[one["name"]] = np.array([[cell or ""]], object)
            else:
                given[one["name"]] = np.array([[np.nan if cell is None else cell]], one["dtype"])
        said = self.session.run(self.names, given)
        return {name: array.tolist() for name, array in zip(self.names, said)}
"""
CONNECTIONS = 64
CONTENT = MappingProxyType({"Content-Type": "application/json"})


def started(command: Sequence[str]) -> tuple[subprocess.Popen[str], int]:
    """A server, once it listens, and its port."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    return process, int(process.stdout.readline().split("127.0.0.1:")[1].split("/")[0])


def asked(
    port: int,
    bodies: Sequence[bytes],
    heard: Callable[[int, int, bytes], None],
    headers: Mapping[str, str] = MappingProxyType({}),
) -> float:
    """Seconds in which so many connections send all bodies, in turn."""

    def work(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        for i in range(first, len(bodies), CONNECTIONS):
            for again in (True, False):
                try:
                    connection.request("POST", "/predict", bodies[i], headers)
                    answer = connection.getresponse()
                    heard(i, answer.status, answer.read())
                    break
                except (OSError, HTTPException) as error:  # it has ended a connection that sent too much
                    connection.close()
                    if not again:
                        print(f"request {i}: {error!r}", file=sys.stderr)
                        heard(i, 0, b"")
        connection.close()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(CONNECTIONS)]
    begun = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return time.perf_counter() - begun


def memory(process: subprocess.Popen[str]) -> float:
    """Mebibytes that a process holds."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024  # type: ignore[index]


def malformed(rows: Sequence[dict[str, Any]], count: int) -> list[bytes]:
    """Bodies that are wrong in some way."""
    draw = random.Random(0)
    return [_wrong(i, dict(rows[i % len(rows)]), draw) for i in range(count)]


def _wrong(i: int, row: dict[str, Any], draw: random.Random) -> bytes:
    text = json.dumps(row)
    match i % 8:
        case 0:
            row.pop(draw.choice(list(row)))
            return json.dumps(row).encode()
        case 1:
            return json.dumps(row | {"age": "old"}).encode()
        case 2:
            return json.dumps(row | {"age": [1]}).encode()
        case 3:
            return text[: draw.randrange(len(text))].encode()
        case 4:
            return text.replace(str(row["age"]), "1e999").encode()
        case 5:
            return b"[" * draw.randrange(1, 100_000)
        case 6:
            return draw.randbytes(200)
        case _:
            return b"x" * 11_000_000 if i % 100 == 7 else b""


def beside(python: str, folder: Path, rows: Sequence[dict[str, Any]], shares: Sequence[float], requests: int) -> Any:
    """Requests a second of BentoML with an ONNX file of the folder, how far it is, and its statuses."""
    (folder / "service.py").write_text(BENTO)
    columns = [one["column"] for one in json.loads((folder / "adult.onnx.json").read_text())["inputs"]]
    bodies = [
        json.dumps({"row": {f"c{i}": rows[j % 1000][column] for i, column in enumerate(columns)}}).encode()
        for j in range(requests)
    ]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [python, "-m", "bentoml", "serve", "service:Adult", "--port", str(port), "--host", "127.0.0.1"]
    quiet = {**os.environ, "BENTOML_DO_NOT_TRACK": "true", "PYTHONPATH": ""}
    process = subprocess.Popen(command, cwd=folder, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(240):
            try:
                connection = HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            except (OSError, HTTPException):
                pass
            time.sleep(0.5)
        statuses, furthest = Counter[int](), 0.0

        def right(i: int, status: int, body: bytes) -> None:
            nonlocal furthest
            statuses[status] += 1
            if status == 200:
                [found] = next(one for name, one in json.loads(body).items() if name.endswith(" probabilities"))
                furthest = max(furthest, abs(found[0] - shares[i % 1000]))

        asked(port, bodies[:2000], lambda *_: None, CONTENT)
        took = asked(port, bodies, right, CONTENT)
    finally:
        process.terminate()
        process.wait(30)
    return requests / took, furthest, str(dict(statuses))


def measured(requests: int, bentoml: str | None) -> dict[str, float | str]:
    """The figures."""
    frame = pd.read_csv(DATA / "adult_train.csv.gz")
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run({"name": "adult", "represent": {"target": "income"}}, frame.head(8000), out=folder)
        rows = json.loads(frame[list(run.model.columns)].head(1000).to_json(orient="records"))
        shares = run.model.predict(frame.head(1000)).filter(like=" = ").iloc[:, 0].tolist()
        good = [json.dumps(rows[i % 1000]).encode() for i in range(requests)]
        bad = malformed(rows, requests // 10)
        process, port = started([sys.executable, "-m", "protokit", "serve", str(run.path), "--port", "0"])
        furthest, statuses = 0.0, Counter[int]()

        def right(i: int, status: int, body: bytes) -> None:
            nonlocal furthest
            statuses[status] += 1
            if status != 200:
                return
            said = next(v for k, v in json.loads(body)["prediction"].items() if " = " in k)
            furthest = max(furthest, abs(said - shares[i % 1000]))

        asked(port, good[:2000], right)
        before = memory(process)
        took = asked(port, good, right)
        wrong = Counter[int]()
        asked(port, bad, lambda _, status, __: wrong.update([status]))
        asked(port, good[:2000], right)
        after = memory(process)
        process.terminate()
        process.wait(30)
        empty, port = started([sys.executable, "-c", EMPTY])
        asked(port, good[:1000], lambda *_: None)
        alone = asked(port, good, lambda *_: None)
        empty.terminate()
        empty.wait(30)
        peer: dict[str, float | str] = {}
        if bentoml:
            run.model.export(Path(folder) / "adult.onnx")
            speed, furthest_of, told = beside(bentoml, Path(folder), rows, shares, requests)
            peer = {
                "BentoML with the same ONNX, a second": speed,
                "of it here": requests / took / speed,
                "furthest of BentoML": furthest_of,
                "statuses of BentoML": told,
            }
    return {
        "date": f"{date.today()}",
        "requests": requests,
        "a second": requests / took,
        "of an empty route": alone / took,
        **peer,
        "furthest from predict": furthest,
        "statuses of good ones": str(dict(statuses)),
        "malformed": len(bad),
        "statuses of malformed ones": str(dict(sorted(wrong.items()))),
        "memory before, MiB": before,
        "memory after, MiB": after,
        "growth": after / before - 1,
    }


def main() -> None:
    """Measure, print, and write."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--requests", type=int, default=10_000)
    given.add_argument("--bentoml", default=None)
    given.add_argument("--write", action="store_true")
    asked_for = given.parse_args()
    found = measured(asked_for.requests, asked_for.bentoml)
    print(json.dumps(found, indent=1))
    if asked_for.write:
        keep("serving", f"adult's default model, {CONNECTIONS} connections", found)


if __name__ == "__main__":
    main()
