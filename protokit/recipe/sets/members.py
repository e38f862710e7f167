"""The recipes of the sets that one recipe names, each as if it had been written alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean
from protokit.grammar.document import Document
from protokit.learn.parts.sets import Sequence, Shared, Ways
from protokit.recipe.context import targets_of
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets import words as several
from protokit.recipe.sets.earlier import Earlier
from protokit.recipe.sets.words import Sets


def members(
    recipe: Recipe, levels: Iterable[object] | None = None, earlier: Earlier | None = None
) -> dict[str, Recipe]:
    """The recipe of each set, by its name. Sets `by` a column are told apart by its `levels`.

    Where the recipe begins at an `earlier` experiment (that of `learn.from`, where none is given), its sets come first,
    as it had them where they are not named here; what the recipe does not say is as it was there.

    Raises:
        SpecError: with all faults of all of them, each once, at its place; or no file is called so; or a set is another
            one than it was.
    """
    sets: Sets = recipe.sets
    earlier = earlier or Earlier.of(recipe)
    recipe = recipe if earlier is None else earlier.completed(recipe)
    document = recipe.document
    try:
        found = dict(_documents(sets, document, recipe, levels, fewest=1 if earlier else 2))
    except SpecError as error:
        raise document.error([*error.faults]) from None
    except access.Refused as error:
        raise document.error([Fault(error.rule, error.cure, ("sets",))]) from None
    read, faults = dict[str, Recipe](), dict[tuple[object, ...], Fault]()
    for name, one in found.items():
        try:
            read[name] = Recipe.of(one, recipe.folder, name)
        except SpecError as error:
            for fault in error.faults:
                faults.setdefault((fault.place or (name, fault.path), fault.rule), _of_set(fault, name))
    if faults:
        raise SpecError(faults.values())
    if earlier is not None:
        read = earlier.with_its_sets(recipe, read)
    if wrong := _of_ways(recipe.learn.sets or (), list(read)):
        raise document.error(wrong)
    return read


def hold_sets(recipe: Recipe) -> None:
    """Hold that the recipes of the sets can be; those by a column are held as the recipe of all rows is.

    Raises:
        SpecError: with all faults.
    """
    if not recipe.sets:
        if recipe.learn.sets:
            rule = "learn.sets is for a recipe with several sets of data"
            raise recipe.error(("learn", "sets"), rule, "write sets: {a: ..., b: ...} beside collect, or remove it")
        return
    if recipe.sets.by:
        earlier = Earlier.of(recipe)
        data = whole(recipe if earlier is None else earlier.completed(recipe)).document.data
        if isinstance(data, Mapping) and recipe.sets.by in targets_of(data):
            rule = f"{recipe.sets.by!r} is the target: rows of one set would all have the same"
            raise recipe.error(("sets", "by"), rule, "name another column")
    else:
        members(recipe)


def whole(recipe: Recipe) -> Recipe:
    """The recipe of all rows together, of sets by a column."""
    return Recipe.of(several.without_sets(recipe.document), recipe.folder, recipe.name)


def _documents(
    sets: Sets, document: Document, recipe: Recipe, levels: Iterable[object] | None, fewest: int
) -> Iterable[tuple[str, Document]]:
    if sets.parts:
        if len(sets.parts) < fewest:
            cure = "write it into the recipe, without sets; or learn: {from: runs/NAME} to add it to an experiment"
            raise SpecError.one("one set alone is no several", cure, ("sets",))
        return [(name, several.named_part(document, name)) for name in sets.parts]
    if sets.files:
        files = several.files_of(sets, recipe.folder, fewest)
        return [(name, several.of_file(document, name, file)) for name, file in files.items()]
    named = several.names_of_levels(levels or (), fewest)
    return [(name, several.of_level(document, name, sets.by, level)) for name, level in named.items()]


def _of_set(fault: Fault, name: str) -> Fault:
    """A fault that has no place in a text, with the set's name."""
    return fault if fault.place is not None else fault.under(("sets", name))


def _of_ways(ways: Ways, names: list[str]) -> list[Fault]:
    """What ways say of sets that are none."""
    faults = []
    for place, way in enumerate(ways):
        at = ("learn", "sets", *((place,) if len(ways) > 1 else ()), way.name)
        if isinstance(way, Shared):
            for name in way.weights or {}:
                if name not in names:
                    rule = f"there is no set {name!r}"
                    faults.append(Fault(rule, did_you_mean(name, names), (*at, "weights", name), "key"))
        if isinstance(way, Sequence) and isinstance(way.order, tuple) and way.order:
            unknown = [i for i, name in enumerate(way.order) if name not in names]
            for i in unknown:
                name = way.order[i]
                faults.append(Fault(f"there is no set {name!r}", did_you_mean(name, names), (*at, "order", i)))
            missing = [name for name in names if name not in way.order]
            if missing and not unknown:
                rule = f"the order leaves out {', '.join(missing[:5])}" + (" and more" if len(missing) > 5 else "")
                faults.append(Fault(rule, "name each set once", (*at, "order")))
    return faults


@contextmanager
def of_set(name: str) -> Iterator[None]:
    """Errors inside say which set they are of.

    Raises:
        SpecError, DataError: with the name of the set.
    """
    try:
        yield
    except SpecError as error:
        faults = [replace(fault, rule=f"set {name!r}: {fault.rule}") for fault in error.faults]
        raise SpecError(faults) from error.__cause__
    except DataError as error:
        rule = f"set {name!r}: {error.rule}"
        raise DataError(rule, place=error.place, cure=error.cure, path=error.path) from error.__cause__
    except ProtokitError as error:
        error.add_note(f"in the set {name!r}")
        raise


def given_by_set(recipe: Recipe, table: object) -> Mapping[str, object] | object:
    """What was passed for the tables: by set, or one table of sets by a column.

    Raises:
        SpecError: it is not by the sets' names.
    """
    if table is None or recipe.sets.by:
        return table
    if not isinstance(table, Mapping):
        raise SpecError.one("of several sets give a dict of frames by set", "write {SET: frame, ...}")
    earlier = Earlier.of(recipe)
    own = recipe.sets.parts or several.files_of(recipe.sets, recipe.folder, 1 if earlier else 2)
    known = [*own, *(earlier.sets if earlier is not None else ())]
    for name in table:
        if name not in known:
            raise SpecError.one(f"there is no set {name!r}", did_you_mean(str(name), known))
    return table
