"""Search recipes of KerasTuner's and Ludwig's own docs, as ours: read, settled at random points, and searched."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import protokit
from protokit.menu.slots import Slot
from protokit.recipe.space import Space
from tests.search.peers import RECIPES, table_of

SIZES = {
    "keras_tuner_basics": 16 * 3,
    "keras_tuner_guide": None,
    "ludwig_texts": 3 * 3 * 3,
    # the optimizer and the last pooling, times each number of blocks: filters, kernel and pooling of each
    "keras_tuner_convolutions": 2 * 2 * (48 + 48**2 + 48**3),
}


def draw(space: Space, seed: int) -> dict[str, Any]:
    r = random.Random(seed)

    def choose(slot: Slot) -> object:
        if slot.kind == "float" and slot.step is None:
            return r.uniform(*slot.options)
        return r.choice(list(slot.values))

    return space.draw(choose)


@pytest.mark.parametrize("name", RECIPES)
def test_a_peers_recipe_is_read_and_settled(name: str) -> None:
    recipe = protokit.check(RECIPES[name])
    space = Space(recipe)
    assert not space.corners()
    if name in SIZES:
        assert (space.size.count, space.size.exact) == (SIZES[name], True)
    for seed in range(3):
        values = draw(space, seed)
        settled = space.settled(values)
        assert not Space(settled).slots
        assert protokit.Recipe.parse(settled.document.data) == settled
        assert len(settled.network.expand().nodes) == len(recipe.network.expand(lambda s, v=values: v[s.name]).nodes)


FEW = ("search.finalists=1", "search.seeds=1", "evaluate.baselines=[dummy]")


@pytest.mark.parametrize(
    "name",
    [
        name if name in ("keras_tuner_basics", "ludwig_table") else pytest.param(name, marks=pytest.mark.proof)
        for name in RECIPES
    ],
)
def test_a_peers_recipe_is_searched(name: str, tmp_path: Path) -> None:
    study = protokit.tune(RECIPES[name], table_of(name), out=tmp_path, set=FEW)
    assert len(study.trials) == RECIPES[name]["search"]["trials"]
    assert set(study.trials["state"]) <= {"complete", "pruned"}, study.trials["reason"].tolist()
    assert study.trials["state"][0] == "complete" and study.best.metrics and study.verdict
