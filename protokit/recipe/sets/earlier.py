"""A finished experiment on several sets that another one goes on from: its sets, and what it says of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from protokit.core.errors import ProtokitError, SpecError
from protokit.core.outside import access
from protokit.core.places import Fault
from protokit.core.runs import LAST_OF_SETS, kept_from
from protokit.core.suggest import did_you_mean
from protokit.grammar.document import Document
from protokit.recipe.recipe import Recipe
from protokit.recipe.starting import model_folder, start_faults, start_path

FROM = ("learn", "from")
OWN = "each"  # the way that trains each set's own network
_COMMON = "common"  # of environment.json
_HELD = ("represent", "learn", "evaluate")
_BY_KEY = ("columns", "split")  # words whose keys are put together


@dataclass(frozen=True)
class Earlier:
    """The experiment: its folder, what it wrote at its end, and what holds for all its sets, by section.

    `by` is the column by which its sets are told apart, where they are.
    """

    path: Path
    results: Mapping[str, Any]
    common: Mapping[str, Mapping[str, Any]]
    by: str = ""

    @classmethod
    def of(cls, recipe: Recipe, found: Path | None = None) -> Earlier | None:
        """That of a recipe with sets; None where it begins at none: at nothing, a run, or a file.

        `found` is its folder, where that is known.

        Raises:
            SpecError: what is named is not there or did not come to its end, or has other sets; at its line.
        """
        with recipe.document.placing():
            path = found or start_path(recipe.learn, recipe.folder)
        if path is None:
            return None
        if found is None and (faults := start_faults(recipe.learn, recipe.folder)):
            raise recipe.document.error(faults)
        if path.is_file():
            return None
        ended = path if (access.local(path) / LAST_OF_SETS).is_file() else None
        newest = sorted(path.glob(f"sets-*/{LAST_OF_SETS}"))
        if ended is None and not newest:
            _hold_run(recipe, path)
            return None
        folder = ended or newest[-1].parent
        try:
            results = json.loads(access.text(folder / LAST_OF_SETS))
            made = json.loads(access.text(folder / "environment.json"))
            written = Document.read(folder / "recipe.yaml").data
            names = {(cell["set"], cell["way"]): cell["run"] for cell in results["cells"]}
            said = written if isinstance(written, Mapping) else {}
            common = made.get(_COMMON) or {part: said.get(part) or {} for part in _HELD}
            by = (said.get("sets") or {}).get("by", "") if isinstance(said.get("sets"), Mapping) else ""
            whole = {"sets": tuple(results["sets"]), "ways": tuple(results["ways"]), "runs": names}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, ProtokitError) as error:
            raise recipe.error(FROM, f"the experiment {folder} cannot be read: {error}", "copy it whole") from None
        earlier = cls(folder, {**results, **whole}, common, by if isinstance(by, str) else "")
        if (recipe.sets.by or earlier.by) and recipe.sets.by != earlier.by:
            rule = "the earlier experiment tells its sets apart in another way"
            raise recipe.error(("sets",), rule, f"write sets: {{by: {earlier.by}}}" if earlier.by else "name the sets")
        return earlier

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of its sets."""
        found: tuple[str, ...] = self.results["sets"]
        return found

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that it trained by."""
        found: tuple[str, ...] = self.results["ways"]
        return found

    def run(self, name: str, way: str) -> Path | None:
        """The folder of the run of a set by a way; None where it has none."""
        runs: Mapping[tuple[str, str], str] = self.results["runs"]
        return self.path / runs[name, way] if (name, way) in runs else None

    def completed(self, recipe: Recipe) -> Recipe:
        """The recipe with what it leaves out as the earlier experiment says it; but for the tables.

        Raises:
            SpecError: it has faults then, or trains by a way that the earlier experiment did not.
        """
        data = recipe.document.data
        assert isinstance(data, Mapping), "it is a recipe"
        whole = {**data, **{part: _over(self.common.get(part) or {}, data.get(part) or {}) for part in _HELD}}
        if whole == data:
            return self._held(recipe)
        return self._held(Recipe.of(replace(recipe.document, data=whole, is_part=True), recipe.folder, recipe.name))

    def plain_common(self, recipe: Recipe) -> dict[str, object]:
        """What holds for all sets of a completed recipe, as the next experiment takes it."""
        data = recipe.document.data
        assert isinstance(data, Mapping), "it is a recipe"
        return {_COMMON: {part: data.get(part) or {} for part in _HELD}}

    def _held(self, recipe: Recipe) -> Recipe:
        for i, way in enumerate(ways := recipe.learn.sets or ()):
            if way.name not in self.ways and way.name != OWN:
                rule = f"the earlier experiment has no {way.name} network to go on from"
                known = [one for one in self.ways if one != OWN]
                cure = f"write sets: {', '.join(known)}" if known else "write sets: each"
                raise recipe.error(("learn", "sets", *((i,) if len(ways) > 1 else ())), rule, cure)
        return recipe

    def with_its_sets(self, recipe: Recipe, named: Mapping[str, Recipe]) -> dict[str, Recipe]:
        """All sets: those of the earlier experiment first; each begins at its own run there, and a new one at none.

        Raises:
            SpecError: a set predicts something else than it did.
        """
        found = {name: named.get(name) or self._as_it_was(recipe, name) for name in self.sets}
        found |= {name: one for name, one in named.items() if name not in found}
        if len(found) > 1:
            faults = [fault for name, one in found.items() for fault in self._faults(recipe, name, one, name in named)]
            if faults:
                raise SpecError(faults)
        return {name: begun(one, self.run(name, OWN)) for name, one in found.items()}

    def _as_it_was(self, recipe: Recipe, name: str) -> Recipe:
        """The recipe of a set that is not named, with the words that the new recipe says for all."""
        old = self._read(recipe, name)
        data, said = old.document.data, recipe.document.data
        assert isinstance(data, Mapping) and isinstance(said, Mapping), "both are recipes"
        whole = {**data, **{part: _over(data.get(part) or {}, said.get(part) or {}) for part in _HELD}, "name": name}
        return Recipe.of(replace(old.document, data=whole, is_part=True), old.folder, name)

    def _read(self, recipe: Recipe, name: str) -> Recipe:
        path = self.run(name, OWN)
        try:
            assert path is not None, "each is always trained"
            read = Recipe.read(path / "recipe.yaml").within(recipe.reach)  # it is a part of that one now
        except ProtokitError as error:
            rule = f"the set {name!r} of the earlier experiment cannot be read: {error.rule or error}"
            raise recipe.error(FROM, rule, f"name it: sets: {{{name}: ...}}") from None
        folder = kept_from(path / "recipe.yaml")
        return read if folder is None else read.at(folder)

    def _faults(self, recipe: Recipe, name: str, one: Recipe, is_named: bool) -> Iterator[Fault]:
        """What says that a set is not the one that it was."""
        if name not in self.sets:
            return
        was = self._read(recipe, name).represent.targets
        if (now := one.represent.targets) != was:
            rule = f"the set {name!r} predicts {', '.join(now)}, and in the earlier experiment {', '.join(was)}"
            cure = "give it another name, or predict what it did"
            document = one.document if is_named else recipe.document
            yield document.placed(Fault(rule, cure, ("represent", "target")))

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns that a set's own network needs, as far as its model says them."""
        path = self.run(name, OWN)
        try:
            found = json.loads(access.text((path or self.path) / "model" / "menu.json"))["intake"]["columns"]
            return tuple(map(str, found))
        except (OSError, ValueError, KeyError, TypeError):
            return ()

    def hold_columns(self, recipe: Recipe, name: str, here: list[str]) -> None:
        """Hold that the columns of a set are there which its network was trained on.

        Raises:
            SpecError: one is not, at the set's line.
        """
        if name in self.sets and (gone := [column for column in self.columns(name) if column not in here]):
            rule = f"the set {name!r} has no column {gone[0]!r}, which the earlier experiment learned from"
            raise recipe.error(("collect", "tables"), rule, did_you_mean(gone[0], here))


