"""The slots of a recipe: what a search may choose, and the recipe with values in their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from protokit.menu.slots import Slot
from protokit.recipe.recipe import Recipe


@dataclass(frozen=True)
class Space:
    """The slots of a recipe, wherever they stand."""

    recipe: Recipe

    @property
    def slots(self) -> Mapping[str, Slot]:
        """Every slot by its name, in the order of the recipe; also those that other values leave out."""
        return dict(self.recipe.network.slots)

    def draw(self, choose: Callable[[Slot], object]) -> dict[str, object]:
        """The values that `choose` gives to the slots that are met; it is asked for no other.

        Raises:
            SpecError: these values make no network.
        """
        return dict(self.recipe.network.expand(choose).chosen)

    @property
    def defaults(self) -> dict[str, object]:
        """The values that a plain run has."""
        return self.draw(lambda slot: slot.default)

    def settled(self, values: Mapping[str, object]) -> Recipe:
        """The recipe with a value in the place of each slot, as a person would have written it.

        `values` may have come through JSON: lists stand for tuples.

        Raises:
            SpecError: a value is not one of its slot's.
        """
        return self.recipe.with_learn(menu=self.recipe.network.resolve(values))
