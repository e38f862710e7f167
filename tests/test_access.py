"""What is outside comes through one door: nothing else opens a file, an address, a database or a variable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "protokit"
DOOR = PACKAGE / "core" / "outside" / "access.py"
FILES = [path for path in sorted(PACKAGE.rglob("*.py")) if path != DOOR]

# what opens something, by the last part of its name
OPENERS = {
    "open", "open_code", "fdopen", "read_text", "read_bytes", "glob", "iglob", "rglob", "iterdir", "listdir",
    "scandir", "getenv", "getenvb", "expandvars", "urlopen", "urlretrieve", "HTTPConnection", "HTTPSConnection",
    "create_connection", "open_connection", "filesystem", "open_files", "get_mapper", "url_to_fs", "create_engine",
    "ZipFile", "TarFile", "GzipFile", "BZ2File", "LZMAFile", "OSFile", "memory_map", "read_csv", "read_parquet",
    "read_feather", "read_excel", "read_json", "read_html", "read_sql", "read_pickle", "read_orc", "load_workbook",
    "loadtxt", "genfromtxt", "fromfile", "memmap", "load_file", "safe_open", "DeltaTable", "ParquetFile",
    "ParquetDataset", "fetch_openml", "load_model", "load_weights", "FileSystemLoader",
}  # fmt: skip
# those of some modules only: `connect` is also a verb of other things
OF_MODULES = {
    "duckdb": {"connect", "sql", "query", "read_csv", "read_parquet", "read_json", "execute"},
    "sqlite3": {"connect"},
    "feather": {"read_table"},
    "np": {"load"},
    "os": {"walk", "fwalk", "popen", "system"},
    "gzip": {"open"},
}
# modules that nothing imports: they reach outside in ways of their own
BANNED = {
    "aiohttp", "ftplib", "httpx", "requests", "smtplib", "socket", "subprocess", "telnetlib", "urllib3", "xmlrpc",
    "fsspec", "s3fs", "boto3", "botocore", "tarfile", "bz2", "lzma", "zipimport", "mmap", "pty", "ctypes",
}  # fmt: skip
IN_SQL = re.compile(r"\b(read_\w+|parquet_\w+|glob|scan_\w+)\s*\(|\b(attach|copy)\b\s+'", re.I)

# what opens only what protokit made or brought itself, or what came through the door a line before
ITS_OWN = {
    "bundle/files/members.py": ({"read_text"}, "a file of a model's folder, which came through the door"),
    "bundle/files/model_files.py": ({"safe_open"}, "a file of a model's folder, which came through the door"),
    "bundle/files/tensors.py": ({"load_file"}, "a file of a model's folder, which came through the door"),
    "collect/database/warehouse.py": (
        {"duckdb.connect", "read_parquet (SQL)", "parquet_file_metadata (SQL)", "parquet_kv_metadata (SQL)"},
        "a database in memory or in a temporary folder; each Parquet file comes through the door",
    ),
    "collect/bulk/blocks.py": ({"open", "gzip.open"}, "the path comes through the door"),
    "collect/bulk/reader.py": ({"read_csv"}, "of blocks of bytes of an open file, which came through the door"),
    "collect/database/delimited.py": ({"read_csv (SQL)"}, "the path comes through the door"),
    "collect/sheets/parts.py": ({"open"}, "a part of a workbook that is open, which came through the door"),
    "collect/files/archives.py": ({"ZipFile"}, "the path comes through the door"),
    "collect/remote/kept.py": ({"read_text", "fdopen", "environ"}, "the cache, and where it is"),
    "doors/serve/image.py": ({"iterdir", "read_text"}, "a folder that it has written, and templates of the package"),
    "doors/serve/look.py": ({"read_text"}, "templates of the package"),
    "collect/readers/arrow.py": ({"OSFile", "feather.read_table"}, "the path comes through the door"),
    "collect/readers/openml.py": ({"fetch_openml"}, "scikit-learn asks OpenML alone, by name or number"),
    "collect/readers/parquet.py": (
        {"duckdb.connect", "read_parquet", "parquet_schema (SQL)"},
        "the path comes through the door",
    ),
    "collect/readers/xlsx.py": ({"load_workbook"}, "of an open file, which came through the door"),
    "collect/remote/stores.py": ({"glob", "open"}, "of the file system that came through the door"),
    "estimators/kept.py": ({"iterdir", "read_bytes"}, "a temporary folder that it has written itself"),
    "core/outside/inner.py": ({"import socket"}, "what a name is resolved to, before it is asked"),
    "core/outside/patterns.py": ({"scandir"}, "the folders of a pattern, each of which the door holds first"),
    "core/files.py": ({"open"}, "a file that is being written; the digest of one that came through the door"),
    "core/libraries/backend.py": ({"environ"}, "how Keras and TensorFlow are started"),
    "core/libraries/lazy.py": ({"read_text"}, "the stub beside a module of protokit"),
    "core/memory.py": (
        {"read_text", "import ctypes", "import mmap"},
        "this process: its limits in /proc and /sys, its own heap and what it has mapped",
    ),
    "core/runs.py": ({"glob", "iterdir"}, "the folders of runs, below one that came through the door"),
    "grammar/document.py": ({"iterdir"}, "names beside a file that is not there, for the cure"),
    "learn/snapshot.py": ({"safe_open"}, "a snapshot of the run that goes on"),
    "menu/catalogue.py": ({"read_text"}, "the catalogue in the package"),
    "menu/network/backbones/weights.py": (
        {"ZipFile", "load_weights", "open"},
        "bytes that came through the door, Keras reading a copy of them, a file that is being written",
    ),
    "represent/encoders/media/mask.py": ({"open"}, "Pillow, of bytes, or of a path that came through the door"),
    "represent/encoders/media/audio.py": ({"open"}, "of a path that came through the door"),
    "represent/encoders/image.py": ({"open"}, "Pillow, of bytes, or of a path that came through the door"),
    "represent/on_disk.py": ({"open", "memmap"}, "arrays in a temporary folder"),
    "bundle/writing.py": ({"iterdir"}, "the folder that a model is saved to"),
    "sets/bundle/writing.py": ({"iterdir"}, "the folder that models are saved to"),
    "doors/placing.py": ({"iterdir", "open", "read_text"}, "the place that a model is exported to, and what is there"),
    "doors/files/litert/pieces.py": ({"read_bytes"}, "the file that was just converted, in a temporary folder"),
    "doors/files/torch/text.py": ({"read_bytes (SQL)"}, "the text of a module, which reads its weights"),
    "doors/files/keras_file.py": ({"load_model"}, "the file that was just written, for its proof"),
    "core/libraries/quiet.py": ({"environ"}, "what a person has said of TensorFlow's log"),
    "recipe/sets/earlier.py": ({"glob"}, "the folders of experiments, below one that came through the door"),
    "sets/growing/start.py": ({"glob", "read_text"}, "what an experiment of this recipe noted of where it began"),
    "sets/contents.py": ({"read_text", "glob"}, "files of an experiment's folder, which came through the door"),
    "sets/many/given.py": ({"iterdir"}, "names beside what is not there, for the cure"),
    "sets/record.py": ({"read_text", "glob"}, "files of experiments' folders"),
    "sets/whole.py": ({"glob"}, "files of an experiment's folder"),
    "search/folder.py": ({"read_text", "glob"}, "files of searches' folders"),
    "search/result.py": ({"glob"}, "the folders of searches, below one that came through the door"),
    "search/log.py": ({"open", "read_bytes"}, "the log and the lock of a search's folder"),
    "workflow/cures/tried.py": ({"read_text"}, "a file of a run's folder"),
    "workflow/cures/trying.py": ({"read_text"}, "files of a run's folder"),
    "workflow/look/page.py": ({"read_text"}, "files of a run's folder"),
    "workflow/look/paired.py": ({"read_text"}, "a file of a run's folder"),
    "workflow/eject/collecting/reading.py": (
        {"read_csv", "read_excel", "read_html", "read_json", "read_parquet", "glob (SQL)"},
        "the text of scripts, and what it gives; each path comes through the door",
    ),
    "workflow/eject/collecting/workbench.py": ({"duckdb.connect"}, "a database in memory"),
    "workflow/eject/proving.py": (
        {"import subprocess", "environ", "read_csv"},
        "this Python, on the script that was written, and the table that it wrote; the table comes through the door",
    ),
    "workflow/eject/texts/inputs/images.py": (
        {"ZipFile", "open", "rglob"},
        "the text of scripts; where ejecting calls it the path has come through the door",
    ),
    "workflow/eject/texts/tables.py": (
        {"duckdb.connect", "read_bytes", "read_csv", "read_html", "read_parquet", "read_sql", "sqlite3.connect"},
        "the text of scripts; where ejecting calls it the path has come through the door",
    ),
    "workflow/warm/keras_file.py": ({"ZipFile"}, "of bytes that came through the door"),
    "workflow/cache/table.py": ({"read_text"}, "the table in a search's folder, which protokit wrote"),
    "workflow/cache/entries.py": (
        {"read_text", "open", "np.load", "glob", "iterdir", "rglob"},
        "the cache, which protokit wrote, and the names of protokit's own files",
    ),
    "workflow/record/listing.py": (
        {"read_text", "glob", "iterdir"},
        "files of runs' folders, below one that came through the door",
    ),
    "workflow/record/folder.py": ({"read_text", "glob"}, "files of runs' folders"),
    "workflow/record/parquet.py": ({"duckdb.connect", "read_parquet"}, "files of a run's folder"),
    "workflow/record/predictions.py": ({"read_text"}, "files of a run's folder"),
    "workflow/record/uses_of_test_set.py": ({"read_text", "glob"}, "files beside the runs' folders"),
    "workflow/record/writing.py": ({"glob"}, "files of a run's folder"),
    "workflow/result.py": ({"open", "read_text"}, "files of a run's folder"),
    "testing/parts/after_epoch.py": ({"rglob"}, "a temporary folder"),
    "testing/workers/dummy.py": ({"read_text"}, "whether a process of this machine has ended, in /proc"),
    "workflow/record/machine.py": ({"environ", "open"}, "what a run was made on: the processor, and variables by name"),
    "workers/cluster/actor.py": ({"environ"}, "the variables that an actor is started with"),
    "workers/cluster/crew.py": ({"rglob", "read_bytes"}, "the files of a search, for nodes that do not see its folder"),
    "workers/cluster/start.py": ({"environ"}, "the variables that Ray is started with"),
    "workers/folder/lines.py": ({"open"}, "the messages between a search's driver and its workers"),
    "workers/folder/session.py": ({"read_text", "scandir"}, "who is there, in the folder of a search"),
    "workers/machine.py": (
        {"environ", "read_text", "iterdir"},
        "what this machine grants: cores of its control group, GPUs, threads that a person has said",
    ),
    "learn/backends/backend.py": ({"environ"}, "which backend Keras was told to run on"),
    "learn/backends/process.py": ({"environ"}, "the backend that a process of its own is started with"),
    "workers/processes/process.py": ({"environ"}, "the variables that a worker's process is started with"),
    "workflow/run/doctoring.py": ({"read_text"}, "the recipe that a run has kept"),
}


def opened(path: Path) -> set[str]:
    """What a file opens by itself."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name, of = _called(node.func)
            if of in {
                "access",
                "Run",
                "SetsRun",
                "Study",
                "Trials",
            }:  # the door; and what goes through it or is protokit's own
                continue
            if name in OF_MODULES.get(of, ()):
                found.add(f"{of}.{name}")
            elif name in OPENERS:
                found.add(name)
        elif isinstance(node, ast.Attribute) and node.attr in {"environ", "environb"}:
            found.add(node.attr)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else [str(node.module)]
            found |= {f"import {name}" for name in names if name.split(".")[0] in BANNED}
            if isinstance(node, ast.ImportFrom) and node.module in {"os", "builtins", "io"}:
                found |= {a.name for a in node.names if a.name in {*OPENERS, "environ"}}
    found |= {f"{match[1] or match[2]} (SQL)" for text in _texts(tree) for match in IN_SQL.finditer(text)}
    return found


