"""Intervals as their ends, middle and width."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression

from protokit.cells.intervals import ends
from protokit.core.errors import DataError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.inference import infer
from protokit.represent.kind import KINDS
from protokit.represent.kinds.pairs.interval import Interval
from protokit.represent.represented import Represented
from protokit.represent.transformers import KindEncoder
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.representing import represent

BANDS = ("<18", "18-25", "26-35", "36-45", "46-64", "65+")


def people(rows: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    band = rng.integers(0, len(BANDS), rows)
    return pd.DataFrame({"age": np.array(BANDS)[band], "z": rng.normal(size=rows), "y": band * 10.0})


def found(frame: pd.DataFrame, **columns: object) -> Represented:
    recipe = Recipe.parse({"represent": {"target": "y", "columns": columns}})
    [made] = represent(recipe, Table(frame))
    audit(recipe, Table(frame), [made])
    return made


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(18.0, 25.0]", (18, 25)), ("[0;5)", (0, 5)), ("18 – 25", (18, 25)), ("$10-$20", (10, 20)),
        ("-5--1", (-5, -1)),
        ("1,000 to 2,000", (1000, 2000)), ("18-25 years old", (18, 25)), ("65 and over", (65, np.inf)), ("7", (7, 7)),
        ("≥ 5 kg", (5, np.inf)), ("under 18", (-np.inf, 18)), ("5 or less", (-np.inf, 5)), ("(-inf, 5]", (-np.inf, 5)),
        ("1e3..2e3", (1000, 2000)),
    ],
)  # fmt: skip
def test_intervals_are_read_as_people_write_them(text: str, wanted: tuple[float, float]) -> None:
    assert ends(text) == wanted


@pytest.mark.parametrize(
    "text",
    ["", "a-b", "25-18", "1-2-3", "2020-01-02", "(-inf, inf)", "nan-5", "[1, 2", "+", "1 " * 60, "-1e308..1e308"],
)
def test_what_is_no_interval_is_none(text: str) -> None:
    assert ends(text) is None


def test_types_and_brackets_are_found_and_others_are_said() -> None:
    cut = pd.Series(pd.cut(np.arange(40.0), 5), name="x")
    for cells in (cut, cut.astype(str), pd.Series(pd.arrays.IntervalArray.from_breaks(np.arange(41)), name="x")):
        assert infer(cells).kind == "interval"
    assert infer(cut.astype(str)).cure == "columns: {x: category}"
    assert infer(pd.Series(pd.interval_range(pd.Timestamp("2024-01-01"), periods=9), name="x")).kind != "interval"
    made = found(people())
    assert made.encoder.kinds["age"] == "category"
    [notice] = [one for one in made.notices if "may be intervals" in one.rule]
    assert notice.cure == "columns: {age: interval}" and notice.columns == ("age",)
    said = found(people(), age="interval")
    assert said.encoder.kinds["age"] == "interval" and not any("may be intervals" in one.rule for one in said.notices)
    for other in (["2-1", "0-3", "1-1"], ["a-1", "b-2", "c-3"], ["1", "2", "3"]):
        cells = pd.Series(other * 80, dtype=object)
        assert not any("may be intervals" in one.rule for one in found(people().assign(age=cells)).notices)


def test_what_only_the_interval_tells_is_found_by_it_alone() -> None:
    frame = people()
    train, test = frame[:160], frame[160:]
    encoder = KindEncoder("interval").fit(train[["age"]])
    model = LinearRegression().fit(encoder.transform(train[["age"]]), train["y"])
    assert model.score(encoder.transform(test[["age"]]), test["y"]) > 0.95
    assert LinearRegression().fit(train[["z"]], train["y"]).score(test[["z"]], test["y"]) < 0.1


def test_open_ends_are_missing_and_the_state_comes_back() -> None:
    frame = people()
    frame.loc[4, "age"] = None
    made = found(frame, age="interval")
    names = made.encoder.signature.inputs[0].columns
    assert names[:4] == ("age middle", "age from", "age to", "age width") and "age to missing" in names
    again = Encoder.from_plain(json.loads(json.dumps(made.encoder.as_plain())))
    assert np.array_equal(again.encode(frame)[0]["numbers"], made.encoder.encode(frame)[0]["numbers"])
    cells = pd.Series(["65+", "<18", "18-25", None, "12 to 20"], name="age", dtype=object)  # the last is a new one
    numbers = Interval("age").numbers(cells)
    assert numbers[:, 0].tolist()[:3] == [65, 18, 21.5] and numbers[4].tolist() == [16, 12, 20, 8]
    assert np.isnan(numbers[0, 2:]).all() and np.isnan(numbers[1, [1, 3]]).all() and np.isnan(numbers[3]).all()
    with pytest.raises(DataError, match=r"column 'age', row 1: 'old' is not an interval such as \[18, 25\)"):
        again.encode(frame.assign(age="old"))


def test_a_column_that_is_open_at_one_side_everywhere_is_learned_from() -> None:
    frame = people().assign(age=[f"{10 * (i % 7)}+" for i in range(240)])
    made = found(frame, age="interval")
    assert np.isfinite(made.train.inputs["numbers"]).all()


ODD = st.one_of(
    st.none(), st.text(max_size=9), st.floats(), st.integers(), st.booleans(), st.binary(max_size=4), st.just((1, 2)),
    st.from_regex(r"[\[(<>]?[0-9.,+-]{1,4}(-|,|\+| to )?[0-9.]{0,3}[\])]?", fullmatch=True), st.just(pd.Interval(1, 2)),
)  # fmt: skip


@given(st.lists(ODD, min_size=1, max_size=6))
def test_no_cell_gives_a_traceback(cells: list[object]) -> None:
    column = pd.Series([None] * len(cells), name="x", dtype=object)
    for row, cell in enumerate(cells):
        column.iat[row] = cell
    try:
        numbers = Interval.fit(column).numbers(column)
    except DataError as error:
        assert error.cure and "row" in error.rule
        return
    assert not np.isinf(numbers).any()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("10k-20k", (10e3, 20e3)),
        ("10-20k", (10e3, 20e3)),
        ("500-1k", (500, 1e3)),
        ("$1.5M+", (1.5e6, float("inf"))),
        ("900k to 1.2M", (9e5, 1.2e6)),
        ("46,5-55,25", (46.5, 55.25)),
        ("1,000-2,000", (1e3, 2e3)),
        ("5 kg-10 kg", (5, 10)),
        ("5m-7m", (5, 7)),
        ("18 to", None),
    ],
)
def test_thousands_and_commas_of_intervals_count(text: str, found: object) -> None:
    assert ends(text) == found


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("{0}-{1}", "interval"), ("{0}.5 {1}.25 3", "vector"), ("{0}.5, {1}.25", "place"), ("id {0} of {1}", "category")],
)
def test_texts_like_ids_come_with_the_edits_that_read_them(cell: str, kind: str) -> None:
    column = pd.Series([cell.format(i % 80, i + 1) for i in range(80)], name="x", dtype=object)
    guess = infer(column)
    assert guess.kind is None and str(guess.cure).startswith(f"columns: {{x: {kind}}}")
    KINDS[kind].fit(column)
