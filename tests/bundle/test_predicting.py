"""What a model says of a table: under its index, with its cells read as the file's were, and what is told of them."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import DataError, PredictionNotice, SpecError
from protokit.core.libraries.backend import tf
from protokit.learn.snapshot import hold, values
from protokit.learn.train import predict


def shop(rows: int = 240) -> pd.DataFrame:
    """Codes that begin with a zero, texts, gaps, dates, as a file has them."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"zip": rng.choice(["02134", "94110", "00501"], rows), "state": rng.choice([*"ABC", "?"], rows)}
    )
    frame["age"] = [str(age) if age > 30 else "" for age in rng.integers(18, 80, rows)]
    frame["member"] = rng.choice(["yes", "no"], rows)
    frame["joined"] = [f"2023-{i % 12 + 1:02}-{i % 28 + 1:02}" for i in range(rows)]
    frame["size"] = [f"{size:.1f}".replace(".", ",") for size in rng.normal(10, 2, rows)]
    frame["y"] = np.where((frame["zip"] == "02134") | (frame["state"] == "A"), "hi", "lo")
    return frame


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "shop.csv"
    shop().to_csv(path, index=False, sep=";")
    return path


@pytest.fixture(scope="module")
def model(file: Path) -> Any:
    recipe = {
        "collect": {"tables": {"t": {"csv": str(file), "delimiter": ";", "decimal": ","}}},
        "represent": {"target": "y"},
        "learn": {"epochs": 4, "menu": [{"Dense": 8}]},
        "evaluate": {"baselines": []},
    }
    return protokit.load(protokit.run(recipe, out=file.parent / "runs").path)


