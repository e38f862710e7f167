"""Later rows of series with their truth, as windows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from protokit.core.errors import DataError
from protokit.represent.series.arrays import ForecastOrigins, whole_windows
from protokit.represent.series.encoder import SeriesEncoder


def with_future(encoder: SeriesEncoder, frame: pd.DataFrame) -> tuple[ForecastOrigins, str]:
    """Each forecast whose window and truth are in a table, and which these are.

    Raises:
        DataError: there is none.
    """
    frame, panel = encoder.panel(frame)
    arrays = encoder.series_arrays(frame, panel)
    numbers = np.where(arrays.seen, arrays.raw, np.nan)
    origins, future, past = whole_windows(panel, numbers, encoder.window, encoder.horizon)
    if not len(kept := origins[~(future | past)]):
        most = int(panel.lengths.max())
        whole = f"{encoder.window + encoder.horizon:,} rows"
        rule = f"a window of {encoder.window:,} and a horizon of {encoder.horizon:,} take {whole}"
        cure = "give the rows that are forecast with those before them, with no empty cell in what is forecast"
        raise DataError(f"{rule}, and the longest series has {most:,}", cure=cure)
    first, last = (encoder.index.show(some) for some in (panel.times[kept].min(), panel.times[kept].max()))
    return ForecastOrigins(arrays, kept), f"{len(kept):,} forecasts, which begin from {first} to {last}"
