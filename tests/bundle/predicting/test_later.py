"""A large table goes through a model in parts, and what is said of it is what is said of the whole, to the bit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.bundle.predicting import later
from protokit.bundle.predicting.later import Later, why_whole
from protokit.bundle.predicting.tables import write_table
from protokit.collect.collect import source_of
from protokit.core.errors import DataError, SpecError
from protokit.core.values import prediction_batch

LEARN: dict[str, Any] = {"epochs": 3, "menu": [{"Dense": 8}], "networks": 1}


def shop(rows: int, seed: int = 0) -> pd.DataFrame:
    """Codes that begin with a zero, versions, gaps, dates and texts, as a file has them."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"id": [f"{i:05}" for i in range(rows)], "zip": rng.choice(["02134", "94110", "501"], rows)})
    frame["version"] = rng.choice(["1.1", "1.10", "2"], rows)
    frame["state"] = rng.choice([*"ABCDEFGHIJ", "7", "?"], rows)
    frame["age"] = [str(age) if age > 30 else "" for age in rng.integers(18, 80, rows)]
    frame["visits"] = rng.integers(0, 9, rows)
    frame["member"] = rng.choice(["yes", "no", ""], rows)
    frame["joined"] = [f"2023-{i % 12 + 1:02}-{i % 28 + 1:02}" for i in range(rows)]
    frame["said"] = [" ".join(rng.choice(["good", "bad", "soup", "late", "again", "never"], 5)) for _ in range(rows)]
    frame["y"] = np.where((frame["zip"] == "02134") | (frame["state"] == "A"), "hi", "lo")
    return frame


