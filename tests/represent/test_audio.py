"""Sounds: files and bytes of one rate and length, and what is said of those that are otherwise."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protokit.core.errors import DataError, MissingExtra, SpecError
from protokit.core.outside import access
from protokit.core.values.said import Notice
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.inference import infer
from protokit.represent.encoders.media.audio import AudioColumn
from protokit.represent.kind import FitContext, column_from_plain
from protokit.represent.kinds.media.audio import Audio, AudioOptions
from protokit.represent.transformers import KindEncoder

soundfile = pytest.importorskip("soundfile")


def wave(pitch: float, seconds: float = 0.5, rate: int = 8000) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return 0.5 * np.sin(2 * np.pi * pitch * times)


def sound(samples: np.ndarray, rate: int = 8000, form: str = "WAV", **more: object) -> bytes:
    held = io.BytesIO()
    soundfile.write(held, samples, rate, format=form, **more)
    return held.getvalue()


def column(cells: list[object], name: str = "x") -> pd.Series:
    found = pd.Series([None] * len(cells), name=name, dtype=object)
    for row, cell in enumerate(cells):
        found.iat[row] = cell
    return found


def fitted(cells: pd.Series, **options: object) -> tuple[AudioColumn, list[Notice]]:
    told: list[Notice] = []
    said = AudioOptions.model_validate(options)
    made = Audio.fit(cells, said, FitContext(say=told.append))
    assert isinstance(made, AudioColumn)
    return made, told


def pitch_of(samples: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(samples)).argmax() * rate / len(samples))


@pytest.mark.parametrize("form", ["WAV", "FLAC", "OGG"])
def test_files_and_bytes_of_each_form_are_one_sound(form: str, tmp_path: Path) -> None:
    content = sound(wave(440), form=form)
    path = tmp_path / f"a.{form.lower()}"
    path.write_bytes(content)
    cells = column(
        [content, str(path), path.name, {"bytes": content, "path": None}, {"bytes": None, "path": path.name}]
    )
    made, told = fitted(cells[:2])
    assert not told and made.spec.shape == (4000,) and made.spec.rate == 8000
    with access.watched() as asked:
        array = made.at(tmp_path).array(cells)
    assert (array == array[0]).all() and array.dtype == np.int16 and pitch_of(array[0], 8000) == 440
    assert [Path(one.name) for one in asked if one.kind == "file"] == [path] * 3


def test_rates_lengths_and_channels_are_brought_together_and_said() -> None:
    left, right = wave(440, 1.0, 16_000), wave(880, 1.0, 16_000)
    both = sound(np.stack([left, right], axis=1), 16_000)
    cells = column([sound(wave(440))] * 3 + [both, sound(wave(440, 0.25))])
    made, told = fitted(cells, length=0.5)
    array = made.array(cells)
    assert array.shape == (5, 4000) and np.abs(array[4, 2000:]).max() == 0
    assert pitch_of(array[0], 8000) == 440 and abs(int(array[0].max()) - 16384) < 20
    texts = [str(one) for one in told]
    assert "of 5 training sounds, 1 is cut to 0.5 seconds, and 1 is followed by silence" in texts[0]
    assert "1 of 5 training sounds have another rate than 8,000 a second, and are brought to it" in texts[1]
    assert told[0].cure == "or say how: columns: {x: {audio: {rate: 8000, length: 0.5}}}"
    assert {**AudioOptions.model_validate({"length": 3}).as_plain()}["length"] == 3
    stereo, _ = fitted(cells, channels=2, length=0.5)
    wide = stereo.array(cells)
    assert wide.shape == (5, 4000, 2) and stereo.spec.shape == (4000, 2)
    assert [pitch_of(wide[3, :, i], 8000) for i in range(2)] == [440, 880]
    assert np.array_equal(wide[0, :, 0], wide[0, :, 1])
    high, _ = fitted(column([sound(wave(440, 0.5, 44_100), 44_100)]))
    assert (
        high.rate == 16_000 and pitch_of(high.array(column([sound(wave(440, 0.5, 44_100), 44_100)]))[0], 16_000) == 440
    )
    later = made.unusual(column([sound(wave(440, 2.0))]))
    assert later.notes == ("of 1 sounds, 1 is cut to 0.5 seconds, and 0 are followed by silence",)


def test_the_longest_are_cut_and_very_long_ones_always() -> None:
    cells = column([sound(wave(440, 0.1 + 0.01 * i)) for i in range(40)])
    made, told = fitted(cells)
    assert made.samples == 8000 * 0.48 and "1 is cut" in str(told[0])
    long, _ = fitted(column([sound(np.zeros(8000 * 12))]))
    assert long.samples == 10 * 8000


def test_the_state_comes_back_without_the_folder() -> None:
    cells = column([sound(wave(pitch)) for pitch in (220, 440, 880)])
    made, _ = fitted(cells)
    plain = json.loads(json.dumps(made.at(Path("/somewhere")).as_plain()))
    assert "folder" not in plain
    again = column_from_plain({**plain, "folder": "/else"})
    assert again == replace(made, folder="") and np.array_equal(again.array(cells), made.array(cells))  # type: ignore[attr-defined]
    assert made.plain(cells, made.array(cells)).shape == (3, 48)
    out = KindEncoder("audio", {"length": 0.1}).fit_transform(cells.to_frame())
    assert out.shape == (3, 800)


def test_the_plain_form_tells_pitches_apart() -> None:
    cells = column([sound(wave(pitch)) for pitch in (200, 210, 2000, 2100)])
    made, _ = fitted(cells)
    plain = made.plain(cells, made.array(cells))
    assert np.linalg.norm(plain[0] - plain[1]) < np.linalg.norm(plain[0] - plain[2]) / 2


@pytest.mark.parametrize(
    ("cell", "rule", "cure"),
    [
        (None, "no sound", "mend the file, or remove its row"),
        (np.nan, "no sound", "remove its row"),
        ("gone.wav", "no such file: gone.wav", "looked in"),
        (b"RIFF....WAVEfmt ", r"the bytes: no sound that can be read \(LibsndfileError\)", "mend the file"),
        (b"", "the bytes: no sound that can be read", "mend the file"),
        (sound(np.zeros(0)), "the bytes: the sound has no samples", "mend the file"),
        (sound(wave(440))[:60] , "", ""),
        (sound(np.array([0.1, np.nan]), subtype="FLOAT"), "samples that are no numbers", "mend the file"),
        (3.5, "'3.5' is no sound", "remove its row"),
        ([1, 2], "is no sound", "remove its row"),
    ],
    ids=["none", "nan", "gone", "head", "empty", "no-samples", "cut", "not-finite", "number", "list"],
)  # fmt: skip
def test_damaged_and_missing_files_are_told_with_their_row(cell: object, rule: str, cure: str) -> None:
    made, _ = fitted(column([sound(wave(440))] * 2))
    cells = column([sound(wave(440)), cell])
    if not rule:  # a file that is shorter than it says is read as far as it goes
        assert np.abs(made.array(cells)[1, 20:]).max() == 0
        return
    with pytest.raises(DataError, match=f"column 'x', row 2: .*{rule}") as caught:
        made.array(cells)
    assert cure in str(caught.value.cure)


def test_names_and_bytes_are_found_and_pictures_are_not_mixed_up() -> None:
    assert infer(column(["a.wav", "b.FLAC", None, "c.ogg"])).kind == "audio"
    assert infer(pd.Series(["a.wav", "b.flac"] * 9, name="x")).kind == "audio"
    assert infer(column([sound(wave(440)), sound(wave(220), form="OGG")])).kind == "audio"
    assert infer(column(["a.wav", "b.png"])).kind != "audio"
    assert infer(column([b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8L"])).kind == "image"


def test_what_cannot_be_is_told_with_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    for options, rule in (
        ({"rate": 10}, "rate is at least 1000"),
        ({"length": 0}, "length is more than 0"),
        ({"channels": 3}, "channels"),
    ):
        with pytest.raises(SpecError, match=rule):
            Recipe.parse({"represent": {"target": "y", "columns": {"x": {"audio": options}}}})
    from protokit.represent.encoders.media import audio

    def gone(package: str, extra: str) -> None:
        raise MissingExtra(package, extra)

    monkeypatch.setattr(audio, "optional", gone)
    with pytest.raises(MissingExtra, match="pip install 'protokit\\[audio\\]'"):
        fitted(column([sound(wave(440))]))


ODD = st.one_of(
    st.none(), st.text(max_size=9), st.floats(), st.integers(), st.binary(max_size=64), st.just(pd.NA), st.just([1]),
    st.binary(max_size=40).map(lambda end: sound(wave(440))[:44] + end), st.dictionaries(st.just("path"), st.text()),
    st.binary(max_size=40).map(lambda end: sound(wave(440), form="FLAC")[:90] + end),
    st.binary(max_size=40).map(lambda end: sound(wave(440), form="OGG")[:200] + end),
)  # fmt: skip


@given(st.lists(ODD, min_size=1, max_size=3), st.sampled_from([Audio.fit, AudioColumn("x", 8000, 400).array]))
def test_no_cell_gives_a_traceback(cells: list[object], does: Callable[[pd.Series], object]) -> None:
    try:
        does(column(cells))
    except DataError as error:
        assert error.cure and "row" in error.rule
