"""Inputs of networks that no other test trains: several images in a cell, words with vectors of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import PredictionNotice
from protokit.core.values.inputs import InputSpec, Vectors
from protokit.core.values.signature import Signature, TargetSpec
from protokit.menu.menu import Menu
from protokit.menu.network.build import build


def test_several_images_are_averaged_whatever_place_they_have(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    lit = rng.integers(0, 2, 96)
    cells = [
        [rng.integers(0, 90, (12, 12), np.uint8) + np.uint8(160 * on) for _ in range(1 + i % 3)]
        for i, on in enumerate(lit)
    ]
    frame = pd.DataFrame({"views": pd.Series(cells, dtype=object), "y": np.where(lit, "lit", "dark")})
    plain = {"represent": {"target": "y", "columns": {"views": "images"}}, "learn": {"epochs": 12, "batch_size": 16}}
    run = protokit.run(plain, frame, out=tmp_path / "runs")
    assert run.metrics["roc_auc"] > 0.95
    model = protokit.load(run.path)
    later = pd.DataFrame({"views": pd.Series([cells[2], cells[2][::-1], []], dtype=object)})
    with pytest.warns(PredictionNotice, match="1 cell has no image, and each training row had one"):
        found, same = model.predict(later), run.model.predict(later)
    pd.testing.assert_frame_equal(found, same, check_exact=True)
    chances = found["y = lit"].to_numpy()
    np.testing.assert_allclose(chances[:2], chances[0], rtol=1e-4)


@pytest.mark.parametrize("trained", [False, True])
def test_vectors_are_where_the_weights_of_words_begin(trained: bool) -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    target = (TargetSpec("y", "regression"),)

    def words(given: np.ndarray | None) -> Signature:
        return Signature(
            (InputSpec("t", (5,), "int32", ("t",), 4, "text", vectors=Vectors(3, trained, given)),), target
        )

    network = build(Menu("text_bag"), words(values), seed=1)
    layer = network.get_layer("t_words")
    assert np.array_equal(layer.get_weights()[0], values) and layer.trainable is trained
    again = build(Menu("text_bag"), words(None), seed=1)
    assert [w.shape for w in again.weights] == [w.shape for w in network.weights] and words(None) == words(values)
    assert not again.get_layer("t_words").get_weights()[0].any()


def test_a_text_is_learned_by_the_vectors_of_a_file_and_predicted_after_a_load(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    good, bad = [f"good{i}" for i in range(40)], [f"bad{i}" for i in range(40)]
    lines = [
        f"{word} {rng.normal(sign, 0.3):.3f} {rng.normal():.3f}"
        for some, sign in ((good, 1), (bad, -1))
        for word in some
    ]
    (tmp_path / "vectors.txt").write_text("\n".join(lines))
    kinds = rng.integers(0, 2, 160)
    # words of the test rows are other ones than those of training: only their vectors tell
    texts = [
        " ".join(rng.choice((good if kind else bad)[(0 if i < 120 else 20) :][:20], 6)) for i, kind in enumerate(kinds)
    ]
    frame = pd.DataFrame({"said": texts, "part": ["train"] * 90 + ["validation"] * 30 + ["test"] * 40, "y": kinds})
    said = {"text": {"vectors": str(tmp_path / "vectors.txt")}}
    represent = {"target": "y", "columns": {"said": said}, "split": {"by": {"column": "part"}}}
    run = protokit.run(
        {"represent": represent, "learn": {"epochs": 30, "batch_size": 16}}, frame, out=tmp_path / "runs"
    )
    assert run.metrics["roc_auc"] > 0.95
    (tmp_path / "vectors.txt").unlink()

    again = protokit.load(run.path).predict(frame)
    pd.testing.assert_frame_equal(again, run.model.predict(frame), check_exact=True)


def test_places_times_and_intervals_go_the_whole_way_from_a_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    rows = 300
    minutes = rng.integers(0, 1440, rows)
    frame = pd.DataFrame(
        {
            "lat": rng.uniform(-60, 60, rows).round(4),
            "lon": rng.uniform(-180, 180, rows).round(4),
            "at": [f"{m // 60:02}:{m % 60:02}" for m in minutes],
            "age": np.array(["<18", "18-25", "26-64", "65+"])[rng.integers(0, 4, rows)],
            "week": [f"2024-W{i % 50 + 1:02}" for i in range(rows)],
        }
    )
    frame["y"] = np.where(np.cos(np.deg2rad(frame["lon"])) * np.cos(np.deg2rad(frame["lat"])) > 0.2, "near", "far")
    frame.loc[3, "lat"] = np.nan
    frame.to_csv(tmp_path / "t.csv", index=False)
    place = {"place": {"latitude": "lat", "longitude": "lon", "to": {"Null Island": [0, 0]}}}
    plain = {
        "collect": {"tables": {"t": str(tmp_path / "t.csv")}},
        "represent": {"target": "y", "columns": {"home": place, "age": "interval"}},
        "learn": {"epochs": 15, "networks": 1},
    }
    run = protokit.run(plain, out=tmp_path / "runs")
    assert run.metrics["roc_auc"] > 0.97
    model = protokit.load(run.path)
    kinds = {"home": "place", "at": "time_of_day", "age": "interval", "week": "period"}
    assert model.encoder.kinds == kinds and {*model.columns} == {"lat", "lon", "at", "age", "week"}
    with pytest.warns(PredictionNotice, match="1 cell has a latitude or a longitude alone"):
        model.predict(pd.read_csv(tmp_path / "t.csv")[:5])
    later = pd.read_csv(tmp_path / "t.csv").drop(columns="y", index=3)
    pd.testing.assert_frame_equal(model.predict(later), run.model.predict(later), check_exact=True)
    texts = pd.read_csv(tmp_path / "t.csv", dtype=str).drop(columns="y", index=3)
    pd.testing.assert_frame_equal(model.predict(texts), model.predict(later), check_exact=True)
    again = protokit.run(plain, out=tmp_path / "runs")  # of what the first has prepared
    pd.testing.assert_frame_equal(again.model.predict(later), model.predict(later), check_exact=True)
