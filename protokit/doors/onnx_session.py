"""A file of ONNX in ONNX Runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from protokit.core.errors import DataError
from protokit.core.libraries.optional import optional
from protokit.core.outside import access

_CHARACTERS = 2_000_000  # of texts at once: some hundred MB


class OnnxSession:
    """A file of ONNX, opened. Several threads may run it at once; each run computes on one.

    Raises:
        DataError: ONNX Runtime cannot read it.
        MissingExtra: the extra `export` is not installed.
    """

    def __init__(self, path: Path) -> None:
        runtime = optional("onnxruntime", "export")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            content = access.content(path)
            self._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except (OSError, ValueError, RuntimeError) as error:
            raise DataError(f"ONNX Runtime cannot read it: {str(error)[:200]}", place=str(path)) from None
        self._names = [one.name for one in self._session.get_outputs()]

    def run(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What it gives, by the output's name."""
        made = [self._session.run(self._names, some) for some in slices(given)]
        if len(made) == 1:
            return dict(zip(self._names, made[0], strict=True))
        return dict(zip(self._names, map(np.concatenate, zip(*made, strict=True)), strict=True))


def slices(given: Mapping[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Rows by parts: a file holds the texts that it is given at once as characters, all as many as the longest has.

    Shapes: (rows, ...) each.
    """
    rows = len(next(iter(given.values())))
    longest = np.zeros(rows, np.int64)
    for array in given.values():
        if array.dtype == object:
            longest = np.maximum(longest, [len(text) for text in array[:, 0]])
    start = 0
    while start < max(rows, 1):
        widths = np.maximum.accumulate(longest[start:]) * np.arange(1, rows - start + 1)
        many = max(1, int(np.searchsorted(widths, _CHARACTERS, side="right")))
        yield {name: array[start : start + many] for name, array in given.items()}
        start += many
