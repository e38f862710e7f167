"""What a run has called while its networks train, and at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from protokit.core.errors import DataError, MissingExtra
from protokit.core.places import dotted
from protokit.core.values.scores import Score
from protokit.learn.hooks.work.hooks import Hooks
from protokit.learn.hooks.work.run_end import RunEnd
from protokit.recipe.recipe import Recipe
from protokit.workflow.record.folder import written


def hooks_of(recipe: Recipe, run: Path, network: tuple[int, int] | None) -> Hooks | None:
    """What is called while a network trains; `network` is the place of its fold and its own, of several, from 0."""
    learn = recipe.learn
    if not (learn.after_epoch or learn.callbacks):
        return None
    return Hooks(learn.after_epoch, learn.callbacks, run, network and (network[0] + 1, network[1] + 1))


def hold_hooks(recipe: Recipe) -> None:
    """Hold that all that is called while a network trains can be made, before anything is trained.

    Raises:
        DataError: something cannot.
        MissingExtra: something needs a package that is not installed; at its line.
    """
    try:
        if (hooks := hooks_of(recipe, Path(), None)) is not None:
            hooks.made()
    except MissingExtra as error:
        path = ("learn", *error.path)
        place = recipe.document.place(path)
        raise MissingExtra(error.package, error.extra, place=str(place) if place else dotted(path), path=path) from None
    except DataError as error:
        path = ("learn", *error.path)
        place = recipe.document.place(path)
        at = error.place or (str(place) if place else dotted(path))
        raise DataError(error.rule, place=at, cure=error.cure, path=path) from error.__cause__


def run_end(run: Path, recipe: Recipe, scores: Sequence[Score]) -> RunEnd:
    """What callbacks are told at the end of a run."""
    several = len({score.target for score in scores}) > 1
    named = {f"{one.target}.{one.metric}" if several else one.metric: one.network.value for one in scores}
    data = recipe.document.data
    settings = dict(_settings(data, "")) if isinstance(data, Mapping) else {}
    return RunEnd(run, recipe.name, named, written(recipe), settings)


def _settings(value: object, at: str) -> Iterator[tuple[str, object]]:
    """What a recipe says, each by its place: lists as they are, mappings by their keys."""
    if isinstance(value, Mapping) and value:
        for key, one in value.items():
            yield from _settings(one, f"{at}.{key}" if at else str(key))
    else:
        yield at, value
