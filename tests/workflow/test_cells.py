"""Cells whose meaning other tools lose: the recipe's columns, from the file to what is learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.collect.collect import read_table
from protokit.core.errors import DataError
from protokit.core.values.said import Notice
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.workflow.run.collecting import collected
from protokit.workflow.run.representing import represent


def fitted(folder: Path, text: str, **said: object) -> tuple[Encoder, list[Notice]]:
    """The encoder of a recipe with one CSV, and all that was told."""
    (folder / "t.csv").write_text(text, encoding="utf-8")
    recipe = Recipe.parse({"collect": {"tables": {"t": str(folder / "t.csv")}}, "represent": {"target": "y", **said}})
    table = collected(recipe)
    [found] = represent(recipe, table)
    assert isinstance(found.encoder, Encoder)
    return found.encoder, [*table.notices, *found.notices]


def lines(header: str, *rows: str) -> str:
    return "\n".join([header, *rows]) + "\n"


def test_thousands_are_never_called_decimals(tmp_path: Path) -> None:
    rows = [f'"{i},{(i * 37) % 1000:03}",{"ab"[i % 2]}' for i in range(1, 61)]
    encoder, notices = fitted(tmp_path, lines("sqft,y", *rows))
    cells = pd.Series(["1,037", "60,220", 5], dtype=object, name="sqft")
    [column] = encoder.columns
    assert column.numbers(cells)[:, 0].tolist() == [1037, 60220, 5]  # type: ignore[union-attr]
    [notice] = [n for n in notices if "sqft" in n.columns]
    assert "1037" in notice.rule and 'thousands: ","' in str(notice.cure)
    # the other edit
    encoder, _ = fitted(tmp_path, lines("sqft,y", *rows), columns={"sqft": {"number": {"decimal": ","}}})
    assert encoder.columns[0].numbers(cells[:1])[0, 0] == 1.037  # type: ignore[union-attr]


def test_a_target_of_thousands_is_a_number(tmp_path: Path) -> None:
    rows = [f'{i % 40},"1,{25 * (i % 40):03}"' for i in range(400)]
    encoder, notices = fitted(tmp_path, lines("x,y", *rows))
    [target] = encoder.targets
    assert target.spec.task == "regression" and 1400 < target.center < 1600
    assert any("thousands" in str(n) for n in notices if n.columns == ("y",))


def test_percents_and_currencies_are_numbers(tmp_path: Path) -> None:
    rows = [f'{i % 28}.{i % 7}8%,"${1000 + 37 * i:,}.47",{i % 19}%,{"ab"[i % 2]}' for i in range(80)]
    encoder, notices = fitted(tmp_path, lines("rate,income,few,y", *rows))
    assert encoder.kinds == {"rate": "number", "income": "number", "few": "number"}
    assert {n.columns for n in notices} >= {("rate",), ("income",), ("few",)}
    again = Encoder.from_plain(encoder.as_plain())
    income = again.columns[1].numbers(pd.Series(["$30,520.47"], name="income"))  # type: ignore[union-attr]
    assert income[0, 0] == 30520.47
    (tmp_path / "t.csv").unlink()
    encoder, _ = fitted(tmp_path, lines("rate,y", *[f"{i % 9},{i % 19}%" for i in range(80)]))
    assert encoder.targets[0].spec.task == "regression"


def test_none_is_a_class(tmp_path: Path) -> None:
    rows = [f"{i % 9},{['None', 'Apnea', 'None', 'Insomnia'][i % 4]}" for i in range(120)]
    encoder, notices = fitted(tmp_path, lines("sleep,y", *rows))
    assert encoder.targets[0].spec.classes == ("Apnea", "Insomnia", "None")
    assert any("60 cells 'None' (50.0%)" in n.rule and "missing" in str(n.cure) for n in notices)


def test_big_ids_keep_their_digits(tmp_path: Path) -> None:
    rows = [
        f"{['123', '12345678901234567890', '9007199254740993', '9007199254740992'][i % 4]},{'ab'[i % 2]}"
        for i in range(80)
    ]
    encoder, _ = fitted(tmp_path, lines("id,y", *rows))
    levels = ("123", "12345678901234567890", "9007199254740992", "9007199254740993")
    assert encoder.columns[0].levels == levels  # type: ignore[union-attr]
    frame = pd.DataFrame({"id": pd.Series([12345678901234567890, 9007199254740993], dtype=object)})
    assert encoder.columns[0].codes(frame["id"]).tolist() == [2, 4]  # type: ignore[union-attr]


def test_versions_are_learned_as_they_are_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    versions = rng.choice(["1.1", "1.10", "1.2", "1.20"], 200)
    rows = [f"{v},{'yes' if v.endswith('0') else 'no'}" for v in versions]
    (tmp_path / "t.csv").write_text(lines("version,y", *rows))
    recipe = {
        "collect": {"tables": {"t": str(tmp_path / "t.csv")}},
        "represent": {"target": "y", "columns": {"version": "category"}},
        "learn": {"epochs": 40},
    }
    result = protokit.run(recipe, out=tmp_path / "runs")
    model = protokit.load(result.path)
    assert model.input_schema is not None and model.input_schema.as_written == {"version"}
    file = read_table(tmp_path / "t.csv", texts=model.input_schema.as_written)
    assert (model.predict(file)["y"].to_numpy() == file["y"].to_numpy()).all()
    typed = pd.read_csv(tmp_path / "t.csv")
    with pytest.raises(DataError, match=r"may be '1\.[12]' or '1\.[12]0'") as caught:
        model.predict(typed)
    assert "dtype" in str(caught.value.cure)
    texts = pd.read_csv(tmp_path / "t.csv", dtype={"version": str})
    assert (model.predict(texts)["y"].to_numpy() == file["y"].to_numpy()).all()


def test_numbers_of_a_frame_meet_the_levels_of_a_file(tmp_path: Path) -> None:
    rows = [f"{['3.0', '4.50', '7'][i % 3]},{'ab'[i % 2]}" for i in range(60)]
    encoder, _ = fitted(tmp_path, lines("size,y", *rows), columns={"size": "category"})
    [column] = encoder.columns
    assert column.levels == ("3.0", "4.50", "7")  # type: ignore[union-attr]
    codes = column.codes(pd.Series([3.0, 4.5, 7.0, 8.0, None], name="size"))  # type: ignore[union-attr]
    assert codes.tolist() == [1, 2, 3, 0, 0]


def test_classes_that_would_merge_stay_apart(tmp_path: Path) -> None:
    encoder, notices = fitted(tmp_path, lines("x,y", *[f"{i % 9},{['1.10', '1.1', '2'][i % 3]}" for i in range(90)]))
    assert encoder.targets[0].spec.classes == ("1.1", "1.10", "2")
    assert any("different classes" in n.rule for n in notices)
    encoder, _ = fitted(tmp_path, lines("x,y", *[f"{i % 9},{i % 2}" for i in range(90)]))
    assert encoder.targets[0].spec.classes == (0, 1)
