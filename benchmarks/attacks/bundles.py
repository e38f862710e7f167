"""Hostile models: folders that a stranger may send, each after one of a trained model, drawn by a seed."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

MEMBERS = ("menu.json", "encoders.json", "weights.safetensors")
HOSTILE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 10**9, 2**63, -(2**63), 10**40, 0.5, -0.5, 1e308, -1e308, float("nan"),
    float("inf"), "", " ", "x", "../../etc/passwd", "BAIT", "https://127.0.0.1:9/x", "${HOME}", "\x00",
    "\x1b[2J\x1b]0;x\x07", "a" * 10**6, "__import__('os').system('id')", "{{7*7}}", "<script>alert(1)</script>",
    "\ud800", "日本語", [], {}, [[]], [None], {"": None}, [0] * 10**5, ["a"] * 10**5, [float("nan")],
    {"class_name": "Lambda", "config": {}}, {"module": "os", "class_name": "system"},
)  # fmt: skip
LAYERS: tuple[Any, ...] = (
    {"Dense": 10**9}, {"Dense": 10**7}, {"Dense": {"units": 2**62}}, {"Lambda": "lambda x: x"},
    {"TFSMLayer": "BAIT"}, {"TorchModuleWrapper": "BAIT"}, {"JaxLayer": "BAIT"},
    {"StringLookup": {"vocabulary": "BAIT"}}, {"IntegerLookup": {"vocabulary": "BAIT"}},
    {"TextVectorization": {"vocabulary": "BAIT"}}, {"StringLookup": {"vocabulary": ["a"] * 10**6}},
    {"Embedding": [10**9, 10**3]}, {"Embedding": {"input_dim": 10**8, "output_dim": 64}},
    {"Dense": {"units": 8, "kernel_initializer": "BAIT"}}, {"Dense": {"units": 8, "activation": "__import__('os')"}},
    {"Dense": {"units": 8, "kernel_regularizer": {"class_name": "x", "module": "os"}}},
    {"EfficientNetB7": {"weights": "imagenet"}}, {"ResNet50": {"weights": "BAIT"}}, {"MobileNetV2": "imagenet"},
    {"keras": "BAIT"}, {"file": "BAIT"}, {"weights": "BAIT"}, {"Dense": {"units": 8, "weights": "BAIT"}},
    {"repeat": 10**9, "Dense": 8}, {"repeat": {"times": 10**9, "of": ["Dense"]}}, {"Reshape": [10**9, 10**9]},
    {"UpSampling1D": 10**9}, {"ZeroPadding1D": 10**9}, {"RepeatVector": 10**9}, {"LSTM": 10**6},
    {"Conv1D": [10**6, 10**6]}, {"MultiHeadAttention": [10**6, 10**6]}, {"Dense": -1}, {"Dense": 0}, {"Dense": 1.5},
    {"Dense": "8"}, {"Dense": None}, "Dense", {"Dropout": 2}, {"Dropout": -1}, {"Dropout": float("nan")},
    {"Bidirectional": {"Bidirectional": {"LSTM": 4}}}, {"RNN": {"cell": "os"}},
    {"Wrapper": {"layer": {"class_name": "Lambda"}}}, {"Hashing": 10**12}, {"CategoryEncoding": 10**12},
)  # fmt: skip
STEPS: tuple[Any, ...] = (
    {"derive": {"zz": "(SELECT content FROM read_text('BAIT'))"}}, {"derive": {"zz": "getenv('HOME')"}},
    {"derive": {"zz": "repeat('a', 2000000000)"}}, {"derive": {"zz": "lpad('a', 2000000000, 'b')"}},
    {"filter": "1=1; COPY (SELECT 1) TO 'WRITTEN'"}, {"filter": "EXISTS (SELECT * FROM 'BAIT')"},
    {"derive": {"zz": "list_sum(range(1000000000))"}},
    {"derive": {"zz": "levenshtein(repeat('a',100000), repeat('b',100000))"}}, {"drop": "*"}, {"join": "BAIT"},
    {"sql": "SELECT 1"}, {"python": "import os"}, {"map": {"BAIT": "BAIT"}}, {"cast": {"zz": "os"}},
    {"derive": {f"z{i}": "1" for i in range(10**4)}},
    *[{"filter": "(" * n + "1=1" + ")" * n} for n in (10, 10**3, 10**5)], {"x": {}}, 7, None,
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A kind and what is drawn of it; `make` writes it over a copy of a model."""

    kind: str
    what: str
    make: Callable[[Path], None]


