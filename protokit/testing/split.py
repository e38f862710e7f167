"""What every way to split keeps to."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from protokit.represent.split_way import SPLITS, SplitTable, SplitWay
from protokit.represent.words import Represent
from protokit.testing.contract import contract
from protokit.testing.words import check_about, read

_ROWS, _SHARE, _FOLDS = 240, 0.25, 3
_PARTS = {"train", "validation", "test"}


@contract
def check_split(way: type[SplitWay]) -> None:
    """Hold a registered way to split to the contract of `protokit.represent.split_way`.

    Raises:
        AssertionError: what it does not keep.
    """
    check_about(way, SPLITS)
    spec = read(Represent, f"split: {{by: {way.example}}}")
    assert spec.split.way == way.name, f"its example {way.example!r} is the way {spec.split.way!r}"
    assert (spec.split.way_column is not None) == way.by_column, "`by_column` does not say how its example is written"
    assert f'"{way.name}"' in json.dumps(Represent.model_json_schema()), "the JSON Schema does not know it"
    frame = pd.DataFrame({"c": way.sample(_ROWS), "y": [f"class {i % 3}" for i in range(_ROWS)]})
    table = SplitTable(frame, "c" if way.by_column else None, frame["y"])
    way.check(table)
    blocks = way.blocks(table)
    assert blocks is None or blocks.shape == (_ROWS,), "`blocks` has not a number for each row"
    if (given := way.given(table)) is not None:
        assert given.shape == (_ROWS,) and {*given} <= _PARTS, f"`given` names parts other than {sorted(_PARTS)}"
    rows = np.sort(np.random.default_rng(0).permutation(_ROWS)[: _ROWS * 3 // 4])
    stay, taken = way.take(table, rows, _SHARE, 7)
    _check_parts(stay, taken, rows, blocks)
    share = len(taken) / len(rows)
    assert 0.3 * _SHARE < share < 3 * _SHARE, f"of a share of {_SHARE} it takes {share:.2f}"
    again = way.take(table, rows, _SHARE, 7)
    same = np.array_equal(stay, again[0]) and np.array_equal(taken, again[1])
    assert same, "with the same seed it takes other rows"
    if way.has_folds:
        _check_folds(way, table, blocks)


def _check_folds(way: type[SplitWay], table: SplitTable, blocks: np.ndarray | None) -> None:
    found = list(way.folds(table, _FOLDS, 7))
    assert len(found) == _FOLDS, f"asked for {_FOLDS} folds it gives {len(found)}"
    tested = np.concatenate([test for _, test in found])
    assert len(tested) == len(set(tested.tolist())), "a row is tested in two folds"
    for rest, test in found:
        _check_parts(rest, test, np.union1d(rest, test), blocks)


def _check_parts(stay: np.ndarray, taken: np.ndarray, rows: np.ndarray, blocks: np.ndarray | None) -> None:
    assert len(stay) and len(taken), "a part is empty"
    assert not np.intersect1d(stay, taken).size, "a row is in two parts"
    assert np.array_equal(np.union1d(stay, taken), rows), "rows are lost, or come from elsewhere"
    if blocks is not None:
        assert not np.intersect1d(blocks[stay], blocks[taken]).size, "rows of one block are in two parts"
