"""Marks of missing cells: in the notation of their column, and of codes by the text alone."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from protokit.bundle.input_schema import InputSchema
from protokit.cells.missing import Marks
from protokit.collect.collect import cleaned, collect
from protokit.collect.database.dealing import PARTS
from protokit.collect.words import Collect
from protokit.core.errors import DataError, SpecError
from protokit.core.names import as_text
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.cells import to_numbers, wrong
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.readings import hold_alike, reading_of, target_as_numbers
from protokit.represent.examples import weights_of
from protokit.represent.kinds.category import Category
from protokit.workflow.run.collecting import collected, held


@pytest.mark.parametrize(
    ("mark", "cell", "others", "said"),
    [
        ("-999", "-999,0", ["1,5", "2,25"], {"decimal": ","}),
        ("-9999", "-9,999", ["1,234", "2,345"], {"thousands": ","}),
        ("-999", "\u2212999", ["1.5", "\u22122"], {}),
        ("-999", "(999)", ["5", "(7)"], {}),
        ("-999", "999-", ["5", "7-"], {}),
        ("-999", "-999 kg", ["5 kg", "7 kg"], {}),
        ("-999", "-999.0", ["5 kg", "7 kg"], {}),
        ("-999", "$-999", ["$5", "$7"], {}),
        ("1000", "1,000", ["1,234.5", "7"], {}),
    ],
)
def test_a_mark_is_met_in_the_notation_of_its_column(
    tmp_path: Path, mark: str, cell: str, others: list[str], said: dict[str, str]
) -> None:
    cells = [*others * 30, cell]
    (tmp_path / "t.csv").write_text("x;y\n" + "".join(f"{one};{one}\n" for one in cells), encoding="utf-8")
    spec = Collect.of(tables={"t": {"csv": "t.csv", "missing": [mark], **said}})
    found = collect(spec, tmp_path, apart={"y"}).frame
    assert found["x"].isna().tolist() == found["y"].isna().tolist() == [False] * 60 + [True]
    # a frame is read as the file was: in training, and when it is predicted
    given = pd.DataFrame({"x": cells, "y": cells}, dtype=object)
    assert collect(spec, tmp_path, given).frame["x"].isna().tolist() == [False] * 60 + [True]
    schema = InputSchema.of(spec, ["x"])
    assert schema.read(given, {"x": "number"})[0]["x"].isna().tolist() == [False] * 60 + [True]


def test_of_codes_a_mark_is_met_by_its_text(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("x,v,z\n000,1.10,000\n0,1.1,0\n7,3,001\n", encoding="utf-8")
    spec = Collect.of(tables={"t": {"csv": "t.csv", "missing": ["0", "1.1"]}})
    found = collect(spec, tmp_path, texts={"x", "v"}).frame
    assert found["x"].tolist() == ["000", None, "7"] and found["v"].tolist() == ["1.10", None, "3"]
    assert found["z"].tolist() == ["000", None, "001"]
    marks = Marks.of(["0"])
    assert marks.without(pd.Series(["000", "0"]), codes=True).isna().tolist() == [False, True]


@pytest.mark.parametrize("ending", ["csv", "html", "json", "frame", "disk", "renamed"])
def test_of_numbers_whose_notation_is_said_a_mark_is_met_as_a_number(ending: str, tmp_path: Path) -> None:
    cells = ["-999,0", "5,5", "-999", "1.000,5", "(999)", "-9,99e2", "9.990", "7,25"]
    frame = pd.DataFrame({"x": cells * 10, "y": [0, 1] * 40})
    path = tmp_path / f"t.{ending}"
    if ending == "json":
        frame.to_json(path, orient="records")
    elif ending == "html":
        frame.to_html(path, index=False)
    else:
        path = tmp_path / "t.csv"
        frame.to_csv(path, index=False, sep=";")
    name = "z" if ending == "renamed" else "x"
    kind = path.suffix.removeprefix(".")
    clean = [{"rename": {"x": "z"}}] if ending == "renamed" else []
    recipe = Recipe.parse(
        {
            "collect": {"tables": {"t": {kind: str(path), "missing": ["-999"]}}, "clean": clean},
            "represent": {"target": "y", "columns": {name: {"number": {"decimal": ",", "thousands": "."}}}},
        }
    )
    gone = [True, False, True, False, True, True, False, False]
    if ending == "disk":
        with held(recipe, memory="64MB") as large:
            parts = pd.concat([batch for part in PARTS for batch in large.batches(part)]).sort_index()
        assert parts["x"].isna().tolist() == gone * 10
        return
    table = collected(recipe, frame if ending == "frame" else None)
    assert table.frame[name].isna().tolist() == gone * 10
    assert table.frame[name].dropna().tolist() == [c for c, lost in zip(cells, gone, strict=True) if not lost] * 10
    schema = InputSchema.of(recipe.collect, [name], [name], table.clean, recipe.represent.written_numbers)
    schema = InputSchema.from_plain(json.loads(json.dumps(schema.as_plain())))
    later, told = schema.read(frame.head(5), {name: "number"})
    assert later["x"].isna().tolist() == gone[:5] and "mark that the recipe lists" in str(told[-1])


def test_the_notations_of_a_bundle_are_held() -> None:
    plain = InputSchema(("x",)).as_plain()
    for odd in ({"x": ["!", None]}, {"x": 3}, ["x"]):
        with pytest.raises(ValueError, match="notations"):
            InputSchema.from_plain({**plain, "notations": odd})


@pytest.mark.parametrize("cells", [[0.25, "50%"], [5, "7 kg"]])
def test_a_typed_number_beside_a_text_with_a_unit_is_none_of_that_unit(cells: list[object]) -> None:
    column = pd.Series(cells * 30, name="x", dtype=object)
    assert reading_of(column) == ((), []) and target_as_numbers(column, None) is None
    with pytest.raises(DataError, match=f"row 2: {cells[1]!r} is not a number"):
        to_numbers(column)


@pytest.mark.parametrize(
    ("cells", "odd"),
    [
        ([*(f"{i % 7}%" for i in range(59)), "0.5"], "0.5"),
        ([*(f"{i}%" for i in range(59)), "0.5"], "0.5"),
        ([*(f"${i}" for i in range(40)), *(f"€{i}" for i in range(20))], "€0"),
        ([*(f"{i % 9} kg" for i in range(50)), "5 lb"], "5 lb"),
        ([*(f"{i % 9}" for i in range(50)), "5%"], "5%"),
    ],
)
def test_the_cell_that_is_not_written_as_the_others_is_named(cells: list[str], odd: str) -> None:
    column = pd.Series(cells, name="x", dtype=object)
    guess = infer(column)
    assert guess.kind in ("category", None) and repr(odd) in guess.note + guess.why
    assert guess.cure and "alike" in guess.cure and "missing" not in guess.cure
    with pytest.raises(
        DataError, match=f"row {cells.index(odd) + 1}: {re.escape(repr(odd))} is not a number"
    ) as caught:
        hold_alike(column)
    assert "missing" not in str(caught.value.cure) and "computers" not in str(caught.value.cure)


def test_levels_that_are_names_are_no_numbers_of_units() -> None:
    guess = infer(pd.Series(["1a", "2b", "3c"] * 20, name="x", dtype=object))
    assert guess.kind == "category" and not guess.note


def test_what_is_advised_of_a_later_cell_keeps_it() -> None:
    def cure(cell: str, what: str) -> str:
        return str(wrong(pd.Series([cell], name="x", dtype=object), 0, what).cure)

    assert "as computers do: 1137.67;" in cure("$1137.67", "a number")
    assert "as those of the column" in cure("16.08.2023", "a date") and "missing" not in cure("16.08.2023", "a date")
    assert "missing" in cure("unknown", "a number")
    with pytest.raises(DataError, match="'15%' is not a number") as caught:
        weights_of("sw", pd.DataFrame({"sw": ["15%", "1"]}))
    assert "category" not in str(caught.value.cure) and "cast: {sw: number}" in str(caught.value.cure)


def test_a_float32_is_the_shortest_number_that_it_is() -> None:
    column = pd.Series([1.1, 2.5, 3, None] * 3, dtype="float32", name="x")
    kind = Category.fit(column)
    assert kind.levels == ("1.1", "2.5", "3", None)
    assert kind.codes(column)[:4].tolist() == [1, 2, 3, 4]
    assert kind.codes(pd.Series(["1.1", 1.1], dtype=object)).tolist() == [1, 1]
    assert as_text(np.float32(1.1)) == "1.1"


def test_the_edits_of_a_cast_can_be_pasted() -> None:
    with pytest.raises(DataError, match="is no number") as caught:
        cleaned(pd.DataFrame({"x": ["$5: a", "3"]}), [{"cast": {"x": "number"}}])
    said = yaml.safe_load(str(caught.value.cure).split(" before")[0])
    assert said == {"replace": {"x": {"$5: a": "..."}}}
    with pytest.raises(SpecError) as refused:
        cleaned(pd.DataFrame({"x": ["1,234", "2,345"]}), [{"cast": {"x": "number"}}])
    first, second = str(refused.value.faults[0].cure).split(", or ")
    edits = [yaml.safe_load(first)[0]["cast"]["x"]["number"], yaml.safe_load(second)["x"]["number"]]
    assert edits == [{"thousands": ","}, {"decimal": ","}]


@pytest.mark.parametrize("said", ["x = 1.1", "x = 7.0", "x != 7", "x in ('3', 1.1)", "not (1.1 = x)"])
def test_a_text_is_not_held_against_a_number(said: str) -> None:
    frame = pd.DataFrame({"x": ["1.10", "1.1", "3", "007", "07"]})
    with pytest.raises(SpecError, match="holds texts") as caught:
        cleaned(frame, [{"filter": said}])
    assert "quote it" in str(caught.value.faults[0].cure)
    assert cleaned(frame, [{"filter": "x = '1.1'"}])["x"].tolist() == ["1.1"]
    assert cleaned(frame, [{"cast": {"x": "number"}}, {"filter": "x = 1.1"}])["x"].tolist() == [1.1, 1.1]


@pytest.mark.parametrize("ending", ["csv", "disk", "parquet", "frame", "objects"])
@pytest.mark.parametrize(
    ("mark", "cells", "gone"),
    [
        ("9999999999999999", [9999999999999999, 5, 2, 3], [0]),
        ("99999999999999999", [5, 99999999999999999, 2], [1]),
        ("9223372036854775807", [5, 2, 9223372036854775807], [2]),
        ("9007199254740993", [9007199254740992, 9007199254740993, 3], [1]),
        ("-9007199254740993", [-9007199254740992, 9007199254740993, 3], []),
        ("\u2212999", [-999, 5, 7], [0]),
        ("-999,0", [-999, 999, 7], [0]),
        ("(9 999)", [-9999, 999, 7], [0]),
        ("1,000", [1000, 1, 7], []),
        ("1e400", [1000, 1, 7], []),
    ],
)
def test_a_whole_number_is_met_to_the_last_digit_and_a_mark_is_in_any_notation(
    tmp_path: Path, ending: str, mark: str, cells: list[int], gone: list[int]
) -> None:
    frame = pd.DataFrame({"x": cells, "n": range(len(cells))})
    kind = ending if ending == "parquet" else "csv"
    (frame.to_parquet if kind == "parquet" else frame.to_csv)(tmp_path / f"t.{kind}", index=False)
    plain = {"collect": {"tables": {"t": {kind: str(tmp_path / f"t.{kind}"), "missing": [mark]}}}}
    recipe = Recipe.parse({**plain, "represent": {"target": "n", "split": {"by": "random"}}})
    if ending == "disk":
        with held(recipe, memory="64MB") as large:
            found = pd.concat([batch for part in PARTS for batch in large.batches(part)]).sort_index()["x"]
    else:
        given = frame.astype(object) if ending == "objects" else frame
        found = collected(recipe, given if ending in ("frame", "objects") else None).frame["x"]
    assert np.flatnonzero(found.isna()).tolist() == gone
    rest = [cell for i, cell in enumerate(cells) if i not in gone]
    assert [as_text(cell) for cell in found.dropna()] == list(map(str, rest))


def test_a_number_of_any_type_may_be_a_mark() -> None:
    marks = Marks.of(["9007199254740993", "0.5", "-999"])
    assert marks.has(np.int64(9007199254740993)) and marks.has(Decimal("9007199254740993")) and marks.has(-999.0)
    assert marks.has(Decimal("0.5")) and marks.has(np.float64(0.5))
    for other in (9007199254740992, True, None, "0.5", Decimal("NaN"), Decimal("9007199254740992"), float("nan")):
        assert not marks.has(other)
    wide = pd.Series([float("inf"), float("-inf"), 5.5])
    assert Marks.of(["inf"]).without(wide).isna().tolist() == [True, False, False]
    assert Marks.of(["-Infinity"]).without(wide).isna().tolist() == [False, True, False]
    unsigned = pd.Series([(1 << 64) - 1, 5], dtype="uint64")
    assert Marks.of([str((1 << 64) - 1)]).without(unsigned).isna().tolist() == [True, False]


@pytest.mark.parametrize("ending", ["file", "disk", "frame", "parquet"])
@pytest.mark.parametrize(
    ("mark", "said", "told"),
    [
        ("1,000", {}, "the mark '1,000' in `missing:` may be 1000 or 1: only the cells that are written so"),
        ("1.000", {"decimal": ","}, "may be 1 or 1000: cells of 1 are missing in every notation"),
        ("1.000", {}, None),
        ("1000", {"decimal": ","}, None),
        ("NA", {"decimal": ","}, None),
    ],
)
def test_a_mark_that_may_be_two_numbers_is_told_with_what_decides(
    tmp_path: Path, ending: str, mark: str, said: dict[str, str], told: str | None
) -> None:
    frame = pd.DataFrame({"x": [1000, 1, 7], "n": range(3)})
    kind = "parquet" if ending == "parquet" else "csv"
    (frame.to_parquet if kind == "parquet" else frame.to_csv)(tmp_path / f"t.{kind}", index=False)
    for missing in ([mark], ["1000"]):  # as is said in the cure
        recipe = Recipe.parse(
            {
                "collect": {"tables": {"t": {kind: str(tmp_path / f"t.{kind}"), "missing": missing}}},
                "represent": {"target": "n", "columns": {"x": {"number": said}}, "split": {"by": "random"}},
            }
        )
        if ending == "disk":
            with held(recipe, memory="64MB") as large:
                notices = large.notices
        else:
            notices = collected(recipe, frame if ending == "frame" else None).notices
        found = [str(one) for one in notices if "in `missing:`" in one.rule]
        assert len(found) == (told is not None and missing == [mark])
        assert all(told in one and "write 1000 or 1 in" in one.replace("1 or 1000", "1000 or 1") for one in found)  # type: ignore[operator]
