"""Marks of missing cells: in the notation of their column, and of codes by the text alone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from protokit.bundle.input_schema import InputSchema
from protokit.cells.missing import Marks
from protokit.collect.collect import collect
from protokit.collect.words import Collect
from protokit.core.errors import DataError
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.encoders.readings import reading_of, target_as_numbers


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


@pytest.mark.parametrize("cells", [[0.25, "50%"], [5, "7 kg"]])
def test_a_typed_number_beside_a_text_with_a_unit_is_none_of_that_unit(cells: list[object]) -> None:
    column = pd.Series(cells * 30, name="x", dtype=object)
    assert reading_of(column) == ((), []) and target_as_numbers(column, None) is None
    with pytest.raises(DataError, match=f"row 2: {cells[1]!r} is not a number"):
        to_numbers(column)
