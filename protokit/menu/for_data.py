"""A menu beside the data: its house menus as they are for some, and whether it sees the order of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from protokit.core.values.signature import Signature
from protokit.menu.fitting import default
from protokit.menu.graph import Ref, Taken
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.items import Branch, Chain, Choose, Ensemble, Item, Residual
from protokit.menu.menu import Menu

# what they give for a step of a sequence is of that step alone, and what they give for all is the same in any order
_BY_STEP = frozenset({"Dropout", "SpatialDropout1D", "GaussianDropout", "Dense", "Activation", "LayerNormalization"})
_OF_ALL = frozenset({"GlobalAveragePooling1D", "GlobalMaxPooling1D"})


def for_data(menu: Menu, signature: Signature) -> Menu:
    """The menu with the layers that its house menus have for some data.

    A house menu that takes from another item, or stands behind one, knows nothing of what it takes: it has the layers
    for any data.
    """
    if menu.house is not None:
        return menu.with_layers(_house_layers(menu.house, signature))
    return menu.with_layers(_chain_for(menu.layers, signature))


def sees_order(menu: Menu | str, text: str) -> bool:
    """Whether a network may see in which order the words of a text stand; `menu` is one, or `auto`.

    >>> sees_order("auto", "review"), sees_order(Menu("text_cnn"), "review")
    (False, True)
    """
    graph = (menu if isinstance(menu, Menu) else Menu(default("text"))).expand()
    taken = {node.name: _names(node.inputs) for node in graph.nodes}
    named = any(text in names for names in taken.values())
    steps = {text if named else "inputs"}  # a chain that names nothing starts from the only input that there is
    if not any(steps & names for names in taken.values()):
        return True
    for node in graph.nodes:
        if f"{text}_codes" in taken[node.name]:
            return True
        if steps & taken[node.name]:
            if node.kind in _BY_STEP:
                steps.add(node.name)
            elif node.kind not in _OF_ALL:
                return True
    return graph.last.node in steps


def _names(taken: Taken) -> set[str]:
    if isinstance(taken, Ref):
        return {taken.node}
    return {name for part in (taken.values() if isinstance(taken, Mapping) else taken) for name in _names(part)}


def _house_layers(name: str, signature: Signature) -> tuple[Item, ...]:
    return Menu(list(HOUSE_MENUS[name].layers_for(signature)), columns=signature.names).layers


def _chain_for(chain: tuple[Item, ...], signature: Signature) -> tuple[Item, ...]:
    """A chain that starts from the inputs of the data: what its first item is, and other items that take those."""
    found: list[Item] = []
    for i, item in enumerate(chain):
        own = (None, "inputs") if i == 0 else ("inputs",)
        found.append(_item_for(item, signature) if item.source in own else item)
    return tuple(found)


def _item_for(item: Item, signature: Signature) -> Item:
    if isinstance(item, Chain) and item.house is not None:
        return replace(item, layers=_house_layers(item.house, signature))
    if isinstance(item, (Chain, Residual)):
        return replace(item, layers=_chain_for(item.layers, signature))
    if isinstance(item, Branch):
        return replace(item, branches={n: _chain_for(chain, signature) for n, chain in item.branches.items()})
    if isinstance(item, Choose):
        return replace(item, options={n: _chain_for(chain, signature) for n, chain in item.options.items()})
    if isinstance(item, Ensemble):
        return replace(item, layers=_chain_for(item.layers, signature))
    return item
