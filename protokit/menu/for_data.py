"""A menu whose house menus are as they are for some data."""

from __future__ import annotations

from dataclasses import replace

from protokit.core.values.signature import Signature
from protokit.menu.house_menu import HOUSE_MENUS
from protokit.menu.items import Branch, Chain, Choose, Ensemble, Item, Residual
from protokit.menu.menu import Menu


def for_data(menu: Menu, signature: Signature) -> Menu:
    """The menu with the layers that its house menus have for some data.

    A house menu that takes a text, an image, a sequence or a series by name has the layers for that alone. One that
    takes from another item, or stands behind one, knows nothing of what it takes: it has the layers for any data.
    """
    if menu.house is not None:
        return menu.with_layers(_house_layers(menu.house, signature), signature.names)
    return menu.with_layers(_chain_for(menu.layers, signature), signature.names)


def _house_layers(name: str, signature: Signature) -> tuple[Item, ...]:
    return Menu(list(HOUSE_MENUS[name].layers_for(signature)), columns=signature.names).layers


def _chain_for(chain: tuple[Item, ...], signature: Signature) -> tuple[Item, ...]:
    """A chain that starts from the inputs of the data: what its first item is, and other items that take those."""
    found: list[Item] = []
    for i, item in enumerate(chain):
        own = (None, "inputs") if i == 0 else ("inputs",)
        named = next((s for s in signature.inputs if s.name == item.source and not s.joins_columns), None)
        if named is not None:
            found.append(_item_for(item, replace(signature, inputs=(named,))))
        else:
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
