"""The slots of a recipe: what a search may choose, and the recipe with values in their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.core.suggest import did_you_mean
from protokit.menu.expand import as_written
from protokit.menu.graph import Graph
from protokit.menu.menu import Menu
from protokit.menu.slots import Slot
from protokit.recipe.recipe import Recipe
from protokit.recipe.slots.corners import Corner, corners
from protokit.recipe.slots.lines import lines, nothing_varies
from protokit.recipe.slots.options import Sections, with_word
from protokit.recipe.slots.placed import Placed
from protokit.recipe.slots.settling import Settling
from protokit.recipe.slots.shapes import inputs_of, too_small
from protokit.recipe.slots.unmet import unmet
from protokit.recipe.slots.walk import Size, size, structural

_KEPT = 256  # words that were read, so that the same value is not read again


@dataclass(frozen=True)
class Space:
    """The slots of a recipe, wherever they stand."""

    recipe: Recipe
    _words: dict[tuple[Path, str], Sections] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def slots(self) -> Mapping[str, Slot]:
        """Every slot by its name; also those that other values leave out.

        Those of `represent` and `learn` come first, named by their path, `learn.optimizer.AdamW.learning_rate`; a
        choice stands before the slots in its options. Those of the menu have the menu's names.
        """
        return {**{one.slot.name: one.slot for one in self.recipe.slots}, **self._network.slots}

    @cached_property
    def _network(self) -> Menu:
        return self.recipe.network

    def draw(self, choose: Callable[[Slot], object]) -> dict[str, object]:
        """The values that `choose` gives to the slots that are met; it is asked for no other.

        Raises:
            SpecError: these values make no network.
        """
        found = self._outside(choose)
        return {**found, **self._graph(choose).chosen} if self._network.slots else found

    def _outside(self, choose: Callable[[Slot], object]) -> dict[str, object]:
        """The values of slots outside the menu."""
        found: dict[str, object] = {}
        placed = self.recipe.slots

        def chosen(one: Placed) -> object:
            return found.get(one.slot.name, one.slot.default)

        for one in placed:
            if placed.is_met(one, chosen):
                found[one.slot.name] = one.slot.own(choose(one.slot))
        return found

    def _graph(self, choose: Callable[[Slot], object]) -> Graph:
        try:
            return self._network.expand(lambda slot: slot.own(choose(slot)))
        except SpecError as error:
            raise self.recipe.in_menu(error) from None

    @cached_property
    def size(self) -> Size:
        """How many settings there are."""
        outside = {one.slot.name: one.slot for one in self.recipe.slots}
        inside = size(self._network.slots, self._deciding, lambda choose: self._graph(choose).chosen)
        return size(outside, self._deciding, self._outside).times(inside)

    def check(self) -> None:
        """Hold that there is something to search.

        Raises:
            SpecError: the recipe has no slot; it shows how one is written.
        """
        if not self.slots:
            raise self.recipe.document.error([nothing_varies(self.recipe.learn)])

    def corners(self) -> tuple[Corner, ...]:
        """Settings that no network can be made of, as far as that shows without data: see `Corner`.

        All structures are looked at, up to a bound, with the options of each choice and the ends of each range.
        """
        if not self.slots:
            return ()
        outside, inside = {one.slot.name: one.slot for one in self.recipe.slots}, self._network.slots
        found = corners(outside, self._deciding & outside.keys(), self._outside_tried)
        return found + corners(inside, self._deciding & inside.keys(), self._inside_tried)

    def unmet(self) -> tuple[Fault, ...]:
        """What of the menu changes nothing with any values, each at its line."""
        data = self.recipe.document.data
        learn = data.get("learn") if isinstance(data, Mapping) else None
        written = learn.get("menu") if isinstance(learn, Mapping) else None
        found = [fault.under(("learn", "menu")) for fault in unmet(self._network, written)]
        return tuple(self.recipe.document.error(found).faults) if found else ()

    def lines(self) -> list[str]:
        """The slots, a line each, and how many settings there are."""
        return lines(self.slots, self.recipe.slots, self._network, self.size, self.recipe.search)

    @cached_property
    def _deciding(self) -> frozenset[str]:
        return structural(self.recipe.slots, self._network)

    def _outside_tried(self, choose: Callable[[Slot], object]) -> dict[str, object]:
        """What is drawn outside the menu, where it goes together."""
        found = self._outside(choose)
        self._sections(found)
        return found

    def _inside_tried(self, choose: Callable[[Slot], object]) -> Mapping[str, object]:
        """What is drawn in the menu, where a network can be made of it."""
        graph = self._graph(choose)
        if faults := too_small(graph, inputs_of(self._network, self.recipe.represent)):
            raise self.recipe.in_menu(SpecError([as_written(self._network, fault) for fault in faults]))
        return graph.chosen

    @property
    def defaults(self) -> dict[str, object]:
        """The values that a plain run has."""
        return self.draw(lambda slot: slot.default)

    def settled(self, values: Mapping[str, object]) -> Recipe:
        """The recipe with a value in the place of each slot, as a person would have written it; others at defaults.

        `values` may have come through JSON: lists stand for tuples.

        Raises:
            SpecError: a value is not one of its slot's, there is no such slot, or the values do not go together.
        """
        if unknown := [name for name in values if name not in self.slots]:
            raise SpecError.one(f"no slot {unknown[0]!r}", did_you_mean(unknown[0], self.slots))
        own = {name: self.slots[name].own(value) for name, value in values.items()}
        sections = self._sections(own)
        before = after = None
        if self._network.slots:
            before, after = self._network, self._settled_menu(own)
            learn = sections.learn.model_copy(update={"menu": after})
            sections = Sections(sections.collect, sections.represent, learn, sections.evaluate)
        return self.recipe.settled(sections, Settling(self.recipe.document, self.recipe.slots, own, before, after))

    def _sections(self, own: Mapping[str, object]) -> Sections:
        """The sections with values in the places of slots outside the menu, held against each other."""
        placed, sections = self.recipe.slots, self.recipe.sections

        def choose(one: Placed) -> object:
            return own.get(one.slot.name, one.slot.default)

        try:
            for root, written in self._roots.items():
                sections = self._with_word(sections, root, placed.fill(choose, written))
            faults = sections.faults() if self._roots else []
        except SpecError as error:
            faults = list(error.faults)
        if faults:
            moved = [replace(fault, path=placed.as_written(fault.path, choose)) for fault in faults]
            raise self.recipe.document.error(moved)
        return sections

    @cached_property
    def _roots(self) -> dict[Path, Path]:
        return {one.root: one.written_root for one in self.recipe.slots}

    def _with_word(self, sections: Sections, root: Path, value: object) -> Sections:
        """The sections with another value of a word, which is read once."""
        key = (root, repr(value))
        if key not in self._words:
            if len(self._words) >= _KEPT:
                self._words.clear()
            self._words[key] = with_word(self.recipe.sections, root, value)
        return sections.taking(root, self._words[key])

    def _settled_menu(self, own: Mapping[str, object]) -> Menu:
        try:
            menu = self._network.resolve(lambda slot: own.get(slot.name, slot.default))
        except SpecError as error:
            raise self.recipe.in_menu(error) from None
        # the slots of a menu of the house would come back with its name
        return Menu.parse(menu.as_plain(in_full=True), columns=menu.columns) if self._house_varies else menu

    @cached_property
    def _house_varies(self) -> bool:
        plain = self._network.resolve().as_plain()
        return bool(Menu.parse(plain, columns=self._network.columns).slots)
