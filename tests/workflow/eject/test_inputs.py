"""Columns with inputs of their own come to the network as in a run: all parts before the network are executed."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import protokit
from protokit.recipe.recipe import Recipe
from protokit.workflow.eject.eject import Made
from protokit.workflow.eject.learning import rows_of
from protokit.workflow.eject.script import Script

ROWS = 90
DEGREES = {"latitude": "to.lat", "longitude": "to.lon"}


def shop(folder: Path) -> None:
    """Records with members, texts, times of day and places."""
    drawn = np.random.default_rng(5)
    words = ["good", "bad", "tea", "cup", "was", "a", "the", "my", "!", "rare one"]
    records = []
    for i in range(ROWS):
        records.append({
            "basket": [*drawn.choice(["bread", "milk", "egg", 7, None], int(drawn.integers(0, 5)))] if i % 11 else None,
            "tags": "|".join(drawn.choice(["new", "old", "app", f"tag {i % 40}"], int(drawn.integers(1, 4)))),
            "at": f"{drawn.integers(0, 24):02}:{drawn.integers(0, 60):02}" if i % 13 else None,
            "to": {"lat": float(drawn.normal(50, 5)), "lon": float(drawn.normal(10, 9)) if i % 17 else None},
            "said": " ".join(drawn.choice(words, int(drawn.integers(1, 12)))) if i % 9 else None,
            "title": f"The {drawn.choice(words)} of {drawn.choice(words)}, and {i % 7}.",
            "kind": str(drawn.choice(["a", "b"])),
        })  # fmt: skip
    (folder / "shop.jsonl").write_text("\n".join(json.dumps(one, default=str) for one in records) + "\n")


def pictures(folder: Path, *, as_zip: bool) -> None:
    """Images of three forms: of grey, of colours, seen through, larger."""
    drawn = np.random.default_rng(6)
    with zipfile.ZipFile(folder / "pictures.zip", "w") as archive:
        for i in range(24):
            mode, size = [("L", (9, 7)), ("RGB", (9, 7)), ("RGBA", (18, 14)), ("P", (9, 7))][i % 4]
            pixels = drawn.integers(0, 255, (size[1], size[0], 4), dtype=np.uint8)
            image = Image.fromarray(pixels, "RGBA").convert(mode)
            content = io.BytesIO()
            image.save(content, "PNG")
            archive.writestr(f"all/{'ab'[i // 4 % 2]}/{i:02}.png", content.getvalue())
        archive.writestr("all/a/notes.txt", "nothing")
    if not as_zip:
        with zipfile.ZipFile(folder / "pictures.zip") as archive:
            archive.extractall(folder / "pictures")


def hold_encoded(plain: dict[str, Any], folder: Path) -> str:
    """The code of the parts before the network, which gives the run's rows to the bit."""
    made = Made.of(Recipe.parse(plain, folder=folder))
    sections, _ = made.sections(f"Path({str(folder)!r})", ["accuracy"], "p.csv")
    text = Script("top", sections[:3]).text
    own: dict[str, Any] = {}
    exec(compile(text, "script", "exec"), own)
    for fold, found in zip(made.folds, own["encoded"], strict=True):
        inputs, targets = rows_of(fold, made.target)
        assert {*inputs} == {*found["inputs"]}
        for name, wanted in inputs.items():
            assert found["inputs"][name].dtype == wanted.dtype and np.array_equal(found["inputs"][name], wanted), name
        assert np.array_equal(found["targets"], targets)
    return text


POOLED = [{"GlobalAveragePooling1D": {}, "from": "said"}]


@pytest.mark.parametrize(
    ("columns", "says"),
    [({"basket": "bag", "tags": {"set": {"separator": "|"}}}, ["counts_of(members_of(", "several=True"]),
     ({"at": "time_of_day", "home": {"place": {**DEGREES, "to": {"Oslo": [59.9, 10.7]}}}}, ["earth_of(", "clock_of("]),
     ({"said": "text", "title": {"text": {"form": "tfidf", "vocabulary": 9}}}, ["length_of(known)", "telling(texts"]),
     ({"said": {"text": {"length": 4, "vocabulary": 5}}}, ["word_codes(texts, vocabulary, 4)"])],
)  # fmt: skip
def test_each_kind_comes_to_the_network_as_in_a_run(columns: dict[str, Any], says: list[str], tmp_path: Path) -> None:
    shop(tmp_path)
    every = ("basket", "tags", "at", "to.lat", "to.lon", "said", "title")
    parts = ("to.lat", "to.lon") if "home" in columns else ()
    ignored = {name: "ignore" for name in every if name not in columns and name not in parts}
    represent = {"target": "kind", "columns": {**columns, **ignored}, "split": {"folds": 2}}
    collect = {"tables": {"shop": "shop.jsonl"}}
    learn = {"epochs": 1, "menu": POOLED} if [*columns] == ["said"] else {"epochs": 1}
    text = hold_encoded({"collect": collect, "represent": represent, "learn": learn}, tmp_path)
    assert all(one in text for one in says)


@pytest.mark.parametrize("as_zip", [True, False])
def test_images_come_to_the_network_as_in_a_run(as_zip: bool, tmp_path: Path) -> None:
    pictures(tmp_path, as_zip=as_zip)
    place = "pictures.zip" if as_zip else "pictures/"
    image = {"image": {"size": [6, 8], "background": "black"}}
    plain = {
        "collect": {"tables": {"pictures": {"images": place}}},
        "represent": {"target": "label", "columns": {"image": image}}, "learn": {"epochs": 1, "menu": ["Flatten"]},
    }  # fmt: skip
    assert 'pixels_of(table["image"], 6, 8, 3, "black")' in hold_encoded(plain, tmp_path)


def test_members_in_a_way_of_their_own_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"tags": ["('a', 'b')", "('b',)"] * 30, "kind": ["x", "y", "y"] * 20})
    frame.to_csv(tmp_path / "tags.csv", index=False)
    plain = {
        "collect": {"tables": {"tags": "tags.csv"}}, "represent": {"target": "kind", "columns": {"tags": "set"}},
        "learn": {"epochs": 1},
    }  # fmt: skip
    with pytest.raises(protokit.SpecError, match="the members are written in a way of their own"):
        hold_encoded(plain, tmp_path)
