"""Which sets fit together: whether their rows make one table, as far as is known of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protokit.core.names import counted
from protokit.core.places import Fault
from protokit.learn.parts.sets import Stacked
from protokit.recipe.recipe import Recipe

Why = tuple[str, str]  # the broken rule, and its cure
_MOST = 8  # names or lines


@dataclass(frozen=True)
class Seen:
    """What is known of a set: its columns, None where nothing is, and numbers, texts or times in some of them."""

    name: str
    recipe: Recipe
    columns: Sequence[str] | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        document = self.recipe.document
        place = document.place(("sets", self.name), "key")
        of_text = place is not None and place.source == document.source and ("sets", self.name) in document.keys
        return f"{self.name!r} (line {place.line})" if place is not None and of_text else f"{self.name!r}"


def alone(name: str, recipe: Recipe, *, of_series: bool = False) -> Why | None:
    """Why a set can only have a network of its own, and the cure; `of_series` is whether windows could be shared."""
    represent, learn = recipe.represent, recipe.learn
    for word in ("series", "sequence", "pairs"):
        if getattr(represent, word, None) and not (of_series and word == "series"):
            rule = f"the examples of {name!r} are no rows of a table (represent.{word})"
            return rule, f"write sets: {'stacked, or ' if word == 'series' else ''}each"
    if represent.split.folds is not None:
        return f"{name!r} is split in folds", "write split: {test: 0.2}, or sets: each"
    if learn.form in ("clusters", "drawn", "inputs", "tokens"):
        return f"the task of {name!r} has no target that sets could share", "write sets: each"
    for word in ("stages", "freeze", "training_step", "devices"):
        if getattr(learn, word):
            return f"learn.{word} is for one network", f"remove learn.{word}, or write sets: each"
    return None


def apart(one: Seen, other: Seen) -> Why | None:
    """Why the rows of two sets do not make one table, and the cure; None where nothing speaks against it."""
    for each in (one, other):
        if (why := alone(each.name, each.recipe, of_series=True)) is not None:
            return why
    pair = f"{one} and {other}"
    if one.recipe.represent.target != other.recipe.represent.target:
        return f"the targets of {pair} are not the same", "write sets: shared, or sets: each"
    return _of_columns(one, other, pair) or _of_words(one, other, pair)


def _of_columns(one: Seen, other: Seen, pair: str) -> Why | None:
    if one.columns is None or other.columns is None:
        return None
    sides = (one, other), (other, one)
    if differ := [(a, name) for a, b in sides for name in a.columns or () if name not in (b.columns or ())]:
        has, name = differ[0]
        cure = f"collect: {{clean: [{{drop: {name}}}]}} in {has.name}, or sets: shared"
        return f"only {has.name!r} of {pair} has the column {name!r}", cure
    for name in one.columns:
        kinds = one.kinds.get(name), other.kinds.get(name)
        if None not in kinds and kinds[0] != kinds[1]:
            rule = f"the column {name!r} holds {kinds[0]} in {one} and {kinds[1]} in {other}"
            return rule, f"say what it is: represent: {{columns: {{{name}: KIND}}}}; or write sets: shared"
    return None


def _of_words(one: Seen, other: Seen, pair: str) -> Why | None:
    for section in ("represent", "learn", "evaluate"):
        own, others = (_of_all(getattr(each.recipe, section).as_plain()) for each in (one, other))
        if own != others:
            word = next(key for key in [*own, *others] if own.get(key) != others.get(key))
            return f"{section}.{word} of {pair} is not the same", "write it once for all sets, or sets: shared"
    return None


def _of_all(plain: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in plain.items() if key not in ("split", "from")}


def hold_stacked(recipe: Recipe, sets: Sequence[Seen]) -> None:
    """Hold that sets can be stacked where a recipe says so.

    Raises:
        SpecError: they cannot, at the line that says it.
    """
    ways = recipe.learn.sets or ()
    place = next((i for i, way in enumerate(ways) if isinstance(way, Stacked)), None)
    if place is None:
        return
    at = ("learn", "sets", *((place,) if len(ways) > 1 else ()))
    for other in sets[1:]:
        if (why := apart(sets[0], other)) is not None:
            raise recipe.document.error([Fault(f"the sets cannot be stacked: {why[0]}", why[1], at)])


def told(sets: Sequence[Seen]) -> tuple[str, ...]:
    """Which sets fit together, and why others do not, a line each."""
    unknown = [one.name for one in sets if one.columns is None]
    known = [one for one in sets if one.columns is not None]
    groups: list[list[Seen]] = []
    reasons: list[str] = []
    for one in known:
        whys = [apart(group[0], one) for group in groups]
        if None in whys:
            groups[whys.index(None)].append(one)
            continue
        groups.append([one])
        if whys and whys[0] is not None:
            rule, cure = whys[0]
            reasons.append(f"{one.name} does not fit {known[0].name}: {rule} ({cure})")
    lines = []
    if known and (why := alone(known[0].name, known[0].recipe, of_series=True)) is not None:
        lines.append(f"each set has a network of its own: {why[0]} ({why[1]})")
        groups, reasons = [], []
    for group in groups:
        if len(group) > 1:
            who = _listed([one.name for one in group])
            lines.append(f"{who} fit together: equal columns, target and words; they can be stacked")
    lines += reasons[:_MOST]
    if len(reasons) > _MOST:
        lines.append(f"{counted(len(reasons) - _MOST, 'set')} more fit none of those before")
    if unknown:
        lines.append(f"whether {_listed(unknown)} would fit shows when it is run: the columns are not known before")
    return tuple(lines)


def _listed(names: Sequence[str]) -> str:
    if len(names) > _MOST:
        return f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
