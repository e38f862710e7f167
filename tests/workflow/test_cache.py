"""A second run of the same data starts at the network, and gives the same bits; any other one reads anew."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.collect.files import files
from protokit.core.files import sha256
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.said import Notice, Step
from protokit.core.values.tables import Table
from protokit.workflow.cache import entries
from protokit.workflow.cache.prepared import FROM_CACHE, Cache
from protokit.workflow.cache.values import as_plain, from_plain
from protokit.workflow.run.collecting import collected

MENU = {"menu": [{"Dense": {"units": 4}}], "epochs": 2}


def recipe(path: Path, **represent: Any) -> dict[str, Any]:
    kept = {"target": "bought", **represent}
    return {"name": "kept", "collect": {"tables": {"t": str(path)}}, "represent": kept, "learn": MENU}


def first_step(run: protokit.Run) -> str:
    return str(run.results["steps"][0]["detail"])


def test_a_second_run_takes_what_the_first_has_prepared_and_gives_the_same_bits(people: Path, tmp_path: Path) -> None:
    runs = [protokit.run(recipe(people), out=tmp_path / str(i), cache=i != 2) for i in range(3)]
    assert [FROM_CACHE in first_step(run) for run in runs] == [False, True, False]
    assert runs[0].metrics == runs[1].metrics == runs[2].metrics
    for other in runs[1:]:
        for mine, its in zip(runs[0].model.network.weights, other.model.network.weights, strict=True):
            np.testing.assert_array_equal(mine, its)
        assert runs[0].results["findings"] == other.results["findings"]
        assert runs[0].results["notices"] == other.results["notices"]
        mine, its = ((run.path / "model/encoders.json").read_bytes() for run in (runs[0], other))
        assert mine == its


def test_one_byte_of_another_value_is_seen_though_size_and_time_stay(people: Path, tmp_path: Path) -> None:
    protokit.run(recipe(people), out=tmp_path)
    before = people.stat()
    changed = people.read_bytes().replace(b"p0001,", b"q0001,", 1)
    people.write_bytes(changed)
    os.utime(people, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert people.stat().st_size == before.st_size and people.stat().st_mtime_ns == before.st_mtime_ns
    assert FROM_CACHE not in first_step(protokit.run(recipe(people), out=tmp_path))


def test_a_file_is_hashed_once_until_it_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed = []

    def counted(path: Path) -> str:
        hashed.append(path)
        return sha256(path)

    monkeypatch.setattr(files, "sha256", counted)
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    for _ in range(2):  # a file that was written just now may be written again unseen
        files.File(path, "t").sha256()
    assert len(hashed) == 2
    monkeypatch.setattr(files, "_SETTLED", 0)
    found = [files.File(path, "t").sha256() for _ in range(3)]
    assert len(hashed) == 3 and len({*found}) == 1
    before = path.stat()
    time.sleep(0.05)
    path.write_text("a,b\n1,3\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert files.File(path, "t").sha256() == sha256(path) != found[0]


def test_other_columns_find_the_table_but_not_the_arrays(people: Path) -> None:
    first, other = (protokit.Recipe.parse(recipe(people, **more)) for more in ({}, {"split": {"test": 0.3}}))
    mine, its = Cache.of(first), Cache.of(other)
    assert mine is not None and its is not None
    mine.keep_table(collected(first))
    assert mine.table_key == its.table_key and mine.represented_key != its.represented_key
    kept, read = its.table(), collected(other)
    assert kept is not None
    pd.testing.assert_frame_equal(kept.frame, read.frame)
    assert kept.notices == read.notices and kept.origin == read.origin


def test_a_damaged_entry_counts_as_none(people: Path) -> None:
    spec = protokit.Recipe.parse(recipe(people))
    cache = Cache.of(spec)
    assert cache is not None
    cache.keep_table(collected(spec))
    [about] = (entries._folder() / cache.table_key).glob("about.json")
    about.write_text(about.read_text()[:-40])
    assert cache.table() is None
    cache.keep_table(collected(spec))
    assert cache.table() is not None
    array = next(about.parent.glob("*.npy"))
    array.write_bytes(array.read_bytes()[:-1] + bytes([array.read_bytes()[-1] ^ 1]))
    assert cache.table() is None


def test_what_was_used_longest_ago_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "MOST_BYTES", 60_000)
    for i in range(4):
        assert entries.keep(f"k{i}", lambda shelf: as_plain(np.zeros(2500), shelf))
        os.utime(entries._folder() / f"k{i}" / "about.json", (i, i))
    assert [entries.read(f"k{i}", from_plain) is not None for i in range(4)] == [False, False, True, True]
    assert not entries.keep("large", lambda shelf: as_plain(np.zeros(5000), shelf))


def test_values_come_back_to_the_bit(tmp_path: Path) -> None:
    frame = pd.DataFrame({
        "number": [1.5, np.nan, -0.0],
        "whole": np.array([1, 2, 2**62], "int64"),
        "gaps": pd.array([1, None, 2**62 + 1], dtype="Int64"),
        "text": pd.Series(["a", None, ""], dtype=object),
        "string": pd.array(["a", None, ""], dtype="string"),
        "str": pd.array(["a", None, ""], dtype="str"),
        "truth": pd.Series([True, None, False], dtype=object),
        "day": np.array(["0001-01-01", "NaT", "9999-12-31"], "datetime64[us]"),
        "long": np.array([1, 2, 3], "timedelta64[s]"),
    })  # fmt: skip
    features = Features(np.zeros((3, 2)), np.ones((3, 1), np.int64), (4,), {"t": np.array(["x", "", "x"], object)})
    arrays = Arrays({"numbers": np.ones((3, 2), "float32")}, {}, {"y": np.array([0, 1, 0])}, features)
    table = Table(frame, np.array(["t", "t", "e"]), {"t": "abc"}, (Notice("n", ("c",)),), (Step("s", 1, 2),))
    shelf = entries.Shelf(tmp_path)
    table_again, arrays_again = from_plain(as_plain((table, arrays), shelf), shelf)
    pd.testing.assert_frame_equal(table_again.frame, frame)
    assert table_again.frame["text"][1] is None and np.signbit(table_again.frame["number"][2])
    assert table_again.notices == table.notices and table_again.steps == table.steps
    np.testing.assert_array_equal(arrays_again.features.texts["t"], features.texts["t"])
    np.testing.assert_array_equal(arrays_again.inputs["numbers"], arrays.inputs["numbers"])


@pytest.mark.parametrize("cells", [[b"x"], [1, "1"], [True, 1], [np.zeros(2)], [{}], [np.nan, None, "x"]], ids=str)
def test_what_is_no_plain_value_is_not_kept(cells: list[object]) -> None:
    odd = np.empty(len(cells), object)
    odd[:] = cells
    assert not entries.keep("odd", lambda shelf: as_plain(pd.DataFrame({"x": pd.Series(odd, dtype=object)}), shelf))
    assert not list(entries._folder().iterdir())


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"target": "y"}, {"target": "y", "split": {"by": {"group": "version"}}}),
        ({"target": "version", "task": "regression"}, {"target": "version", "task": "classification"}),
        ({"target": "y"}, {"target": "y", "labels": "version"}),
    ],
)
def test_a_recipe_that_reads_its_table_in_another_way_reads_it_anew(
    first: dict[str, Any], then: dict[str, Any], tmp_path: Path
) -> None:
    rows = [f"{version},{i % 7},{'ab'[i % 2]}" for i, version in enumerate(["1.1", "1.10", "4", "4.0"] * 40)]
    (tmp_path / "t.csv").write_text("\n".join(["version,x,y", *rows]) + "\n")

    def parsed(target: str, task: str | None = None, labels: str | None = None, **more: Any) -> protokit.Recipe:
        plain: dict[str, Any] = {"collect": {"tables": {"t": str(tmp_path / "t.csv")}}, "learn": {"task": task}}
        if labels:
            plain |= {"evaluate": {"labels": labels}, "learn": {"task": "clustering"}}
            return protokit.Recipe.parse({**plain, "represent": {}})
        return protokit.Recipe.parse({**plain, "represent": {"target": target, **more}})

    before, after = parsed(**first), parsed(**then)
    cache = Cache.of(before)
    assert cache is not None
    cache.keep_table(collected(before))
    other = Cache.of(after)
    assert other is not None and other.table() is None


def test_a_table_that_foreign_code_has_cleaned_is_not_kept(monkeypatch: pytest.MonkeyPatch, people: Path) -> None:
    from protokit.collect.step import STEPS

    spec = protokit.Recipe.parse({**recipe(people), "collect": {"tables": {"t": str(people)}, "clean": ["trim"]}})
    assert Cache.of(spec) is not None
    monkeypatch.setattr(STEPS["trim"], "__module__", "somebodys.steps")
    assert Cache.of(spec) is None
