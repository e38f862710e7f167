"""CPU seconds of the second step beside a scikit-learn ColumnTransformer that does the same, in one process.

    python benchmarks/data_represent.py [ROWS]

A table of 11 mixed columns: numbers (some missing), whole numbers, truth values, categories of few and of many levels,
a date, and the target. Both fit on the training rows and transform all rows; the ColumnTransformer is written as its
users would, with as many quantiles as we take, from all training rows, as ours are. `benchmarks/data.py` calls
`measure`.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

ROWS = 500_000


def table(rows: int, seed: int = 0) -> pd.DataFrame:
    """The table, as a reader of CSV would give it."""
    rng = np.random.default_rng(seed)
    size = rng.lognormal(3, 1, rows).round(2)
    heat = rng.normal(15, 8, rows)
    heat[rng.random(rows) < 0.05] = np.nan
    days = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 1500, rows), unit="D")
    visits = rng.poisson(4, rows)
    plan = rng.choice(["basic", "plus", "gold", "none"], rows)
    shop = np.array([f"shop {i:03}" for i in range(300)], object)[rng.integers(0, 300, rows)]
    town = np.array([f"town {i:02}" for i in range(40)], object)[rng.integers(0, 40, rows)].copy()
    town[rng.random(rows) < 0.02] = None
    frame = pd.DataFrame(
        {
            "size": size,
            "heat": heat,
            "share": rng.random(rows).round(4),
            "balance": rng.normal(0, 1e4, rows).round(2),
            "visits": visits,
            "year": rng.integers(1950, 2010, rows),
            "member": rng.choice(["yes", "no"], rows),
            "plan": plan,
            "shop": shop,
            "town": town,
            "joined": days.strftime("%Y-%m-%d"),
        }
    )
    text = frame.select_dtypes(exclude="number").columns
    frame = frame.astype(dict.fromkeys(text, object))
    odds = (np.log(size) - 3) + 0.3 * (visits - 4) + (plan == "gold") + rng.normal(0, 1, rows)
    return frame.assign(late=np.where(odds > 0.5, "yes", "no").astype(object))


def _circles(cells: pd.DataFrame) -> np.ndarray:
    dates = pd.to_datetime(cells.iloc[:, 0], format="%Y-%m-%d")
    days = (dates - pd.Timestamp(0)) / pd.Timedelta(days=1)
    turns = dates.dt.day_of_year / 365.25, dates.dt.day_of_week / 7
    return np.column_stack([days, *(f(2 * np.pi * turn) for turn in turns for f in (np.sin, np.cos))])


def theirs(frame: pd.DataFrame, train: np.ndarray) -> np.ndarray:
    """The ColumnTransformer: fitted on the training rows, and all rows transformed."""
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, QuantileTransformer

    def ranks() -> QuantileTransformer:
        return QuantileTransformer(n_quantiles=1000, subsample=None, output_distribution="normal")

    numbers = ["size", "heat", "share", "balance", "visits", "year"]
    unseen = {"handle_unknown": "use_encoded_value", "unknown_value": -1, "encoded_missing_value": -1}
    made = ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median", add_indicator=True), ranks()), numbers),
            ("dates", make_pipeline(FunctionTransformer(_circles), ranks()), ["joined"]),
            ("few", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["member", "plan"]),
            ("many", OrdinalEncoder(**unseen), ["shop", "town"]),
            ("target", OrdinalEncoder(), ["late"]),
        ]
    )
    made.fit(frame.iloc[train])
    return np.asarray(made.transform(frame), np.float32)


def ours(frame: pd.DataFrame) -> np.ndarray:
    """The second step of a run; the rows of training, as it splits them."""
    from protokit.core.values.tables import Table
    from protokit.represent.represent import represent
    from protokit.represent.represented import Setting
    from protokit.represent.words import Represent

    [found] = represent(Represent.model_validate({"target": "late"}), Table(frame), Setting())
    return found.split.train


def _seconds(work: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    started = time.process_time()
    found = work()
    return time.process_time() - started, found


def measure(rows: int = ROWS) -> dict[str, float]:
    """CPU seconds of both, ours over theirs, and how ours grow with ten times the rows over ten times their cost."""
    ours(table(2_000))  # libraries are loaded
    theirs(table(2_000), np.arange(1_000))
    frame, few = table(rows), table(max(2_000, rows // 10))
    small = min(_seconds(lambda: ours(few))[0] for _ in range(3))
    own, train = min((_seconds(lambda: ours(frame)) for _ in range(3)), key=lambda one: one[0])
    other = min(_seconds(lambda: theirs(frame, train))[0] for _ in range(3))
    return {
        "rows": rows,
        "represent": own,
        "column_transformer": other,
        "ratio": own / other,
        "growth": own / small / (len(frame) / len(few)),
    }


if __name__ == "__main__":
    for name, value in measure(*map(int, sys.argv[1:])).items():
        print(f"{name:<20}{value:>12,.3f}")