def cases(model: Path, bait: Path, count: int, seed: int) -> Iterator[Case]:
    """So many, of all kinds in turn."""
    draw = random.Random(seed)
    kinds = (_json, _json, _json, _json, _tensors, _tensors, _files, _layer, _intake, _bytes)
    for i in range(count):
        yield kinds[i % len(kinds)](model, bait, draw)


def copied(model: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(model, to)
    return to


def signed(folder: Path) -> None:
    """The manifest as it would be of what is there."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    for name, said in manifest["files"].items():
        file = folder / name
        if file.is_file() and not file.is_symlink():
            said |= {"bytes": file.stat().st_size, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
    path.write_text(json.dumps(manifest))


def _baited(value: Any, bait: Path) -> Any:
    return json.loads(
        json.dumps(value).replace("BAIT", str(bait / "bait.csv")).replace("WRITTEN", str(bait / "written.csv"))
    )


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths in plain data; of long lists a few."""
    yield at
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    for key, one in items if isinstance(value, dict) else [*items[:2], *items[-1:]]:
        yield from _places(one, (*at, key))


def _changed(root: Any, place: tuple[Any, ...], how: str, value: Any, draw: random.Random) -> Any:
    if not place:
        return value
    parent = root
    for key in place[:-1]:
        parent = parent[key]
    key = place[-1]
    if how == "removed":
        del parent[key]
    elif how == "twice" and isinstance(parent, list):
        parent.insert(key, parent[key])
    elif how == "reversed" and isinstance(parent[key], list):
        parent[key] = parent[key][::-1]
    elif how == "shorter" and isinstance(parent[key], list):
        parent[key] = parent[key][:-1]
    elif how == "beside" and isinstance(parent, dict):
        parent[draw.choice(["zz", "class_name", "path", "__class__", "source"])] = value
    elif how == "nested":
        for _ in range(5000):
            value = [value]
        parent[key] = value
    else:
        parent[key] = value
    return root


def _json(model: Path, bait: Path, draw: random.Random) -> Case:
    name = draw.choice(["menu.json", "encoders.json", "encoders.json", "encoders.json"])
    root = json.loads((model / name).read_text())
    places = list(_places(root))
    # first a kind of place, then one of them: thousands of knots are one kind
    shapes: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for place in places:
        shapes.setdefault(tuple(key if isinstance(key, str) else "#" for key in place), []).append(place)
    place = draw.choice(shapes[draw.choice(sorted(shapes, key=str))])
    how = draw.choice(
        ["set", "set", "set", "set", "set", "removed", "twice", "reversed", "shorter", "beside", "nested"]
    )
    value = _baited(draw.choice(HOSTILE), bait)

    def make(folder: Path) -> None:
        text = _dumps(_changed(json.loads((folder / name).read_text()), place, how, value, random.Random(0)))
        (folder / name).write_text(text, encoding="utf-8", errors="surrogatepass")
        signed(folder)

    return Case("JSON", f"{name} {'.'.join(map(str, place))}: {how} {_short(value)}", make)


def _dumps(value: Any) -> str:
    """JSON however deep."""
    depth = 0
    while isinstance(value, list) and len(value) == 1 and depth < 6000:
        value, depth = value[0], depth + 1
    if depth < 100:
        for _ in range(depth):
            value = [value]
        depth = 0
    try:
        return "[" * depth + json.dumps(value) + "]" * depth
    except RecursionError:
        return "[" * 6000 + "]" * 6000


def _tensors(model: Path, bait: Path, draw: random.Random) -> Case:
    name = draw.choice(["weights.safetensors"] * 4 + ["rows.safetensors"])
    name = name if (model / name).is_file() else "weights.safetensors"
    how = draw.choice([
        "nan", "inf", "huge", "float64", "float16", "int8", "fewer", "another", "renamed", "longer", "transposed",
        "empty", "swapped", "a header of 2^63", "a header of 2^40", "a header of lies", "offsets beyond",
        "overlapping", "a negative shape", "a shape of 2^60", "metadata", "deep header", "truncated", "garbage",
    ])  # fmt: skip
    place = draw.random()

    def make(folder: Path) -> None:
        path = folder / name
        tensors = load_file(path)
        with safe_open(path, "np") as opened:
            about = opened.metadata()
        keys = sorted(tensors)
        key = keys[int(place * len(keys))]
        one = np.array(tensors[key])
        if how in ("nan", "inf", "huge"):
            flat = one.reshape(-1) if one.dtype.kind == "f" else one.astype("float32").reshape(-1)
            flat[int(place * max(flat.size - 1, 0)) :][:1] = {"nan": np.nan, "inf": np.inf, "huge": 3e38}[how]
            tensors[key] = flat.reshape(one.shape)
        elif how in ("float64", "float16", "int8"):
            tensors[key] = one.astype(how)
        elif how == "fewer":
            del tensors[key]
        elif how == "another":
            tensors["0.0.zz"] = one
        elif how == "renamed":
            tensors["../" + key] = tensors.pop(key)
        elif how == "longer":
            tensors[key] = np.concatenate([one.reshape(-1)] * 2)
        elif how == "transposed":
            tensors[key] = np.ascontiguousarray(one.T) if one.ndim > 1 else one.reshape(1, -1)
        elif how == "empty":
            tensors = {}
        elif how == "swapped":
            tensors[keys[0]], tensors[keys[-1]] = tensors[keys[-1]], tensors[keys[0]]
        elif how == "metadata":
            about = {"columns": "[" * 10**5, "x": "a" * 10**6}
        if how in ("truncated", "garbage") or " " in how or how in ("overlapping", "offsets beyond"):
            _broken(path, how, place)
        else:
            save_file(tensors, path, metadata=about)
        signed(folder)

    return Case("tensors", f"{name}: {how}", make)


def _broken(path: Path, how: str, place: float) -> None:
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8 : 8 + length]), data[8 + length :]
    keys = [key for key in header if key != "__metadata__"]
    key = keys[int(place * len(keys))]
    if how.startswith("a header of 2"):
        data = struct.pack("<Q", 2**63 - 1 if "63" in how else 2**40) + data[8:]
    elif how == "truncated":
        data = data[: int(len(data) * place)]
    elif how == "garbage":
        data = bytes(random.Random(int(place * 1e9)).randrange(256) for _ in range(4096))
    else:
        if how == "a header of lies":
            header[key]["dtype"] = "BF16"
        elif how == "offsets beyond":
            header[key]["data_offsets"][1] += 10**12
        elif how == "overlapping":
            header[key]["data_offsets"] = header[keys[0]]["data_offsets"]
        elif how == "a negative shape":
            header[key]["shape"] = [-1, -1]
        elif how == "a shape of 2^60":
            header[key]["shape"] = [2**30, 2**30]
        text = json.dumps(header)
        if how == "deep header":
            text = text[:-1] + ', "zz": ' + "[" * 10**5 + "]" * 10**5 + "}"
        data = struct.pack("<Q", len(text.encode())) + text.encode() + body
    path.write_bytes(data)


