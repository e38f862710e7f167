"""A few rows go through a model without pandas: to the bits of a table's own way, with its notices and its errors."""

from __future__ import annotations

import datetime
import warnings
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import protokit
from protokit.bundle.predicting.predicted import predicted
from protokit.core.errors import PredictionNotice

LEARN: dict[str, Any] = {"epochs": 1, "menu": [{"Dense": 4}], "networks": 1}
NAN = float("nan")


def shop(rows: int, seed: int = 0) -> pd.DataFrame:
    """Levels that look like numbers, many levels, gaps, truth values, whole numbers and others."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"zip": rng.choice(["02134", "94110", "00501"], rows)})
    frame["version"] = rng.choice(["1.1", "1.10", "2"], rows)
    frame["state"] = rng.choice([*"ABCDEFGHIJ", "7", None], rows)
    frame["new"] = rng.choice(["yes", "no", None], rows)
    frame["age"] = np.where(rng.random(rows) < 0.1, NAN, rng.integers(18, 80, rows))
    frame["size"] = rng.normal(10, 2, rows)
    frame["visits"] = rng.integers(0, 3, rows)
    frame["seconds"] = 1_700_000_000 + rng.integers(0, 9_000, rows)
    frame["price"] = 100 + 3 * frame["size"] + rng.normal(size=rows)
    frame["y"] = np.where((frame["zip"] == "02134") | (frame["state"] == "A"), "hi", "lo")
    return frame


NAMES = ["frame", "file", "marks", "mark of a frame", "parts"]
KINDS = {"zip": "category", "version": "category", "visits": "number", "price": "ignore"}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One that was trained on a frame; the same as of a file, of one whose marks are listed, and of several parts."""
    recipe: dict[str, Any] = {"represent": {"target": "y", "columns": KINDS}, "learn": LEARN}
    recipe["evaluate"] = {"baselines": []}
    model = protokit.run(recipe, shop(240), out=tmp_path_factory.mktemp("few")).model
    schema, part = model.input_schema, model.parts[0]
    first, *others = part.encoder.columns
    other = replace(part.encoder, columns=(replace(first, rare=("Z", "A")), *others))
    return {
        "frame": model,
        "file": replace(model, input_schema=replace(schema, as_file=True)),
        "marks": replace(model, input_schema=replace(schema, as_file=True, reading={"missing": ["none"]})),
        "mark of a frame": replace(model, input_schema=replace(schema, reading={"missing": ["none", "-999", "1.5"]})),
        "parts": replace(model, parts=(part, replace(part, encoder=other))),
    }


