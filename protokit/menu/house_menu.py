"""House menus: networks that a recipe names in a word, `menu: tabular`, or an item of a menu, `use: tabular`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Literal

from protokit.core.registry import Registry
from protokit.core.values.signature import Signature
from protokit.menu.items import Plain

EMBEDDING: Plain = {"Dense": 10, "name": "code"}  # in which clusters are found
_FEW = 1_000  # rows of a table
InputKind = Literal["columns", "steps", "text", "image", "images", "audio", "sequence", "series"]


class HouseMenu:
    """A menu with a name, a class in a file of its own: its layers as they would be written in a recipe.

    The layers end before the heads: what gives the targets is made behind them. They take `inputs` unless they say so.

    >>> from protokit import plugins
    >>> @plugins.menu
    ... class Tiny(plugins.HouseMenu):
    ...     name, about, example = "tiny", "one small layer, for tables", "menu: tiny"
    ...     layers = ({"Dense": 4},)
    >>> protokit.Menu("tiny")
    <Menu tiny of 1 item: Dense>
    """

    name: ClassVar[str]
    about: ClassVar[str]
    """What it is and what it is for, in one sentence."""
    example: ClassVar[str]
    layers: ClassVar[Sequence[Plain]]
    """Those for data of which nothing is known."""
    takes: ClassVar[InputKind] = "columns"
    """The kind of input that it is for."""
    default: ClassVar[bool] = False
    """Whether `menu: auto` takes it for such inputs; house menus of other packages are taken by name only."""
    learn: ClassVar[Mapping[str, Plain]] = {}
    """What stands under `learn` where the recipe says nothing of it, such as `{"schedule": "cosine", "epochs": 12}`.

    It counts where the whole network is this menu: of menus side by side none knows what the others need.
    """
    clusters: ClassVar[bool] = False
    """Whether it is for the task clustering: one of its items is named `code`."""
    masks: ClassVar[bool] = False
    """Whether it is for the task segmentation: it gives a vector for each pixel."""
    rank: ClassVar[int] = 0

    @classmethod
    def learning(cls, signature: Signature, rows: int) -> Mapping[str, Plain]:
        """`learn` for data of so many training rows; those of it that do not depend on the data stand in `learn`."""
        return cls.learn

    @classmethod
    def few_rows(cls, signature: Signature) -> int:
        """Of fewer rows four networks are averaged, each with other validation rows, where the recipe says nothing.

        They must cost seconds: a table's do; what is not said to is one network.
        """
        return _FEW if cls.takes == "columns" else 0

    @classmethod
    def layers_for(cls, signature: Signature) -> Sequence[Plain]:
        """The layers for some data, where they start from its inputs: the same for all data, unless it says so."""
        return cls.layers


HOUSE_MENUS: Registry[type[HouseMenu]] = Registry("house menu", "protokit.menu.house", key="menu", base=HouseMenu)
