"""A linear map of what was made of random numbers."""

from __future__ import annotations

from collections.abc import Callable

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.places import Fault
from protokit.menu.graph import Graph, Ref
from protokit.menu.network.end import ENDS
from protokit.menu.network.ends.dense import DenseEnd

NOISE = "Noise"


class Drawn(DenseEnd):
    """A linear map of what was made of random numbers."""

    name = "drawn"
    about = "A linear map of what was made of random numbers."

    def hold(self, graph: Graph, of: Callable[[Ref], keras.KerasTensor]) -> None:
        """See End: there is one layer of random numbers."""
        found = [node for node in graph.nodes if node.kind == NOISE]
        if not found:
            rule = "the network draws rows, and nothing in it is random"
            raise SpecError([Fault(rule, "write {Noise: 8} where the random numbers are to come in", ("layers",))])
        if len(found) > 1:
            rule = "the random numbers of a network that draws rows come in at one place, and there is a second Noise"
            raise SpecError([Fault(rule, "let one of them have all units", found[1].path)])


ENDS.add(Drawn())
