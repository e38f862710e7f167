"""The table of trials."""

from __future__ import annotations

import io
import json

import pandas as pd

from protokit.search.table import COLUMNS, FURTHER, Trial, as_csv, table

TRIALS = [
    Trial(
        1, {"width": 64, "rate": 0.25, "head": ("a", "b")}, "pruned", -0.7, ((3, -0.7),), 3, 0.4, "w1", "fell behind"
    ),
    Trial(
        0,
        {"width": 32, "head": None, "loss": "Huber"},
        "complete",
        -0.9,
        ((3, -0.8), (9, -0.9)),
        9,
        1.5,
        "w0",
        result={
            "loss": 0.3,
            "scores": {"roc_auc": 0.9, "accuracy": float("nan")},
            "parameters": 120,
            "architecture": "ab12",
            "known": True,
        },
    ),
    Trial(2, {"width": 32, "head": {"x": 1}}, "failed", reason="the loss was not finite"),
    Trial(3, {"width": 32}),
]


def test_a_row_for_each_trial_typed_and_in_order() -> None:
    frame = table(TRIALS, ("rate", "width"), greater_is_better=True)
    assert list(frame.columns) == [
        *COLUMNS, "roc_auc", "accuracy", *FURTHER, "rate", "width", "head", "loss (slot)",
    ]  # fmt: skip
    assert frame["trial"].tolist() == [0, 1, 2, 3]
    assert frame["value"].tolist()[:2] == [0.9, 0.7] and frame["value"].isna().tolist() == [False, False, True, True]
    assert frame["state"].tolist() == ["complete", "pruned", "failed", "waiting"]
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert types["width"] == types["epochs"] == types["parameters"] == "Int64"
    assert types["rate"] == types["value"] == types["accuracy"] == "float64"
    assert types["known"] == "boolean" and types["state"] == "category" and types["reason"] == "string"
    assert frame["reason"].tolist()[1:3] == ["fell behind", "the loss was not finite"]


def test_null_is_a_value_and_a_slot_that_was_not_met_is_missing() -> None:
    frame = table(TRIALS)
    assert frame["head"][0] is None and frame["head"][1] == ["a", "b"] and frame["head"][2] == {"x": 1}
    assert frame["head"][3] is pd.NA
    assert frame["loss (slot)"].isna().tolist() == [False, True, True, True]


def test_csv_says_the_same() -> None:
    frame = table(TRIALS, greater_is_better=True)
    again = pd.read_csv(io.StringIO(as_csv(frame)), keep_default_na=False, dtype=str)
    assert list(again.columns) == list(frame.columns)
    assert again["head"].tolist() == ["null", json.dumps(["a", "b"]), json.dumps({"x": 1}), ""]
    assert again["value"].tolist() == ["0.9", "0.7", "", ""] and again["width"].tolist() == ["32", "64", "32", "32"]
    assert frame["head"][1] == ["a", "b"]  # as it was


def test_mixed_and_large_numbers_keep_their_value() -> None:
    trials = [Trial(i, {"a": a, "b": b, "c": c}) for i, (a, b, c) in enumerate([(1, 2**70, True), (0.5, 3, "yes")])]
    frame = table(trials)
    assert (
        frame["a"].tolist() == [1.0, 0.5] and frame["b"].tolist() == [2**70, 3] and frame["c"].tolist() == [True, "yes"]
    )


def test_no_trials_make_an_empty_table() -> None:
    frame = table([], ("width",))
    assert len(frame) == 0 and list(frame.columns) == [*COLUMNS, *FURTHER, "width"]
    assert as_csv(frame).count("\n") == 1
