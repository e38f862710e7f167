"""Each value of a slot held against the word that it stands in, as if it had been written there."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from protokit.collect.words import Collect
from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path
from protokit.evaluate.words import Evaluate
from protokit.grammar.faults import faults_of
from protokit.learn.words import Learn
from protokit.menu.menu import Menu
from protokit.recipe.consistency import faults_between
from protokit.recipe.search import Search
from protokit.recipe.slots.placed import COLUMNS, Placed, Slots, by_default
from protokit.represent.words import Represent


@dataclass(frozen=True)
class Sections:
    """The sections of a recipe that have to fit to each other."""

    collect: Collect
    represent: Represent
    learn: Learn
    evaluate: Evaluate

    def faults(self) -> list[Fault]:
        """What does not fit."""
        return faults_between(self.collect, self.represent, self.learn, self.evaluate)

    def taking(self, root: Path, other: Sections) -> Sections:
        """These sections with one word of others."""
        if root[:2] == COLUMNS:
            column = str(root[2])
            columns = {**self.represent.columns, column: other.represent.columns[column]}
            represent = self.represent.model_copy(update={"columns": columns})
            return Sections(self.collect, represent, self.learn, self.evaluate)
        word = str(root[-1])
        learn = self.learn.model_copy(update={word: getattr(other.learn, word)})
        return Sections(self.collect, self.represent, learn, self.evaluate)


def with_word(sections: Sections, root: Path, value: object) -> Sections:
    """The sections with another value of one word, read as if it had been written: a key of `learn`, or a column.

    Raises:
        SpecError: with every fault, its path from the recipe's start.
    """
    key = str(root[-1])
    if root[:2] == COLUMNS:
        plain: dict[str, object] = {"columns": {root[2]: value}}
        try:
            read = Represent.model_validate(plain).columns
        except ValidationError as error:
            raise SpecError([f.under(("represent",)) for f in faults_of(error, Represent, plain)]) from None
        columns = {**sections.represent.columns, **read}
        represent = sections.represent.model_copy(update={"columns": columns})
        return Sections(sections.collect, represent, sections.learn, sections.evaluate)
    try:
        word = getattr(Learn.model_validate({key: value}), key)
    except ValidationError as error:
        raise SpecError([f.under(("learn",)) for f in faults_of(error, Learn, {key: value})]) from None
    learn = sections.learn.model_copy(update={key: word})
    return Sections(sections.collect, sections.represent, learn, sections.evaluate)


def faults_of_options(slots: Slots, sections: Sections) -> list[Fault]:
    """What is wrong with the values of slots, each at its place; all else is at its default."""
    found: list[Fault] = []
    for one in slots:
        for value, end in _values(one):
            found += _faults(slots, sections, one, value, end)
    return list(dict.fromkeys(found))


def _values(one: Placed) -> list[tuple[object, Path]]:
    """The values to look at, each with its place in the slot: every option, or both bounds."""
    if one.slot.kind == "choice":
        return [(option, ("choice", i)) for i, option in enumerate(one.slot.options)]
    number = float if one.slot.kind == "float" else int
    return [(number(bound), (one.slot.kind, i)) for i, bound in enumerate(one.slot.options)]


def _faults(slots: Slots, sections: Sections, one: Placed, value: object, end: Path) -> list[Fault]:
    around = {name: slots.by_name[name].slot.options[place] for name, place in one.within}

    def choose(other: Placed) -> object:
        return value if other is one else around.get(other.slot.name, by_default(other))

    if not around and value == by_default(one) and one.slot.kind == "choice":
        return []  # as the recipe was read
    at = (*one.written, *end)
    try:
        faults = with_word(sections, one.root, slots.fill(choose, one.written_root)).faults()
        known = {(fault.rule, fault.path) for fault in sections.faults()}
        faults = [fault for fault in faults if (fault.rule, fault.path) not in known]
    except SpecError as error:
        faults = list(error.faults)
    found: list[Fault] = []
    for fault in faults:
        path = slots.as_written(fault.path, choose, {one.written: end})
        inside = path[: len(at)] == at
        found.append(Fault(fault.rule, fault.cure, path if inside else at, fault.part if inside else "value"))
    return found


def endless(search: Search, slots: Slots, network: Menu) -> list[Fault]:
    """Slots whose values a grid has no end of: those outside the menu, and those of the menu."""
    if search.sampler != "grid":
        return []
    placed = {one.slot.name: one.written for one in slots}
    found = {**{one.slot.name: one.slot for one in slots}, **network.slots}
    return [
        Fault(
            f"a grid has no end where {name} goes {slot.said}",
            f"give it a step, or write {name.rpartition('.')[2]}: {{choice: [...]}}; or another search.sampler",
            placed.get(name, ("search", "sampler")),
        )
        for name, slot in found.items()
        if slot.count is None
    ]
