"""Every way out of every recipe and of eight public tables: size, load, one row, how far on all test rows; or why not.

python benchmarks/doors.py DATA_FOLDER [--venvs FOLDER] [--only adult] [--page] [--kept FOLDER] [--timings]

Each model is trained as its recipe says, those of the tables for three epochs, since what is measured does not depend
on how long it has learned, and exported in each format, held against protokit on all test rows and on
those that are drawn; then the file is loaded in a bare virtual environment that has its runtime and no protokit, and
is asked for the same rows. Results are kept in docs/doors.json; --page writes docs/doors.md anew from them. Files
stay in --kept; with --timings only they are loaded again and timed, which wants a quiet machine.
It needs the extras export, litert and torch.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from results import TABLES as PLAIN
from results_data import RECIPES
from results_series import ROWS
from results_series import TABLES as SERIES
from rooms import ROOT, bare, fill

import protokit

PAGE = ROOT / "docs" / "doors.md"
RECORD = PAGE.with_suffix(".json")
ENDINGS = {"onnx": ".onnx", "saved_model": "", "keras": ".keras", "litert": ".tflite", "torch": ".py"}
NEEDS = {
    "onnx": ("onnxruntime",),
    "tensorflow": ("tensorflow", "keras"),
    "litert": ("ai-edge-litert",),
    "torch": ("torch", "safetensors"),
}
RUNTIMES = {"onnx": "onnx", "saved_model": "tensorflow", "keras": "tensorflow", "litert": "litert", "torch": "torch"}
PUBLIC = ("adult", "titanic", "melbourne", "sms_spam", "mr", "fashion_mnist", "japanese_vowels", "etth1")


def case(name: str, data: Path) -> tuple[Any, Any]:
    """A recipe, and the table where it is not read by the recipe itself."""
    if name.startswith("recipes/"):
        return ROOT / f"{name}.yaml", None
    if name == "etth1":
        import pandas as pd

        file, represent = SERIES[name]
        return {"name": name, "represent": represent}, pd.read_csv(data / file).head(ROWS[name])
    if name in PLAIN:
        files, target, split = PLAIN[name]
        represent = {"target": target, **({"split": split} if split else {})}
        tables = {key: str(data / file) for key, file in files.items()}
        return {"name": name, "collect": {"tables": tables}, "represent": represent}, None
    recipe = json.loads(json.dumps(RECIPES[name]))
    for key, source in recipe["collect"]["tables"].items():
        if isinstance(source, str):
            recipe["collect"]["tables"][key] = str(data / source)
        else:
            source.update({word: str(data / source[word]) for word in ("csv", "idx", "labels") if word in source})
    return {"name": name, **recipe}, None


def measured(name: str, data: Path, venvs: Path, kept: Path) -> dict[str, dict[str, object]]:
    """The figures of one model, by format; `refused` where it does not go."""
    from protokit.bundle.exporter import exporter_of
    from protokit.doors.format import Format
    from protokit.workflow.run.collecting import collected

    recipe, table = case(name, data)
    asked: dict[str, Any] = {}

    def spied(cls: type[Format]) -> None:
        run = cls.run

        def kept(self: Format, plan: Any, path: Path, given: Any) -> Any:
            found = run(self, plan, path, given)
            asked.setdefault("given", []).append(dict(given))
            asked.setdefault("found", []).append({one: np.asarray(found[one]) for one in found})
            asked["names"] = dict(self.names(plan))
            return found

        cls.run = kept  # type: ignore[method-assign]

    for cls in _formats():
        spied(cls)
    figures: dict[str, dict[str, object]] = {}
    with tempfile.TemporaryDirectory() as folder:
        set_to = {} if isinstance(recipe, Path) else {"learn.epochs": 3, "evaluate.baselines": []}
        if isinstance(recipe, Path) and "\nsets:" in recipe.read_text():
            sets = protokit.run_sets(recipe, out=Path(folder) / "runs")
            model, rows = sets.model(sets.sets[0], "each"), None
        else:
            run = protokit.run(recipe, table, out=Path(folder) / "runs", set=set_to)
            model = run.model
            frame = collected(run.recipe, table).frame
            known = run.predictions.get("row")
            rows = frame if known is None else frame.loc[frame.index.isin(known)]
        for form, ending in ENDINGS.items():
            place = kept / name.replace("/", "_") / form / f"exported{ending}"
            asked.clear()
            try:
                export = exporter_of(place).export(model, place, rows, None, "float32")
            except protokit.ProtokitError as error:
                figures[form] = {"refused": str(error)}
                continue
            given, found = (
                {one: np.concatenate([part[one] for part in asked[word]]) for one in asked[word][0]}
                for word in ("given", "found")
            )
            figures[form] = {
                "bytes": _size(place) + (_size(place.with_suffix(".safetensors")) if form == "torch" else 0),
                "rows": export.rows,
                "drawn": export.drawn,
                "differs": export.differs,
                **loaded(form, place, given, found, asked["names"], venvs),
            }
    return figures


def _formats() -> list[type]:
    import protokit.doors.files
    from protokit.doors.format import Format

    for module in pkgutil.walk_packages(protokit.doors.files.__path__, "protokit.doors.files."):
        importlib.import_module(module.name)
    found, waiting = [], [Format]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        if "run" in vars(cls) and cls is not Format:
            found.append(cls)
    return found


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(one.stat().st_size for one in path.rglob("*") if one.is_file())
    return path.stat().st_size


def loaded(form: str, path: Path, given: Any, found: Any, names: dict[str, str], venvs: Path) -> dict[str, object]:
    """What a fresh environment says of a file: seconds, and how far its outputs are from those of here."""
    folder = path.parent
    renamed = form in ("keras", "saved_model")
    inputs = {names[one] if renamed else one: cells for one, cells in given.items()}
    np.savez(
        folder / "given.npz",
        **{one: cells.astype(str) if cells.dtype == object else cells for one, cells in inputs.items()},
    )
    told = timed(form, path, venvs)
    if "alone" in told:
        return told
    apart = 0.0
    with np.load(folder / "found.npz") as kept:
        for one, ours in found.items():
            theirs = kept[names[one] if renamed else one]
            if ours.dtype.kind in "fc":
                ours, theirs = ours.astype(float).reshape(theirs.shape), theirs.astype(float)
                apart = max(apart, float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(ours)), initial=0.0)))
    return {**told, "apart_alone": apart}


def timed(form: str, path: Path, venvs: Path) -> dict[str, object]:
    """Seconds that a fresh environment takes to load a file, with the first row, and for one row."""
    python = venvs / RUNTIMES[form] / "bin" / "python"
    command = [python, "-I", ROOT / "benchmarks" / "doors_loader.py", form, path, "given.npz", "found.npz"]
    quiet = {**os.environ, "PYTHONPATH": ""}
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, env=quiet)
    if done.returncode:
        return {"alone": "failed: " + done.stderr.strip().splitlines()[-1]}
    found: dict[str, object] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def environments(venvs: Path) -> None:
    """Make the bare environments that are missing, with the versions of constraints.txt."""
    for name, packages in NEEDS.items():
        bare(venvs / name, packages)


def page(found: dict[str, Any]) -> str:
    """The table."""
    dates = sorted({one["date"] for one in found.values()})
    lines = [
        f"Measured by `benchmarks/doors.py`, {dates[0]} to {dates[-1]}: size; load with the first row; one row; the",
        "largest difference to the model on all test rows and on drawn ones. Load and one row are those of a fresh",
        "environment that has the runtime alone, whose outputs were equal to 1e-6 unless said.",
        "",
        "| model | " + " | ".join(ENDINGS) + " |",
        "|---|" + "---|" * len(ENDINGS),
    ]
    words: dict[str, str] = {}
    for name, one in found.items():
        cells = [_cell(one["doors"][form], words) for form in ENDINGS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", *(f"{mark} {text}" + "\n" for text, mark in words.items())]
    return "\n".join(lines)


def _cell(figures: dict[str, Any], words: dict[str, str]) -> str:
    if "refused" in figures:
        text = " ".join(figures["refused"].split())
        return "refused " + words.setdefault(text, f"({len(words) + 1})")
    size = figures["bytes"] / 1024
    told = f"{size:,.0f} KiB" if size < 10_000 else f"{size / 1024:,.1f} MiB"
    differs = f"{figures['differs']:.1e} on {figures['rows']:,}"
    if "alone" in figures:
        return f"{told}, {differs}; alone: {figures['alone']}"
    own = f"; alone {figures['apart_alone']:.0e} apart" if figures["apart_alone"] > 1e-6 else ""
    return f"{told}, {figures['load']:.2f} s, {figures['one_row'] * 1000:.2f} ms, {differs}{own}"


def main() -> None:
    """Measure each model in a process of its own, keep, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--venvs", type=Path, default=Path(tempfile.gettempdir()) / "protokit-doors")
    parser.add_argument("--only", default="")
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--kept", type=Path, default=Path(tempfile.gettempdir()) / "protokit-doors-files")
    parser.add_argument("--timings", action="store_true")
    options = parser.parse_args()
    data, venvs, kept = options.data.resolve(), options.venvs.resolve(), options.kept.resolve()
    if options.one:
        print(json.dumps(measured(options.one, data, venvs, kept)))
        return
    every = (*(f"recipes/{one.stem}" for one in sorted((ROOT / "recipes").glob("*.yaml"))), *PUBLIC)
    found = json.loads(RECORD.read_text()) if RECORD.exists() else {}
    if options.timings:
        for name, one in found.items():
            for form, figures in one["doors"].items():
                path = kept / name.replace("/", "_") / form / f"exported{ENDINGS[form]}"
                if "load" in figures and path.exists():
                    figures.update(timed(form, path, venvs))
            RECORD.write_text(json.dumps(found, indent=1) + "\n")
    elif not options.page:
        environments(options.venvs)
        for name in options.only.split(",") if options.only else every:
            command = [sys.executable, __file__, str(data), "--venvs", str(venvs), "--kept", str(kept), "--one", name]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
            if done.returncode:
                print(f"{name}: failed", file=sys.stderr, flush=True)
                continue
            doors = json.loads(done.stdout.strip().splitlines()[-1])
            found[name] = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "doors": doors}
            RECORD.write_text(json.dumps({one: found[one] for one in every if one in found}, indent=1) + "\n")
            print(
                name, {form: one.get("differs", "refused") for form, one in doors.items()}, file=sys.stderr, flush=True
            )
    fill(PAGE, "doors", page({one: found[one] for one in every if one in found}))


if __name__ == "__main__":
    main()