def _files(model: Path, bait: Path, draw: random.Random) -> Case:
    name = draw.choice([*MEMBERS, "manifest.json"])
    how = draw.choice([
        "gone", "a link out", "a link in a circle", "a folder", "a pipe", "empty", "of 8 GiB of nothing",
        "not to be read", "another format", "names out", "one more", "sizes of text", "files of a list", "no digest",
        "a socket", "deep", "not UTF-8", "BOM", "twice a key",
    ])  # fmt: skip

    def make(folder: Path) -> None:
        path = folder / name
        manifest = folder / "manifest.json"
        said = json.loads(manifest.read_text())
        if how in ("gone", "a link out", "a link in a circle", "a folder", "a pipe", "a socket"):
            path.unlink()
        if how == "a link out":
            path.symlink_to(bait / "bait.csv")
        elif how == "a link in a circle":
            path.symlink_to(path)
        elif how == "a folder":
            path.mkdir()
        elif how == "a pipe":
            os.mkfifo(path)
        elif how == "a socket":
            os.mknod(path, 0o140600)
        elif how == "empty":
            path.write_bytes(b"")
        elif how == "of 8 GiB of nothing":
            os.truncate(path, 8 << 30)
            if name != "manifest.json":
                said["files"][name]["bytes"] = 8 << 30
                manifest.write_text(json.dumps(said))
        elif how == "not to be read":
            path.chmod(0)
        elif how == "deep":
            path.write_text("[" * 10**6)
        elif how == "not UTF-8":
            path.write_bytes(b"\xff\xfe" + path.read_bytes())
        elif how == "BOM":
            path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
        elif how == "twice a key" and name.endswith(".json"):
            path.write_text('{"format": 5, "format": 4, ' + path.read_text().strip()[1:])
        if how in ("empty", "deep", "not UTF-8", "BOM", "twice a key") and name != "manifest.json":
            signed(folder)
        changed = {
            "another format": {"format": draw_format},
            "names out": {"files": {**said["files"], "../../" + name: said["files"].get(name, {})}},
            "one more": {"files": {**said["files"], "code.py": {"bytes": 0, "sha256": ""}}},
            "sizes of text": {"files": {key: {"bytes": "x", "sha256": None} for key in said["files"]}},
            "files of a list": {"files": list(said["files"])},
            "no digest": {"files": {key: {} for key in said["files"]}},
        }.get(how)
        if changed:
            manifest.write_text(json.dumps({**said, **changed}))

    draw_format = draw.choice([0, -1, 1, 2, 3, 4, 6, 99, 10**30, 5.0, "5", None, True, [5], float("nan")])
    return Case("files", f"{name}: {how}" + (f" {draw_format!r}" if how == "another format" else ""), make)


