"""A recipe checked before it is run, without any heavy library."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from protokit.collect.headers import columns, some_cells
from protokit.core.errors import SpecError
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.runs import kept_from
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Finding
from protokit.grammar.document import allowing
from protokit.learn.backends import backend as backends
from protokit.learn.words import Learn
from protokit.recipe.column_names import check_columns
from protokit.recipe.overrides import Settings, apply
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.earlier import Earlier
from protokit.recipe.sets.fitting import Seen, hold_stacked, told
from protokit.recipe.sets.members import given_by_set, hold_sets, members, of_set, whole
from protokit.workflow.ignored import before_a_run

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.A)
_ALL_OF_THEM = "protokit.run_sets(recipe) trains on all of them; or write the parts of one set into a recipe of its own"
_FEWEST_WORDS = 2
_SAME_CELLS = {"filter", "drop", "keep"}  # steps after which a column's cells are what they were


def as_recipe(
    recipe: Recipe | str | Path | Mapping[str, object], set: Settings = (), *, several: bool = False, allow: Allow = ()
) -> Recipe:
    """A recipe from what a person may pass: a file, a dict of the same shape, or a `Recipe`; with other values set.

    Unless `several`, it is a recipe of one set of data. What is allowed, one of a file may open beside its own.

    Raises:
        SpecError: it is wrong.
        DataError: it was read from a file, and names files of sets that it may not read.
    """
    found = _as_recipe(recipe, set)
    if allow:
        found = found.within(allowing(found.document, allow).reach)
    with access.named_by("recipe", found.reach):
        hold_sets(found)
    if not several:
        hold_one_set(found, "this recipe names several sets of data, and one is needed here")
    return found


def hold_one_set(recipe: Recipe, rule: str, cure: str = _ALL_OF_THEM) -> None:
    """Hold that a recipe is of one set of data.

    Raises:
        SpecError: it names several.
    """
    if recipe.sets:
        raise recipe.error(("sets",), rule, cure)


def _as_recipe(recipe: Recipe | str | Path | Mapping[str, object], set: Settings) -> Recipe:
    if isinstance(recipe, Recipe):
        if not set:
            return recipe
        if Recipe.of(recipe.document, recipe.folder, recipe.name) != recipe:
            raise SpecError.one("this recipe was changed since it was read", "change it itself, without set")
        return Recipe.of(apply(recipe.document, set, recipe.folder), recipe.folder, recipe.name)
    if isinstance(recipe, Mapping):
        return Recipe.parse(dict(recipe), set=set)
    if not isinstance(recipe, str | Path):
        rule = f"a recipe is a file, a dict or a Recipe, not a {type(recipe).__name__}"
        raise SpecError.one(rule, "a data frame comes second: run(recipe, table)")
    read = Recipe.read(recipe, set=set)
    # a recipe that lies in the folder of a run or a search: its paths start where they did when it was run
    return read if (folder := kept_from(Path(recipe))) is None else read.at(folder)


def check(
    recipe: Recipe | str | Path | Mapping[str, object],
    table: object = None,
    *,
    set: Settings = (),
    allow: Allow = (),
) -> Recipe:
    """Check a recipe and, where that takes no heavy library, its files and the names of their columns.

    A data frame may stand for its tables. `set` holds other values: `{"learn.epochs": 5}`, or "learn.epochs=5".

    A recipe that is read from a file may read below its folder and the current one; `allow` is what it may open
    beside: paths, and addresses such as `"https://example.org"`.

    >>> check({"represent": {"target": "y"}}, {"x": [1, 2], "y": [0, 1]}, set={"learn.epochs": 5}).learn.epochs
    5

    Raises:
        SpecError: with every fault at its line.
        DataError: a file is not there, or the recipe may not open it.
    """
    checked = as_recipe(recipe, set, several=True, allow=allow)
    with access.named_by("recipe", checked.reach):
        if checked.sets:
            hold_stacked(checked, _seen(checked, table))
        else:
            _columns(checked, table)
    return checked


def fitting_sets(recipe: Recipe, table: object = None) -> tuple[str, ...]:
    """Which sets of a checked recipe fit together, and why others do not, a line each; nothing of one set."""
    with access.named_by("recipe", recipe.reach):
        return told(_seen(recipe, table)) if recipe.sets else ()


def _seen(checked: Recipe, table: object) -> list[Seen]:
    """The sets of a recipe, each checked; sets by a column are the rows of one table, which is."""
    if checked.sets.by:
        names, column = _columns(whole(checked), table), checked.sets.by
        if names is not None and column not in names:
            rule, cure = f"there is no column {column!r}", did_you_mean(column, names)
            raise checked.error(("sets", "by"), rule, cure)
        return []
    given = given_by_set(checked, table)
    found, earlier = [], Earlier.of(checked)
    for name, one in members(checked, earlier=earlier).items():
        own = given.get(name) if isinstance(given, Mapping) else None
        with of_set(name):
            names = _columns(one, own)
        if earlier is not None and names is not None:
            earlier.hold_columns(one, name, list(names))
        found.append(Seen(name, one, names, {} if own is not None else _kinds(one)))
    return found


def _kinds(recipe: Recipe) -> dict[str, str]:
    """Numbers or texts, of the columns of the first table whose first cells leave no doubt."""
    if any(step.name not in _SAME_CELLS for step in recipe.collect.clean):
        return {}
    found: dict[str, str] = {}
    for name, some in some_cells(recipe.collect, recipe.folder).items():
        cells = {cell.strip() for cell in some} - {""}
        if recipe.represent.kind(name) is not None or not cells:
            continue
        if all(_NUMBER.fullmatch(cell) for cell in cells):
            found[name] = "numbers"
        elif len(cells) > _FEWEST_WORDS and not any(char.isdigit() for cell in cells for char in cell):
            found[name] = "texts"  # of fewer all may be marks of missing cells, or true and false
    return found


def _columns(checked: Recipe, table: object) -> list[str] | None:
    """The columns of a recipe of one set, checked; None where they are not known without loading them."""
    hold_backend(checked)
    checked.check_menu()
    with checked.document.placing():
        names = columns(checked.collect, checked.folder, _given(checked, table))
    if names is not None:
        check_columns(checked, names)
    return names


def _given(recipe: Recipe, table: object) -> dict[str, list[str]]:
    """The columns of the tables that were passed from Python."""
    if table is None:
        return {}
    from protokit.collect.frames import as_frames  # whoever has a frame has pandas

    return {name: list(frame.columns) for name, frame in as_frames(table, list(recipe.collect.tables)).items()}


def hold_backend(recipe: Recipe, only: str = "") -> None:
    """Hold that what Keras is to run on is there, and nothing says otherwise.

    `only` is what runs on TensorFlow alone, in words.

    Raises:
        SpecError: it is not, at its line.
    """
    chosen = recipe.learn.backend
    if only and chosen != backends.DEFAULT:
        cure = f"write --set learn.backend={backends.DEFAULT}, or leave it out"
        raise recipe.error(("learn", "backend"), f"{only} trains on {backends.DEFAULT}, not on {chosen}", cure)
    if (fault := backends.unfit(chosen)) is not None:
        raise recipe.document.error([fault])


def trains_on(learn: Learn) -> str:
    """What a checked recipe trains on, in words."""
    chosen = backends.BACKENDS[learn.backend]
    if chosen.name == backends.DEFAULT:
        return f"trains on {chosen.name} {chosen.version}".rstrip()
    own = "" if backends.taken() == chosen.name else " in a process of its own"
    return f"trains on {chosen.name} {chosen.version} through the keras engine{own}"


def ignored_columns(recipe: Recipe) -> tuple[Finding, ...]:
    """Columns that the menu of a checked recipe does not take, as far as that shows without a heavy library."""
    with access.named_by("recipe", recipe.reach):
        with recipe.document.placing():
            names = columns(recipe.collect, recipe.folder)
        return before_a_run(recipe, names or [], some_cells(recipe.collect, recipe.folder))
