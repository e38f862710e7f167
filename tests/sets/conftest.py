"""Small sets of one kind, and what trains them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protokit.sets.result import SetsRun
from protokit.sets.running import run_sets

MENU = [{"Dense": {"units": 8, "activation": "relu"}, "name": "stem"}, {"Dense": 4}]


def rows_of(seed: int, rows: int = 90, *, reversed: bool = False) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    x = draw.normal(size=(rows, 2))
    kind = draw.choice(["u", "v"], rows)
    yes = (x[:, 0] - x[:, 1] + (kind == "u") + 0.3 * draw.normal(size=rows) > 0.5) != reversed
    return pd.DataFrame({"p": x[:, 0], "q": x[:, 1], "kind": kind, "y": np.where(yes, "yes", "no")})


def recipe_of(*names: str, ways: object = "auto", **learn: object) -> dict[str, object]:
    return {
        "name": "small",
        "sets": {name: {} for name in names},
        "represent": {"target": "y"},
        "learn": {"menu": MENU, "epochs": 2, "networks": 1, "sets": ways, **learn},
        "evaluate": {"baselines": ["dummy"]},
    }


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return {"a": rows_of(0), "b": rows_of(1, 60)}


@pytest.fixture(scope="session")
def twins(tmp_path_factory: pytest.TempPathFactory) -> tuple[SetsRun, SetsRun]:
    """An experiment on two sets, and one on the same rows that learned for longer."""
    sets, folder = {"a": rows_of(0), "b": rows_of(1, 60)}, tmp_path_factory.mktemp("twins")
    one, two = ({**recipe_of("a", "b", ways=["stacked", "shared"], epochs=n), "name": f"of{n}"} for n in (1, 4))
    return run_sets(one, sets, out=folder), run_sets(two, sets, out=folder)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "runs"
