"""A column of sounds: paths or bytes, decoded and brought to one rate and length."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import ceil, gcd
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import resample_poly

from protokit.cells.missing import is_missing
from protokit.core.errors import DataError, MissingExtra
from protokit.core.libraries.optional import optional
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.core.values.inputs import InputSpec
from protokit.core.values.said import Notice
from protokit.grammar.document import nearby
from protokit.represent.encoders.cells import row_of
from protokit.represent.kind import FittedColumn, InputColumn, Unusual

_HIGHEST = 16_000  # samples a second, where the recipe names no rate
_LONGEST = 10.0  # seconds, where the recipe names no length
_FEWEST = 256  # samples
_NOT_CUT = 0.95  # of the training sounds
_LOOKED_AT = 1000  # training sounds whose rate and length are looked at
_RATES = (100, 1_000_000)  # a file may claim what it likes
_BANDS, _FRAME = 24, 512  # of the plain form, and its samples


def _silent(notice: Notice) -> None:
    """Tell no one."""


@dataclass(frozen=True)
class AudioColumn(InputColumn):
    """Sounds as whole numbers of 16 bits. Paths start at `folder`."""

    name = "audio"
    reads_files = True
    rate: int
    samples: int
    channels: int = 1
    folder: str = ""

    @classmethod
    def fit(
        cls,
        series: pd.Series,
        rate: int | None = None,
        length: float | None = None,
        channels: int = 1,
        folder: Path | None = None,
        say: Callable[[Notice], None] = _silent,
    ) -> AudioColumn:
        """Learns the rate and the length from up to 1,000 training sounds; what is cut or padded is said.

        Raises:
            DataError: a cell is no sound.
            MissingExtra: soundfile is not installed.
        """
        column = str(series.name)
        given = cls(column, rate or _HIGHEST, _FEWEST, channels, str(folder or ""))
        looked_at = range(0, len(series), max(1, -(-len(series) // _LOOKED_AT)))
        heads = [given._head(series, row) for row in looked_at]
        rates = Counter(head[0] for head in heads)
        [(commonest, _)] = rates.most_common(1)
        found = rate or min(commonest, _HIGHEST)
        seconds = np.array([frames / own for own, frames in heads])
        if length is None:
            length = min(_LONGEST, float(np.quantile(seconds, _NOT_CUT, method="higher")))
        fitted = replace(given, rate=found, samples=max(_FEWEST, round(length * found)))
        for rule in fitted._told(seconds, rates, f"training {counted(len(heads), 'sound').partition(' ')[2]}"):
            options = f"{{rate: {found}, length: {fitted.samples / found:.4g}}}"
            say(Notice(f"{column!r}: {rule}", (column,), f"or say how: columns: {{{column}: {{audio: {options}}}}}"))
        return fitted

    @property
    def spec(self) -> InputSpec:
        """What the network takes."""
        shape = (self.samples,) if self.channels == 1 else (self.samples, self.channels)
        return InputSpec(self.column, shape, "int16", (self.column,), 0, "audio", rate=self.rate)

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each sample."""
        return tuple(f"{self.column} {i + 1}" for i in range(self.samples * self.channels))

    def array(self, series: pd.Series) -> np.ndarray:
        """Shapes: (rows,) -> (rows, samples) or, of two channels, (rows, samples, 2); int16, silence behind the end.

        Raises:
            DataError: with the row, where a cell is no sound.
        """
        found = np.zeros((len(series), self.samples, self.channels), np.int16)
        for row in range(len(series)):
            wave = self._wave(series, row)[: self.samples]
            found[row, : len(wave)] = np.clip(np.rint(wave * 32768), -32768, 32767)
        return found[:, :, 0] if self.channels == 1 else found

    def plain(self, cells: pd.Series, array: np.ndarray) -> np.ndarray:
        """How strong each of 24 bands of pitch is, and how much that changes. Shapes: -> (rows, 48) float64."""
        waves = array.reshape(len(cells), self.samples, -1).mean(axis=2) / 32768
        frame = min(_FRAME, self.samples)
        edges = np.geomspace(1, frame // 2, _BANDS + 1)
        bins = np.arange(1, frame // 2 + 1)
        band = np.clip(np.searchsorted(edges, bins, side="right") - 1, 0, _BANDS - 1)
        found = np.zeros((len(cells), 2 * _BANDS))
        for row, wave in enumerate(waves):
            frames = np.lib.stride_tricks.sliding_window_view(wave, frame)[:: frame // 2]
            power = np.abs(np.fft.rfft(frames * np.hanning(frame))[:, 1:]) ** 2
            sums = np.stack([np.bincount(band, one, _BANDS) for one in power])
            levels = np.log10(sums + 1e-10)
            found[row] = [*levels.mean(axis=0), *levels.std(axis=0)]
        return found

    def unusual(self, cells: pd.Series) -> Unusual:
        """How many sounds of a later table are cut or of another rate."""
        heads = [self._head(cells, row) for row in range(len(cells))]
        seconds = np.array([frames / own for own, frames in heads])
        told = self._told(seconds, Counter(own for own, _ in heads), "sounds") if heads else []
        return replace(super().unusual(cells), notes=tuple(told))

    def at(self, folder: Path) -> AudioColumn:
        """The same, with paths that start at a folder."""
        return replace(self, folder=str(folder))

    def as_plain(self) -> dict[str, object]:
        """All that was learned, as JSON values. Where paths start is the reader's to say."""
        return {key: value for key, value in super().as_plain().items() if key != "folder"}

    @classmethod
    def from_plain(cls, plain: Mapping[str, object]) -> FittedColumn:
        """The column of `as_plain`; a folder that somebody wrote into it is not taken."""
        return super().from_plain({key: value for key, value in plain.items() if key != "folder"})

    def _told(self, seconds: np.ndarray, rates: Counter[int], what: str) -> list[str]:
        """What is done with sounds of other lengths and rates."""
        own = self.samples / self.rate
        cut, padded = int((seconds > own + 0.5 / self.rate).sum()), int((seconds < own - 0.5 / self.rate).sum())
        found = []
        if cut or padded:
            of = f"of {len(seconds):,} {what}, {cut:,} {'is' if cut == 1 else 'are'} cut to {own:.4g} seconds"
            found.append(f"{of}, and {padded:,} {'is' if padded == 1 else 'are'} followed by silence")
        if others := {rate: count for rate, count in rates.items() if rate != self.rate}:
            many = f"{sum(others.values()):,} of {len(seconds):,} {what}"
            found.append(f"{many} have another rate than {self.rate:,} a second, and are brought to it")
        return found

    def _head(self, series: pd.Series, row: int) -> tuple[int, int]:
        """The rate of a cell's sound, and its samples."""
        with self._opened(series, row) as file:
            return int(file.samplerate), int(file.frames)

    def _wave(self, series: pd.Series, row: int) -> np.ndarray:
        """A cell's sound from -1 to 1, at the column's rate. Shapes: (samples, channels)."""
        with self._opened(series, row) as file:
            rate = int(file.samplerate)
            wanted = ceil((self.samples + 1) * rate / self.rate)
            wave = file.read(min(wanted, int(file.frames)), dtype="float32", always_2d=True)
            if not np.isfinite(wave).all():
                raise self._refused(series, row, "the sound holds samples that are no numbers")
        if self.channels == 1:
            wave = wave.mean(axis=1, keepdims=True)
        elif wave.shape[1] == 1:
            wave = np.repeat(wave, 2, axis=1)
        wave = wave[:, : self.channels]
        if rate != self.rate and len(wave):
            by = gcd(rate, self.rate)
            wave = resample_poly(wave, self.rate // by, rate // by, axis=0)
        found: np.ndarray = wave
        return found

    @contextmanager
    def _opened(self, series: pd.Series, row: int) -> Iterator[Any]:
        """A cell's sound, open: the file is read as far as it is asked for."""
        cell = series.iloc[row]
        if isinstance(cell, dict):  # how some write a column of files
            cell = cell.get("bytes") or cell.get("path")
        try:
            soundfile = optional("soundfile", "audio")
        except OSError as error:
            raise MissingExtra("soundfile", "audio") from error
        name = str(cell)[:60] if isinstance(cell, str) else "the bytes"
        try:
            with self._file(series, row, cell) as held, soundfile.SoundFile(held) as file:
                if not _RATES[0] <= file.samplerate <= _RATES[1]:
                    raise self._refused(series, row, f"{name}: {file.samplerate:,} samples a second are none of sound")
                if file.frames <= 0:
                    raise self._refused(series, row, f"{name}: the sound has no samples")
                yield file
        except (OSError, ValueError, RuntimeError) as error:
            what = f"{name}: no sound that can be read ({type(error).__name__})"
            raise self._refused(series, row, what) from None

    def _file(self, series: pd.Series, row: int, cell: object) -> Any:
        if isinstance(cell, str) and cell:
            path = Path(self.folder) / cell
            if access.cell(path, lambda rule, cure: self._refused(series, row, rule, cure)) is None:
                what = f"no such file: {str(path)[:200]}"
                raise self._refused(series, row, what, nearby(path) or "paths start at the recipe's folder")
            return path.open("rb")
        if isinstance(cell, (bytes, bytearray, memoryview)):
            return io.BytesIO(bytes(cell))
        raise self._refused(series, row, "no sound" if is_missing(cell) else f"{str(cell)[:60]!r} is no sound")

    def _refused(self, series: pd.Series, row: int, what: str, cure: str | None = None) -> DataError:
        rule = f"column {self.column!r}, row {row_of(series, row)}: {what}"
        return DataError(rule, cure=cure or "mend the file, or remove its row")
