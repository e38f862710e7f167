"""TensorFlow, torch and jax beside each other: the same weights, and the same recipes.

    python benchmarks/backends.py [--only predict,train] [--write]

`predict`: each house menu, and ten networks of keras.applications with drawn weights and the statistics of a batch,
are built on each backend with the weights of TensorFlow's; the largest difference of what they predict. Of the ten
that of TensorFlow from itself in double precision too; and where a backend is more than 1e-5 away, it is tried in
double precision: what is left there is none of rounding.
`train`: three recipes with five seeds each, at most 60 epochs, on the same rows.
`--write` puts what was found into docs/backends.json, and the tables into docs/backends.md. Ten minutes.
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
import rooms

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "backends.md"
JSON = PAGE.with_suffix(".json")
BACKENDS = ("tensorflow", "torch", "jax")
OTHERS = BACKENDS[1:]
APPLICATIONS = (
    "MobileNet", "MobileNetV2", "MobileNetV3Small", "EfficientNetB0", "EfficientNetV2B0", "ResNet50V2", "DenseNet121",
    "InceptionV3", "Xception", "ConvNeXtTiny",
)  # fmt: skip
RECIPES = ("wine", "breast_cancer", "diabetes")
SEEDS = range(5)
ROWS, SIZE, NEAR = 32, 96, 1e-5


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="predict,train")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--there", nargs=2)
    options = parser.parse_args()
    if options.there:
        part, folder = options.there
        print(json.dumps({"predict": predict, "train": train}[part](Path(folder))))
        return
    known = json.loads(JSON.read_text()) if JSON.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        for part in options.only.split(","):
            known[part] = {
                "at": str(date.today()),
                "versions": {one: version(one).partition("+")[0] for one in ("keras", *BACKENDS)},
                "found": {one: there(one, part, folder) for one in BACKENDS},
            }
            print({"predict": predictions, "train": trainings}[part](known[part]["found"]), flush=True)
            if options.write:
                JSON.write_text(json.dumps(known, indent=1) + "\n")
                rooms.fill(PAGE, "figures", page(known))


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
    """By network: the largest difference from TensorFlow's predictions, the largest of these, the difference in double
    precision where it was tried. TensorFlow's own difference is that of its two precisions."""
    from protokit.core.libraries.backend import BACKEND, keras
    from protokit.menu.for_data import for_data
    from protokit.menu.house_menu import HOUSE_MENUS
    from protokit.menu.menu import Menu
    from protokit.menu.network.build import build
    from protokit.testing.menu import _signature

    def made(name: str) -> Any:
        keras.utils.set_random_seed(0)
        if name in APPLICATIONS:
            network = getattr(keras.applications, name)
            return network(weights=None, classes=10, input_shape=(SIZE, SIZE, 3))
        menu = HOUSE_MENUS.house()[name]
        return build(for_data(Menu(name), _signature(menu)), _signature(menu))

    found: dict[str, list[float]] = {}
    for name in (*HOUSE_MENUS.house(), *APPLICATIONS):
        network = made(name)
        rows = given(network)
        if BACKEND == "tensorflow":
            weigh(network, rows)
            weights = [keras.ops.convert_to_numpy(weight) for weight in network.weights]
            np.savez(folder / f"{name}.npz", said(network, rows), *weights)
        kept = np.load(folder / f"{name}.npz")
        expected, *weights = (kept[key] for key in kept.files)
        network.set_weights(weights)
        found[name] = [apart(said(network, rows), expected), float(np.abs(expected).max())]
    if BACKEND == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    keras.config.set_dtype_policy("float64")
    for name in APPLICATIONS if BACKEND == "tensorflow" else [name for name in found if found[name][0] > NEAR]:
        network = made(name)
        kept = np.load(folder / f"{name}.npz")
        expected, *weights = (kept[key] for key in kept.files)
        network.set_weights(weights)
        exact, predicted = folder / f"{name}-double.npy", said(network, given(network))
        if BACKEND == "tensorflow":
            np.save(exact, predicted)
            found[name][0] = apart(predicted, expected)
        else:
            found[name].append(apart(predicted, np.load(exact)))
    return found