def _called(func: ast.expr) -> tuple[str, str]:
    if isinstance(func, ast.Attribute):
        of = func.value
        return func.attr, of.id if isinstance(of, ast.Name) else of.attr if isinstance(of, ast.Attribute) else ""
    return (func.id if isinstance(func, ast.Name) else ""), ""


def _texts(tree: ast.AST) -> list[str]:
    """The texts of a file that are no docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_nothing_opens_what_somebody_named_but_the_door(path: Path) -> None:
    own, why = ITS_OWN.get(path.relative_to(PACKAGE).as_posix(), (set(), "-"))
    assert why
    assert opened(path) == own, "open it by protokit.core.outside.access, or say in ITS_OWN why it is protokit's own"


@pytest.mark.parametrize(
    "code",
    [
        "open('t.csv')",
        "import io\nio.open('t')",
        "from pathlib import Path\nPath('t').read_bytes()",
        "import os\nos.environ['X']",
        "from os import environ",
        "import os\nfor x in os.walk('.'): pass",
        "from urllib.request import urlopen\nurlopen('http://x')",
        "import requests",
        "import fsspec.core",
        "import sqlite3\nsqlite3.connect('t.db')",
        "import sqlalchemy\nsqlalchemy.create_engine('sqlite://')",
        "import duckdb\nduckdb.connect()",
        "connection.execute(f\"select * from read_csv('{path}')\")",
        "connection.execute(\"attach 't.db'\")",
        "import pandas as pd\npd.read_csv('t')",
        "from PIL import Image\nImage.open('t')",
        "import numpy as np\nnp.load('t')",
        "import zipfile\nzipfile.ZipFile('t')",
    ],
)
def test_what_opens_something_is_seen(code: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(code)
    assert opened(tmp_path / "module.py")


def test_the_list_has_no_file_that_is_gone() -> None:
    assert {name for name in ITS_OWN if not (PACKAGE / name).exists()} == set()
