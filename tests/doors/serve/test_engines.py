"""A model that goes into a file is served by ONNX Runtime, to what the model says; others by Keras, and why is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.doors.serve.by_onnx import OnnxEngine
from protokit.doors.serve.engine import KerasEngine
from protokit.doors.serve.fastest import engine_of
from protokit.doors.serve.fields import fields_of

FEW: dict[str, Any] = {"menu": [{"Dense": {"units": 6, "activation": "relu"}}], "epochs": 4, "networks": 2}


def table(rows: int, seed: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": np.where(draw.random(rows) < 0.1, np.nan, draw.normal(size=rows) * 10),
            "new": draw.random(rows) < 0.5,
            "shop": draw.choice(["Rome", "Oslo", "Lima", None], rows),
            "code": draw.choice(["1", "2", "3"], rows),
            "day": pd.date_range("2024-01-01", periods=rows).astype(str),
        }
    )
    frame["kept"] = np.where(np.nan_to_num(frame["size"]) + 15 * frame["new"] > 5, "yes", "no")
    frame["price"] = 100 + 3 * np.nan_to_num(frame["size"]) + draw.normal(size=rows)
    return frame


@pytest.fixture(scope="module", params=["kept", "price"])
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> protokit.Model:
    other = {"kept": "price", "price": "kept"}[request.param]
    represent = {"target": request.param, "columns": {other: "ignore", "code": "category"}}
    recipe = {"represent": represent, "learn": FEW, "evaluate": {"baselines": ["dummy"]}}
    return protokit.run(recipe, table(200, 0), out=tmp_path_factory.mktemp("runs")).model


def test_both_engines_say_the_same(model: protokit.Model) -> None:
    fields = fields_of(model)
    engine, why = engine_of(model, fields)
    assert isinstance(engine, OnnxEngine) and why == ""
    new = table(60, 1).drop(columns=["kept", "price"])
    new.loc[3, "shop"], new.loc[4, "size"] = "Bern", 1e9
    plain = new.astype(object).where(new.notna(), None)
    cells = {name: plain[name].tolist() for name in new.columns}
    expected, _ = KerasEngine(model).table(new)
    for found, told in (engine.cells(cells), engine.table(new)):
        assert list(found) == list(expected)
        for name, column in expected.items():
            if isinstance(column[0], float):
                np.testing.assert_allclose(np.array(found[name], float), np.array(column, float), rtol=1e-5, atol=1e-6)
            else:
                assert found[name] == column
        assert any("'Bern' is in no training row" in one for one in told) and any(
            "beyond the range" in one for one in told
        )


def test_codes_and_dates_come_as_json_has_them(model: protokit.Model) -> None:
    engine, _ = engine_of(model, fields_of(model))
    row = {"size": [1.5], "new": [True], "shop": ["Rome"], "code": ["2"], "day": ["2024-02-03"]}
    as_text = engine.cells(row | {"new": ["yes"]})[0]
    assert engine.cells(row)[0] == as_text
    with pytest.raises(protokit.DataError, match="not a date"):
        engine.cells(row | {"day": ["tomorrow"]})
    with pytest.raises(protokit.DataError, match="between"):
        engine.cells(row | {"size": [1e300]})


def moods(kind: object, said: list[str], folder: Path) -> protokit.Model:
    frame = pd.DataFrame({"said": said * 30})
    frame["mood"] = frame["said"].str.contains("good|well").map({True: "high", False: "low"})
    recipe = {"represent": {"target": "mood", "columns": {"said": kind}}, "learn": {**FEW, "menu": "auto"}}
    return protokit.run(recipe, frame, out=folder).model


def test_what_goes_into_no_file_is_served_by_keras(tmp_path: Path) -> None:
    model = moods("set", ["good;day", "bad;day", "so", "well"], tmp_path)
    engine, why = engine_of(model, fields_of(model))
    assert isinstance(engine, KerasEngine) and "'said' is of the kind 'set'" in why


def test_texts_are_served_by_onnx(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = moods("text", ["good day", "bad day", "so so", "well"], tmp_path)
    engine, why = engine_of(model, fields_of(model))
    assert isinstance(engine, OnnxEngine) and why == ""
    monkeypatch.setattr("protokit.doors.onnx_session._CHARACTERS", 100)  # a long text is computed by itself
    new = ["GOOD, day!", "so\u00a0so", None, "", "unseen " * 200, "W\u00c4LL well"]
    [expected, found] = [one.cells({"said": new})[0] for one in (KerasEngine(model), engine)]
    assert list(found) == list(expected)
    for name, column in expected.items():
        if isinstance(column[0], float):
            np.testing.assert_allclose(np.array(found[name], float), np.array(column, float), atol=1e-6)
        else:
            assert found[name] == column
