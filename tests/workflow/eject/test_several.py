"""Scripts of several sets, and of tables of other files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.eject import Made, _of_several
from tests.command import call
from tests.workflow.eject.test_eject import birds

LEARN = {"menu": [{"Dense": 4}], "engine": "keras", "epochs": 1, "schedule": "constant"}


@pytest.mark.proof
def test_each_set_has_a_script_of_its_own_network(tmp_path: Path) -> None:
    birds(tmp_path, 120)
    frame = pd.read_csv(tmp_path / "birds.csv")[["age", "weight", "kind"]]
    for name, rows in (("north", frame.iloc[:60]), ("south", frame.iloc[60:])):
        rows.to_csv(tmp_path / f"{name}.csv", index=False)
    plain: dict[str, Any] = {
        "name": "birds",
        "sets": {name: {"collect": {"tables": {"birds": f"{name}.csv"}}} for name in ("north", "south")},
        "represent": {"target": "kind"},
        "learn": LEARN,
        "evaluate": {"baselines": ["dummy"]},
    }
    found = protokit.run_sets(Recipe.parse(plain, folder=tmp_path), out=tmp_path / "runs", cache=False)
    status, out, _ = call("eject", str(found.path), "-o", str(tmp_path / "scripts"), cwd=tmp_path)
    assert status == 0 and sorted(path.name for path in (tmp_path / "scripts").iterdir()) == ["north.py", "south.py"]
    assert out.count("wrote ") == 2 and "north.csv" in (tmp_path / "scripts" / "north.py").read_text()
    status, out, _ = call("eject", str(found.path), "--set", "south", "-o", "one.py", cwd=tmp_path)
    assert status == 0 and "south.csv" in (tmp_path / "one.py").read_text()


def test_a_network_of_several_sets_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "birds" / "sets-1"
    for way in ("each", "shared", "stacked"):
        (folder / way / "north" / "1").mkdir(parents=True)
    (folder / "sets.json").write_text("{}")
    assert _of_several(folder / "each" / "north" / "1") is None
    for way in ("shared", "stacked"):
        assert f"several sets ({way}) has no script" in str(_of_several(folder / way / "north" / "1"))


@pytest.mark.parametrize("table", [{"table": 2}, {"table": "weight"}])
def test_a_table_of_a_page_is_read_as_in_the_run(table: dict[str, Any], tmp_path: Path) -> None:
    drawn = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"age": drawn.normal(size=60).round(2), "sex": ["f", "m"] * 30, "weight": drawn.gamma(2, size=60)}
    )
    frame.loc[::7, "sex"] = ""
    other = pd.DataFrame({"town": ["Bern", "Chur"]})
    page = f"<!doctype html><title>Birds</title>{other.to_html(index=False)}{frame.to_html(index=False)}"
    (tmp_path / "birds.html").write_text(page, encoding="utf-8")
    plain = {"collect": {"tables": {"birds": {"html": "birds.html", **table}}}, "represent": {"target": "weight"}}
    made = Made.of(Recipe.parse({**plain, "learn": LEARN}, folder=tmp_path))
    sections, _ = made.sections("Path('.')", ["r2"], "p.csv")
    assert 'table = read_html(FOLDER / "birds.html", None, ' in sections[0].code
