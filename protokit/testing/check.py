"""The contract test of checks of the audit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from ruamel.yaml import YAML

from protokit.core.values.said import Finding
from protokit.core.values.signature import TargetSpec
from protokit.core.values.tables import Split
from protokit.evaluate.audit.check import Check, SeriesCheck
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.series.data import SeriesData
from protokit.testing.contract import check_named, contract

_CLASSES = {"binary": (0, 1), "multiclass": ("x", "y", "z"), "regression": ()}
_SETTINGS: tuple[Mapping[str, object], ...] = ({}, {"given": True}, {"group": "whole"}, {"time": "date"})


def table(task: str | None, rows: int, settings: Mapping[str, object] | None = None, seed: int = 0) -> AuditData:
    """Columns of every kind that have nothing to do with the target, split as `settings` of AuditData say."""
    settings = settings or {}
    r = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "number": np.where(r.random(rows) < 0.1, np.nan, r.normal(size=rows)),
            "whole": r.integers(0, 50, rows),
            "category": np.array(["a", "b", None], object)[r.integers(0, 3, rows)],
            "flag": r.random(rows) < 0.5,
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(r.permutation(rows), "D"),
            "text": [f"word {i % 97} and {i % 89}" for i in range(rows)],
            "spare": [f"key{i}" for i in range(rows)],
        }
    )
    frame["image"] = pd.Series([r.integers(0, 255, (2, 2, 3), np.uint8) for _ in range(rows)], dtype=object)
    order = frame["date"].argsort().to_numpy() if "time" in settings else r.permutation(rows)
    if "group" in settings:
        order = np.argsort(r.permutation(50)[frame["whole"]], kind="stable")
    train, validation, test = (np.sort(part) for part in np.split(order, [rows * 3 // 5, rows * 4 // 5]))
    targets: tuple[TargetSpec, ...] = ()
    truth: dict[str, np.ndarray] = {}
    if task is not None:
        classes = _CLASSES[task]
        targets = (TargetSpec("target", task, classes),)  # type: ignore[arg-type]
        frame["target"] = r.permutation(np.arange(rows) % len(classes)) if classes else r.normal(size=rows)
        truth = {"target": frame["target"].to_numpy()}
    kinds = {"number": "number", "whole": "number", "flag": "boolean"}
    kinds |= {name: name for name in ("category", "date", "text", "image")}
    split = Split(train, validation, test, "random")
    return replace(AuditData(frame, (split,), targets, truth, kinds, ("spare",)), **settings)  # type: ignore[arg-type]


def series(rows: int, count: int, seed: int = 0) -> SeriesData:
    """Series of noise, with a known column and another of noise, cut into windows of 6 rows before 3."""
    r = np.random.default_rng(seed)
    whole, window, horizon = rows * count, 6, 3
    codes, times = np.repeat(np.arange(count), rows), np.tile(np.arange(rows), count)
    values = r.normal(size=(whole, 1))
    others = {"plan": r.normal(size=whole), "x": np.where(r.random(whole) < 0.1, np.nan, r.normal(size=whole))}
    frame = pd.DataFrame({"t": times, "s": [f"s{code}" for code in codes], "y": values[:, 0], **others})
    starts = np.arange(count + 1) * rows
    origins = np.concatenate([np.arange(start + window, start + rows - horizon + 1) for start in starts[:-1]])
    borders = rows * 3 // 5, rows * 4 // 5
    part = np.digitize(times[origins], borders)
    reaches = np.digitize(times[origins] + horizon - 1, borders) == part  # no forecast into the next part
    train, validation, test = (np.flatnonzero((part == i) & reaches) for i in range(3))
    split = Split(train, validation, test, "time")
    parts = SeriesData.parts(times, origins, horizon, split)
    kinds = {"plan": "number", "x": "number"}
    return SeriesData(
        rows=AuditData(frame, (parts,), (), {}, kinds, time="t", seed=seed),
        targets=("y",),
        values=values,
        others=others,
        known=("plan",),
        codes=codes,
        times=times,
        days=None,
        step=1.0,
        starts=starts,
        names=tuple(f"s{i}" for i in range(count)),
        by=("s",),
        time="t",
        origins=origins,
        split=split,
        window=window,
        horizon=horizon,
        season=1,
    )


@contract
def check_check(check: Check | SeriesCheck | type[Check] | type[SeriesCheck]) -> None:
    """Whether a check keeps what `Check` or `SeriesCheck` of `protokit.evaluate.audit.check` asks for.

    Raises:
        AssertionError: it does not; the message says what.
    """
    one = check() if isinstance(check, type) else check
    rule = "derive it from Check or SeriesCheck of protokit.evaluate.audit.check"
    assert isinstance(one, (Check, SeriesCheck)), f"{check!r} is no check: {rule}"
    name = check_named(one)
    if isinstance(one, SeriesCheck):
        for rows, count in ((40, 1), (120, 3)):
            data = series(rows, count)
            _check_findings(name, one(data), one(series(rows, count)), {*data.rows.frame.columns})
        return
    for task in (*_CLASSES, None):
        for rows in (10, 60, 300):
            for settings in _SETTINGS:
                sound = table(task, rows, settings)
                before = sound.frame.copy()
                _check_findings(name, one(sound), one(table(task, rows, settings)), {*sound.frame.columns})
                same = sound.frame.drop(columns="image").equals(before.drop(columns="image"))
                assert same, f"{name} changes the table that it looks at"


def _check_findings(name: str, findings: Iterable[Finding], again: Iterable[Finding], columns: set[str]) -> None:
    found = [*findings]
    assert found == [*again], f"{name} finds something else the second time: use the seed of the data"
    for one in found:
        assert isinstance(one, Finding), f"{name} gives {one!r}, which is no Finding"
        assert one.check == name, f"{name} gives a finding of the check {one.check!r}"
        known = one.severity in {"fatal", "warning", "note"}
        assert known, f"the severity of a finding of {name} is {one.severity!r}: fatal, warning or note"
        assert one.severity != "fatal", f"{name} calls sound data fatal: {one.rule}"
        assert one.rule.strip(), f"a finding of {name} says nothing"
        assert {*one.columns} <= columns, f"{name} names columns that are not in the table: {one.columns}"
        plain = json.loads(json.dumps(one.as_plain()))
        assert Finding.from_plain(plain) == one, f"the evidence of {name} holds more than numbers and texts"
        if one.edit:
            edit = YAML(typ="safe").load(one.edit)
            sections = {"collect", "represent", "learn", "evaluate"}
            assert isinstance(edit, dict) and {*edit} <= sections, f"the edit of {name} is no piece of a recipe"
