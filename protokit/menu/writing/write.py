"""A flat menu as the text that a person would write."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from protokit.core.errors import SpecError
from protokit.menu.expand import expand
from protokit.menu.items import INPUTS, Block, Outline, plain_chain
from protokit.menu.reading.reader import Reader
from protokit.menu.writing.blocks import Blocks, in_blocks, with_repeats
from protokit.menu.writing.folding import Flat, fold
from protokit.menu.writing.same import canonical
from protokit.menu.writing.shared import with_shared
from protokit.menu.writing.text import written
from protokit.menu.writing.trees import named_by_kind, without_names

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
    flat = Flat(menu.layers, menu.inputs, menu.outputs)
    shared, blocks = with_shared(menu)
    for whole, parts in ((shared, blocks), (flat, {})) if blocks else ((flat, {}),):
        inside = {name: _block(part, even) for name, part in parts.items()}
        tree = Blocks(without_names(fold(whole, even), menu.outputs), inside)
        short = with_repeats(tree, menu.outputs)
        for found in (in_blocks(short, menu.outputs), short, tree):
            yield _renamed(found, {*menu.inputs, *INPUTS, "input"})


def _renamed(found: Blocks, taken: Collection[str]) -> Blocks:
    """What only a repeat or block knows goes by its kind: the model's names are those of one turn or use."""
    blocks = {
        name: replace(block, layers=named_by_kind(block.layers, {"input", *block.inputs}, inside=True))
        for name, block in found.blocks.items()
    }
    return Blocks(named_by_kind(found.chain, taken), blocks)


def _block(part: Flat, even: Collection[str]) -> Block:
    names = tuple(part.starts) if len(part.starts) > 1 else ()
    return Block(without_names(fold(part, even), ()), inputs=names)
