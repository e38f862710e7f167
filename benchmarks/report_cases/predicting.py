"""A trained model asked about later tables. One small model is trained for all."""

from __future__ import annotations

import tempfile
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from report_cases.report import Outcome, judged, refusal, report

NAMES = {"a": "price [EUR], {net}: 1/2", "c": "Цвет мыши", "f": 'is "new"? ', "d": "a.b"}


def _rows(n: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n).round(3)
    c = rng.choice(["Сумки", "мыши, коврики", "[x]"], n)
    columns = {
        NAMES["a"]: a,
        NAMES["c"]: pd.Categorical(c),
        NAMES["f"]: rng.random(n) < 0.5,
        NAMES["d"]: rng.integers(0, 9, n),
        "y": np.where(a > 0, 3, np.where(c == "[x]", 7, 1)),
    }
    return pd.DataFrame(columns)


@cache
def _model() -> object:
    """A model of three whole numbers as classes, with odd names of columns; through a folder and back."""
    import protokit

    folder = Path(tempfile.mkdtemp(prefix="reports"))
    recipe = {
        "name": "odd",
        "represent": {"target": "y", "columns": {NAMES["d"]: "number"}},
        "learn": {"epochs": 3, "task": "classification", "menu": [{"Dense": {"units": 8, "activation": "relu"}}]},
        "evaluate": {"baselines": ["dummy"]},
    }
    done = protokit.run(recipe, _rows(200), out=folder, cache=False)
    return protokit.load(done.path / "model")


def _said(table: object, **options: object) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _model().predict(table, **options)  # type: ignore[attr-defined]
    assert isinstance(found, pd.DataFrame)
    return found


def _scores(found: pd.DataFrame) -> np.ndarray:
    return found[[name for name in found.columns if " = " in str(name)]].to_numpy()


@report(
    "pycaret/pycaret#3181",
    "Names of columns with brackets, braces, quotes, commas, dots and Cyrillic letters",
    "Trained, saved, loaded and predicted",
)
def odd_names(folder: Path) -> Outcome:
    found = _said(_rows(20, 1).drop(columns="y"))
    return judged(right=len(found) == 20 and bool(np.isfinite(_scores(found)).all()))


@report(
    "keras-team/autokeras#1406",
    "The classes are whole numbers",
    "Predictions are whole numbers of these, not texts or positions",
)
def type_of_the_classes(folder: Path) -> Outcome:
    found = _said(_rows(50, 2))["y"]
    return judged(right=set(found) <= {1, 3, 7} and found.dtype.kind in "iu")


@report(
    "minimaxir/automl-gs#24",
    "The later table has no target",
    "Predicted as with it",
)
def no_target(folder: Path) -> Outcome:
    rows = _rows(20, 3)
    return judged(right=bool((_scores(_said(rows)) == _scores(_said(rows.drop(columns="y")))).all()))


@report(
    "pycaret/pycaret#916",
    "One row, as a mapping and as a frame",
    "The prediction that the row has among others",
)
def one_row(folder: Path) -> Outcome:
    rows = _rows(20, 4)
    every = _scores(_said(rows))
    frame = np.abs(_scores(_said(rows.iloc[[7]])) - every[7]).max()
    return judged(right=bool(frame < 1e-5))


@report(
    "HealthCatalyst/healthcareai-r#1186",
    "The later table has the columns in another order, and some more",
    "The same predictions",
)
def order_of_columns(folder: Path) -> Outcome:
    rows = _rows(20, 5)
    mixed = rows[list(rows.columns[::-1])].assign(more="x")
    return judged(right=bool((_scores(_said(rows)) == _scores(_said(mixed))).all()))


@report(
    "pycaret/pycaret#937",
    "The later table lacks a column",
    "Refused with its name",
)
def column_that_is_gone(folder: Path) -> Outcome:
    rows = _rows(20, 6)
    error = refusal(lambda: _said(rows.drop(columns=NAMES["c"])))
    return judged(right=False, told=NAMES["c"] in error and len(_said(rows)) == 20)


@report(
    "automl/auto-sklearn#1141",
    "A category column whose categories are others, and in another order",
    "Levels by their values, not their positions; new ones are unseen",
)
def categories_in_another_order(folder: Path) -> Outcome:
    rows = _rows(20, 7)
    texts = rows[NAMES["c"]].astype(str)
    other = rows.assign(**{NAMES["c"]: pd.Categorical(texts, ["zz", "[x]", "мыши, коврики", "Сумки"])})
    plain = rows.assign(**{NAMES["c"]: texts.astype(object)})
    same = bool((_scores(_said(other)) == _scores(_said(rows))).all())
    return judged(right=same and bool((_scores(_said(plain)) == _scores(_said(rows))).all()))


@report(
    "pandas-dev/pandas#20591",
    "Flags of the later table have gaps, so that they are objects, or are 0.0 and 1.0",
    "The same predictions where there is a flag",
)
def flags_of_another_type(folder: Path) -> Outcome:
    rows = _rows(20, 8)
    flags = rows[NAMES["f"]]
    gaps = flags.astype(object).where(np.arange(20) != 3, None)
    every = _scores(_said(rows))
    with_gaps = _scores(_said(rows.assign(**{NAMES["f"]: gaps})))
    floats = _scores(_said(rows.assign(**{NAMES["f"]: flags.astype(float)})))
    there = np.arange(20) != 3
    return judged(right=bool((with_gaps[there] == every[there]).all() and (floats == every).all()))


@report(
    "alteryx/evalml#2973",
    "The later frame has a sorted, doubled or text index",
    "Predictions carry it",
    mended=True,
)
def index_of_the_frame(folder: Path) -> Outcome:
    rows = _rows(12, 9)
    found = [_said(rows.set_axis(index)).index.tolist() for index in (list("lkjihgfedcba"), [5] * 12, range(40, 52))]
    return judged(right=found == [list("lkjihgfedcba"), [5] * 12, list(range(40, 52))])


@report(
    "pycaret/pycaret#640",
    "The later table has missing cells in every row",
    "As many predictions as rows, all finite",
)
def gaps_in_every_row(folder: Path) -> Outcome:
    rows = _rows(30, 10)
    holes = rows.mask(np.arange(30)[:, None] % 5 == np.arange(5)[None, :])
    found = _said(holes)
    return judged(right=len(found) == 30 and bool(np.isfinite(_scores(found)).all()))
