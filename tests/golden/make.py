"""Makes a folder of tests/golden: a model or a run as the protokit that can be imported writes it.

It is run for a new format only, into a new folder, with that version on PYTHONPATH. What is there is never made again:
a golden file says what a version that people have used wrote, and no later version can say it in its place.

    python tests/golden/make.py format6_table

A name begins with the format of the model, or with `run` for the whole folder of a run (without its report, which is
made from the rest).
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
SMALL: dict[str, Any] = {"epochs": 2, "batch_size": 16}


def people(folder: Path, rows: int = 64) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    at = np.arange(rows)
    frame = pd.DataFrame(
        {
            "Height (cm)": rng.normal(170, 10, rows).round(1),
            "visits": rng.integers(0, 9, rows),
            "shop": rng.choice([f"s{i:02}" for i in range(9)], rows),
            "colour": rng.choice(["red", "green", "blue"], rows),
            "member": rng.choice(["yes", "no"], rows),
            "joined": [f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}" for i in at],
            "grade": rng.choice(["low", "middle", "high"], rows),
            "code": [f"{n}" for n in rng.integers(1, 5, rows)],
        }
    ).astype(object)
    for name, every in (
        ("Height (cm)", 7),
        ("colour", 9),
        ("member", 11),
        ("joined", 13),
        ("grade", 17),
        ("visits", 19),
    ):
        frame.loc[at % every == 1, name] = None
    high = frame["Height (cm)"].fillna(170).astype(float) + 8 * (frame["member"] == "yes") + rng.normal(0, 4, rows)
    frame["bought"] = np.where(high > 174, "yes", "no")
    frame["price"] = (high / 3 + rng.normal(0, 1, rows)).round(2)
    return frame


def sales(folder: Path) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    rows = []
    for shop in ("north", "south"):
        for i, day in enumerate(pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d")):
            sold = 20 + 6 * np.sin(i * 2 * np.pi / 7) + 5 * (i % 10 == 3) + rng.normal()
            rows.append([day, shop, int(i % 10 == 3), round(rng.normal(12, 4), 1), round(sold, 2)])
    frame = pd.DataFrame(rows, columns=["day", "shop", "promotion", "warmth", "sold"]).astype({"sold": object})
    frame.loc[frame["day"] >= "2024-02-26", "sold"] = None  # what is known of the future
    return frame


def messages(folder: Path, rows: int = 48) -> pd.DataFrame:
    from PIL import Image

    rng = np.random.default_rng(9)
    good, bad = ["lovely", "great", "kind", "quick"], ["slow", "broken", "rude", "late"]
    frame = []
    (folder / "images").mkdir()
    for i in range(rows):
        glad = bool(rng.random() < 0.5)
        text = " ".join([*rng.choice(good if glad else bad, 3), *rng.choice(["the", "a", "shop", "box", "day"], 4)])
        name = f"images/{i % 6}{'g' if glad else 'b'}.png"
        shade = np.full((8, 8, 3), 20 * (i % 6) + (100 if glad else 0), np.uint8)
        Image.fromarray(shade).save(folder / name)
        frame.append([text, " ".join(rng.choice(["red", "large", "cheap", "new"], 5)), name, i % 5])
        frame[-1] += ["red|large" if glad else "new", round(10 + 5 * glad + rng.normal(), 2)]
    return pd.DataFrame(frame, columns=["remark", "title", "picture", "stars", "tags", "price"])


def steps(folder: Path, cases: int = 40) -> pd.DataFrame:
    rng = np.random.default_rng(10)
    rows = []
    for case in range(cases):
        slope, kind = rng.normal(), rng.choice(["a", "b"])
        for step in range(int(rng.integers(3, 6))):
            rows.append([f"c{case}", step, round(slope * step + rng.normal(0, 0.1), 2), kind, round(slope * 10, 2)])
    return pd.DataFrame(rows, columns=["case", "step", "signal", "kind", "strength"])


DENSE = [{"Dense": {"units": 4, "activation": "relu"}}, "BatchNormalization", {"Dropout": 0.2}]
BENT = {"branch": {"bent": [{"PiecewiseLinearEmbedding": 3, "from": "numbers"}], "plain": []}}
TWO = {"target": ["bought", "price"]}
TABLE: tuple[Any, dict[str, Any]] = (people, {"represent": TWO, "learn": {**SMALL, "menu": DENSE}})
SEEDED = {"represent": TWO, "learn": {**SMALL, "menu": DENSE, "networks": 2, "precision": "mixed_bfloat16"}}
FOLDED = {"represent": {**TWO, "split": {"folds": 2}}, "learn": {**SMALL, "menu": DENSE}}
CLEAN = [
    {"rename": {"Height (cm)": "height"}},
    {"cast": {"code": "text"}},
    {"fill": {"visits": 0}},
    {"derive": {"often": "visits > 4", "ratio": "height / (visits + 1)"}},
    {"drop": ["price"]},
]
GRADE = {"ordered": ["low", "middle", "high"]}

# what each folder is made of: its table, and the recipe
GOLDEN: dict[str, tuple[Any, dict[str, Any]]] = {
    "format1_first": TABLE,
    "format1_table": TABLE,
    "format2_seeds": (people, SEEDED),
    "format2_folds": (people, FOLDED),
    "format3_first": (people, FOLDED),
    "format3_table": (
        people,
        {
            "represent": {**TWO, "columns": {"grade": GRADE}, "split": {"folds": 2}},
            "learn": {**SMALL, "menu": DENSE, "networks": 2},
            "evaluate": {"threshold": 0.4},
        },
    ),
    "format3_mixed": (
        messages,
        {
            "represent": {
                "target": "tags",
                "columns": {
                    "remark": {"text": {"vocabulary": 20, "length": 8}},
                    "title": {"text": {"form": "tfidf", "vocabulary": 5}},
                    "picture": {"image": {"size": [4, 4], "channels": 1}},
                    "price": "number",
                },
            },
            "learn": {**SMALL, "task": "multilabel", "menu": [
                {"Flatten": {}, "from": "picture", "name": "pixels"},
                {"GlobalAveragePooling1D": {}, "from": "remark", "name": "said"},
                {"Concatenate": {}, "from": ["numbers", "pixels", "said", "title"]},
                {"Dense": 3},
            ]},
        },
    ),
    "format3_clusters": (
        people,
        {
            "represent": {"columns": {"grade": GRADE}},
            "learn": {**SMALL, "task": "clustering", "clusters": 3, "cluster_by": "gaussian_mixture", "menu": [
                {"Dense": 3, "name": "code"}, {"Dense": {"units": 4, "activation": "relu"}},
            ]},
        },
    ),
    "format3_steps": (
        steps,
        {
            "represent": {"target": "strength", "sequence": {"by": "case", "time": "step"}},
            "learn": {**SMALL, "task": "quantile", "quantiles": [0.1, 0.5, 0.9], "menu": [
                {"GRU": 3, "from": "sequence", "name": "read"}, {"Concatenate": {}, "from": ["read", "numbers"]},
            ]},
        },
    ),
    "format4_table": (
        people,
        {
            "represent": {**TWO, "columns": {"grade": GRADE}, "split": {"folds": 2}},
            "learn": {**SMALL, "menu": DENSE, "networks": 2},
        },
    ),
    "format5_table": (
        people,
        {
            "represent": {**TWO, "columns": {"grade": GRADE}, "split": {"folds": 2}},
            "learn": {**SMALL, "menu": [BENT, *DENSE], "networks": 2},
        },
    ),
    "run_people": (
        people,
        {
            "collect": {"tables": {"people": "table.csv"}, "clean": CLEAN},
            "represent": {"target": "bought", "columns": {"grade": GRADE, "code": "category"}},
            "learn": {**SMALL, "networks": 2, "menu": DENSE},
            "evaluate": {"slices": ["colour"], "threshold": "f1", "calibrate": "temperature"},
        },
    ),
    "run_sales": (
        sales,
        {
            "collect": {"tables": {"sales": "table.csv"}},
            "represent": {
                "target": "sold",
                "series": {"time": "day", "by": "shop", "window": 7, "horizon": 3, "known": ["promotion", "day"]},
            },
            "learn": {**SMALL, "menu": [{"Flatten": {}}, {"Dense": 4}]},
        },
    ),
}  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    """The table of a golden folder: its numbers are short, so that every reader reads the same bits."""
    return pd.read_csv(path)


def exact(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Columns as JSON values; floats as texts that keep every bit."""
    plain = {str(name): table[name].tolist() for name in table.columns}
    return {name: [v.hex() if isinstance(v, float) else v for v in values] for name, values in plain.items()}


