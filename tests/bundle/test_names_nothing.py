"""A bundle names nothing outside itself: no file, no address, no variable of the environment."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import protokit
from protokit.bundle.input_schema import InputSchema
from protokit.cli.app import app
from protokit.collect.collect import read_table
from protokit.core.errors import BundleError, DataError, SpecError
from protokit.core.files import sha256

GOLDEN = Path(__file__).parent.parent / "golden" / "format3_steps"


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and what it was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a,b\n1,2\n")

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", asked
    server.shutdown()
    server.server_close()
    thread.join()


def changed(folder: Path, **intake: object) -> Path:
    """A model whose `intake` somebody has written anew, with the manifest that belongs to it."""
    model = folder / "model"
    shutil.copytree(GOLDEN / "model", model)
    path = model / "menu.json"
    menu = json.loads(path.read_text())
    menu["intake"] |= intake
    path.write_text(json.dumps(menu))
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["files"]["menu.json"] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
    (model / "manifest.json").write_text(json.dumps(manifest))
    return model


@pytest.mark.parametrize("key", ["csv", "html", "sql", "location", "file_column", "query"])
def test_rules_of_reading_name_no_source(
    key: str, tmp_path: Path, listener: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, asked = listener
    monkeypatch.setenv("TOKEN", "of-the-person")
    model = changed(tmp_path, reading={key: address + "?t=${TOKEN}"})
    with pytest.raises(BundleError, match="no rule of reading"):
        protokit.load(model)
    said = CliRunner().invoke(app, ["predict", str(model), str(GOLDEN / "table.csv")])
    assert said.exit_code and asked == []


@pytest.mark.parametrize(
    ("intake", "said"),
    [
        ({"columns": ["age", ["x"]]}, "intake's columns are no list of names"),
        ({"columns": "age"}, "intake's columns are no list of names"),
        ({"texts": [1]}, "intake's texts are no list of names"),
        ({"as_file": "no"}, "as_file is neither true nor false"),
        ({"joined": 1}, "joined is neither true nor false"),
        ({"reading": ["x"]}, "rules of reading are no mapping"),
        ({"colums": []}, "'colums' is no part of the intake"),
        ({"reading": {"encoding": "no-such"}}, "the rule of reading encoding"),
        ({"reading": {"delimiter": 3}}, "the rule of reading delimiter"),
    ],
)
def test_an_intake_that_was_edited_is_named(intake: dict[str, object], said: str, tmp_path: Path) -> None:
    with pytest.raises(BundleError) as caught:
        protokit.load(changed(tmp_path, **intake))
    assert said in str(caught.value) and "validation error" not in str(caught.value)


def test_a_table_is_read_from_where_the_person_says(tmp_path: Path, listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    (tmp_path / "t.csv").write_text("a;b\n1;2\n")
    frame = read_table(tmp_path / "t.csv", reading={"delimiter": ";"})
    assert frame["b"].tolist() == [2]
    for reading in ({"csv": address}, {"delimiter": ";", "html": address}, {"location": address}):
        with pytest.raises(SpecError, match="no rule of reading"):
            read_table(tmp_path / "t.csv", reading=reading)
    assert asked == []


@pytest.mark.parametrize("reading", [{"delimiter": "ab"}, {"encoding": "no-such"}, {"missing": [{}]}])
def test_rules_of_reading_are_held_as_those_of_a_recipe(reading: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(BundleError):
        protokit.load(changed(tmp_path, reading=reading))


OUTSIDE = [
    {"derive": {"z": "read_text('/etc/hostname')"}},
    {"derive": {"z": "getenv('TOKEN')"}},
    {"derive": {"z": "current_setting('home_directory')"}},
    {"derive": {"z": "(select content from read_text('/etc/hostname'))"}},
    {"filter": "1 in (select 1 from 'table.csv')"},
    {"filter": "exists (from read_csv('table.csv'))"},
    {"filter": "1 = 1; attach 'x.db'"},
    {"csv": "table.csv"},
    {"sql": "sqlite:///x.db", "query": "select 1"},
    "install",
]


@pytest.mark.parametrize("step", OUTSIDE)
def test_steps_of_cleaning_name_nothing_outside(step: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "of-the-person")
    with pytest.raises(BundleError):
        protokit.load(changed(tmp_path, clean=[step]))
    with pytest.raises((SpecError, DataError)):
        InputSchema(("a",), (step,)).cleaned(pd.DataFrame({"a": [1, 2]}), ("z",))


def test_the_folder_of_images_is_the_persons_to_say() -> None:
    from protokit.represent.encoders.image import ImageColumn

    plain = {**ImageColumn("photo", (4, 4), 3).as_plain(), "folder": "/etc"}
    assert ImageColumn.from_plain(plain) == ImageColumn("photo", (4, 4), 3)
