"""Sets that are series: panels of one network, held against each set's own on its own test windows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import SpecError
from protokit.sets.running import run_sets


def panel_of(seed: int, *, start: str = "2020-01-01", days: int = 60) -> pd.DataFrame:
    """Two series of a week's pattern, with another level each."""
    draw, at = np.random.default_rng(seed), np.arange(days)
    parts = [
        pd.DataFrame(
            {
                "day": pd.date_range(start, periods=days),
                "shop": shop,
                "sold": level + 5 * np.sin(at * 2 * np.pi / 7) + draw.normal(size=days),
            }
        )
        for shop, level in (("x", 20.0), ("y", 40.0))
    ]
    return pd.concat(parts, ignore_index=True)


def recipe_of(ways: object = "auto", **represent: object) -> dict[str, object]:
    return {
        "name": "panels",
        "sets": {"north": {}, "south": {}},
        "represent": {
            "target": "sold",
            "series": {"time": "day", "by": "shop", "window": 7, "horizon": 3},
            **represent,
        },
        "learn": {"menu": [{"Dense": 4}], "epochs": 1, "networks": 1, "sets": ways},
        "evaluate": {"baselines": ["naive"]},
    }


def test_series_are_panels_of_one_network(tmp_path: Path) -> None:
    frames = {"north": panel_of(0), "south": panel_of(1)}
    found = run_sets(recipe_of(), frames, out=tmp_path)
    assert found.ways == ("each", "stacked") and "the sets are panels of one network" in str(found)
    stacked = found.run("north", "stacked")
    assert "set" in stacked.model.columns
    for name in found.sets:
        own = found.run(name)
        cells = {cell["way"]: cell for cell in found.results["cells"] if cell["set"] == name}
        assert cells["each"]["rows"] == cells["stacked"]["rows"] and cells["stacked"]["metric"] == "mase"
        assert cells["each"]["score"]["value"] == pytest.approx(own.metrics["mase"])
        assert cells["stacked"]["against_own"]["outcome"] in {"better", "worse", "cannot tell apart"}
    counts = [cell["rows"] for cell in found.results["cells"] if cell["way"] == "stacked"]
    assert len(stacked.predictions) == 3 * sum(counts)


def test_series_of_other_times_are_stacked_by_their_last_rows(tmp_path: Path) -> None:
    frames = {"north": panel_of(0), "south": panel_of(1, start="2021-06-01")}
    with pytest.raises(SpecError, match=r"on other windows than each alone|no training window(.|\n)*") as caught:
        run_sets(recipe_of("stacked"), frames, out=tmp_path)
    assert "learn.sets: the sets cannot be stacked: " in str(caught.value)
    assert not list(tmp_path.glob("**/metrics.json"))  # before anything was trained
    split = {"split": {"test": {"last": 12}, "validation": {"last": 9}}}
    found = run_sets(recipe_of("stacked", **split), frames, out=tmp_path)
    assert found.ways == ("each", "stacked")


@pytest.mark.parametrize("way", ["shared", "sequence"])
def test_other_ways_are_refused_before_anything_is_trained(tmp_path: Path, way: str) -> None:
    frames = {"north": panel_of(0), "south": panel_of(1)}
    with pytest.raises(SpecError, match=r"are no rows of a table \(represent.series\)\n +write sets: stacked, or each"):
        run_sets(recipe_of(way), frames, out=tmp_path)
    assert not list(tmp_path.glob("**/metrics.json"))


def test_folds_are_refused(tmp_path: Path) -> None:
    frames = {"north": panel_of(0), "south": panel_of(1)}
    with pytest.raises(SpecError, match="'north' is split in folds"):
        run_sets(recipe_of("stacked", split={"folds": 2}), frames, out=tmp_path)