def _layer(model: Path, bait: Path, draw: random.Random) -> Case:
    layer, place, many = _baited(draw.choice(LAYERS), bait), draw.random(), draw.choice([1, 1, 1, 1, 1000, 10**5])

    def make(folder: Path) -> None:
        path = folder / "menu.json"
        menu = json.loads(path.read_text())
        items = menu["menu"] if isinstance(menu["menu"], list) else [menu["menu"]]
        at = int(place * (len(items) + 1))
        menu["menu"] = [*items[:at], *[layer] * many, *items[at:]]
        path.write_text(json.dumps(menu))
        signed(folder)

    return Case("layers", f"{_short(layer)} x {many}", make)


def _intake(model: Path, bait: Path, draw: random.Random) -> Case:
    step, what = (
        _baited(draw.choice(STEPS), bait),
        draw.choice(["clean", "clean", "reading", "columns", "compiled", "precision", "plugins"]),
    )
    value = _baited(draw.choice(HOSTILE), bait)
    reading = _baited(
        draw.choice([
            {"csv": "BAIT"}, {"sql": "sqlite:///BAIT"}, {"path": "BAIT"}, {"file_column": "f"},
            {"separator": "x" * 1000}, {"columns_from": "BAIT"}, {"encoding": "../x"}, {"skip": 10**12},
            {"compression": "zip"}, {"auth": "${HOME}"}, {"missing": ["a"] * 10**5},
        ]),
        bait,
    )  # fmt: skip

    def make(folder: Path) -> None:
        path = folder / "menu.json"
        menu = json.loads(path.read_text())
        intake = menu["intake"]
        if what == "clean":
            intake["clean"] = [*intake.get("clean", []), step]
        elif what == "reading":
            intake["reading"] = reading
        elif what == "columns":
            intake["columns"] = value
        elif what == "compiled":
            menu["compiled"] = {"optimizer": value, "loss": value}
        elif what == "plugins":
            menu["plugins"] = [{"kind": "layer", "name": value, "package": "os", "version": None}]
        else:
            menu["precision"] = value
        path.write_text(json.dumps(menu))
        signed(folder)

    shown = {"clean": step, "reading": reading}.get(what, value)
    return Case("intake", f"{what}: {_short(shown)}", make)


def _bytes(model: Path, bait: Path, draw: random.Random) -> Case:
    """Bytes that are not as they were, signed anew."""
    name, place, bit = draw.choice(MEMBERS), draw.random(), draw.randrange(8)
    how = draw.choice(["a bit", "cut", "a zero", "a row of bytes twice"])

    def make(folder: Path) -> None:
        path = folder / name
        data = bytearray(path.read_bytes())
        at = int(place * (min(len(data), 4096) - 1))
        if how == "a bit":
            data[at] ^= 1 << bit
        elif how == "cut":
            del data[at:]
        elif how == "a zero":
            data[at] = 0
        else:
            data[at:at] = data[at : at + 64]
        path.write_bytes(bytes(data))
        signed(folder)

    return Case("bytes", f"{name}: {how} at {place:.3f}", make)


def _short(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= 100 else f"{text[:80]}... ({len(text)})"
