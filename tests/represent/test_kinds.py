"""Kinds of columns: the contract that each keeps, and one that another package brings."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from protokit.core.errors import DataError, SpecError
from protokit.core.values.tables import Table
from protokit.recipe.recipe import Recipe
from protokit.represent.encoder import Encoder
from protokit.represent.encoders.cells import to_numbers
from protokit.represent.encoders.inference import infer
from protokit.represent.kind import KINDS, Guess, InputColumn, Kind, NumberColumn
from protokit.represent.transformers import CategoryEncoder, KindEncoder, NumberEncoder
from protokit.testing.kind import check_kind
from protokit.workflow.run.auditing import audit
from protokit.workflow.run.representing import represent


@pytest.mark.parametrize("name", list(KINDS.all()))
def test_every_kind_keeps_the_contract(name: str) -> None:
    check_kind(KINDS[name])


def test_the_contract_names_what_is_not_kept(plugged: Callable[[str], type]) -> None:
    angle = plugged("kind")
    check_kind(angle)
    broken = {
        "no NaN": {"numbers": lambda self, cells: np.zeros((len(cells), 2))},
        "shape": {"numbers": lambda self, cells: np.zeros((len(cells), 3))},
        "other rows": {"numbers": lambda self, cells: cells.to_numpy(float)[:, None] / len(cells) * np.ones(2)},
        "`own_input`": {"own_input": True},
        "single number": {"one_number": True},
        "`sample`": {"sample": classmethod(lambda cls: ())},
        "example": {"example": "number"},
        "about": {"about": ""},
    }
    wanted = {"no NaN": "is not NaN", "shape": "numbers of shape"}
    for words, change in broken.items():
        KINDS._things.pop("angle")
        bad = dataclass(frozen=True)(type("Bad", (angle,), {**change, "__module__": words}))
        KINDS._things["angle"] = bad  # past what `add` refuses, so that the contract is what tells
        with pytest.raises(AssertionError, match=wanted.get(words, words)):
            check_kind(bad)


def winds(rows: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    wind = rng.integers(0, 360, rows).astype(float)
    frame = pd.DataFrame(
        {"wind": wind, "x": rng.normal(size=rows), "y": np.where(np.cos(np.deg2rad(wind)) > 0, "n", "s")}
    )
    frame.loc[3, "wind"] = np.nan
    return frame


def test_a_kind_of_another_package_is_encoded_audited_and_read_back(plugged: Callable[[str], type]) -> None:
    data = {"represent": {"target": "y", "columns": {"wind": "angle"}}}
    with pytest.raises(SpecError, match="unknown column kind 'angle'"):
        Recipe.parse(data)
    plugged("kind")
    recipe = Recipe.parse(data)
    assert Recipe.parse(recipe.as_plain()) == recipe and "angle" in json.dumps(type(recipe).model_json_schema())
    [found] = represent(recipe, Table(winds()))
    assert found.encoder.kinds == {"wind": "angle", "x": "number"}
    assert found.encoder.signature.inputs[0].columns[:2] == ("wind sine", "wind cosine")
    assert np.isnan(found.encoder.encode(winds())[1].numbers[3, :2]).all()
    assert found.train.features.numbers.shape[1] == 3  # what the baselines learn from
    audit(recipe, Table(winds()), [found])
    plain = json.loads(json.dumps(found.encoder.as_plain()))
    again = Encoder.from_plain(plain).encode(winds())[0]["numbers"]
    assert np.array_equal(again, found.encoder.encode(winds())[0]["numbers"])
    KINDS._things.pop("angle")
    with pytest.raises(SpecError, match="unknown column kind 'angle'"):
        Encoder.from_plain(plain)


def test_a_kind_of_another_package_that_infers_says_so(
    plugged: Callable[[str], type], monkeypatch: pytest.MonkeyPatch
) -> None:
    angle = plugged("kind")
    rows = winds()
    assert infer(rows["wind"]) == Guess("number")

    def of_wind(cls: type[Kind], cells: object) -> Guess | None:
        return Guess("angle") if getattr(cells, "name", "") == "wind" else None

    monkeypatch.setattr(angle, "infer", classmethod(of_wind))
    of = "protokit.represent.encoders.inference.package_of"
    monkeypatch.setattr(of, lambda kind: ("protokit-example", "1.0") if kind is angle else None)
    [found] = represent(Recipe.parse({"represent": {"target": "y"}}), Table(rows))
    assert found.encoder.kinds["wind"] == "angle"
    assert any("a kind of the package protokit-example" in notice.rule for notice in found.notices)
    past = {"time": "t", "window": 6, "horizon": 3}
    series = rows.assign(t=pd.date_range("2024-01-01", periods=len(rows)), y=rows["x"])
    recipe = Recipe.parse({"represent": {"target": "y", "series": past, "columns": {"wind": "angle"}}})
    [found] = represent(recipe, Table(series[["t", "y", "wind"]]))
    assert found.encoder.signature.inputs[0].columns == ("y", "wind sine", "wind cosine")


def test_the_options_of_a_kind_are_read_by_it() -> None:
    frame = pd.DataFrame({"x": [1.0, 2.0] * 20, "y": ["a", "b"] * 20})
    for said, rule, cure in (
        ("numbr", "unknown column kind 'numbr'", "did you mean 'number'?"),
        ("ordered", "an ordered column needs its order", "write {ordered: [low, middle, high]}"),
        ({"txt": {}}, "a column is of one kind, not {'txt': {}}", "did you mean 'text'?"),
        ({"category": {}}, "category has no options", "write category alone"),
        ({"period": {"unit": "month"}}, "period has no options", "write period alone"),
        ({"number": {"decimal": ";"}}, "unknown decimal ';'", None),
        ({"text": {"lenght": 3}}, "unknown key 'lenght'", "did you mean 'length'?"),
        ({"text": {"length": 0}}, "length is at least 1, not 0", None),
        ({"text": {"form": "token"}}, "unknown form 'token'", "did you mean 'tokens'?"),
        ({"ordered": ["low"]}, "an order is a list of two or more levels", "write [low, middle, high]"),
        ({"image": {"size": "wide"}}, "a size is height and width in pixels", "write [64, 64]"),
        ([1], "unknown column kind [1]", "one of: number"),
    ):
        with pytest.raises(SpecError) as caught:
            Recipe.parse({"represent": {"target": "y", "columns": {"x": said}}})
        [fault] = caught.value.faults
        assert rule in fault.rule and (cure or "") in (fault.cure or ""), fault
        assert fault.path[:3] == ("represent", "columns", "x")
    for plain in ({"x": {"text": {}}}, {"x": "text"}, {"x": {"ordered": ["1", "2"]}}):
        recipe = Recipe.parse({"represent": {"target": "y", "columns": plain}})
        assert Recipe.parse(recipe.as_plain()) == recipe and list(recipe.represent.columns) == ["x"]
    with pytest.raises(DataError, match=r"'3\.0' is not one of 1, 2"):
        frame.loc[5, "x"] = 3.0
        represent(Recipe.parse({"represent": {"target": "y", "columns": {"x": {"ordered": [1, 2]}}}}), Table(frame))


def test_one_transformer_takes_every_kind(plugged: Callable[[str], type]) -> None:
    plugged("kind")
    frame = winds()
    out = KindEncoder("angle").fit(frame[["wind"]])
    assert list(out.get_feature_names_out()) == ["wind sine", "wind cosine", "wind sine missing", "wind cosine missing"]
    assert out.transform(frame[["wind"]]).shape == (120, 4)
    for known, name, column in ((NumberEncoder(), "number", "x"), (CategoryEncoder(), "category", "y")):
        same = [encoder.fit(frame[[column]]).transform(frame[[column]]) for encoder in (known, KindEncoder(name))]
        assert np.array_equal(*same)
    texts = pd.DataFrame({"said": ["the sun", "the rain", "sun and rain"] * 5})
    assert KindEncoder("text", {"length": 2}).fit(texts).transform(texts).shape == (15, 2)
    levels = KindEncoder("ordered", ["low", "high"]).fit(pd.DataFrame({"x": ["low", "high"] * 5}))
    assert levels.transform(pd.DataFrame({"x": ["high"]})).shape == (1, 1)
    with pytest.raises(SpecError, match="did you mean 'length'"):
        KindEncoder("text", {"lenght": 2}).fit(texts)
    with pytest.raises(SpecError, match="needs its order"):
        KindEncoder("ordered").fit(texts)


def test_a_kind_must_be_made_of_what_it_gives() -> None:
    assert not issubclass(KINDS["ignore"], NumberColumn)
    with pytest.raises(NotImplementedError):
        KINDS["ignore"].fit(pd.Series([1]))


def test_numbers_in_the_digits_of_other_scripts_are_these_numbers() -> None:
    cells = pd.Series(["١٢", "３.5", None, "7", "-४"] * 9, name="n")
    assert infer(cells).kind == "number"
    assert to_numbers(cells)[:5].tolist() == pytest.approx([12, 3.5, np.nan, 7, -4], nan_ok=True)
    with pytest.raises(DataError, match="'²' is not a number"):
        to_numbers(pd.Series(["1", "²"], name="n"))


def test_the_index_that_pandas_writes_with_its_columns_is_no_input() -> None:
    guess = infer(pd.Series(range(0, 280, 7), name="__index_level_0__"))
    assert guess.kind is None and "{__index_level_0__: number}" in str(guess.cure)


def test_many_numbers_that_become_levels_are_told_with_the_mark_among_them() -> None:
    cells = [str(i % 40 / 4) if i % 9 else "-" for i in range(200)]
    guess = infer(pd.Series(cells, name="n"))
    assert guess.kind == "category" and "40 of its levels are numbers: '-' is none" in guess.note
    assert guess.cure == "missing: ['-']"
    assert infer(pd.Series(["1", "2", "3", "4+"] * 9, name="n")).note == ""


@pytest.mark.parametrize("cell", [bytes, bytearray])
def test_bytes_are_images_by_how_they_start_and_else_no_input(cell: type) -> None:
    assert infer(pd.Series([cell(b"\x89PNG\r\n"), cell(b"\xff\xd8\xff\xe0")] * 9, name="b")).kind == "image"
    guess = infer(pd.Series([cell(bytes([i, 200])) for i in range(30)], name="b"))
    assert guess.kind is None and "bytes" in guess.why and guess.cure == "columns: {b: image}"


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["2024-01-01", "2024-02-03", "2023-05-06"], "date"),
        (["00:30", "12:30", "23:59"], "time_of_day"),
        (["2024-W05", "2023-W06", "2023-W07"], "period"),
        (["[18, 25)", "[25, 35)", "[1, 2)"], "interval"),
        (["0.5", "1.25", "3"], "number"),
        (["yes", "no", "no"], "boolean"),
        (["1h 30min", "2 days", "3h"], "duration"),
        (["[0.5, 1.5]", "[2.5, 1]", "[1, 0.5]"], "vector"),
        (['["a", "b"]', '["a"]', "[]"], "set"),
        (["POINT (0.5 1.25)", "POINT (3.5 1.5)", "POINT (7.25 8.75)"], "place"),
    ],
)
@pytest.mark.parametrize("empty", ["", "  "])
def test_empty_texts_are_missing_cells_of_every_kind_but_categories_and_texts(
    cells: list[str], kind: str, empty: str
) -> None:
    column = pd.Series([*cells, empty] * 6, name="x", dtype=object)
    assert infer(column).kind == kind
    found = KINDS[kind].fit(column)
    made = found.array(column) if isinstance(found, InputColumn) else found.numbers(column)  # type: ignore[attr-defined]
    assert len(made) == len(column)
    if kind not in ("set", "vector"):
        assert np.isnan(made[3::4]).all() and not np.isnan(made[0::4]).all()
