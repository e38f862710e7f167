from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.workflow.run.collecting import collected


def joined(folder: Path, rows: list[Any], other: list[Any], **join: Any) -> Table:
    """Two files of text joined by `k`."""
    for name, keys in (("rows", rows), ("other", other)):
        pd.DataFrame({"k": keys, name[0]: range(len(keys))}).to_csv(folder / f"{name}.csv", index=False)
    options = join.pop("options", {})
    collect = {
        "tables": {"rows": {"csv": "rows.csv", **options}, "other": "other.csv"},
        "join": [{"with": "other", "on": "k", **join}],
    }
    return collected(Recipe.parse({"collect": collect, "represent": {"target": "r"}}, folder=folder))


@pytest.mark.parametrize(
    ("rows", "other", "kind"),
    [
        (["007", "008", "10", "3"], ["7", "8", "10", "03"], "number"),
        (["007", "008"], ["7", "8"], "number"),
        (["2024-01-02", "2024-01-13"], ["02/01/2024", "13/01/2024"], "date"),
        (["2024-01-02", "2024-01-03"], ["02/01/2024", "03/01/2024"], {"date": {"order": "day"}}),
        (["02/01/2024", "03/01/2024"], ["2024-01-02", "2024-01-03"], {"date": {"order": "day"}}),
        (["1,000,000", "2,000,000"], ["1000000", "2000000"], "number"),
        (["yes", "no"], ["Y", "N"], "boolean"),
    ],
)
def test_keys_that_are_written_otherwise_match_as_what_they_are(
    rows: list[str], other: list[str], kind: object, tmp_path: Path
) -> None:
    if len(rows) == 2:
        try:
            said = str(joined(tmp_path, rows, other).notices)
        except SpecError as error:
            said = str(error)
        edit = yaml.safe_load(said[said.index("cast: {") + 6 :].split(" to the join")[0])
        assert edit == {"k": kind}
    table = joined(tmp_path, rows, other, cast={"k": kind})
    assert table.frame["o"].tolist() == list(range(len(rows)))
    assert table.frame["k"].tolist() == rows  # the rows keep their key as it is written


def test_thousands_that_may_be_decimals_are_said_in_the_table(tmp_path: Path) -> None:
    rows, other = ["1,000", "2,000"], ["1000", "2000"]
    said = str(joined(tmp_path, rows, other).notices)
    assert 'thousands: ","' in said
    found = joined(tmp_path, rows, other, options={"thousands": ","})
    assert found.frame["o"].tolist() == [0, 1]


def test_keys_that_are_nothing_alike_have_no_such_cure(tmp_path: Path) -> None:
    table = joined(tmp_path, ["a", "b"], ["c", "d"])
    assert "cast" not in str(table.notices) and "without a match" in str(table.notices)
    with pytest.raises(SpecError, match=r"cast: \{k: text\}"):
        joined(tmp_path, ["007", "b"], ["7", "8"], cast={"k": "number"})


def test_no_order_is_guessed_in_the_cast_of_a_key(tmp_path: Path) -> None:
    rows, other = ["02/01/2024", "03/01/2024"], ["2024-01-02", "2024-01-03"]
    with pytest.raises(DataError, match="order: day"):
        joined(tmp_path, rows, other, cast={"k": "date"})


def test_truths_match_numbers_as_truths(tmp_path: Path) -> None:
    assert "cast: {k: boolean}" in str(joined(tmp_path, ["True", "False"], ["1", "0"]).notices)
    assert joined(tmp_path, ["True", "False"], ["1", "0"], cast={"k": "boolean"}).frame["o"].tolist() == [0, 1]


def test_several_keys_are_cast_together_and_one_without_values_matches_nothing() -> None:
    rows = {"k": ["007", "008", "x9"], "d": ["2024-01-02", "2024-01-13", "2024-01-14"], "e": ["05", "6", "7"]}
    other: dict[str, Any] = {"k": [7, 8], "e": [5, 6], "d": ["02/01/2024", "13/01/2024"], "o": [1, 2]}
    cast = {"d": "date", "e": "number", "k": "text"}
    recipe: dict[str, Any] = {"join": [{"with": "other", "on": ["d", "e"], "cast": cast, "prefix": "o_"}]}
    collect = {"collect": recipe, "represent": {"target": "e"}}
    tables = {"rows": pd.DataFrame(rows), "other": pd.DataFrame(other)}
    frame = collected(Recipe.parse(collect), tables).frame
    assert frame["o_o"].fillna(0).tolist() == [1, 2, 0] and list(frame) == ["k", "d", "e", "o_k", "o_o"]
    assert frame["e"].tolist() == rows["e"]
    recipe["join"] = [{"with": "other", "on": "k", "cast": {"k": "number"}, "prefix": "o_"}]
    tables["other"] = pd.DataFrame({**other, "k": [None, None]})
    assert collected(Recipe.parse(collect), tables).frame["o_o"].isna().all()
