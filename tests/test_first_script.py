"""The pages that take a newcomer from a table to Keras are scripts, and each of their steps says the truth."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

SCRIPT_HOLDS = """
import numpy as np

shares = model.predict_proba(test)
assert list(test["pred"]) == list(shares.idxmax(axis=1)), "the class of the highest probability, row by row"
mixed = test.sample(frac=1, random_state=1)
assert (model.predict(mixed)["species"].reindex(test.index) == test["pred"]).all(), "under the table's own index"
assert scores.metrics["accuracy"] == (test["pred"] == test["species"]).mean() > 0.9
assert len(run.predictions) < len(train), "the split is the caller's: the run's test rows are of train"

said = model.to_keras().predict(arrays.inputs, verbose=0)
assert np.abs(said - ours.to_numpy()).max() < 1e-6 < np.abs(theirs - ours.to_numpy()).max()
assert network.loss is not None and network.optimizer is not None
assert (shares == ours).all().all()
assert (protokit.load(run.path / "model").predict_proba(test) == ours).all().all(), "the folder is what it was"

assert list(why.values.index) == list(test.index[:5]) == list(why.score.index)
assert {*why.values.columns} == {*model.columns}
assert list(why.of) == list(test["pred"].head(5))
own = [ours.loc[row, kind] for row, kind in why.of.items()]
np.testing.assert_allclose(why.score, own, atol=1e-5)
np.testing.assert_allclose(why.values.sum(axis=1), why.score - why.start, atol=max(0.005, why.gap))
for thing in (run, run.recipe, run.plot, run.plot.curves, run.plot.curves(), model, arrays, scores, why):
    assert repr(thing).startswith("<") and len(repr(thing)) < 250, repr(thing)
assert all(len(repr(one)) < 250 for one in (*run.findings, *run.diagnoses))

assert why.values["island"].abs().max() < why.values.abs().to_numpy().max(), "an island says nothing of the species"
"""

LEAVING_HOLDS = """
assert abs(theirs - ours.to_numpy()).max() < 1e-6
assert (model.predict_proba(test) == ours).all().all()
weights = model.to_keras(network=0).trainable_variables
found = model.gradients(train)
assert len(found) == len(weights) and all(g.shape == tuple(w.shape) for g, w in zip(found.values(), weights))
assert len(losses) == -(-len(train) // 32) and losses[-1] < 1
assert any(abs(a - b).max() > 1e-4 for a, b in zip(one.get_weights(), model.to_keras(network=0).get_weights()))
assert goes_on.verdict and goes_on.metrics
"""


def blocks(root: Path, page: str) -> list[str]:
    text = (root / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, re.S | re.M)


def ran(script: str, folder: Path) -> list[str]:
    """What a script prints, run in a process of its own with the table beside it."""
    (folder / "script.py").write_text(script)
    command = [sys.executable, "-W", "error::UserWarning", "script.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    """A folder with a table like that of the penguins: three species by their measures, some cells missing."""
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 3, 240)
    means = np.array([[38.8, 18.3, 190, 3700], [48.8, 18.4, 196, 3730], [47.5, 15.0, 217, 5080]])
    names = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
    table = pd.DataFrame(means[kinds] + rng.normal(size=(240, 4)) * [1.5, 0.6, 4, 250], columns=names)
    table = table.mask(rng.random(table.shape) < 0.01)
    table.insert(0, "species", np.array(["Adelie", "Chinstrap", "Gentoo"])[kinds])
    table.insert(1, "island", rng.choice(["Biscoe", "Dream", "Torgersen"], 240))
    table["sex"] = rng.choice(["male", "female", ""], 240, p=[0.48, 0.48, 0.04])
    table.to_csv(tmp_path / "penguins.csv", index=False)
    return tmp_path


def test_the_first_script_is_right_at_every_step(root: Path, birds: Path) -> None:
    *first, later = blocks(root, "first-script.md")
    said = ran("\n".join(first) + SCRIPT_HOLDS, birds)
    assert said.count("True") == 1 and "False" not in said
    assert ran(later, birds) == ["True"]


def test_each_step_away_from_the_recipe_works(root: Path, birds: Path) -> None:
    said = ran("\n".join(blocks(root, "leaving.md")) + LEAVING_HOLDS, birds)
    assert said.count("True") == 1 and "False" not in said