def said_by(predict: Any) -> tuple[object, ...]:
    """A table with its index, types and notices, or the error; and the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = predict()
        except Exception as error:
            return type(error), str(error)
    told = [str(one.message) for one in caught if one.category is PredictionNotice]
    return found, found.attrs, told


def hold_same(model: Any, table: object, unseen: str) -> None:
    ours = said_by(lambda: model.predict(table, unseen=unseen))
    theirs = said_by(lambda: predicted(model, table, None, unseen))
    assert ours[1:] == theirs[1:]
    if isinstance(theirs[0], pd.DataFrame):
        pd.testing.assert_frame_equal(ours[0], theirs[0], check_exact=True)
        numbers = [found.select_dtypes("number").to_numpy().tobytes() for found in (ours[0], theirs[0])]
        assert numbers[0] == numbers[1]
    else:
        assert ours == theirs


LEVELS = ["02134", " 94110 ", "1.1", "1.10", "2", "A", "7", "Z", "?", "NA", "none", "-999", "", " ", '="02134"', "é"]
WORDS = ["yes", "No", "t", "1", "0", "2"]
ODD = [pd.NA, pd.NaT, None, NAN, True, False, np.float32(1.1), np.int64(7), np.str_("A"), np.bool_(True)]
ODD += [datetime.date(2024, 1, 2), pd.Timestamp("2024-01-02"), datetime.timedelta(1), b"A", [1], {"a": 1}, 1 + 2j]
NUMBERS: list[object] = [30, 1.5, -999, -999.0, 501, 2134, 1.0, 1e9, -1e9, 1e31, 10**20, 2**53 + 1, float("inf")]
plain = st.one_of(st.none(), st.sampled_from(NUMBERS), st.floats(0, 100), st.integers(0, 90))
OF_COLUMNS: dict[str, Any] = {
    "zip": st.one_of(st.none(), st.sampled_from(LEVELS)),
    "version": st.one_of(st.sampled_from(LEVELS), st.sampled_from([1.1, 2, 2.0])),
    "state": st.one_of(st.none(), st.sampled_from([*"ABCJ", *LEVELS])),
    "new": st.one_of(st.none(), st.sampled_from(WORDS), st.booleans()),
    "age": plain,
    "size": plain,
    "visits": plain,
    "seconds": st.one_of(st.integers(1_700_000_000, 1_700_009_000), plain),
    "y": st.sampled_from(["hi", "lo", "?", None]),
    "price": plain,
    "more": st.one_of(st.integers(0, 3), st.sampled_from(["a", None])),
}
TYPES = [None, None, None, "object", "float32", "float64", "Int64", "string", "category", "bool", "uint8"]


@st.composite
def tables(draw: Any) -> object:
    """Rows of a known table with some cells of all sorts, in one of the forms that a table may have."""
    rows = draw(st.integers(1, 3))
    cells = shop(400, 5).sample(rows, random_state=draw(st.integers(0, 99))).astype(object)
    columns = {name: [None if pd.isna(one) else one for one in cells[name]] for name in cells.columns}
    for name in draw(st.lists(st.sampled_from(list(OF_COLUMNS)), max_size=3)):
        columns[name] = [draw(OF_COLUMNS[name]) for _ in range(rows)]
    for name in draw(st.one_of(st.just([]), st.lists(st.sampled_from(list(OF_COLUMNS)), max_size=1))):
        columns[name] = [draw(st.sampled_from(ODD)) for _ in range(rows)]
    if draw(st.integers(0, 9)) == 0:
        del columns[draw(st.sampled_from(list(columns)))]
    form = draw(st.sampled_from(["frame", "frame", "objects", "dict", "records"]))
    if form == "dict":
        return columns
    if form == "records":
        return [{name: some[i] for name, some in columns.items()} for i in range(rows)]
    made = {name: pd.Series(some, dtype=object if form == "objects" else None) for name, some in columns.items()}
    frame = pd.DataFrame(made).set_axis(list(range(5, 5 + rows)))
    name, kind = draw(st.sampled_from(list(columns))), draw(st.sampled_from(TYPES))
    if kind is not None:
        with suppress(TypeError, ValueError, OverflowError):
            frame[name] = frame[name].astype(kind)
    return frame


@pytest.mark.some("file", "parts")
@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=tables(), unseen=st.sampled_from(["refuse", "allow"]))
def test_few_rows_are_said_as_a_table_is(models: dict[str, Any], name: str, table: object, unseen: str) -> None:
    hold_same(models[name], table, unseen)


@pytest.mark.parametrize("name", NAMES)
def test_usual_rows_go_the_short_way(models: dict[str, Any], name: str) -> None:
    model, frame = models[name], shop(30, 3)
    lists = {key: cells.astype(object).where(cells.notna(), None).tolist() for key, cells in frame.items()}
    for table in (
        frame,
        lists,
        frame.astype(object),
        frame.head(1).to_dict("records"),
        frame.drop(columns=["y", "price"]),
    ):
        # texts with digits may be such marks in a notation of their own
        assert (model._few.rows(table) is None) == (name == "mark of a frame")
        hold_same(model, table, "refuse")
    assert model._few.rows(shop(33)) is None and model._few.rows(frame.drop(columns="zip")) is None
    whole = predicted(model, shop(30, 3), None, "refuse")
    one = model.predict(frame.set_axis([f"row {i}" for i in range(30)]).tail(2))
    assert one.index.tolist() == ["row 28", "row 29"] and one["y"].tolist() == whole["y"].tail(2).tolist()


def test_what_is_cleaned_first_goes_the_whole_way(models: dict[str, Any]) -> None:
    model = models["frame"]
    steps = ({"fill": {"new": "no"}},)
    assert replace(model, input_schema=replace(model.input_schema, clean=steps))._few is None
