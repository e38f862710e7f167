"""The input again, from an embedding in the middle."""

from __future__ import annotations

from collections.abc import Callable

from protokit.core.errors import SpecError
from protokit.core.libraries.backend import keras
from protokit.core.libraries.keras_inside import calls_of, made_by
from protokit.core.places import Fault
from protokit.menu.graph import Graph, Ref
from protokit.menu.network.end import CODE, ENDS
from protokit.menu.network.ends.dense import DenseEnd
from protokit.menu.network.refusal import path_of


class Reconstruction(DenseEnd):
    """The input again, from an embedding in the middle: that of the item named `code`."""

    name = "reconstruction"
    about = "The input again, from an embedding in the middle."

    def hold(self, graph: Graph, of: Callable[[Ref], keras.KerasTensor]) -> None:
        """See End: a layer is named for the embedding in which clusters are found."""
        if CODE not in graph.names:
            rule = f"no item is named {CODE!r}: clusters are found in what that item gives"
            cure = f"name a layer in the middle: {{Dense: 10, name: {CODE}}}"
            raise SpecError([Fault(rule, cure, ("layers",))])
        operation = made_by(of(graph.names[CODE])).operation
        if operation.name != CODE or len(calls_of(operation)) > 1:
            rule = f"the item named {CODE!r} is no single layer that is used once"
            raise SpecError([Fault(rule, "give the name to one layer", path_of(graph, CODE))])


ENDS.add(Reconstruction())