def here() -> dict[str, Any]:
    """What the last bits of a product of matrices depend on: the processor and the libraries."""
    from importlib.metadata import version

    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else platform.processor()
    lines = sorted({line for line in about.splitlines() if line.startswith(("model name", "flags"))})
    processor = hashlib.sha256("\n".join(lines or [about]).encode()).hexdigest()[:16]
    libraries = ("tensorflow", "keras", "numpy", "scipy")
    return {"processor": processor, "libraries": {name: version(name) for name in libraries}}


def make(name: str) -> Path:
    """Write one folder; one that is there is an error."""
    import protokit

    folder = HERE / name
    folder.mkdir()
    table, recipe = GOLDEN[name]
    frame = table(folder)
    frame.to_csv(folder / "table.csv", index=False)
    frame = read(folder / "table.csv")
    os.chdir(folder)
    with tempfile.TemporaryDirectory() as scratch:
        given = {"protokit": 1, "name": name, **recipe}
        run = protokit.run(given, *([] if "collect" in recipe else [frame]), out=scratch)
        model = protokit.load(run.path)
        expected = {"made": here(), "predictions": exact(model.predict(frame))}
        if name.startswith("run"):
            shutil.copytree(run.path, folder / "run", ignore=shutil.ignore_patterns("report.html"))
        else:
            shutil.copytree(run.path / "model", folder / "model")
            written = json.loads((folder / "model" / "manifest.json").read_text())["format"]
            assert name.startswith(f"format{written}_"), f"this protokit writes format {written}"
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    return folder


if __name__ == "__main__":
    for given in sys.argv[1:]:
        print(make(given))
