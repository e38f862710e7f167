"""Which ways a recipe trains its sets by, held against their rows before anything is trained."""

from __future__ import annotations

from protokit.core.values.said import Notice
from protokit.learn.parts.sets import Each, Sequence, Shared, Stacked, Ways
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.earlier import Earlier
from protokit.sets.experiment import error_of
from protokit.sets.member import Member, why_not_together
from protokit.sets.ways.stacking import why_not_stacked


def chosen(recipe: Recipe, members: list[Member], earlier: Earlier | None = None) -> tuple[Ways, list[Notice]]:
    """The ways beside `each`, and what is said of how they were chosen.

    Raises:
        SpecError: a way that the recipe names cannot be for these sets.
    """
    said: Ways | None = recipe.learn.sets
    if said is not None:
        for way in said:
            if isinstance(way, Stacked) and (why := why_not_stacked(members)) is not None:
                raise error_of(recipe, way, f"the sets cannot be stacked: {why[0]}", why[1])
            if isinstance(way, (Shared, Sequence)) and (why := why_not_together(members)) is not None:
                raise error_of(recipe, way, f"the sets cannot be trained together: {why[0]}", why[1])
        return tuple(way for way in said if not isinstance(way, Each)), []
    why = why_not_stacked(members)
    if why is None and earlier is not None and Stacked.name not in earlier.ways:
        why = "the earlier experiment has no stacked network", "write learn: {sets: stacked} for one"
    if why is None:
        rule = "a network for each set, and one for the rows of all: the sets have the same columns and target"
        return (Stacked(),), [Notice(rule, (), "write learn: {sets: each}, or {sets: [stacked, shared]}")]
    rule = f"a network for each set alone: {why[0]}"
    cure = why[1] if why_not_together(members) else "write learn: {sets: shared} to share the inner layers"
    return (), [Notice(rule, (), cure)]
