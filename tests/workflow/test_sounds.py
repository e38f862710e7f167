"""A folder of sounds, from its files to predictions after a load."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.errors import DataError

soundfile = pytest.importorskip("soundfile")


def sounds(folder: Path, each: int = 24) -> Path:
    rng = np.random.default_rng(0)
    times = np.arange(2000) / 4000
    for label, turns in (("low", 1.0), ("high", 4.0)):
        (folder / label).mkdir(parents=True)
        for i in range(each):
            pitch = turns * rng.uniform(180, 300)
            wave = 0.3 * np.sin(2 * np.pi * pitch * times) + rng.normal(0, 0.05, len(times))
            soundfile.write(folder / label / f"{i}.wav", wave, 4000)
    return folder


def test_a_folder_of_sounds_is_learned_from_and_predicted_after_a_load(tmp_path: Path) -> None:
    folder = sounds(tmp_path / "sounds")
    recipe = {
        "collect": {"tables": {"sounds": {"audio": str(folder)}}},
        "represent": {"target": "label"},
        "learn": {"epochs": 12, "batch_size": 16},
    }
    run = protokit.run(recipe, out=tmp_path / "runs")
    assert run.metrics["accuracy"] >= 0.9
    later = pd.DataFrame({"audio": [str(folder / "low" / "3.wav"), (folder / "high" / "3.wav").read_bytes()]})
    before = run.model.predict(later)
    assert before["label"].tolist() == ["low", "high"]

    again = protokit.load(run.path).predict(later)
    pd.testing.assert_frame_equal(again, before, check_exact=True)
    one = protokit.load(run.path).predict(later[:1])
    np.testing.assert_allclose(one["label = low"], before["label = low"][:1], rtol=1e-5)  # whatever else is in a batch
    with pytest.raises(DataError, match="row 1: no such file"):
        run.model.predict(pd.DataFrame({"audio": ["gone.wav"]}))
