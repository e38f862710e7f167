"""What a prediction costs beside its network: one row, one row through a server's engine, and many rows as a frame.

python benchmarks/predicting.py [--rows 100000] [--write]: adult's default model, all in one process and one run;
`--write` puts the figures into docs/predicting.md and docs/predicting.json. The machine has to be quiet.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from rooms import keep

import protokit
from protokit.bundle.predicting.rows import Rows
from protokit.doors.serve.fastest import engine_of
from protokit.doors.serve.fields import fields_of

ROOT = Path(__file__).parent.parent
DATA = ROOT.parent / "shared" / "data"


def seconds(*works: Callable[[], object], times: int) -> list[float]:
    """The median of each work's seconds; they take turns, so that all meet the same machine."""
    took: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(times):
        for own, work in zip(took, works, strict=True):
            begun = time.perf_counter()
            work()
            own.append(time.perf_counter() - begun)
    return [median(own) for own in took]


def measured(rows: int) -> dict[str, float | str]:
    """The figures."""
    frame = pd.read_csv(DATA / "adult_train.csv.gz")
    with tempfile.TemporaryDirectory() as folder:
        recipe = {"name": "adult", "represent": {"target": "income"}}
        model = protokit.run(recipe, frame.head(min(rows, len(frame))), out=folder).model
    table = frame[list(model.columns)]
    one, part = table.head(1), model.parts[0]
    cells = {name: [None if pd.isna(cell) else cell] for name, cell in one.iloc[0].items()}
    cells = {name: [float(c) if isinstance(c, (int, np.integer)) else c for c in some] for name, some in cells.items()}
    engine, why = engine_of(model, fields_of(model))
    assert not why, why
    inputs = model.arrays(one).inputs
    network, predicted, served = seconds(
        lambda: part.network.predict_on_batch(inputs),
        lambda: model.predict(one),
        lambda: engine.cells(cells),
        times=200,
    )
    many = table.sample(rows, replace=rows > len(table), random_state=0).reset_index(drop=True)
    encoded = Rows.of(model, model.rows(many)[0], None)
    encoding, networks = seconds(
        lambda: Rows.of(model, model.rows(many)[0], None),
        lambda: model.answers(encoded.frame, encoded.encoded),
        times=5,
    )
    return {
        "date": f"{date.today()}",
        "networks": model.networks,
        "one row by predict_on_batch, ms": network * 1e3,
        "one row by predict, ms": predicted * 1e3,
        "predict to predict_on_batch": predicted / network,
        "one row by the server's engine, ms": served * 1e3,
        "engine to predict_on_batch": served / network,
        "rows": rows,
        "encoding of all rows, s": encoding,
        "the network on all rows, s": networks,
        "encoding to network": encoding / networks,
    }


def main() -> None:
    """Measure, print, and write."""
    given = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    given.add_argument("--rows", type=int, default=100_000)
    given.add_argument("--write", action="store_true")
    asked_for = given.parse_args()
    found = measured(asked_for.rows)
    print(json.dumps(found, indent=1))
    if asked_for.write:
        keep("predicting", "adult's default model", found)


if __name__ == "__main__":
    main()
