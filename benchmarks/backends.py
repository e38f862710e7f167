"""TensorFlow, torch and jax beside each other: the same weights, and the same recipes; writes docs/backends.md.

    python benchmarks/backends.py [--only predict,train] [--backends torch,jax] [--write]

`predict`: each house menu, and ten networks of keras.applications with drawn weights and the statistics of a batch,
are built on each backend with the weights of TensorFlow's; the largest difference of what they predict.
`train`: three recipes with five seeds each, at most 60 epochs, on the same rows.
`--write` puts the tables between the marker comments of the page.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "backends.md"
START, END = "<!-- figures -->", "<!-- /figures -->"
APPLICATIONS = (
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ResNet50V2", "DenseNet121",
    "InceptionV3", "Xception", "ConvNeXtTiny",
)  # fmt: skip
RECIPES = ("wine", "breast_cancer", "diabetes")
SEEDS = range(5)
ROWS, SIZE = 32, 96


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="predict,train")
    parser.add_argument("--backends", default="torch,jax")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--there", nargs=2)
    options = parser.parse_args()
    if options.there:
        part, folder = options.there
        print(json.dumps({"predict": predict, "train": train}[part](Path(folder))))
        return
    others, text = options.backends.split(","), []
    with tempfile.TemporaryDirectory() as folder:
        for part in options.only.split(","):
            found = {one: there(one, part, folder) for one in ("tensorflow", *others)}
            text.append({"predict": predictions, "train": trainings}[part](found, others))
    names = ", ".join(f"{one} {version(one).partition('+')[0]}" for one in ("keras", "tensorflow", *others))
    head = f"Made by `python benchmarks/backends.py --write` on {date.today()}, on two cores without a GPU: {names}."
    whole = "\n\n".join([head, *text])
    print(whole)
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        before, after = page[: page.index(START) + len(START)], page[page.index(END) :]
        PAGE.write_text(f"{before}\n{whole}\n{after}", encoding="utf-8")


def there(backend: str, part: str, folder: str) -> Any:
    """What a part gives in a process of a backend."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, __file__, "--there", part, folder],
        env={**os.environ, "KERAS_BACKEND": backend, "OMP_NUM_THREADS": "1" if backend == "torch" else "2"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    print(f"{part} on {backend}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def predict(folder: Path) -> dict[str, list[float]]:
    """The largest difference from TensorFlow's predictions, the largest of these, and its rounding, by network."""
    from protokit.core.libraries.backend import BACKEND, keras
    from protokit.menu.for_data import for_data
    from protokit.menu.house_menu import HOUSE_MENUS
    from protokit.menu.menu import Menu
    from protokit.menu.network.build import build
    from protokit.testing.menu import _signature

    found = {}
    for name in (*HOUSE_MENUS.house(), *APPLICATIONS):
        keras.utils.set_random_seed(0)
        rounding = float("nan")
        if name in APPLICATIONS:
            shape = (SIZE, SIZE, 3)
            network = getattr(keras.applications, name)(weights=None, classes=10, input_shape=shape)
        else:
            menu = HOUSE_MENUS.house()[name]
            network = build(for_data(Menu(name), _signature(menu)), _signature(menu))
        rows = given(network)
        file = folder / f"{name}.npz"
        if BACKEND == "tensorflow":
            weigh(network, rows)
            weights = [keras.ops.convert_to_numpy(weight) for weight in network.weights]
            said = np.asarray(network.predict_on_batch(rows))
            np.savez(file, said, *weights)
            if name in APPLICATIONS:
                rounding = np.abs(said - in_double(name, shape, weights, rows)).max()
        kept = np.load(file)
        expected, *weights = (kept[key] for key in kept.files)
        network.set_weights(weights)
        difference = np.abs(np.asarray(network.predict_on_batch(rows), np.float64) - expected)
        found[name] = [float(difference.max()), float(np.abs(expected).max()), float(rounding)]
    return found


def in_double(name: str, shape: tuple[int, ...], weights: list[Any], rows: Any) -> Any:
    """What an application predicts that is computed in numbers of 64 bits."""
    from protokit.core.libraries.backend import keras

    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        network = getattr(keras.applications, name)(weights=None, classes=10, input_shape=shape)
        network.set_weights(weights)
        return network.predict_on_batch(rows.astype("float64"))
    finally:
        keras.config.set_dtype_policy(policy)


def given(network: Any) -> Any:
    """Rows that a network takes, drawn."""
    rng, found = np.random.default_rng(0), {}
    for one in network.inputs:
        shape = (8 if network.count_params() > 200_000 else ROWS, *(n or 16 for n in one.shape[1:]))
        low, high = {"uint8": (0, 256), "int16": (-9000, 9000)}.get(one.dtype, (0, 9))
        drawn = rng.normal(size=shape) if "float" in one.dtype else rng.integers(low, high, shape)
        found[one.name] = drawn.astype(one.dtype)
    return found if len(found) > 1 or isinstance(network.input, dict) else next(iter(found.values()))


def weigh(network: Any, rows: Any) -> None:
    """Draw what starts at zero, and take the statistics of the rows for those of all."""
    rng = np.random.default_rng(1)
    for weight in network.trainable_weights:
        if not np.any(values := weight.numpy()):
            weight.assign(rng.normal(0, 0.1, values.shape))
    normal = [layer for layer in network._flatten_layers() if type(layer).__name__ == "BatchNormalization"]
    for layer in normal:
        layer.momentum = 0.0
    if normal:
        network(rows, training=True)


def train(folder: Path) -> dict[str, dict[str, list[float]]]:
    """The first metric on the test rows by recipe, one for each seed."""
    import protokit
    from protokit.core.libraries.backend import BACKEND

    found: dict[str, dict[str, list[float]]] = {}
    for name in RECIPES:
        for seed in SEEDS:
            words = [f"seed={seed}", f"learn.backend={BACKEND}", "learn.epochs=60", "learn.networks=1"]
            run = protokit.run(ROOT / "recipes" / f"{name}.yaml", out=folder / BACKEND, set=words)
            metric, value = next(iter(run.metrics.items()))
            found.setdefault(name, {}).setdefault(metric, []).append(float(value or 0))
    return found


def predictions(found: dict[str, dict[str, list[float]]], others: list[str]) -> str:
    """The table of `predict`."""
    lines = [
        "| network | largest prediction | rounding | " + " | ".join(others) + " |",
        "|---|---|---|" + "---|" * len(others),
    ]
    for name, (_, largest, rounding) in found["tensorflow"].items():
        own = "" if rounding != rounding else f"{rounding:.1e}"
        said = " | ".join(f"{found[other][name][0]:.1e}" for other in others)
        lines.append(f"| {name} | {largest:.3g} | {own} | {said} |")
    head = (
        "The largest difference from TensorFlow's predictions, the weights being the same. *rounding*: TensorFlow's "
        "own difference, in 32 bits, from what it computes in 64."
    )
    return head + "\n\n" + "\n".join(lines)


def trainings(found: dict[str, dict[str, dict[str, list[float]]]], others: list[str]) -> str:
    """The table of `train`."""
    every = ["tensorflow", *others]
    lines = ["| recipe | metric | " + " | ".join(every) + " |", "|---|---|" + "---|" * len(every)]
    for name, by_metric in found["tensorflow"].items():
        for metric in by_metric:
            values = [found[one][name][metric] for one in every]
            lines.append(
                f"| {name} | {metric} | " + " | ".join(f"{fmean(v):.3f} ± {stdev(v):.3f}" for v in values) + " |"
            )
    return "Mean and standard deviation of five seeds, on the same test rows:\n\n" + "\n".join(lines)


if __name__ == "__main__":
    main()
