"""Masks as targets: shapes of our own drawing on noisy images, so that what is true is known to the pixel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from kind_cases.case import Case, Given, Scores, add

SIDE, ROWS = 32, 400
VARIANTS: dict[str, dict[str, Any]] = {"unet": {}, "unet, dice": {"loss": "dice"}}


def drawn(rows: int, side: int, seed: int) -> pd.DataFrame:
    """Discs (100), darker than what is around them, and squares (200), brighter than it, with noise.

    What a pixel is does not follow from its own value: the ground (0) is brighter on one side of each image by more
    than a shape differs from it, so that each of the three has the values of the others somewhere.
    """
    r = np.random.default_rng(seed)
    down, across = np.mgrid[:side, :side]
    photos, masks = [], []
    for _ in range(rows):
        mask = np.zeros((side, side), np.uint8)
        for value in r.permutation([100, 200])[: r.integers(1, 3)]:
            half = r.uniform(0.14, 0.24) * side
            y, x = r.uniform(half, side - half, 2)
            away = np.hypot(down - y, across - x) if value == 100 else np.maximum(abs(down - y), abs(across - x))
            mask[away <= half] = value
        turn = r.uniform(0, 2 * np.pi)
        slope = (np.sin(turn) * (down - side / 2) + np.cos(turn) * (across - side / 2)) / side
        light = 128 + 140 * slope + np.choose(mask // 100, [0, -45, 45])
        photos.append((light + r.normal(0, 8, mask.shape)).clip(0, 255).astype(np.uint8))
        masks.append(mask)
    return pd.DataFrame({"photo": pd.Series(photos, dtype=object), "mask": pd.Series(masks, dtype=object)})


def measured(given: Given, seed: int) -> Scores:
    """The overlap of each variant, and of the baselines."""
    import tempfile

    import protokit

    found: Scores = {}
    table = drawn(ROWS, SIDE, seed)
    for name, learn in VARIANTS.items():
        recipe = {"seed": seed, "represent": {"target": "mask"}, "learn": {"task": "segmentation", **learn}}
        with tempfile.TemporaryDirectory() as folder:
            scores = protokit.run(recipe, table, out=folder).results["metrics"]["scores"]
        found[name] = {s["metric"]: s["network"]["value"] for s in scores}
        for baseline in scores[0]["baselines"]:
            found[baseline] = {s["metric"]: s["baselines"][baseline]["value"] for s in scores}
    return found


def shown(found: Mapping[str, Mapping[str, float]]) -> list[tuple[str, bool]]:
    """What is claimed of the overlap."""
    own, linear = found["unet"]["mean_iou"], found["linear"]["mean_iou"]
    sentence = f"mean intersection over union {own:.3f} (.9 or more), of pixels by their own values {linear:.3f}"
    return [(sentence, own >= 0.9 > linear)]


about = f"Discs and squares on {ROWS} images of {SIDE} x {SIDE} pixels: `task: segmentation`"
add(Case("masks_shapes", about, measured, shown))
