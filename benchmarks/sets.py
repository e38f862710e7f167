"""What training on several sets brings, and what it costs, on real data.

    python benchmarks/sets.py [--seeds 3] [--only adult,fashion,flights,tourism,speed,fifty] [--write]

`--write` puts the parts that were measured into docs/sets.json, beside those of before, and their tables into
docs/sets.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pandas as pd
from many import seconds

import protokit

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"
MARK = re.compile(r"(<!-- sets -->\n).*?(<!-- /sets -->)", re.S)
SETS, ROWS, ALONE = 50, 200, 6  # of `fifty`: so many of the sets are also run by themselves
FEW = 60  # rows of training of each occupation
MENU = [{"Dense": {"units": 64, "activation": "relu"}}, {"Dense": {"units": 32, "activation": "relu"}}]
OF_IMAGES = [
    {"Conv2D": {"filters": 32, "kernel_size": 3, "strides": 2, "activation": "relu"}, "name": "stem"},
    {"Conv2D": {"filters": 64, "kernel_size": 3, "strides": 2, "activation": "relu"}, "name": "second"},
    {"Flatten": {}, "name": "flat"},
    {"Dense": {"units": 64, "activation": "relu"}, "name": "hidden"},
]


def adult(seed: int) -> dict[str, float]:
    """AUC of six occupations with 60 rows each: the mean over the occupations, by way."""
    frame = pd.concat([pd.read_csv(DATA / "adult_train.csv.gz"), pd.read_csv(DATA / "adult_test.csv")])
    frame["income"] = frame["income"].str.strip(" .")
    names = frame["occupation"].value_counts().index[:6]
    tables = {}
    for name in names:
        rows = frame[frame["occupation"] == name].drop(columns="occupation").sample(frac=1, random_state=seed)
        part = ["train"] * FEW + ["validation"] * FEW + ["test"] * 1000
        tables[re.sub(r"\W", "-", str(name))] = rows.head(len(part)).assign(part=part)
    recipe = {
        "name": "adult",
        "seed": seed,
        "sets": {name: {} for name in tables},
        "represent": {"target": "income", "split": {"by": {"column": "part"}}},
        "learn": {"menu": MENU, "networks": 1, "sets": ["stacked", "shared"]},
        "evaluate": {"metrics": ["roc_auc"], "baselines": ["linear"]},
    }
    return _means(recipe, tables)


def fashion(seed: int) -> dict[str, float]:
    """Accuracy of the two halves of Fashion-MNIST's classes: 4,000 rows of the last five, 100 of the first five."""
    images, labels = _fashion()
    draw = np.random.default_rng(seed)
    sets: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, low, count in (("many", 5, 4000), ("few", 0, 100)):
            own = draw.permutation(np.flatnonzero((labels >= low) & (labels < low + 5)))[: count + count // 4 + 2000]
            part = ["train"] * count + ["validation"] * (count // 4) + ["test"] * 2000
            sets[name] = _as_images(Path(folder), name, images[own], labels[own], part)
        found = {}
        frozen = {"freeze_after_first": ["stem", "second", "hidden"]}
        for ways, label in (
            (["shared", "sequence"], "in sequence"),
            ({"sequence": {"rehearse": 0.2}}, "in sequence, rehearsed"),
            ({"sequence": frozen}, "in sequence, frozen"),
        ):
            recipe = {
                "name": "fashion",
                "seed": seed,
                "sets": {name: {} for name in sets},
                "represent": {"target": "kind", "columns": {"photo": "image"}, "split": {"by": {"column": "part"}}},
                "learn": {"menu": OF_IMAGES, "networks": 1, "epochs": 60, "stop": {"patience": 8}, "sets": ways},
                "evaluate": {"metrics": ["accuracy"], "baselines": ["dummy"]},
            }
            run = protokit.run_sets(recipe, sets, out=Path(folder) / "runs")
            for cell in run.results["cells"]:
                way = {"each": "alone", "shared": "at once"}.get(cell["way"], label)
                found[f"{way}: {cell['set']}"] = float(cell["score"]["value"] or 0)
    return found


def flights(seed: int) -> dict[str, float]:
    """Late flights of Portland and Seattle: AUC, the mean over both, by way."""
    frame = pd.read_csv(DATA / "pnwflights14" / "flights.csv.gz").dropna(subset=["arr_delay"])
    frame["late"] = np.where(frame["arr_delay"] > 15, "yes", "no")
    kept = ["month", "day", "sched_dep_time", "hour", "carrier", "dest", "distance", "origin", "late"]
    kept = [name for name in kept if name in frame]
    tables = {
        str(name): rows[kept].drop(columns="origin").sample(6000, random_state=seed)
        for name, rows in frame.groupby("origin")
    }
    recipe = {
        "name": "flights",
        "seed": seed,
        "sets": {name: {} for name in tables},
        "represent": {"target": "late", "positive": "yes"},
        "learn": {"menu": MENU, "networks": 1, "epochs": 40, "sets": ["stacked", "shared"]},
        "evaluate": {"metrics": ["roc_auc"], "baselines": ["linear"]},
    }
    return _means(recipe, tables)


def tourism(seed: int) -> dict[str, float]:
    """Trips by quarter, the regions of a state as the panel of a set: the scaled error of each state's own network."""
    frame = pd.read_csv(DATA / "ts_tourism_panel.csv").drop(columns="rownames")
    frame["Quarter"] = pd.PeriodIndex(frame["Quarter"].str.replace(" ", ""), freq="Q").to_timestamp()
    frame["series"] = frame["Region"] + " " + frame["Purpose"]
    tables = {
        re.sub(r"\W", "-", str(state)): rows[["Quarter", "series", "Trips"]]
        for state, rows in frame.groupby("State")
        if state in ("Victoria", "Queensland", "Tasmania")
    }
    recipe = {
        "name": "tourism",
        "seed": seed,
        "sets": {name: {} for name in tables},
        "represent": {
            "target": "Trips",
            "series": {"time": "Quarter", "by": "series", "window": 8, "horizon": 4},
        },
        "learn": {"networks": 1, "epochs": 30},
        "evaluate": {"baselines": ["seasonal_naive"]},
    }
    return _means(recipe, tables)


def speed(seed: int) -> dict[str, float]:
    """Joint steps of two sets a second, beside a loop of `train_on_batch` over the sets in turn; programs traced."""
    from protokit.sets.joint.arrays import side_by_side
    from protokit.sets.joint.network import Joint
    from protokit.sets.joint.training import JointTrainer, joint_words
    from protokit.workflow.check import as_recipe
    from protokit.workflow.run.collecting import collected
    from protokit.workflow.run.representing import represent

    draw = np.random.default_rng(seed)
    recipes, folds = {}, {}
    for name in ("a", "b"):
        x = draw.normal(size=(8000, 16))
        frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(16)])
        frame["y"] = np.where(x[:, 0] + x[:, 1] * x[:, 2] > 0, "yes", "no")
        words = {"menu": MENU, "batch_size": 32, "epochs": 10, "stop": None, "networks": 1}
        recipe = as_recipe({"name": name, "represent": {"target": "y"}, "learn": words})
        folds[name] = represent(recipe, collected(recipe, frame))[0]
        recipes[name] = recipe.fitted(folds[name].encoder.signature, folds[name].train.rows)
    joint = Joint.of(recipes, {name: fold.encoder.signature for name, fold in folds.items()})
    learn, names = recipes["a"].learn, ["a", "b"]
    train, validation = (
        side_by_side(joint, {n: getattr(folds[n], p) for n in names}, 0) for p in ("train", "validation")
    )
    network = joint.model(names)
    trainer = JointTrainer(
        joint_words(learn, joint, dict.fromkeys(names, 0.5)), network, joint.signature(names), seed=0
    )
    trainer.sides = train, validation
    ends: list[float] = []
    trainer.train(train.arrays, validation.arrays, on_epoch=lambda *_: ends.append(time.perf_counter()))
    steps = -(-train.arrays.rows // 32)
    ours = steps * (len(ends) - 3) / (ends[-1] - ends[2])
    alone = {}
    for name in names:
        alone[name] = joint.networks[name]
        alone[name].compile("adamw", "binary_crossentropy")
    parts = {n: (dict(folds[n].train.inputs), next(iter(folds[n].train.targets.values()))) for n in names}
    started = None
    for step in range(600):
        if step == 200:
            started = time.perf_counter()
        for name in names:
            inputs, targets = parts[name]
            rows = slice(step % 100 * 32, step % 100 * 32 + 32)
            alone[name].train_on_batch({k: np.asarray(v)[rows] for k, v in inputs.items()}, np.asarray(targets)[rows])
    assert started is not None, "it was set"
    loop = 400 / (time.perf_counter() - started)
    return {
        "joint steps a second": ours,
        "loop steps a second": loop,
        "times": ours / loop,
        "programs for both sets": max(trainer.traces.values()),
    }


def fifty(seed: int) -> dict[str, float]:
    """Seconds of the processor for 50 sets of 200 rows in `each`, and for single runs as processes: the mean of six."""
    frame = pd.read_csv(DATA / "california_housing.csv").select_dtypes("number").sample(frac=1, random_state=seed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i in range(SETS):
            frame.iloc[i * ROWS : (i + 1) * ROWS].to_csv(folder / f"s{i:02}.csv", index=False)
            text = f"collect: {{tables: {{blocks: s{i:02}.csv}}}}\nrepresent: {{target: median_house_value}}\n"
            (folder / f"s{i:02}.yaml").write_text(text)
        (folder / "sets.yaml").write_text(
            "sets: s*.csv\nrepresent: {target: median_house_value}\nlearn: {sets: each}\n"
        )
        chosen = range(0, SETS, -(-SETS // ALONE))
        alone = fmean(seconds(folder, f"s{i:02}.yaml", "-o", "alone", "--no-cache") for i in chosen)
        together = seconds(folder, "sets.yaml", "-o", "together", "--no-cache")
    return {"a run as a process": alone, "50 sets": together, "share of 50 runs": together / (SETS * alone)}


PARTS = {
    "adult": adult,
    "fashion": fashion,
    "flights": flights,
    "tourism": tourism,
    "speed": speed,
    "fifty": fifty,
}
ONCE = ("speed", "fifty")


def _means(recipe: Mapping[str, object], tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        run = protokit.run_sets(dict(recipe), dict(tables), out=folder)
        found: dict[str, float] = {}
        for way in run.ways:
            cells = [cell for cell in run.results["cells"] if cell["way"] == way]
            found[way] = fmean(float(cell["score"]["value"] or 0) for cell in cells)
            for outcome in ("better", "worse"):
                if way != "each":
                    found[f"{way}: {outcome}"] = sum(cell["against_own"]["outcome"] == outcome for cell in cells)
        found["linear" if "linear" in str(recipe) else "baseline"] = fmean(_baseline(run, name) for name in run.sets)
        return found


def _baseline(run: protokit.SetsRun, name: str) -> float:
    scores = run.run(name).results["metrics"]["scores"][0]["baselines"]
    return fmean(float(one["value"] or 0) for one in scores.values())


def _fashion() -> tuple[np.ndarray, np.ndarray]:
    folder = DATA / "fashion_mnist"
    with gzip.open(folder / "train-images-idx3-ubyte.gz") as file:
        images = np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
    with gzip.open(folder / "train-labels-idx1-ubyte.gz") as file:
        labels = np.frombuffer(file.read(), np.uint8, offset=8)
    return images, labels


def _as_images(folder: Path, name: str, images: np.ndarray, labels: np.ndarray, part: list[str]) -> pd.DataFrame:
    from PIL import Image

    (folder / name).mkdir(exist_ok=True)
    files = []
    for i, image in enumerate(images):
        file = folder / name / f"{i}.png"
        Image.fromarray(image).save(file)
        files.append(str(file))
    return pd.DataFrame({"photo": files, "kind": [f"kind {label}" for label in labels], "part": part})


def main() -> None:
    """Measure, print, and write."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--seeds", type=int, default=3)
    given.add_argument("--only", default=",".join(PARTS))
    given.add_argument("--write", action="store_true")
    asked = given.parse_args()
    file = ROOT / "docs" / "sets.json"
    found = json.loads(file.read_text()) if file.exists() else {}
    for part in asked.only.split(","):
        rows = [PARTS[part](seed) for seed in range(1 if part in ONCE else asked.seeds)]
        found[part] = {"date": f"{date.today()}", "seeds": len(rows), "rows": rows}
        print(part, *rows, sep="\n  ", flush=True)
        if asked.write:
            file.write_text(json.dumps(found, indent=1) + "\n")
    if asked.write:
        page = ROOT / "docs" / "sets.md"
        page.write_text(MARK.sub(lambda m: m[1] + _tables(found) + m[2], page.read_text()))


def _tables(found: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for part, held in found.items():
        about = str(PARTS[part].__doc__).splitlines()[0]
        lines += [
            f"{about} ({held['seeds']} seed{'s' * (held['seeds'] > 1)}, {held['date']})",
            "",
            "| | mean | standard deviation |",
            "|---|---|---|",
        ]
        for name in held["rows"][0]:
            values = [row[name] for row in held["rows"]]
            spread = f"{stdev(values):.3f}" if len(values) > 1 else ""
            lines.append(f"| {name} | {fmean(values):.3f} | {spread} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
