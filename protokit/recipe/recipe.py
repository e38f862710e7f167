"""A recipe: a whole experiment as data, in the four steps of machine learning."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import StringIO
from pathlib import Path as FilePath
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, ValidationError

from protokit.collect.source import is_data
from protokit.collect.words import Collect
from protokit.core.errors import SpecError
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.core.places import Fault, Path
from protokit.core.plain import without_numpy
from protokit.core.values.signature import Signature
from protokit.evaluate.words import Evaluate
from protokit.grammar.document import Document, allowing
from protokit.grammar.faults import faults_of
from protokit.learn.words import Learn
from protokit.menu.fitting import fitting, learning
from protokit.menu.for_data import for_data
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.items import Plain
from protokit.menu.menu import Menu
from protokit.menu.reading.weight_files import check_files
from protokit.recipe import overrides
from protokit.recipe.context import Name, Version, named_inputs, targets_of
from protokit.recipe.explain import explain
from protokit.recipe.freezing import misspelled
from protokit.recipe.search import Search
from protokit.recipe.sets import words as several
from protokit.recipe.slots.options import Sections, endless, faults_of_options
from protokit.recipe.slots.placed import COLUMNS, Slots
from protokit.recipe.slots.settling import Settling
from protokit.recipe.slots.taking import at_slot, misplaced, taken, told
from protokit.recipe.slots.written import Written
from protokit.recipe.starting import start_faults
from protokit.represent.words import Represent


class Recipe(Written):
    """A whole experiment. An invalid one cannot exist.

    >>> Recipe.parse({"represent": {"target": "species"}}).learn.schedule
    'plateau'

    >>> learn = {"menu": [{"Dense": {"choice": [8, 16]}}]}
    >>> recipe = Recipe.parse({"represent": {"target": "species"}, "learn": learn})
    >>> recipe.learn.schedule, recipe.sections.represent.target, list(recipe.network.slots), recipe.left_out()
    ('plateau', 'species', ['Dense.units'], ('search', 'sets'))
    >>> recipe.check_menu()
    >>> written = open("birds.yaml", "w").write(recipe.write())
    >>> Recipe.read("birds.yaml") == recipe, "# of all that is drawn" in recipe.explain()
    (True, True)
    >>> Recipe.of(recipe.document, recipe.folder, "birds").at(recipe.folder).name
    'birds'
    """

    protokit: Version = Field(1, description="the format of the file", examples=[1])
    name: Name = Field(
        "recipe", description="the run's folder is called so; the file's name when not given", examples=["flights"]
    )
    seed: int = Field(
        0, ge=0, lt=2**32, description="of all that is drawn: the same seed gives the same bits", examples=[7]
    )
    collect: Collect = Field(
        Collect(), description="step 1: the tables", examples=[{"tables": {"data": "data/table.csv"}}]
    )
    represent: Represent = Field(
        Represent(), description="step 2: target, columns, split", examples=[{"target": "NAME"}]
    )
    learn: Learn = Field(Learn(), description="step 3: the network, and how it is trained", examples=[{"epochs": 50}])
    evaluate: Evaluate = Field(
        Evaluate(), description="step 4: scores and baselines", examples=[{"metrics": ["accuracy"]}]
    )
    search: Search = Field(
        Search(), description="how `protokit tune` chooses among the values of slots", examples=[{"trials": 50}]
    )
    sets: Annotated[Any, several.SETS] = Field(
        None,
        description="several sets of data: the parts that differ by name, files of a set each, or {by: COLUMN}",
        examples=["data/shops/*.csv", {"by": "region"}],
    )
    _slots: Slots = PrivateAttr(default_factory=Slots)

    @classmethod
    def read(cls, path: str | FilePath, *, set: overrides.Settings = (), allow: Allow = ()) -> Recipe:
        """Read a recipe file. `set` holds overrides: `{"learn.epochs": 5}`, `"learn.epochs=5"`,
        or a list of such texts.

        It may read below its folder and the current one, and write below its run. `allow` is what it may open beside:
        paths, and addresses such as `"https://example.org"`.

        Raises:
            SpecError: with every fault of the file at its line and column.
            DataError: the file cannot be read.
        """
        path = FilePath(path)
        if is_data(path.name) and not path.name.endswith(".json") and path.is_file():
            raise SpecError.one(f"{path}: this is data, not a recipe", f"`protokit new {path} TARGET` writes one")
        document = overrides.apply(Document.read(path), set, path.parent)
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.stem).strip("-.") or "recipe"
        return cls.of(allowing(document, allow), path.resolve().parent, name)

    @classmethod
    def parse(cls, data: object, *, set: overrides.Settings = (), folder: FilePath | None = None) -> Recipe:
        """A recipe from a dict of the same shape as the file; paths in it start at `folder`, else the current one."""
        return cls.of(overrides.apply(Document.of(without_numpy(data)), set), folder or FilePath.cwd(), "recipe")

    @classmethod
    def of(cls, document: Document, folder: FilePath, name: str) -> Recipe:
        """The recipe of a document; its paths start at `folder`, and it is called `name` where it says no name.

        Raises:
            SpecError: with every fault of it.
        """
        data = document.data
        if data is None:
            raise document.error([Fault("an empty recipe", "write at least represent: {target: NAME}")])
        if (data and isinstance(data, list)) or (
            isinstance(data, dict) and "layers" in data and "represent" not in data
        ):
            rule, cure = "this is a menu, not a recipe", "put it under learn.menu of a recipe"
            raise document.error([Fault(rule, cure)])
        if not isinstance(data, dict):
            raise document.error([Fault("a recipe is a mapping", "write at least represent: {target: NAME}")])
        read, slots, faults = taken(data)
        faults += misplaced(data)
        at_slots = {fault.path[: 3 if fault.path[:2] == COLUMNS else 2] for fault in faults}
        try:
            context = {"columns": named_inputs(read), "targets": targets_of(read)}
            recipe = cls.model_validate({"name": name, **read}, context=context)
        except ValidationError as error:
            found = told(faults_of(error, cls, read), read)
            faults += [fault for fault in found if not any(fault.path[: len(at)] == at for at in at_slots)]
            raise document.error([at_slot(fault, slots) for fault in faults]) from None
        if faults:
            raise document.error(faults)
        if isinstance(recipe.learn.menu, Menu) and (house := recipe.learn.menu.house):
            recipe = recipe._proposed(HOUSE_MENUS[house].learn)
        recipe._document, recipe._folder, recipe._slots = document, folder, slots
        if not recipe.sets and (faults := told(recipe.sections.faults(), read)):  # of sets each is held for itself
            raise document.error([at_slot(fault, slots) for fault in faults])
        if faults := [*faults_of_options(slots, recipe.sections), *endless(recipe.search, slots, recipe.network)]:
            raise document.error(faults)
        return recipe

    @property
    def slots(self) -> Slots:
        """The slots outside the menu, each at its default here; `Space` knows those of the menu too.

        >>> Recipe.parse({**recipe, "learn": {"epochs": {"choice": [5, 9]}}}).slots.placed[0].slot.name
        'learn.epochs'
        """
        return self._slots

    def _proposed(self, learn: Mapping[str, Plain]) -> Recipe:
        """The recipe with what its house menu proposes under `learn`, where the recipe says nothing of it."""
        new = {key: value for key, value in learn.items() if key not in self.learn.model_fields_set}
        if not new:
            return self
        read = Learn.model_validate(new)
        return self.model_copy(update={"learn": self.learn.model_copy(update={key: getattr(read, key) for key in new})})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.as_plain() == other.as_plain()

    def __hash__(self) -> int:
        return hash(self.write())

    def __repr__(self) -> str:
        target, menu = self.represent.target, self.learn.menu
        of = f"{', '.join([target] if isinstance(target, str) else target)} by " if target else ""
        return f"<Recipe {self.name}: {of}{menu if isinstance(menu, str) else repr(menu)}>"

    def __str__(self) -> str:
        return self._repr_mimebundle_()["text/plain"]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        from protokit.recipe.card import card_of  # with what shows it: only a notebook asks for this

        parts = (self.collect, self.represent, self.learn, self.evaluate)
        return card_of(self.name, *parts, self.network).bundle()

    def settled(self, sections: Sections, settling: Settling) -> Recipe:
        """The recipe without slots: with sections that have values in their places, and what writes it so.

        >>> from protokit.recipe.space import Space
        >>> open_ = Recipe.parse({"represent": {"target": "y"}, "learn": {"epochs": {"choice": [5, 9]}}})
        >>> Space(open_).settled({"learn.epochs": 9}).learn.epochs
        9
        """
        found = self.model_copy(update={"represent": sections.represent, "learn": sections.learn})
        found._slots, found._settling = Slots(), settling
        return found

    @property
    def sections(self) -> Sections:
        """The sections that have to fit to each other."""
        return Sections(self.collect, self.represent, self.learn, self.evaluate)

    @property
    def network(self) -> Menu:
        """The menu; where the recipe leaves it to the data, that for a table until `fitted` says which."""
        back = self.learn.form == "clusters" or self.represent.gives_back
        for_tables = "autoencoder" if back else "tabular"
        return Menu.parse(for_tables if self.learn.menu == "auto" else self.learn.menu)

    def fitted(self, signature: Signature, rows: int = 0) -> Recipe:
        """The recipe with the house menu that fits the data, if it names no menu; each as it is for such data.

        So is how it is trained, where the recipe does not say it. `rows` are those of training.

        >>> Recipe.parse(recipe).fitted(model.signature).learn.menu.layers[0].kind
        'Dense'
        """
        if self.learn.menu == "auto":
            plain = fitting(signature)
            written, chosen = Menu(plain, columns=signature.names), self._proposed(learning(plain, signature, rows))
        else:
            written, chosen = self.network, self
            if house := written.house:
                chosen = self._proposed(learning(house, signature, rows))
        return chosen.with_learn(menu=for_data(written, signature))

    def with_learn(self, **words: object) -> Recipe:
        """The recipe with other words under `learn`, as they would be read.

        >>> Recipe.parse(recipe).with_learn(epochs=5).as_plain()["learn"]["epochs"]
        5
        """
        chosen = self.model_copy(update={"learn": self.learn.model_copy(update=words)})
        chosen._slots = self._slots.without([("learn", word) for word in words])
        return chosen

    def error(self, path: Path, rule: str, cure: str | None = None) -> SpecError:
        """An error at a place of this recipe, for what only the data shows.

        >>> print(Recipe.parse(recipe).error(("learn", "epochs"), "3 epochs are few", "write 30"))
        learn.epochs: 3 epochs are few
            write 30
        """
        return self.document.error([Fault(rule, cure, path)])

    def check_menu(self) -> None:
        """Write the network out, which no data is needed for, and look for the files of weights that it names.

        Raises:
            SpecError: it cannot be, at its line.
        """
        with access.named_by("recipe", self.reach):
            try:
                check_files(self.network, self.folder)
            except SpecError as error:
                raise self.in_menu(error) from None
            if faults := [*misspelled(self.learn, self.network), *start_faults(self.learn, self.folder)]:
                raise self._document.error(faults)

    def in_menu(self, error: SpecError) -> SpecError:
        """The error of the menu at its lines of this recipe.

        >>> print(Recipe.parse(recipe).in_menu(protokit.SpecError.one("too narrow", "write 16", (0, "Dense"))))
        learn.menu[0].Dense: too narrow
            write 16
        """
        data = self.document.data
        learn = data.get("learn") if isinstance(data, dict) else None
        written = learn.get("menu") if isinstance(learn, dict) else None
        faults = self.network.in_data(error, written)
        return self.document.error([fault.under(("learn", "menu")) for fault in faults])

    def left_out(self) -> tuple[str, ...]:
        """What a plain run does not read, where the recipe says nothing of it."""
        unsaid = () if "search" in self.model_fields_set else ("search",)
        return unsaid if self.sets else (*unsaid, "sets")

    def as_plain(self) -> dict[str, object]:
        """The recipe with every default filled in, as plain data that `parse` takes."""
        learn = self.learn.as_plain()
        menu = learn.pop("menu")
        plain = {**super().as_plain(), "learn": {**learn, "menu": menu}}  # the longest comes last
        self._slots.put(plain)
        return plain

    def explain(self) -> str:
        """The recipe as YAML with every default filled in, and what each of these is for beside it."""
        return explain(self, self.document.data)

    def write(self) -> str:
        """The recipe with every default filled in, as YAML."""
        from ruamel.yaml import YAML

        yaml = YAML(typ="safe", pure=True)
        yaml.default_flow_style = None
        yaml.sort_base_mapping_type_on_output = False
        yaml.width = 110
        out = StringIO()
        yaml.dump(self.as_plain(), out)
        return out.getvalue()
