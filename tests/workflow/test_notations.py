"""The notation of numbers that training found is that of every later table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from protokit.bundle.input_schema import InputSchema
from protokit.collect.collect import read_table
from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.workflow.run.collecting import collected, texts_of
from protokit.workflow.run.out_of_core import on_disk
from protokit.workflow.run.representing import represent

POINTS = [f"{i}.{i:03},25" for i in range(100, 160)]


class Trained:
    """What a model keeps of a recipe, without a network: its encoder, and how a later table comes to it."""

    def __init__(
        self,
        folder: Path,
        cells: Sequence[str],
        table: object = None,
        header: str = "z;k;y",
        disk: bool = False,
        columns: dict[str, object] | None = None,
        **collect: object,
    ) -> None:
        write(folder / "t.csv", cells, header)
        self.folder, self.header = folder, header
        tables = {"t": {"csv": str(folder / "t.csv"), **(table if isinstance(table, dict) else {})}}
        represented = {"target": "y", "columns": columns or {}, "split": {"by": "random"}}
        recipe = Recipe.parse({"collect": {"tables": tables, **collect}, "represent": represented})
        if disk:
            with on_disk(recipe) as kept:
                self.table = kept.table
                [found] = represent(recipe, kept.table, dealt=kept.parts)
        else:
            self.table = collected(recipe)
            [found] = represent(recipe, self.table)
        assert isinstance(found.encoder, Encoder)
        self.encoder = found.encoder
        known = (texts_of(recipe), self.table.clean, recipe.represent.written_numbers, self.table.notations)
        schema = InputSchema.of(recipe.collect, self.encoder.needed, *known)
        self.schema = InputSchema.from_plain(schema.as_plain()).knowing(self.encoder.notations)

    def of_frame(self, frame: pd.DataFrame) -> list[float]:
        """The numbers of z in a frame."""
        frame, _ = self.schema.read(frame, self.encoder.kinds)
        frame = self.schema.cleaned(frame, self.encoder.needed)
        [z] = [column for column in self.encoder.columns if column.column == "z"]
        return z.numbers(frame["z"])[:, 0].tolist()  # type: ignore[union-attr]

    def of_file(self, *cells: str) -> list[float]:
        """Those of a file, as `protokit predict` reads it."""
        write(self.folder / "later.csv", cells, self.header)
        later = str(self.folder / "later.csv")
        return self.of_frame(read_table(later, None, self.schema.reading, self.schema.as_written))


def write(path: Path, cells: Sequence[str], header: str = "z;k;y") -> None:
    path.write_text(f"{header}\n" + "".join(f"{z};{i % 7};{'ab'[i % 2]}\n" for i, z in enumerate(cells)))


@pytest.mark.parametrize("clean", [[], [{"rename": {"k": "m"}}], [{"trim": ["z"]}]])
def test_plain_texts_of_a_later_table_are_read_as_those_of_training(clean: list[object], tmp_path: Path) -> None:
    trained = Trained(tmp_path, POINTS, clean=clean)
    assert trained.of_file("4.000", "4.500") == [4000, 4500]
    assert trained.of_file("4.500,00", "", "7")[::2] == [4500, 7]
    assert trained.of_frame(pd.DataFrame({"z": ["4.500"], "k": [1]})) == [4500]
    with pytest.raises(DataError, match=r"row 2: '4\.5' is not a number written as in training"):
        trained.of_file("4.500", "4.5")


def test_a_number_by_its_type_is_that_number(tmp_path: Path) -> None:
    assert Trained(tmp_path, POINTS).of_frame(pd.DataFrame({"z": [4.5, 4500], "k": [1, 2]})) == [4.5, 4500]


def test_a_share_is_no_percent(tmp_path: Path) -> None:
    trained = Trained(tmp_path, [f"{i}%" for i in range(10, 70)])
    assert trained.of_file("40%") == [40]
    for read in (
        lambda: trained.of_file("0.40", "0.50"),
        lambda: trained.of_frame(pd.DataFrame({"z": ["0.40"], "k": 1})),
    ):
        with pytest.raises(DataError, match="written as in training"):
            read()


def test_marks_are_met_in_the_notation_of_training(tmp_path: Path) -> None:
    trained = Trained(tmp_path, [*POINTS, "-999,0"], {"missing": ["-999"]})
    assert np.isnan(trained.of_file("4.500", "-999", "-999,0")).tolist() == [False, True, True]
    assert np.isnan(trained.of_frame(pd.DataFrame({"z": ["-999"], "k": [1]}))).tolist() == [True]


@pytest.mark.parametrize("clean", [[], [{"cast": {"z": "number"}}]])
def test_tables_of_one_split_are_read_alike(clean: list[object], tmp_path: Path) -> None:
    write(tmp_path / "t.csv", POINTS)
    write(tmp_path / "later.csv", [f"{i}.000" for i in range(1, 51)])
    tables = {name: str(tmp_path / f"{name}.csv") for name in ("t", "later")}
    said = {"represent": {"target": "y", "split": {"test": "later"}}}
    table = collected(Recipe.parse({"collect": {"tables": tables, "clean": clean}, **said}))
    assert all(isinstance(cell, float if clean else str) for cell in table.frame["z"])
    [found] = represent(Recipe.parse({"collect": {"tables": tables, "clean": clean}, **said}), table)
    assert isinstance(found.encoder, Encoder)
    z = found.encoder.columns[0].numbers(table.frame["z"])[:, 0]  # type: ignore[union-attr]
    assert z[-50:].tolist() == [1000 * i for i in range(1, 51)] and z[0] == 100100.25


def test_a_mark_in_a_later_table_of_the_split_is_a_missing_cell(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", POINTS)
    write(tmp_path / "later.csv", ["-999", "4.500", "", "12"])
    tables = {name: {"csv": str(tmp_path / f"{name}.csv"), "missing": ["-999"]} for name in ("t", "later")}
    recipe = Recipe.parse({"collect": {"tables": tables}, "represent": {"target": "y", "split": {"test": "later"}}})
    assert collected(recipe).frame["z"].tolist()[-4:] == [None, "4.500", None, "12"]


@pytest.mark.parametrize(
    ("cells", "later", "refused"),
    [
        (POINTS, {"4.500": 4500, "7": 7, "4,5": 4.5}, "4.5"),
        ([f"{i}%" for i in range(10, 70)], {"40%": 40}, "0.40"),
        ([f"${i},{i:03}.00" for i in range(100, 160)], {"$4,500": 4500, "-$1": -1}, "$4.500,5"),
    ],
)
@pytest.mark.parametrize("before", [[], [{"rename": {"m": "z"}}]])
def test_a_cast_reads_a_later_table_as_that_of_training(
    before: list[object], cells: list[str], later: dict[str, float], refused: str, tmp_path: Path
) -> None:
    clean = [*before, {"cast": {"z": "number"}}]
    trained = Trained(tmp_path, cells, clean=clean, header="m;k;y" if before else "z;k;y")
    assert trained.table.frame["z"].dtype == float
    assert trained.of_file(*later) == list(later.values())
    for text, number in later.items():
        assert trained.of_file(text) == [number]
    with pytest.raises(DataError, match="is no number as the cast reads them"):
        trained.of_file(refused)
    name = "m" if before else "z"
    assert trained.of_frame(pd.DataFrame({name: [4.5], "k": [1]})) == [4.5]


def test_a_cast_follows_what_is_said_of_its_column(tmp_path: Path) -> None:
    cells = [f"{1 + i // 900},{100 + i % 900}" for i in range(60)]
    write(tmp_path / "t.csv", cells)

    def cast(kind: object, **represent: object) -> pd.Series:
        tables, clean = (
            {"t": str(tmp_path / "t.csv")},
            [{"filter": "k >= 0"}, {"cast": {"z": kind}}, {"filter": "z > 1"}],
        )
        said = {"collect": {"tables": tables, "clean": clean}, "represent": {"target": "y", **represent}}
        return collected(Recipe.parse(said)).frame["z"]

    with pytest.raises(SpecError, match=r"may be 1100 or 1\.1") as caught:
        cast("number")
    assert '- cast: {z: {number: {thousands: ","}}}' in str(caught.value)
    assert cast({"number": {"thousands": ","}})[0] == 1100 and cast({"number": {"decimal": ","}})[0] == 1.1
    assert cast("number", columns={"z": {"number": {"thousands": ","}}})[0] == 1100
    assert cast("number", columns={"z": {"number": {"decimal": ","}}})[0] == 1.1
    for wrong in ({"number": {}}, {"number": {"decimal": "x"}}, {"number": {"unit": 3}}, {"text": {}}):
        with pytest.raises(SpecError):
            cast(wrong)


def test_a_table_that_names_its_decimal_mark_keeps_what_training_found(tmp_path: Path) -> None:
    trained = Trained(tmp_path, [*POINTS, ""], {"decimal": ","})
    assert trained.table.frame["z"].dtype == float and "notations" not in trained.table.frame.attrs
    assert trained.of_file("4.000", "4.500") == [4000, 4500]
    assert trained.of_frame(pd.DataFrame({"z": ["4.500"], "k": ["1"]})) == [4500]
    assert trained.of_frame(pd.DataFrame({"z": [4.5], "k": [1]})) == [4.5]
    assert np.isnan(trained.of_file("", "NA", "7")).tolist() == [True, True, False]
    with pytest.raises(DataError, match="written as in training"):
        trained.of_file("4.5")


def test_tables_of_one_split_that_name_their_decimal_mark_are_read_alike(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", POINTS)
    write(tmp_path / "later.csv", ["4.000", "", "4.500"])
    tables = {name: {"csv": str(tmp_path / f"{name}.csv"), "decimal": ","} for name in ("t", "later")}
    recipe = Recipe.parse({"collect": {"tables": tables}, "represent": {"target": "y", "split": {"test": "later"}}})
    table = collected(recipe)
    z = table.frame["z"]
    assert z.dtype == float and z.iloc[0] == 100100.25 and z.iloc[[-3, -1]].tolist() == [4000, 4500]
    assert np.isnan(z.iloc[-2]) and table.notations == {"z": (",", ".", "")}
    assert not any("decimal point" in one.rule for one in table.notices)


def test_tables_of_one_split_that_have_each_a_notation_stay_numbers(tmp_path: Path) -> None:
    write(tmp_path / "t.csv", ["1.5", "2.75", "12"] * 20)
    write(tmp_path / "later.csv", ["2,5", "0,75"])
    tables = {name: {"csv": str(tmp_path / f"{name}.csv"), "decimal": ","} for name in ("t", "later")}
    recipe = Recipe.parse({"collect": {"tables": tables}, "represent": {"target": "y", "split": {"test": "later"}}})
    assert collected(recipe).frame["z"].tolist() == [1.5, 2.75, 12] * 20 + [2.5, 0.75]


@pytest.mark.parametrize("disk", [False, True])
def test_what_is_said_of_a_column_is_that_of_later_tables_wherever_it_was_read(tmp_path: Path, disk: bool) -> None:
    said = {"z": {"number": {"decimal": ","}}}
    trained = Trained(tmp_path, POINTS, disk=disk, columns=said)
    assert trained.of_file("4.000", "4.500") == [4000, 4500]
    assert trained.of_frame(pd.DataFrame({"z": ["4.500"], "k": ["1"]})) == [4500]
    with pytest.raises(DataError, match="written as in training"):
        trained.of_file("4.5")


def test_marks_of_numbers_are_not_of_a_table_on_the_disk_but_of_its_columns(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r'represent: \{columns: \{NAME: \{number: \{decimal: ","\}\}\}\}, or convert'):
        Trained(tmp_path, POINTS, {"decimal": ","}, disk=True)


@pytest.mark.parametrize("disk", [False, True])
def test_a_joined_table_that_names_its_decimal_mark_keeps_what_training_found(tmp_path: Path, disk: bool) -> None:
    write(tmp_path / "t.csv", ["1"] * 60, "a;n;y")
    (tmp_path / "b.csv").write_text("n;z;w\n" + "".join(f"{i};{POINTS[i]};2,5\n" for i in range(7)))
    tables = {"t": str(tmp_path / "t.csv"), "b": {"csv": str(tmp_path / "b.csv"), "decimal": ","}}
    join = {"with": "b", "on": "n", "prefix": "of_"}
    clean = [{"rename": {"of_z": "z"}}]
    trained = Trained(tmp_path, ["1"] * 60, disk=disk, header="a;n;y", tables=tables, join=[join], clean=clean)
    assert trained.table.notations == {"of_z": (",", ".", ""), "of_w": (",", "", "")}
    assert sorted(set(trained.table.frame["z"])) == [100100.25 + 1001 * i for i in range(7)]
    frame = {"a": [1], "n": [1], "of_w": ["2,5"]}
    assert trained.of_frame(pd.DataFrame({**frame, "of_z": ["4.500"]})) == [4500]
    assert trained.of_frame(pd.DataFrame({**frame, "of_z": [4.5]})) == [4.5]
    with pytest.raises(DataError, match="written as in training"):
        trained.of_frame(pd.DataFrame({**frame, "of_z": ["4.5"]}))


def of_two_frames(folder: Path, *cells: Sequence[object], source: object = None, **more: object) -> tuple[Table, str]:
    """The rows of frames that are given for two tables of one split, and what is said of z in collecting them."""
    frames = [pd.DataFrame({"z": some, "k": 1, "y": ["a", "b"] * (len(some) // 2)}) for some in cells]
    source = source if isinstance(source, dict) else {}
    tables = {name: {"csv": str(folder / f"{name}.csv"), **source} for name in ("t", "later")}
    said = {"target": "y", "split": {"test": "later"}, "columns": more.get("columns", {})}
    recipe = Recipe.parse({"collect": {"tables": tables, "clean": more.get("clean", [])}, "represent": said})
    table = collected(recipe, dict(zip(tables, frames, strict=True)))
    return table, "\n".join(str(one) for one in table.notices if "z" in one.columns)


@pytest.mark.parametrize("source", [{}, {"decimal": ","}])
@pytest.mark.parametrize("clean", [[], [{"cast": {"z": "number"}}]])
@pytest.mark.parametrize("swap", [False, True])
def test_texts_beside_numbers_of_another_table_of_the_split_are_read_as_numbers(
    source: dict[str, str], clean: list[object], swap: bool, tmp_path: Path
) -> None:
    texts, numbers = [f"{i},5" for i in range(60)], [i + 0.25 for i in range(60)]
    cells = (numbers, texts) if swap else (texts, numbers)
    table, told = of_two_frames(tmp_path, *cells, source=source, clean=clean)
    assert table.frame["z"].tolist() == [float(str(cell).replace(",", ".")) for some in cells for cell in some]
    assert "'z' holds texts such as '0,5' in" in told and "read as numbers, that one as 0.5" in told
    assert table.notations == ({} if swap else {"z": (",", "", "")})


def test_texts_that_no_number_is_sure_of_stay_beside_numbers_and_it_is_said(tmp_path: Path) -> None:
    texts = [f"{i},{i}" for i in range(100, 160)]
    table, told = of_two_frames(tmp_path, texts, [0.5, 1.5])
    assert table.frame["z"].tolist() == [*texts, 0.5, 1.5] and "each is taken as it is" in told
    table, _ = of_two_frames(tmp_path, texts, [0.5, 1.5], columns={"z": {"number": {"decimal": ","}}})
    assert table.frame["z"].tolist() == [*(float(text.replace(",", ".")) for text in texts), 0.5, 1.5]
    for of_names in ({"z": "category"}, {"z": "text"}):
        table, told = of_two_frames(tmp_path, ["1", "2"], [1, 2], columns=of_names)
        assert [str(cell) for cell in table.frame["z"]] == ["1", "2", "1", "2"] and "holds texts" not in told


@pytest.mark.parametrize(
    "derive",
    [{"z": "coalesce(z, '0')"}, {"z": "replace(z, ' EUR', '')"}, {"a": "trim(z)", "z": "a || ''"}, {"w": "z || 'x'"}],
)
def test_a_cast_of_what_is_computed_from_a_column_reads_a_later_table_as_that_of_training(
    derive: dict[str, str], tmp_path: Path
) -> None:
    clean: list[object] = [{"derive": derive}, {"cast": {"z": "number"}}, {"drop": ["a"]}][: 2 + ("a" in derive)]
    trained = Trained(tmp_path, POINTS, clean=clean)
    assert trained.of_file("4.000", "4.500") == [4000, 4500]
    assert trained.of_file("4.500") == trained.of_frame(pd.DataFrame({"z": ["4.500"], "k": [1]})) == [4500]
    with pytest.raises(DataError, match="is no number as the cast reads them"):
        trained.of_file("4.5")
