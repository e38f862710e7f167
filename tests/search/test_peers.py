"""Search recipes of KerasTuner's and Ludwig's own docs, as ours: read, checked, and settled at random points."""

from __future__ import annotations

import random
from typing import Any

import pytest

import protokit
from protokit.menu.slots import Slot
from protokit.recipe.space import Space
from tests.search.peers import RECIPES

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