def begun(recipe: Recipe, run: Path | None) -> Recipe:
    """The recipe that begins at a run; at none where that is None."""
    data = recipe.document.data
    assert isinstance(data, Mapping), "it is a recipe"
    learn = {key: value for key, value in (data.get("learn") or {}).items() if key not in ("from", "sets")}
    whole = {**data, "learn": {**learn, **({} if run is None else {"from": str(run.resolve())})}}
    return Recipe.of(replace(recipe.document, data=whole, is_part=True), recipe.folder, recipe.name)


def _over(earlier: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """A section of an earlier experiment with what is said now put over it."""
    found = {key: value for key, value in earlier.items() if key != "from"}
    for key, value in said.items():
        known = found.get(key)
        both = key in _BY_KEY and isinstance(known, Mapping) and isinstance(value, Mapping)
        found[key] = {**known, **value} if both and isinstance(known, Mapping) else value
    return found


def _hold_run(recipe: Recipe, path: Path) -> None:
    """Hold that there is a finished run or a model.

    Raises:
        SpecError: there is none, at the line of `learn.from`.
    """
    if any(path.glob("sets-*/environment.json")) or _is_experiment(path):
        rule = f"{recipe.learn.from_.run} did not come to its end" if recipe.learn.from_ else "it did not end"
        raise recipe.error(FROM, rule, "go on with it: protokit run RECIPE --resume")
    try:
        model_folder(path)
    except ProtokitError as error:
        raise recipe.error(FROM, error.rule, error.cure) from None


def _is_experiment(path: Path) -> bool:
    return path.name.startswith("sets-") and (path / "environment.json").is_file()
