"""What every check has to keep, and what becomes of findings."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protokit.core.errors import AuditError, SpecError
from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Split
from protokit.evaluate.audit import column_name_hints as hints
from protokit.evaluate.audit.audit import audit
from protokit.evaluate.audit.check import CHECKS
from protokit.evaluate.audit.checks.groups import likeness
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.edits import ignore, quoted
from protokit.evaluate.audit.hashing import cells, combined, copies
from protokit.recipe.recipe import Recipe

TASKS = ("binary", "multiclass", "regression")


def made(task: str | None, rows: int, seed: int = 0, **more: Any) -> AuditData:
    """Columns of every kind that have nothing to do with the target."""
    r = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "number": np.where(r.random(rows) < 0.1, np.nan, r.normal(size=rows)),
            "whole": r.integers(0, 50, rows),
            "category": r.choice(["a", "b", None], rows),
            "flag": r.random(rows) < 0.5,
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(r.integers(0, 300, rows), "D"),
            "text": [f"word {i % 97} and {i % 89}" for i in range(rows)],
            "spare": [f"key{i}" for i in range(rows)],
        }
    )
    frame["image"] = [r.integers(0, 255, (2, 2, 3), np.uint8) for _ in range(rows)]
    order = r.permutation(rows)
    split = Split(*(np.sort(part) for part in np.split(order, [rows * 3 // 5, rows * 4 // 5])), "random")
    targets, truth = (), {}
    if task is not None:
        classes = {"binary": (0, 1), "multiclass": ("x", "y", "z"), "regression": ()}[task]
        targets = (TargetSpec("target", task, classes),)  # type: ignore[arg-type]
        truth = {
            "target": r.normal(size=rows) if task == "regression" else r.permutation(np.arange(rows) % len(classes))
        }
        frame["target"] = truth["target"]
    kinds = {"number": "number", "whole": "number", "flag": "boolean"}
    kinds |= {name: name for name in ("category", "date", "text", "image")}
    return AuditData(frame, (split,), targets, truth, kinds, ("spare",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("more", [{}, {"given": True}, {"group": "whole"}, {"time": "date"}], ids=str)
@pytest.mark.parametrize("rows", [10, 60, 500])
@pytest.mark.parametrize("task", [*TASKS, None])
def test_every_check_meets_every_task_and_split(task: str | None, rows: int, more: dict[str, Any]) -> None:
    data = made(task, rows, **more)
    for check, finding in [(name, finding) for name in CHECKS for finding in CHECKS[name](data)]:
        assert finding.check == check and finding.severity in {"fatal", "warning", "note"}
        assert finding.rule and {*finding.columns} <= {*data.frame.columns}
        assert Finding.from_plain(json.loads(json.dumps(finding.as_plain()))) == finding
        # rows of one part are not before those of another here, nor is anything known of the target
        assert finding.severity == "note" or (check, more) == ("times", {"time": "date"})


@given(st.sampled_from(TASKS), st.integers(80, 400), st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_noise_is_not_blamed(task: str, rows: int, seed: int) -> None:
    findings = audit(made(task, rows, seed))
    assert not [str(finding) for finding in findings if finding.severity != "note"]


@given(st.integers(2, 6), st.integers(0, 10**6))
@settings(deadline=None, max_examples=15)
def test_the_target_under_another_name_is_always_found(classes: int, seed: int) -> None:
    r = np.random.default_rng(seed)
    y = r.permutation(np.arange(300) % classes)
    data = made("regression", 300, seed)
    frame = data.frame.assign(target=y, copy=[f"k{c}" for c in r.permutation(classes)[y]])
    task = TargetSpec("target", "binary" if classes == 2 else "multiclass", tuple(range(classes)))
    again = AuditData(frame, data.splits, (task,), {"target": y}, {**data.kinds, "copy": "category"})
    assert [(f.check, f.columns) for f in audit(again) if f.severity == "fatal"] == [("leaks", ("copy",))]


def test_the_same_data_gives_the_same_findings(audited: Any) -> None:
    r = np.random.default_rng(1)
    frame = pd.DataFrame({"a": r.normal(size=9000), "b": r.normal(size=9000)})
    frame["y"] = frame["a"] + 0.1 * r.normal(size=9000)
    first = audited(frame, "y")
    assert first == audited(frame, "y") and [f.severity for f in first] == ["warning"]


def test_the_gravest_come_first_and_nothing_is_said_twice(audited: Any) -> None:
    r = np.random.default_rng(2)
    y = np.sort(r.integers(0, 2, 2000))
    frame = pd.DataFrame({"row_id": np.arange(2000), "x": r.normal(size=2000), "k": 1, "y": y})
    findings = audited(frame, "y", columns={"row_id": "number", "k": "number"})
    assert [(f.check, f.columns, f.severity) for f in findings if f.severity != "note"] == [
        ("identifiers", ("row_id",), "fatal"),
        ("empty", ("k",), "warning"),
    ]


def test_an_edit_is_a_piece_of_a_recipe() -> None:
    from ruamel.yaml import YAML

    edits = {finding.edit for task in TASKS for finding in audit(made(task, 60))}
    edits |= {ignore(["a", "b: c", "true", 'q"'])}
    for edit in filter(None, edits):
        piece = YAML(typ="safe", pure=True).load(edit)
        recipe = {"represent": {"target": "y"}}
        for key, value in piece.items():
            recipe[key] = {**recipe.get(key, {}), **value}
        Recipe.parse(recipe)
    assert quoted("b: c") == '"b: c"' and quoted("true") == '"true"' and quoted("x_1") == "x_1"


def test_a_copy_is_told_from_chance() -> None:
    r = np.random.default_rng(3)
    coarse = pd.DataFrame(r.integers(0, 4, (2000, 4))).map(lambda i: "abcd"[i])
    hashes = [cells(coarse[name]) for name in coarse]
    assert copies(hashes, combined(hashes)).mean() < 0.01  # nearly all rows have a twin
    fine = pd.DataFrame(r.normal(size=(2000, 4)))
    fine.iloc[1000:1100] = fine.iloc[:100].to_numpy()
    hashes = [cells(fine[name]) for name in fine]
    assert set(np.flatnonzero(copies(hashes, combined(hashes)))) == {*range(100), *range(1000, 1100)}


def test_cells_are_equal_whatever_holds_them() -> None:
    first = cells(pd.Series(["Ok  then!", "b", None]))
    second = cells(pd.Series(["ok then", "B.", None], dtype=object))
    assert (first == second).all() and len(set(first)) == 3
    images = pd.Series([np.zeros((2, 2)), np.ones((2, 2)), np.zeros((2, 2)), b"x", b"y", b"x"])
    hashes = cells(images)
    assert hashes[0] == hashes[2] != hashes[1] and hashes[3] == hashes[5] != hashes[4]


def test_likeness_is_what_it_says() -> None:
    target = TargetSpec("y", "regression")
    r = np.random.default_rng(4)
    group = np.repeat(np.arange(400), 5)
    half = r.normal(size=400)[group] + r.normal(size=2000)
    assert likeness(group, half, target, 0)[0] == pytest.approx(0.5, abs=0.08)
    assert abs(likeness(group, r.normal(size=2000), target, 0)[0]) < 0.06
    labels = TargetSpec("y", "binary", (0, 1))
    same = r.integers(0, 2, 400)[group]
    assert likeness(group, same, labels, 0)[0] == pytest.approx(1)
    # two of a group agree in 0.8**2 + 0.2**2 of all cases, 0.36 of the way from a half to all
    noisy = np.where(r.random(2000) < 0.2, 1 - same, same)
    assert likeness(group, noisy, labels, 0)[0] == pytest.approx(0.36, abs=0.05)


@pytest.mark.parametrize(
    ("name", "entity", "key"),
    [
        ("patient_id", True, True), ("customerID", True, True), ("Subject", True, False), ("user", True, False),
        ("customer_age", False, False), ("store_id", False, True), ("idle", False, False), ("UserRating", False, False),
    ],
)  # fmt: skip
def test_names_of_keys(name: str, entity: bool, key: bool) -> None:
    assert (hints.is_entity(name), hints.is_key(name)) == (entity, key)


def test_names_of_moments() -> None:
    assert hints.moment("arr_time") == hints.moment("ArrDelay") == ("arr",) != hints.moment("sched_arr_time")
    assert hints.is_end("arr_time") and hints.is_end("dischargeDate")
    assert not hints.is_end("sched_arr_time") and not hints.is_end("closed") and not hints.is_end("dep_time")
    assert hints.moment("arr") is None and hints.moment("time") is None
    assert hints.made_of("churn_reason", "Churn") and hints.made_of("price_per_room", "price")
    assert not hints.made_of("price_lag_1", "price") and not hints.made_of("class_size", "class")
    assert not hints.made_of("pricey", "price") and not hints.made_of("price", "price")


def strict(**evaluate: Any) -> dict[str, Any]:
    return {
        "name": "strict",
        "represent": {"target": "y"},
        "learn": {"menu": [{"Dense": 4}], "epochs": 1},
        "evaluate": {"strict": True, "baselines": ["dummy"], **evaluate},
    }


def test_a_strict_run_stops_before_training(tmp_path: Any) -> None:
    import protokit

    r = np.random.default_rng(5)
    y = r.integers(0, 2, 300)
    frame = pd.DataFrame({"x": r.normal(size=300), "again": np.where(y == 1, "p", "q"), "y": y})
    with pytest.raises(AuditError, match="1 fatal finding in the data\nfatal: 'again' alone predicts 'y'") as stopped:
        protokit.run(strict(), frame, out=tmp_path)
    assert [f.columns for f in stopped.value.findings if f.severity == "fatal"] == [("again",)]
    assert "columns: {again: ignore}" in str(stopped.value) and "strict: false" in str(stopped.value)
    [folder] = (tmp_path / "strict").iterdir()
    assert {path.name for path in folder.iterdir()} == {
        "recipe.yaml",
        "resolved.yaml",
        "environment.json",
        "audit.json",
    }
    kept = json.loads((folder / "audit.json").read_text())
    assert [Finding.from_plain(f) for f in kept["findings"]] == list(stopped.value.findings)
    # it goes on in the same folder, to the same end
    with pytest.raises(AuditError):
        protokit.run(strict(), frame, out=tmp_path, resume=True)
    assert list((tmp_path / "strict").iterdir()) == [folder]


def test_a_run_shows_its_findings(tmp_path: Any) -> None:
    import protokit

    r = np.random.default_rng(6)
    y = r.integers(0, 2, 300)
    frame = pd.DataFrame({"x": r.normal(size=300), "again": np.where(y == 1, "<b>", "q"), "k": 7, "y": y})
    run = protokit.run(strict(strict=False), frame, out=tmp_path)
    [fatal] = [finding for finding in run.findings if finding.severity == "fatal"]
    assert fatal.columns == ("again",)
    text, page = str(run), (run.path / "report.html").read_text()
    assert text.index("fatal: 'again' alone predicts") < text.index("scores on")
    assert "columns: {again: ignore}" in text and "columns: {again: ignore}" in page and "<b>fatal</b>" in page
    assert "'k' is left out: constant: '7'" in text and text.count("'k'") == 1  # by a notice, and not again
    assert protokit.Run.open(run.path).findings == run.findings
    clean = protokit.run(strict(), frame.drop(columns="again"), out=tmp_path)  # strict, and nothing to stop for
    assert (
        not [f for f in clean.findings if f.severity != "note"]
        and "strict: true" in (clean.path / "resolved.yaml").read_text()
    )


def test_strict_is_true_or_false() -> None:
    with pytest.raises(SpecError, match="true or false"):
        Recipe.parse(strict(strict="yes"))


@pytest.mark.parametrize(("moved", "named"), [(0.0, False), (2.0, True)])
def test_copies_within_a_part_are_no_drift(moved: float, named: bool) -> None:
    r = np.random.default_rng(1)
    once = pd.DataFrame(r.normal(size=(300, 3)), columns=["a", "b", "c"])
    once["part"], once["y"] = np.repeat(["train", "validation", "test"], [180, 40, 80]), r.choice(["no", "yes"], 300)
    once.loc[once["part"] == "test", "c"] += moved
    frame = once.loc[once.index.repeat(r.integers(1, 4, 300))].reset_index(drop=True)
    parts = Split(*(np.flatnonzero(frame["part"] == part) for part in ("train", "validation", "test")), "column")
    target = TargetSpec("y", "binary", ("no", "yes"))
    truth = {"y": (frame["y"] == "yes").to_numpy(int)}
    data = AuditData(frame, (parts,), (target,), truth, dict.fromkeys("abc", "number"), given=True)
    assert bool(list(CHECKS["drift"](data))) == named
