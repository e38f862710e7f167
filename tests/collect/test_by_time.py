from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from protokit.collect import large
from protokit.core.errors import DataError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected, held

OPEN = [f"{1 + i % 9:02}/{1 + i % 7:02}/2024" for i in range(40)]  # no cell tells the day from the month
ROWS = {"d": OPEN, "k": ["a", "b"] * 20, "x": list(range(40)), "y": [0, 1, 1, 0] * 10}
BY_TIME: list[dict[str, Any]] = [
    {"split": {"by": {"time": "d"}}},
    {"series": {"time": "d", "window": 2, "horizon": 1}},
    {"sequence": {"by": "k", "time": "d"}},
]


def table_of(collect: dict[str, Any], represent: dict[str, Any], **tables: Any) -> Table:
    recipe = Recipe.parse({"collect": collect, "represent": {"target": "y", **represent}})
    return collected(recipe, {name: pd.DataFrame(table) for name, table in {"rows": ROWS, **tables}.items()})


@pytest.mark.parametrize("represent", BY_TIME, ids=["split", "series", "sequence"])
@pytest.mark.parametrize(
    ("clean", "edits"),
    [
        ([{"cast": {"d": "date"}}], ["cast: {d: {date: {order: month}}}", "cast: {d: {date: {order: day}}}"]),
        ([{"parse_dates": {"d": {"zone": "UTC"}}}], ["parse_dates: {d: {order: month}}", "{d: {order: day}}"]),
        (
            [{"rename": {"d": "e"}}, {"cast": {"e": "date"}}, {"rename": {"e": "d"}}],
            ["cast: {e: {date: {order: day}}}"],
        ),
        ([{"rename": {"d": "e"}}, {"cast": {"e": "date"}}, {"derive": {"d": "e + interval '1 day'"}}], ["order: day"]),
    ],
)
def test_no_order_is_guessed_in_a_cast_of_what_time_goes_by(
    represent: dict[str, Any], clean: list[Any], edits: list[str]
) -> None:
    with pytest.raises(DataError, match="no cell tells it") as caught:
        table_of({"clean": clean}, represent)
    assert all(edit in str(caught.value) for edit in edits)
    assert "no cell tells it" in str(table_of({"clean": clean}, {}).notices)  # a feature alone may be guessed
    said = [{name: {"d": {"date": {"order": "day"}}} if name == "cast" else {"d": {"order": "day"}}}
            for name in ("cast", "parse_dates")]  # fmt: skip
    for step in said:
        assert not table_of({"clean": [step]}, represent).notices


def test_no_order_is_guessed_in_a_cast_of_what_a_join_goes_by() -> None:
    other = {"k": ["a"] * 30, "e": OPEN[:30], "w": range(30)}
    days = pd.to_datetime(pd.Series(OPEN), format="%d/%m/%Y")
    join: dict[str, Any] = {"with": "other", "on": "k", "as_of": {"d": "e"}, "expect": "many_to_many", "prefix": "o_"}
    with pytest.raises(DataError, match=r"order: day") as caught:
        table_of({"join": [{**join, "cast": {"e": "date"}}]}, {}, rows={**ROWS, "d": days}, other=other)
    assert "collect.join[0].cast.e" in str(caught.value)
    said = {**join, "cast": {"e": {"date": {"order": "day"}}}}
    assert len(table_of({"join": [said]}, {}, rows={**ROWS, "d": days}, other=other).frame) == 40
    # a later join, or the split, goes by what the first one brings
    first = {"with": "days", "on": "x", "cast": {"t": "date"}, "prefix": "d_"}
    tables = {"days": {"x": range(40), "t": OPEN}, "other": {**other, "e": days[:30]}}
    for joins, represent in (
        ([first], {"split": {"by": {"time": "d_t"}}}),
        ([first, {**join, "as_of": {"d_t": "e"}}], {}),
    ):
        with pytest.raises(DataError, match=r"'t'.*no cell tells it"):
            table_of({"join": joins}, represent, **tables)
    assert "no cell tells it" in str(table_of({"join": [first]}, {}, **tables).notices)


def test_no_order_is_guessed_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(large, "CELLS", 10)
    pd.DataFrame(ROWS).to_csv(tmp_path / "t.csv", index=False)
    collect = {"tables": {"t": "t.csv"}, "clean": [{"cast": {"d": "date"}}]}
    plain = {"collect": collect, "represent": {"target": "y", "split": {"by": {"time": "d"}}}}
    with pytest.raises(DataError, match="no cell tells it"), held(Recipe.parse(plain, folder=tmp_path)):
        pass


@pytest.mark.parametrize("told", ["dates", "other side"])
def test_a_time_of_a_join_is_the_same_moment_after_it(told: str) -> None:
    other: dict[str, Any] = {"k": ["a", "b"] * 20, "e": OPEN, "w": range(40)}
    join: dict[str, Any] = {"with": "other", "on": "k", "as_of": {"d": "e"}, "expect": "many_to_many"}
    if told == "dates":
        join["dates"] = {"order": "day"}
    else:
        other = {"k": [*other["k"], "a"], "e": [*OPEN, "13/01/2024"], "w": range(41)}
    table = table_of({"join": [join]}, {"split": {"by": {"time": "d"}}}, other=other)
    days = pd.to_datetime(pd.Series(OPEN), format="%d/%m/%Y")
    assert table.frame["d"].tolist() == days.tolist()
    assert pd.api.types.is_datetime64_any_dtype(table.frame["e"]) == (told == "dates")  # else it tells its order itself
    [step] = table.clean
    assert step.as_plain()["cast"]["d"] == {"date": {"order": "day"}}
    assert "no cell tells" not in str(table.notices)


@pytest.mark.parametrize(
    ("clean", "represent"),
    [
        ([], {"columns": {"d": {"date": {"order": "month"}}}}),
        ([], {"columns": {"d": "category"}}),
        ([{"parse_dates": {"d": "%m/%d/%Y"}}], {}),
        ([{"cast": {"d": {"date": {"order": "month"}}}}], {}),
    ],
)
def test_what_the_recipe_says_of_a_time_of_a_join_holds(clean: list[Any], represent: dict[str, Any]) -> None:
    other = {"k": ["a", "b"], "e": ["01/01/2024"] * 2, "w": [1, 2]}
    join = {"with": "other", "on": "k", "as_of": {"d": "e"}, "dates": {"order": "day"}}
    table = table_of({"join": [join], "clean": clean}, represent, other=other)
    days = pd.to_datetime(pd.Series(OPEN), format="%m/%d/%Y")
    assert table.frame["d"].tolist() == (days.tolist() if clean else OPEN)
    assert pd.api.types.is_datetime64_any_dtype(table.frame["e"])


@pytest.mark.parametrize("clean", [[{"cast": {"d": "date"}}], [{"parse_dates": {"d": {}}}]])
def test_a_step_that_leaves_the_order_to_the_cells_takes_that_of_the_join(clean: list[Any]) -> None:
    other = {"k": ["a", "b"], "d": ["01/01/2024"] * 2, "w": [1, 2]}
    join = {"with": "other", "on": "k", "as_of": "d", "dates": {"order": "day"}}
    table = table_of({"join": [join], "clean": clean}, {"split": {"by": {"time": "d"}}}, other=other)
    assert table.frame["d"].tolist() == pd.to_datetime(pd.Series(OPEN), format="%d/%m/%Y").tolist()
