"""Times checking and compiling of menus, and reads every keras.applications model back; writes docs/menus.md.

python benchmarks/menus.py [--runs 9] [--no-applications]
"""

from __future__ import annotations

import argparse
import importlib.util
import inspect
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs" / "menus.md"


def long_recipe(lines: int = 400) -> str:
    head = [
        "collect: {tables: {wine: {sklearn: wine}}}", "represent: {target: target}", "learn:", "  menu:",
        "    hyperparameters: {width: {int: [8, 64]}}", "    blocks:", "      unit:",
        "        parameters: {units: 8}", "        layers:",
        "          - Dense: {units: $units, activation: relu}", "          - BatchNormalization", "    layers:",
    ]  # fmt: skip
    item = [
        "      - Dense: {units: $width, activation: relu, kernel_initializer: he_normal}",
        "      - use: {unit: {units: $width * 2}}",
        "      - Dropout: {float: [0.0, 0.5]}",
        "      - residual: [{Dense: 64}, {Activation: relu}]",
    ]
    body = [item[i % 4] for i in range(lines - len(head))]
    return "\n".join([*head, *body]) + "\n"


def checking(runs: int) -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "long.yaml"
        path.write_text(long_recipe())
        times = []
        for turn in range(runs + 1):
            started = time.perf_counter()
            command = [str(Path(sys.executable).parent / "protokit"), "check", str(path)]
            subprocess.run(command, check=True, capture_output=True)
            if turn:
                times.append(time.perf_counter() - started)
    return statistics.median(times), max(times)


def compiling(runs: int) -> list[tuple[str, float, float]]:
    """Medians of building each hand-written menu and its plain Keras twin, in turns."""
    import keras

    from protokit import Menu

    spec = importlib.util.spec_from_file_location("twins", ROOT / "tests" / "menus" / "twins.py")
    assert spec and spec.loader
    twins = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(twins)
    rows = []
    for path in sorted((ROOT / "tests" / "menus").glob("*.yaml")):
        menu, twin = Menu.read(path), getattr(twins, path.stem)
        times: dict[str, list[float]] = {"menu": [], "twin": []}
        pairs: list[tuple[str, Callable[[], Any]]] = [("menu", menu.build), ("twin", twin)]
        for turn in range(runs + 2):
            for name, make in pairs if turn % 2 else reversed(pairs):
                keras.backend.clear_session()
                started = time.perf_counter()
                make()
                if turn > 1:
                    times[name].append(time.perf_counter() - started)
        rows.append((path.stem, statistics.median(times["menu"]), statistics.median(times["twin"])))
    return rows


def applications() -> list[str]:
    import keras
    import numpy as np

    from protokit import Menu

    rows = []
    names = [name for name, value in vars(keras.applications).items() if inspect.isfunction(value)]
    for name in names:
        model = getattr(keras.applications, name)(weights=None)
        started = time.perf_counter()
        menu = Menu.from_keras(model)
        text = menu.write(names=True)
        seconds = time.perf_counter() - started
        again = Menu.from_text(text)
        other = again.build()
        first, second = leaves(model), leaves(other)
        configs = set(first) == set(second) and all(
            layer.get_config() == second[key].get_config() for key, layer in first.items()
        )
        for key, layer in first.items():
            second[key].set_weights(layer.get_weights())
        rng = np.random.default_rng(0)
        shape = [1, *(n or 64 for n in model.input_shape[1:])]
        given = rng.random(shape, np.float32)
        outputs = np.array_equal(model(given), other(given))
        words = ["same" if ok else "**different**" for ok in (again == menu, configs, outputs)]
        rows.append(f"| {name} | {len(first):,} | {' | '.join(words)} | {seconds:.2f} |")
        print(rows[-1], file=sys.stderr, flush=True)
        keras.backend.clear_session()
    return rows


def leaves(model: Any) -> dict[str, Any]:
    import keras

    found: dict[str, Any] = {}
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            found |= leaves(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            found[layer.name] = layer
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--no-applications", action="store_true")
    options = parser.parse_args()
    median, slowest = checking(options.runs)
    built = compiling(options.runs)
    whole = statistics.geometric_mean([menu / twin for _, menu, twin in built])
    lines = [
        "# Menus",
        "",
        f"Made by `python benchmarks/menus.py` on {datetime.now(UTC):%Y-%m-%d}.",
        "",
        f"`protokit check` of a recipe whose menu has about 400 lines, as a process of its own: {median * 1000:.0f} ms",
        f"(slowest of {options.runs}: {slowest * 1000:.0f} ms; must be under 500 ms).",
        "",
        "Building the Keras model: a menu against the same network in plain Keras, medians of builds in turn.",
        "",
        "| network | menu, ms | plain Keras, ms | ratio |",
        "|---|---|---|---|",
        *(f"| {name} | {m * 1000:.1f} | {t * 1000:.1f} | {m / t:.2f} |" for name, m, t in built),
        f"| geometric mean | | | **{whole:.2f}** (must be at most 1.1) |",
    ]
    if not options.no_applications:
        found = applications()
        good = sum("different" not in row for row in found)
        lines += [
            "",
            "`Menu.from_keras` of every constructor in `keras.applications`, written, read and built:",
            f"{good} of {len(found)}.",
            "",
            "| model | layers | menu read back | layer configs | outputs, to the bit | read and written, s |",
            "|---|---|---|---|---|---|",
            *found,
        ]
    DOCS.write_text("\n".join(lines) + "\n")
    print("\n".join(lines[:20]))


if __name__ == "__main__":
    main()