def told(model: Any, table: object, **more: Any) -> tuple[pd.DataFrame, str]:
    """What a model predicts, and what is said of it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PredictionNotice)
        predicted = model.predict(table, **more)
    return predicted, "\n".join(str(one.message) for one in caught if one.category is PredictionNotice)


def of_pandas(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", decimal=",")


def of_texts(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", dtype=str)


def as_polars(path: Path) -> object:
    return pytest.importorskip("polars").from_pandas(of_pandas(path))


def as_arrow(path: Path) -> object:
    return pytest.importorskip("pyarrow").Table.from_pandas(of_texts(path))


WAYS: dict[str, Callable[[Path], object]] = {
    "numbers": of_pandas,
    "texts": of_texts,
    "no gaps": lambda path: pd.read_csv(path, sep=";", dtype=str, keep_default_na=False),
    "blanks": lambda path: of_texts(path).assign(state=lambda t: " " + t["state"] + " "),
    "none": lambda path: of_texts(path).assign(state=lambda t: t["state"].where(t["state"] != "?", None)),
    "order": lambda path: of_pandas(path)[["joined", "size", "state", "age", "zip", "member"]].assign(more=1),
    "categories": lambda path: of_pandas(path).astype({"state": "category", "zip": "category", "member": "category"}),
    "nullable": lambda path: of_pandas(path).convert_dtypes(),
    "floats": lambda path: of_pandas(path).assign(zip=lambda t: t["zip"].astype(float)),
    "dates": lambda path: of_pandas(path).assign(joined=lambda t: pd.to_datetime(t["joined"])),
    "polars": as_polars,
    "arrow": as_arrow,
    "columns": lambda path: of_texts(path).to_dict("list"),
    "records": lambda path: of_pandas(path).to_dict("records"),
}


OF_NUMBERS = {"numbers", "order", "categories", "nullable", "floats", "dates", "polars", "records"}


@pytest.mark.parametrize("way", list(WAYS))
def test_a_frame_is_read_as_the_file_was(way: str, model: Any, file: Path) -> None:
    expected, nothing = told(model, of_texts(file))
    found, said = told(model, WAYS[way](file))
    pd.testing.assert_frame_equal(found, expected, check_exact=True)
    marks = " ".join(found.attrs.get("notices", []))
    assert nothing == "" and ("'?' read as missing" in marks) == (way != "none")
    assert ("numbers are taken for the levels that they are" in said) == (way in OF_NUMBERS)


def test_predictions_carry_the_index_of_the_frame(model: Any, file: Path) -> None:
    frame = of_texts(file)
    whole, _ = told(model, frame)
    rows = np.random.default_rng(1).permutation(240)[:90]
    some = frame.iloc[rows]
    for index in (
        some.index,
        pd.Index([f"row {i}" for i in rows]),
        pd.Index(rows // 9),
        pd.date_range("2020", periods=90),
        pd.MultiIndex.from_frame(some[["zip", "state"]]),
    ):
        found, _ = told(model, some.set_axis(index))
        pd.testing.assert_index_equal(found.index, index)
        np.testing.assert_allclose(found["y = hi"].to_numpy(), whole["y = hi"].to_numpy()[rows], atol=1e-6)
    some = frame[frame["member"] == "no"].copy()
    some["p"] = told(model, some)[0]["y"]
    assert some["p"].notna().all()
    assert told(model, frame.to_dict("list"))[0].index.equals(pd.RangeIndex(len(frame)))


def test_what_is_not_as_in_training_is_counted_and_told_once(model: Any, file: Path) -> None:
    frame = of_texts(file).assign(state="A")
    _, said = told(model, frame)
    assert said == ""
    found, said = told(model, frame.assign(state=["Z", "A"] * 120, age="900"))
    assert "'state': 120 of 240 cells were not in the training rows, such as 'Z'" in said
    assert "'age': 240 of 240 cells are beyond the training rows" in said
    assert found.attrs["notices"] == said.split("\n")
    with pytest.raises(PredictionNotice), warnings.catch_warnings():
        warnings.simplefilter("error")
        model.predict(frame.head(1).assign(state="Z"))


def test_a_column_of_which_nothing_was_seen_is_refused_unless_allowed(model: Any, file: Path) -> None:
    frame = of_texts(file)
    with pytest.raises(DataError, match="column 'state': none of its 240 cells") as caught:
        model.predict(frame.assign(state="a"))
    for words in ("'A', 'B', 'C'", "write 'A' for 'a'", 'unseen="allow"', "--unseen allow"):
        assert words in str(caught.value)
    found, said = told(model, frame.assign(state="a"), unseen="allow")
    assert len(found) == 240 and "240 of 240" in said
    with pytest.raises(DataError, match="the column 'state' is missing"):
        model.predict(frame.drop(columns="state"))
    with pytest.raises(SpecError, match="refuse or allow"):
        model.predict(frame, unseen="no")


def test_one_batch_gives_the_bits_of_keras(model: Any, file: Path) -> None:
    [part] = model.parts
    frame, _ = model.rows(of_texts(file))
    for rows in (1, 7, 240):
        inputs, _ = part.encoder.encode(frame.head(rows))
        output = np.asarray(model.network.predict(inputs, batch_size=4096, verbose=0))
        assert predict(part.network, inputs, part.encoder.signature)["y"].tobytes() == output.tobytes()


def test_weights_are_put_in_where_there_are_others(model: Any) -> None:
    [part] = model.parts
    wanted, variables = part.weights[0], part.network.weights
    network, first = part.network, variables[0].value

    @tf.function(jit_compile=True)
    def moved() -> None:
        first.assign_add(tf.ones_like(first))

    ways = [
        lambda: None,
        lambda: variables[0].assign(variables[0] + 1),
        lambda: first.assign_add(tf.ones_like(first)),
        lambda: first.scatter_nd_add([[0] * len(first.shape)], [1.0]),
        moved,
        lambda: network.set_weights([np.zeros(one.shape, "float32") for one in wanted]),
    ]
    for change in ways:
        for _ in range(2):  # the second time they are known by their place
            change()
            hold(network, wanted)
            assert all((values(one) == other).all() for one, other in zip(variables, wanted, strict=True))
            hold(network, wanted)
    others = tuple(one + 1 for one in wanted)
    hold(network, others)
    assert all((values(one) == other).all() for one, other in zip(variables, others, strict=True))
    hold(network, wanted)
    with pytest.raises(ValueError, match="read-only"):
        wanted[0][:] = 0
    with pytest.raises(DataError, match="another network"):
        hold(network, wanted[1:])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_mark_of_a_missing_number_is_one_in_a_later_frame(ending: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=120).round(3), "z": rng.normal(size=120)})
    frame["y"] = frame["x"] * 2 + frame["z"]
    frame.loc[::7, "x"] = -999.0
    path = tmp_path / f"t.{ending}"
    frame.to_csv(path, index=False) if ending == "csv" else frame.to_parquet(path)
    recipe = {
        "collect": {"tables": {"t": {ending: str(path), "missing": ["-999"]}}},
        "represent": {"target": "y"},
        "learn": {"menu": [{"Dense": 4}], "epochs": 1},
    }
    model = protokit.run(recipe, out=tmp_path / "runs").model
    marked, gone = model.predict(frame), model.predict(frame.replace(-999.0, np.nan))
    pd.testing.assert_frame_equal(marked, gone)
    assert "'x': 18 cells hold a mark that the recipe lists" in " ".join(marked.attrs["notices"])


def test_what_steps_of_cleaning_decide_of_a_later_table_is_told_once(model: Any, file: Path) -> None:
    steps = ({"replace": {"member": {"maybe": "no"}}}, {"cast": {"age": "number"}})
    cleaning = replace(model, input_schema=replace(model.input_schema, clean=steps))
    frame = of_texts(file).head(3).assign(age=["9007199254740993", None, "40"])
    frame["other"] = pd.Timestamp("2020-01-01", tz="Europe/Madrid")
    found, _ = told(cleaning, frame)
    cast = [one for one in found.attrs["notices"] if "'age': whole numbers of so many digits" in one]
    assert len(cast) == 1 and "cast: {age: category}" in cast[0]
    # what a step does not find in a few rows, and columns that are not learned from, are no news
    assert not [one for one in found.attrs["notices"] if "replace finds" in one or "other" in one]
    assert "digits" not in str(told(cleaning, frame.assign(age="40"))[0].attrs)
