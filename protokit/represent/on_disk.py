"""Training rows that are too many for memory: encoded a batch at a time into files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.said import Notice, Step
from protokit.represent.examples import mean_weight, told_of_weights, weights_of, with_target, with_weight
from protokit.represent.represented import Represented, Setting
from protokit.represent.words import Represent

# rows of each part that are held in memory: encoders, baselines and the audit learn from those of training
MOST = {"train": 500_000, "validation": 250_000, "test": 500_000}
_CELLS = 20_000_000  # of all of them together


def most_rows(columns: int) -> dict[str, int]:
    """How many rows of each part are held in memory, for a table of so many columns."""
    share = min(1.0, _CELLS / (max(1, columns) * sum(MOST.values())))
    return {part: int(rows * share) for part, rows in MOST.items()}


def with_all_rows(
    spec: Represent,
    setting: Setting,
    sampled: Represented,
    batches: Iterable[pd.DataFrame],
    counts: Mapping[str, int],
    folder: Path,
) -> Represented:
    """The same with all training rows, which stay in files of `folder`.

    `sampled` is what was made of a sample of the rows of each part; `batches` are all training rows, as the encoders
    take them; `counts` are the rows of each part in all.

    Raises:
        DataError: a cell is not what its column is, or a class is in no row of the sample.
    """
    writer = _Writer(folder)
    rows = without = 0
    for batch in batches:
        countable = with_target(batch, spec.targets, setting.task) & with_weight(batch, setting.sample_weights)
        some = sampled.encoder.examples(batch[countable])
        without += len(batch) - len(some)
        if some.empty:
            continue
        arrays = sampled.encoder.arrays(some)
        for part, values in (("inputs", arrays.inputs), ("targets", arrays.targets), ("truth", arrays.truth)):
            writer.add(part, values)
        if setting.sample_weights is not None:
            writer.add("weights", {"": weights_of(setting.sample_weights, some).astype(np.float32)})
        rows += len(some)
    weights, validation = None, sampled.validation
    of_weights: list[Notice] = []
    if setting.sample_weights is not None:
        [written] = writer.read("weights").values()
        mean = mean_weight(setting.sample_weights, written)
        weights = written / np.float32(mean)
        if not told_of_weights(setting.sample_weights, np.asarray(sampled.train.weights)):  # else it is said already
            of_weights = told_of_weights(setting.sample_weights, weights)
        own = weights_of(setting.sample_weights, sampled.frame.iloc[sampled.split.validation])
        validation = replace(validation, weights=(own / mean).astype(np.float32))
    none = Features(np.zeros((0, 0)), np.zeros((0, 0), np.int64), ())
    read = (writer.read("inputs"), writer.read("targets"), writer.read("truth"))
    return replace(
        sampled,
        train=Arrays(*read, none, weights),
        validation=validation,
        sample=sampled.train,
        steps=(*_steps(sampled, counts, without),),
        notices=(*sampled.notices, *of_weights, _notice(sampled, counts, rows)),
    )


class _Writer:
    """Arrays that grow in files, one below the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, tuple[Path, np.dtype, tuple[int, ...]]]] = {}

    def add(self, part: str, arrays: Mapping[str, np.ndarray]) -> None:
        files = self._known.setdefault(part, {})
        for i, (name, values) in enumerate(arrays.items()):
            path, dtype, shape = files.setdefault(name, (self._folder / f"{part}-{i}", values.dtype, values.shape[1:]))
            assert (values.dtype, values.shape[1:]) == (dtype, shape), name
            with path.open("ab") as file:
                file.write(np.ascontiguousarray(values).data)

    def read(self, part: str) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        for name, (path, dtype, shape) in self._known.get(part, {}).items():
            found[name] = np.memmap(path, dtype, mode="r").reshape(-1, *shape)
        return found


def _steps(sampled: Represented, counts: Mapping[str, int], without: int) -> list[Step]:
    total = sum(counts.values())
    detail = ", ".join(f"{counts[part]:,} {part}" for part in ("train", "validation", "test"))
    steps = [Step(f"split ({sampled.split.by})", total, total, detail)]
    if without:
        left = counts["train"] - without
        steps.append(
            Step(
                "training rows with a target",
                counts["train"],
                left,
                f"{without:,} without one, or with a weight of 0, dropped",
            )
        )
    return steps


def _notice(sampled: Represented, counts: Mapping[str, int], rows: int) -> Notice:
    held = {"validation": sampled.validation.rows, "test": sampled.test.rows}
    parts = [f"{held[part]:,} of {counts[part]:,} {part} rows" for part in held]
    return Notice(
        f"the table is large: the network learns from all {rows:,} training rows; the columns' encoders, the baselines "
        f"and the audit from {sampled.train.rows:,} of them, drawn at random; it is judged on {' and '.join(parts)}"
    )
