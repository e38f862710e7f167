"""Columns that a recipe's menu does not take: said before a run, and first in its card."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from protokit.core.errors import SpecError
from protokit.core.values.inputs import InputSpec
from protokit.core.values.said import Finding, Notice
from protokit.core.values.signature import Signature
from protokit.menu.graph import Ref, Taken
from protokit.menu.menu import Menu
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.tokens import likely_text
from protokit.represent.kind import KINDS

CHECK = "ignored_by_menu"
_EDIT = "learn:\n  menu: auto"
_OF_TABLES = {"inputs", "numbers", "categories", "category_numbers"}
_MOST = 5  # columns in a sentence


def ignored(menu: Menu, signature: Signature) -> tuple[InputSpec, ...]:
    """The inputs of some data that nothing in a menu makes use of for its outputs; none of series, whose heads do."""
    if any(spec.kind in {"series", "known"} for spec in signature.inputs):
        return ()
    columns = [spec.name for spec in signature.inputs if spec.kind == "columns"]
    taken = _taken(menu, [target.name for target in signature.targets], signature.names)
    if "inputs" in taken:
        taken |= {*columns} if columns else {spec.name for spec in signature.inputs}
    for group in signature.groups:
        if group.name in taken:
            taken |= {
                *group.own,
                *(["numbers"] if group.numbers else []),
                *(["categories"] if group.categories else []),
            }
    if "category_numbers" in taken:
        taken |= {"categories"}
    return tuple(spec for spec in signature.inputs if not {spec.name, f"{spec.name}_codes"} & taken)


def _taken(menu: Menu, targets: Sequence[str], known: Collection[str]) -> set[str]:
    """The names of what the outputs of a menu are made of, inputs and items.

    The one input of a whole model is what a chain starts from, where it has none of the `known` names.
    """
    graph = menu.expand()
    nodes = {node.name: node for node in graph.nodes}
    names = menu.outputs or (["output"] if "output" in graph.names else [n for n in targets if n in graph.names])
    left = [graph.names[name.partition(".")[0]].node for name in names] or [graph.last.node]
    if "code" in graph.names:
        left.append(graph.names["code"].node)
    found: set[str] = set()
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        if name in nodes:
            left += _names(nodes[name].inputs)
    [alone] = menu.inputs if len(menu.inputs) == 1 else [""]
    return {*found, "inputs"} if alone in found and alone not in {*known, *_OF_TABLES} else found


def _names(taken: Taken) -> list[str]:
    if isinstance(taken, Ref):
        return [taken.node]
    parts = taken.values() if isinstance(taken, Mapping) else taken
    return [name for part in parts for name in _names(part)]


def hold_no_more_ignored(before: Menu, after: Menu, signature: Signature) -> None:
    """Refuse a menu that ignores columns which another one takes.

    Raises:
        SpecError: it does.
    """
    more = [spec for spec in ignored(after, signature) if spec not in ignored(before, signature)]
    if more:
        raise SpecError.one(f"this menu does not take {more[0].name!r}", "choose one that does")


def findings_of(
    menu: Menu, signature: Signature, columns: Mapping[str, Sequence[str]], notices: Sequence[Notice]
) -> tuple[Finding, ...]:
    """What is said of columns that the menu of a run does not take, those that were left out for it among them.

    `columns` are those of the table by the input that they are in.
    """
    found: dict[str, list[str]] = {}
    for spec in ignored(menu, signature):
        found.setdefault(_kind(spec), []).extend(columns.get(spec.name, spec.columns))
    for notice in notices:
        if notice.of_menu:
            found.setdefault(notice.of_menu, []).extend(notice.columns)
    return tuple(_finding(kind, list(dict.fromkeys(some))) for kind, some in found.items())


def _kind(spec: InputSpec) -> str:
    if spec.kind != "columns":
        return KINDS[spec.kind].plural or f"{spec.kind}s" if spec.kind in KINDS else f"{spec.kind}s"
    return "categories" if spec.levels else "numbers"


def _finding(kind: str, columns: Sequence[str]) -> Finding:
    few = ", ".join(map(repr, columns[:_MOST])) + f" and {len(columns) - _MOST} more" * (len(columns) > _MOST)
    one = len(columns) == 1
    rest = "is ignored, whatever it tells" if one else "are ignored, whatever they tell"
    rule = f"the menu takes no {kind}: {few} {rest}"
    return Finding(CHECK, "warning", tuple(columns), rule, {"columns": len(columns)}, _EDIT)


def before_a_run(recipe: Recipe, names: Sequence[str], cells: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """What can be said without reading the table: of the columns that the recipe says the kind of, and of texts.

    `names` are the columns of the table, `cells` some cells of some of them.
    """
    represent, learn = recipe.represent, recipe.learn
    if learn.menu == "auto" or represent.series or represent.sequence or learn.form == "clusters":
        return ()
    menu = recipe.network
    taken = _taken(menu, represent.targets, (*names, *represent.inputs))
    for name, columns in represent.inputs.items():
        taken |= {*columns, "numbers"} if name in taken else set()
    apart = {*represent.targets, represent.split.way_column, learn.sample_weights}
    used = [name for name in names if name not in apart and represent.kind(name) != "ignore"]
    own = {name: kind for name in used if (kind := _own_kind(recipe, name, cells)) is not None}
    rest = [name for name in used if name not in own]
    whole = "inputs" in taken and not rest  # a chain starts from the one input that there is
    found: dict[str, list[str]] = {}
    for name, kind in own.items():
        if not whole and not {name, f"{name}_codes"} & taken:
            found.setdefault(KINDS[kind].plural or f"{kind}s", []).append(name)
    if rest and not _OF_TABLES & taken:
        found["numbers and categories"] = rest
    return tuple(_finding(kind, columns) for kind, columns in found.items())


def _own_kind(recipe: Recipe, name: str, cells: Mapping[str, Collection[str]]) -> str | None:
    """The kind of a column that is an input of its own, a text or an image, as far as it is known."""
    said = recipe.represent.kind(name)
    if said is not None:
        kind = KINDS[said]
        own = kind.own_input and not kind.of_lists  # lists may be among the columns that a chain starts from
        saved = own and getattr(recipe.represent.options(name), "form", "tokens") == "tokens"
        return said if saved else None
    return "text" if likely_text(list(cells.get(name, ()))) else None
