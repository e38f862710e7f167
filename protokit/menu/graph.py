"""A network written out, layer by layer: what a menu expands to, and what Keras's layers are called by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from protokit.core.places import Path
from protokit.menu.items import Value


@dataclass(frozen=True)
class Ref:
    """The output of a node or an input, or one of several."""

    node: str
    part: int | None = None


Taken: TypeAlias = "Ref | tuple[Taken, ...] | Mapping[str, Taken]"


@dataclass(frozen=True)
class Node:
    """One call of a layer. Nodes of the same `layer` share its weights; `path` is the item in the menu.

    Two kinds are no layers of Keras: `residual`, the sum of two inputs, the first projected where the shapes differ,
    and `ensemble`, the input as each of its `members` takes it. Nodes of an ensemble give (rows, members, numbers).
    """

    name: str
    layer: str
    kind: str
    arguments: Mapping[str, Value]
    inputs: Taken
    path: Path = ()
    twin: str = ""  # the node of a repeat's first turn that this one is like; itself outside repeats
    members: int = 0  # of the ensemble that it is part of
    call: Mapping[str, Value] = field(default_factory=dict)  # what it is called with beside tensors


@dataclass(frozen=True)
class Graph:
    """A network written out: nodes in the order of their calls, the last reference of the chain, names in reach.

    `members` are those of the ensemble that it ends with, 0 where it ends with none.
    """

    nodes: tuple[Node, ...]
    last: Ref
    names: Mapping[str, Ref]
    chosen: Mapping[str, object]
    members: int = 0
