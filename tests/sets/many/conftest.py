"""A folder of small shops, each with a recipe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

RECIPE = """collect: {{tables: {{sales: {name}.csv}}}}
represent: {{target: sold}}
learn: {{menu: [{{Dense: {{units: 4, activation: relu}}}}, {{Dropout: 0.2}}], epochs: {epochs}, networks: 1}}
evaluate: {{baselines: [dummy]}}
"""


def shop(folder: Path, name: str, *, seed: int, rows: int = 60, epochs: int = 3) -> Path:
    """A recipe with its table: numbers, whose sum is what was sold."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 3)).round(3)
    lines = [f"{a},{b},{c},{a + b - c:.3f}" for a, b, c in x]
    (folder / f"{name}.csv").write_text("\n".join(["a,b,c,sold", *lines]) + "\n")
    path = folder / f"{name}.yaml"
    path.write_text(RECIPE.format(name=name, epochs=epochs))
    return path


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    """Two shops, and one whose target has one value: its run fails."""
    folder = tmp_path / "shops"
    folder.mkdir()
    shop(folder, "lima", seed=1)
    shop(folder, "oslo", seed=2, rows=66)
    shop(folder, "void", seed=3)
    (folder / "void.csv").write_text("a,b,c,sold\n" + "1,2,3,4\n2,3,4,4\n" * 20)
    return folder
