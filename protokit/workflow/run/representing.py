"""The second step of a recipe: its columns held against the table, then represented."""

from __future__ import annotations

from typing import Any

import numpy as np

from protokit.collect.column_flow import derived
from protokit.core.values.tables import Table
from protokit.recipe.column_names import check_columns
from protokit.recipe.recipe import Recipe
from protokit.represent import represent as step
from protokit.represent.represented import Represented, Setting


def setting_of(recipe: Recipe) -> Setting:
    """What the other parts of a recipe say that its columns are represented for."""
    learn = recipe.learn
    return Setting(
        seed=recipe.seed,
        task=learn.task,
        quantiles=learn.quantiles,
        event=learn.event,
        sample_weights=learn.sample_weights,
        labels=recipe.evaluate.labels,
        own_menu=learn.menu != "auto",
        folder=recipe.folder,
        derived=derived(recipe.collect),
        **_of_start(recipe),
    )


def _of_start(recipe: Recipe) -> dict[str, Any]:
    """What an earlier run learned of the columns, and its rows, where the recipe begins at it."""
    if recipe.learn.from_ is None:
        return {}
    from protokit.workflow.warm.start import WarmStart  # with Keras, which no other recipe needs yet

    start = WarmStart.of(recipe)
    return {} if start is None else {"kept": start.kept_encoder(), "known": start.known()}


def represent(recipe: Recipe, table: Table, *, dealt: np.ndarray | None = None) -> tuple[Represented, ...]:
    """The rows of a recipe's table, split and encoded: for each fold anew. See `protokit.represent.represent`.

    Raises:
        SpecError: the recipe names a column that is not there, or says of one what cannot be.
        DataError: the data does not fit the recipe.
    """
    check_columns(recipe, list(table.frame.columns))
    with recipe.document.placing():
        return step.represent(recipe.represent, table, setting_of(recipe), dealt=dealt)