def odd(rows: int) -> pd.DataFrame:
    """Later rows, of which parts alone would be read otherwise: codes of digits first, gaps and new levels last."""
    frame = shop(rows, 1).sort_values(["state", "version"], ignore_index=True)
    frame["visits"] = frame["visits"].astype(object)
    frame.loc[rows // 2, "visits"] = ""
    frame.loc[rows - 3 :, ["state", "age"]] = ["X", "400"]
    frame.loc[: rows // 3, "member"] = ""
    return frame.assign(code=[str(i) for i in range(rows - 1)] + ["x"])


def trained(folder: Path, file: Path, **words: Any) -> Any:
    recipe = {
        "collect": {"tables": {"t": str(file)}, **words.pop("collect", {})},
        "represent": {"target": "y", "columns": {"id": "ignore", "version": "category", "said": "text"}},
        "learn": LEARN,
        "evaluate": {"baselines": []},
    }
    return protokit.load(protokit.run(recipe, out=folder / "runs").path)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("shop")
    shop(240).to_csv(folder / "shop.csv", index=False)
    return trained(folder, folder / "shop.csv")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Batches of 32 rows, and parts of two of them, of each table."""
    monkeypatch.setattr(prediction_batch, "_ROWS", 32)
    monkeypatch.setattr(later, "ROWS", 64)
    monkeypatch.setattr(later, "CELLS", 1)
    yield


def said(model: Any, given: Later) -> tuple[list[pd.DataFrame], list[str]]:
    told: list[str] = []
    return list(given.predicted(model, told.append)), told


def whole(model: Any, given: Later, monkeypatch: pytest.MonkeyPatch) -> tuple[pd.DataFrame, list[str]]:
    with monkeypatch.context() as patch:
        patch.setattr(later, "CELLS", 10**9)
        [found], told = said(model, given)
    return found, told


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("rows", [64, 301])
def test_parts_say_what_the_whole_says(
    model: Any, tmp_path: Path, rows: int, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"later.{ending}"
    if ending == "csv":
        odd(rows).to_csv(file, index=False)
    else:
        texts = odd(rows).astype({"visits": str})
        numbers = {name: pd.to_numeric(texts[name], errors="coerce") for name in ("age", "visits")}
        write_table(file, [texts.assign(**numbers, joined=pd.to_datetime(texts["joined"]))], as_json=False)
    given = Later(str(file), keep=("id", "visits", "code"))
    one, told = whole(model, given, monkeypatch)
    parts, of_parts = said(model, given)
    assert len(parts) == -(-rows // 64), of_parts
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), one, check_exact=True)
    assert of_parts == told
    assert any("'state': 3 of" in text and "'X'" in text for text in told)
    assert any(text.startswith("'age': 3 of") and "beyond" in text for text in told), told
    if ending == "csv":
        assert one["id"].tolist() == odd(rows)["id"].tolist() and one["code"].iloc[-1] == "x"


@pytest.mark.usefixtures("small_parts")
def test_a_column_of_which_nothing_was_seen_is_an_error_of_all_parts(model: Any, tmp_path: Path) -> None:
    frame = shop(150, 2)
    frame.loc[:130, "zip"] = "99999"
    frame.to_csv(tmp_path / "some.csv", index=False)
    _, told = said(model, Later(str(tmp_path / "some.csv")))
    assert any("'zip': 131 of 150 cells were not in the training rows, such as '99999'" in text for text in told)
    frame.assign(zip="99999").to_csv(tmp_path / "none.csv", index=False)
    with pytest.raises(DataError, match="none of its 150 cells was in the training rows"):
        said(model, Later(str(tmp_path / "none.csv")))
    assert said(model, Later(str(tmp_path / "none.csv"), unseen="allow"))[0]


@pytest.mark.usefixtures("small_parts")
def test_the_row_of_a_wrong_cell_is_that_of_the_file(model: Any, tmp_path: Path) -> None:
    shop(150).assign(age=["40"] * 120 + ["old"] + ["40"] * 29).to_csv(tmp_path / "later.csv", index=False)
    with pytest.raises(DataError, match="column 'age', row 121: 'old'"):
        said(model, Later(str(tmp_path / "later.csv")))


@pytest.mark.usefixtures("small_parts")
def test_what_needs_all_rows_is_taken_whole_and_said(model: Any, tmp_path: Path) -> None:
    shop(150).to_csv(tmp_path / "shop.csv", index=False)
    (tmp_path / "sheet.csv").write_text(shop(80).to_csv(index=False).replace("02134", '="02134"'))
    parts, told = said(model, Later(str(tmp_path / "sheet.csv")))
    assert len(parts) == 1 and told[0].startswith("the table is taken whole, not in parts: ")
    cleaned = trained(tmp_path, tmp_path / "shop.csv", collect={"clean": [{"fill": {"member": "no"}}]})
    parts, told = said(cleaned, Later(str(tmp_path / "shop.csv")))
    assert len(parts) == 1 and "steps of cleaning" in told[0]
    source = source_of(tmp_path / "shop.csv")
    assert why_whole(model, source, None) == "" and "--samples" in why_whole(model, source, 5)


def test_kept_columns_are_there_and_are_not_predicted(model: Any, tmp_path: Path) -> None:
    shop(20).assign(**{"y = hi": 1}).to_csv(tmp_path / "later.csv", index=False)
    place = str(tmp_path / "later.csv")
    [found], _ = said(model, Later(place, keep=("zip", "id")))
    assert found.columns.tolist() == ["zip", "id", "y", "y = hi", "y = lo"] and found["id"].iloc[7] == "00007"
    with pytest.raises(SpecError, match="no column 'ids' to keep") as caught:
        said(model, Later(place, keep=("ids",)))
    assert "did you mean 'id'?" in str(caught.value)
    for name in ("y", "y = hi"):
        with pytest.raises(SpecError, match=f"'{name}' cannot be kept"):
            said(model, Later(place, keep=(name,)))


def test_a_forecast_has_no_rows_to_keep_columns_beside(tmp_path: Path) -> None:
    days = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=60), "sold": np.arange(60) % 7 * 1.0})
    days.to_csv(tmp_path / "days.csv", index=False)
    series = {"time": "day", "window": 7, "horizon": 2}
    recipe = {"represent": {"target": "sold", "series": series}, "learn": LEARN, "evaluate": {"baselines": []}}
    found = protokit.run(recipe, days, out=tmp_path / "runs").model
    assert "series" in why_whole(found, source_of(tmp_path / "days.csv"), None)
    assert len(said(found, Later(str(tmp_path / "days.csv")))[0][0]) == 2
    with pytest.raises(SpecError, match="columns are kept beside rows"):
        said(found, Later(str(tmp_path / "days.csv"), keep=("day",)))
