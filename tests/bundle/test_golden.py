"""Models and runs that earlier versions wrote are read today, and the models predict the same bits.

tests/golden is made once for each format and never again: see make.py there.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import protokit
from protokit.bundle.migrations import FORMAT, MIGRATIONS, Written, migrated
from protokit.bundle.writing import save
from protokit.core.errors import BundleError
from protokit.core.files import sha256
from protokit.represent.encoding import from_plain

pytestmark = pytest.mark.pictures

GOLDEN = Path(__file__).parent.parent / "golden"
FOLDERS = sorted(path.parent for path in GOLDEN.glob("*/expected.json"))
MODELS = [folder for folder in FOLDERS if folder.name.startswith("format")]
REFUSED = {"format1_first"}  # the very first version: see protokit/bundle/migrations.py
READ = [folder for folder in FOLDERS if folder.name not in REFUSED]
RUNS = [folder for folder in FOLDERS if folder.name.startswith("run")]


def _make() -> ModuleType:
    spec = importlib.util.spec_from_file_location("golden_make", GOLDEN / "make.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = _make()


def same(found: dict[str, list[Any]], expected: dict[str, Any]) -> None:
    """Predictions are those that were written."""
    if expected["made"] == make.here():
        assert found == expected["predictions"]
        return
    # another processor or library may add up in another order: the last bits are its own
    wanted = expected["predictions"]
    assert list(found) == list(wanted)
    for name in wanted:
        one, other = ([numbers(v) for v in values] for values in (found[name], wanted[name]))
        if all(isinstance(v, float) for v in other):
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=1e-6)
        else:
            assert one == other


def numbers(value: Any) -> Any:
    return float.fromhex(value) if isinstance(value, str) and "0x" in value else value


def expected(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "expected.json").read_text())  # type: ignore[no-any-return]


def predicted(model: protokit.Model, folder: Path) -> dict[str, list[Any]]:
    return make.exact(model.predict(make.read(folder / "table.csv"), folder=folder))  # type: ignore[no-any-return]


@pytest.mark.parametrize("folder", READ, ids=lambda folder: folder.name)
def test_a_model_predicts_what_the_version_that_wrote_it_did(folder: Path, tmp_path: Path) -> None:
    model = protokit.load(folder / ("model" if folder in MODELS else "run"))
    found = predicted(model, folder)
    same(found, expected(folder))
    save(model, tmp_path / "again")
    assert json.loads((tmp_path / "again" / "manifest.json").read_text())["format"] == FORMAT
    assert predicted(protokit.load(tmp_path / "again"), folder) == found


def test_another_process_reads_the_same() -> None:
    code = (
        "import json, sys, importlib.util, protokit\nfrom pathlib import Path\n"
        f"folders = [Path(name) for name in {[str(folder) for folder in MODELS if folder in READ]!r}]\n"
        f"spec = importlib.util.spec_from_file_location('make', {str(GOLDEN / 'make.py')!r})\n"
        "make = importlib.util.module_from_spec(spec); spec.loader.exec_module(make)\n"
        "for f in reversed(folders):\n"
        "    model = protokit.load(f / 'model')\n"
        "    print(json.dumps(make.exact(model.predict(make.read(f / 'table.csv'), folder=f))))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    for folder, line in zip(reversed([folder for folder in MODELS if folder in READ]), lines, strict=True):
        same(json.loads(line), expected(folder))


def test_each_format_that_has_shipped_has_its_golden_model_and_its_step_to_the_next() -> None:
    shipped = range(1, FORMAT + 1)
    for one in shipped:
        found = [folder for folder in MODELS if folder in READ and folder.name.startswith(f"format{one}_")]
        assert found, f"tests/golden has no model of format {one}: make one with tests/golden/make.py"
        for folder in found:
            assert json.loads((folder / "model" / "manifest.json").read_text())["format"] == one
    assert sorted(MIGRATIONS) == [*shipped][:-1], "protokit/bundle/migrations.py lacks a step"
    assert set(make.GOLDEN) == {folder.name for folder in FOLDERS}


def test_the_golden_models_have_every_kind_of_encoder() -> None:
    kinds: set[str] = set()
    for folder in FOLDERS:
        path = folder / ("model" if folder in MODELS else "run/model") / "encoders.json"
        plain = json.loads(path.read_text())
        for one in plain if isinstance(plain, list) else [plain]:
            parts = [*one.get("columns", []), *(one.get("own") or []), *one.get("past", []), *one.get("known", [])]
            kinds |= {part["kind"] for part in parts if isinstance(part, dict)}
            kinds |= {"series"} & {"series" if "clock" in one else ""} | {"clusters"} & {*one}
            kinds |= {"folding"} if one.get("folding") else set()
    tables = {"number", "ordered", "boolean", "date", "category"}
    assert kinds >= tables | {"tokens", "tfidf", "image", "sequence", "folding", "series", "clusters"}, kinds


@pytest.mark.parametrize("folder", RUNS, ids=lambda folder: folder.name)
def test_the_folder_of_a_run_is_opened_shown_and_reported(folder: Path, tmp_path: Path) -> None:
    run = protokit.Run.open(folder / "run")
    assert run.metrics and run.verdict and run.name == folder.name
    assert len(run.history) == 2 * len({row.get("seed", 0) for row in run.results["history"]})
    assert run.verdict.split(":")[0] in str(run)
    assert "<svg" in run._repr_mimebundle_()["text/html"]
    page = protokit.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and folder.name in page and "<svg" in page


def test_runs_are_compared(tmp_path: Path) -> None:
    first, *others = (protokit.Run.open(folder / "run") for folder in RUNS)
    found = protokit.compare(first, *others)
    assert all(run.name in str(found) for run in (first, *others)) and found.flags
    shutil.copytree(first.path, tmp_path / "copy")
    assert len(protokit.compare(first, tmp_path / "copy").pairs) == 1


def test_what_the_very_first_version_scaled_by_rank_is_refused_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="scaled by their rank alone") as caught:
        protokit.load(GOLDEN / "format1_first" / "model")
    assert "run its recipe again" in str(caught.value.cure) and "format1_first" in str(caught.value.place)
    # without such a number it is read: here the columns of two values and the categories, and weights that fit
    menu = json.loads((GOLDEN / "format1_first" / "model" / "menu.json").read_text())
    encoders = json.loads((GOLDEN / "format1_first" / "model" / "encoders.json").read_text())
    encoders["columns"] = [c for c in encoders["columns"] if c["kind"] in {"boolean", "category"}]
    scaler = encoders["scaler"]
    at = [i for i, scale in enumerate(scaler["scales"]) if scale is not None]
    for name in ("medians", "centers", "scales", "marked"):
        scaler[name] = [scaler[name][i] for i in at]
    scaler["quantiles"] = [[row[i] for i in at] for row in scaler["quantiles"]]
    written = migrated(Written(menu, encoders, {"0003.dense_1/cell/kernel": np.zeros(1)}), 1)
    assert written.menu["menu"] == menu["layers"] and [*written.tensors] == ["0.0.000003.dense_1.kernel"]
    assert set(written.menu) == {"menu", "precision", "intake"}
    assert from_plain(written.encoders[0]).needed == tuple(written.menu["intake"]["columns"])


def test_what_is_of_no_format_is_refused(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "format1_table" / "model", tmp_path / "model")
    path = tmp_path / "model" / "manifest.json"
    manifest = json.loads(path.read_text())
    for of in (0, FORMAT + 1, True, "1", 1.0, None):
        path.write_text(json.dumps({**manifest, "format": of}))
        with pytest.raises(BundleError, match="a format that this version does not read") as caught:
            protokit.load(tmp_path / "model")
        assert caught.value.cure
    for of in (2, 3):  # the manifest says what the files are not
        path.write_text(json.dumps({**manifest, "format": of}))
        with pytest.raises(BundleError):
            protokit.load(tmp_path / "model")
    for name, content in (("encoders.json", "[]"), ("encoders.json", "3"), ("menu.json", "[]"), ("menu.json", "{}")):
        shutil.rmtree(tmp_path / "model")
        shutil.copytree(GOLDEN / "format1_table" / "model", tmp_path / "model")
        file = tmp_path / "model" / name
        file.write_text(content)
        files = {**manifest["files"], name: {"bytes": file.stat().st_size, "sha256": sha256(file)}}
        for of in (1, 2, 3):
            path.write_text(json.dumps({"format": of, "files": files}))
            with pytest.raises(BundleError):
                protokit.load(tmp_path / "model")
