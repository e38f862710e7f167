"""Which recipes a person gave: files, patterns of files, dicts; all of them checked before the first is run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from protokit.core.errors import ProtokitError, SpecError
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.places import Fault
from protokit.core.suggest import did_you_mean
from protokit.learn.backends import backend as backends
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.workflow.check import as_recipe, check

ENDINGS = (".yaml", ".yml", ".json")  # of what a pattern may find
_MAGIC = frozenset("*?[")
_SHOWN = 3


@dataclass(frozen=True)
class Given:
    """A recipe, and what a person calls it: its file, or which of several it is."""

    recipe: Recipe
    place: str


def is_pattern(text: str) -> bool:
    """Whether a text stands for files rather than being one."""
    return bool(_MAGIC.intersection(text)) and not access.is_file(Path(text))


def given_of(
    recipes: Iterable[Recipe | str | Path | Mapping[str, object]],
    set: Settings = (),
    *,
    in_workers: bool = False,
    allow: Allow = (),
) -> tuple[tuple[Given, ...], tuple[str, ...]]:
    """The recipes, each once, and what a person should know of them. `set` holds other values for all of them, `allow`
    what those of files may open beside their own.

    Raises:
        SpecError: with the faults of all that are wrong, each at its line.
    """
    named, faults = _named(recipes)
    found, told = list[Given](), list[str]()
    known: dict[object, str] = {}
    wrong = 0
    for one, place in named:
        try:
            recipe = as_recipe(one, set, allow=allow)
            check(recipe)
            if in_workers:
                _hold_worker(recipe)
        except ProtokitError as error:
            faults += _faults(error, place, is_file=isinstance(one, Path))
            wrong += 1
            continue
        key = one.resolve() if isinstance(one, Path) else (recipe.folder, recipe.name, repr(recipe.as_plain()))
        if key in known:
            also = "" if known[key] == place else f", as {known[key]} too"
            told.append(f"{place} is given twice{also}: it is run once")
            continue
        known[key] = place
        found.append(Given(recipe, place))
    if wrong:
        faults.append(Fault(f"{wrong} of {counted(len(named), 'recipe')} cannot be run: none was"))
    if not faults and not found:
        faults.append(Fault("no recipe was given", "protokit.run_all(['a.yaml', 'b.yaml'])"))
    if faults:
        raise SpecError(faults)
    return tuple(found), (*dict.fromkeys(told), *_of_one_name(found))


def _named(recipes: Iterable[object]) -> tuple[list[tuple[Recipe | Path | Mapping[str, object], str]], list[Fault]]:
    """Each recipe with what it is called, the files of patterns among them; and what is none."""
    named: list[tuple[Recipe | Path | Mapping[str, object], str]] = []
    faults: list[Fault] = []
    for i, one in enumerate([recipes] if isinstance(recipes, str | Path | Recipe | Mapping) else recipes, 1):
        if isinstance(one, str | Path):
            files, more = _files(str(one))
            named += [(file, str(file)) for file in files]
            faults += more
        elif isinstance(one, Recipe | Mapping):
            named.append((one, f"recipe {i}"))
        else:
            rule = f"recipe {i} is a {type(one).__name__}: a recipe is a file, a pattern of files, a dict or a Recipe"
            faults.append(Fault(rule, "protokit.run(recipe, table) takes a data frame"))
    return named, faults


def _files(text: str) -> tuple[list[Path], list[Fault]]:
    """The files that a text stands for: itself, or those that its pattern finds, in the order of their names."""
    path = Path(text)
    if path.is_dir():
        return [], [Fault(f"{text} is a folder, and a recipe is a file", _cure_of_folder(path))]
    if not is_pattern(text):
        return [path], []
    found = [Path(name) for name in access.like(text, Path()) if not Path(name).is_dir()]
    other = [str(one) for one in found if one.suffix.lower() not in ENDINGS]
    if other:
        more = f" and {len(other) - 1:,} more" if len(other) > 1 else ""
        cure = f"write '{path.parent / '*.yaml'}'"
        return [], [Fault(f"the pattern {text!r} finds what is no recipe: {other[0]}{more}", cure)]
    if not found:
        return [], [Fault(f"no file is called like {text!r}", _cure_of_none(path))]
    return found, []


def _cure_of_folder(folder: Path) -> str:
    below = _recipes_in(folder)
    if not below:
        return "there is no .yaml file in it: give the recipes, or a pattern of them"
    return f"write '{folder / ('*' + below[0].suffix)}' for {counted(len(below), 'recipe')} in it"


def _cure_of_none(pattern: Path) -> str:
    folder = pattern.parent
    if _MAGIC.intersection(str(folder)):
        return "'folder/*.yaml' finds those of one folder, 'folder/**/*.yaml' those in its folders too"
    if not folder.is_dir():
        beside = [one.name for one in folder.parent.iterdir() if one.is_dir()] if folder.parent.is_dir() else []
        return did_you_mean(folder.name, beside) or f"there is no folder {folder}"
    below = [one.name for one in _recipes_in(folder)]
    return f"{folder} has {', '.join(below[:_SHOWN])}" if below else f"there is no .yaml file in {folder}"


def _recipes_in(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.suffix.lower() in ENDINGS[:2] and one.is_file())


def _faults(error: ProtokitError, place: str, *, is_file: bool) -> list[Fault]:
    """What is wrong with one of several recipes: each fault says which of them it is of."""
    if not isinstance(error, SpecError):
        where = error.place or ("" if is_file else place)
        return [Fault(f"{where}: {error.rule}" if where else error.rule, error.cure)]
    of_file = [fault if fault.place is not None else fault.under((place,)) for fault in error.faults]
    return [fault.under((place,)) for fault in error.faults] if not is_file else of_file


def _hold_worker(recipe: Recipe) -> None:
    """Hold that a worker's process can read and train a recipe.

    Raises:
        SpecError: it cannot.
    """
    if Recipe.of(recipe.document, recipe.folder, recipe.name) != recipe:
        rule = "this recipe was changed since it was read, and a worker reads it anew"
        raise SpecError.one(rule, "write the change into it, or run it without workers")
    if recipe.learn.backend != backends.DEFAULT:
        rule = f"a worker trains on {backends.DEFAULT}, not on {recipe.learn.backend}"
        raise recipe.error(("learn", "backend"), rule, "run it without workers: it has a process of its own")


def _of_one_name(found: Sequence[Given]) -> list[str]:
    """What is said of recipes of one name, whose runs would be mixed up."""
    by_name: dict[str, list[str]] = {}
    for one in found:
        by_name.setdefault(one.recipe.name, []).append(one.place)
    return [
        f"{' and '.join([', '.join(places[:-1]), places[-1]])} are all called {name!r}: their runs are in one folder"
        f" (write name: in each)"
        for name, places in by_name.items()
        if len(places) > 1
    ]