def said(network: Any, rows: Any) -> np.ndarray:
    return np.asarray(network.predict_on_batch(rows), np.float64)


def apart(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())


def given(network: Any) -> Any:
    """Rows that a network takes, drawn."""
    rng, found = np.random.default_rng(0), {}
    for one in network.inputs:
        shape = (8 if network.count_params() > 200_000 else ROWS, *(n or 16 for n in one.shape[1:]))
        low, high = {"uint8": (0, 256), "int16": (-9000, 9000)}.get(one.dtype, (0, 9))
        drawn = rng.normal(size=shape) if "float" in one.dtype else rng.integers(low, high, shape)
        found[one.name] = drawn.astype("float32" if "float" in one.dtype else one.dtype)
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
    """By recipe its first metric on the test rows: mean and standard deviation of the seeds."""
    import protokit
    from protokit.core.libraries.backend import BACKEND

    found: dict[str, dict[str, list[float]]] = {}
    for name in RECIPES:
        values: dict[str, list[float]] = {}
        for seed in SEEDS:
            words = [f"seed={seed}", f"learn.backend={BACKEND}", "learn.epochs=60", "learn.networks=1"]
            run = protokit.run(ROOT / "recipes" / f"{name}.yaml", out=folder / BACKEND, set=words)
            metric, value = next(iter(run.metrics.items()))
            values.setdefault(metric, []).append(float(value or 0))
        found[name] = {metric: [fmean(each), stdev(each)] for metric, each in values.items()}
    return found


def page(known: dict[str, Any]) -> str:
    """The room of the page."""
    text = []
    for part, words in (("predict", predictions), ("train", trainings)):
        if part in known:
            versions = ", ".join(f"{name} {number}" for name, number in known[part]["versions"].items())
            text.append(words(known[part]["found"]))
            text.append(f"(`benchmarks/backends.py`, {known[part]['at']}, two cores without a GPU: {versions}.)")
    return "\n\n".join(text)


def predictions(found: dict[str, dict[str, list[float]]]) -> str:
    """The table of `predict`, and what is above `NEAR`."""
    lines, above = ["| network | largest prediction | torch | jax | rounding |", "|---|---|---|---|---|"], []
    for name, (own, largest) in found["tensorflow"].items():
        cells = [f"{largest:.2g}", *(f"{found[one][name][0]:.1e}" for one in OTHERS)]
        lines.append(f"| {name} | {' | '.join(cells)} | {f'{own:.1e}' if own and name in APPLICATIONS else ''} |")
        above += [f"{name} on {one}: {found[one][name][2]:.1e}" for one in OTHERS if len(found[one][name]) > 2]
    head = (
        "The largest difference from TensorFlow's predictions with the same weights. *Rounding* is how far TensorFlow "
        "is from itself in double precision:"
    )
    told = ", ".join(above) or "not measured yet"
    foot = f"Where it is above {NEAR:.0e}, the difference in double precision: {told}."
    return "\n".join((head, "", *lines, "", foot))


def trainings(found: dict[str, dict[str, dict[str, list[float]]]]) -> str:
    """The table of `train`."""
    lines = ["| recipe | metric | " + " | ".join(BACKENDS) + " |", "|---|---|" + "---|" * len(BACKENDS)]
    for name, by_metric in found["tensorflow"].items():
        for metric in by_metric:
            cells = " | ".join("{:.3f} ± {:.3f}".format(*found[one][name][metric]) for one in BACKENDS)
            lines.append(f"| {name} | {metric} | {cells} |")
    return "Mean and standard deviation of five seeds, on the same test rows:\n\n" + "\n".join(lines)


if __name__ == "__main__":
    main()
