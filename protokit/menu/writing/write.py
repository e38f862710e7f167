"""A flat menu as the text that a person would write."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from protokit.core.errors import SpecError
from protokit.menu.expand import expand
from protokit.menu.items import Outline, plain_chain
from protokit.menu.reading.reader import Reader
from protokit.menu.writing.blocks import Blocks, in_blocks
from protokit.menu.writing.folding import fold
from protokit.menu.writing.repeats import repeated
from protokit.menu.writing.same import canonical
from protokit.menu.writing.text import written
from protokit.menu.writing.trees import without_names

_BEFORE, _AFTER = ("inputs", "takes"), ("outputs",)  # of a menu's keys, around its blocks and layers


def write(menu: Outline, plain: dict[str, Any], even: Collection[str]) -> str:
    """The shortest text that reads back as the same network, with the same order of weights.

    `plain` is the flat menu as it is written with all its names, `even` the sums whose inputs have one shape. Each
    form is read back and compared before it is given; the flat one is left where none is the same.
    """
    whole = canonical(menu, expand(menu))
    for found in _forms(menu, even):
        layers = plain_chain(found.chain)
        blocks = {"blocks": {name: block.as_plain() for name, block in found.blocks.items()}} if found.blocks else {}
        before, after = ({key: plain[key] for key in keys if key in plain} for keys in (_BEFORE, _AFTER))
        data: dict[str, Any] = {**before, **blocks, "layers": layers, **after}
        reader = Reader(())
        reader.read(data)
        if reader.faults:
            continue
        parts = reader.layers, reader.blocks, reader.hyperparameters, reader.inputs, reader.outputs
        again = Outline(*parts, takes=reader.takes, gives=reader.gives)
        try:
            same = canonical(again, expand(again)) == whole
        except SpecError:
            continue
        if same:
            return written(data)
    return written(plain)


def _forms(menu: Outline, even: Collection[str]) -> Iterator[Blocks]:
    tree = without_names(fold(menu, even), menu.outputs)
    short = repeated(tree)
    yield in_blocks(short)
    yield Blocks(short)
    yield Blocks(tree)
