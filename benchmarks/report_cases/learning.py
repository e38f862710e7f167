"""Columns, targets and splits, up to the arrays that the network takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from report_cases.report import Outcome, Tried, judged, lines, put, refusal, report, tried


def _targets(table: Tried) -> int:
    """How many rows have a target, all of them finite numbers."""
    truth = np.concatenate([part.truth["y"] for part in (table.done.train, table.done.validation, table.done.test)])
    assert np.isfinite(truth).all()
    return len(truth)


@report(
    "autogluon/autogluon#2443",
    "The target has infinite values, and missing ones",
    "Rows without a target are dropped and counted; infinity is refused or dropped and told",
    mended=True,
)
def infinite_target(folder: Path) -> Outcome:
    path = put(folder, lines("x,z,y", *(f"{i},{i % 7}.5,{i}.25" for i in range(40)), "41,1.5,inf", "42,2.5,"))
    table = tried(path)
    error = table.error or refusal(lambda: table.done)
    if error:
        again = tried({"t": {"csv": str(path), "missing": ["inf"]}})
        return judged(right=False, told="missing: ['inf']" in error and _targets(again) == 40)
    return judged(right=False, told=_targets(table) == 40 and "'y'" in table.said)


@report(
    "autogluon/autogluon#4508",
    "A column is one number or missing",
    "Finite inputs; a later other number stays finite too",
)
def constant_with_gaps(folder: Path) -> Outcome:
    frame = pd.DataFrame({"a": np.linspace(0, 1, 60), "b": [0.5, np.nan] * 30, "y": [1.0, 2.0, 3.0] * 20})
    table = tried({}, frame=frame)
    later = frame.assign(b=[7e9, np.nan] * 30)
    inputs, _ = table.done.encoder.encode(table.done.encoder.examples(later))
    return judged(right=bool(np.isfinite(inputs["numbers"]).all()) and bool(np.abs(inputs["numbers"]).max() <= 10))


@report(
    "autogluon/autogluon#4347",
    "At prediction a number is beyond float32, one is infinite",
    "Finite inputs, or refused with the row",
)
def beyond_float32(folder: Path) -> Outcome:
    frame = pd.DataFrame({"a": np.linspace(0, 1, 60), "b": [0.5, 2.5, 1.5] * 20, "y": [1.0, 2.0, 3.0] * 20})
    encoder = tried({}, frame=frame).done.encoder
    inputs, _ = encoder.encode(encoder.examples(frame.assign(a=1e40)))
    finite = bool(np.isfinite(inputs["numbers"]).all())
    errors = [refusal(lambda x=x: encoder.encode(encoder.examples(frame.assign(a=x)))) for x in (1e300, np.inf)]
    return judged(right=finite and not any(errors), told=finite and all("'a', row 1" in error for error in errors))


@report(
    "pycaret/pycaret#311",
    "One class has a single row",
    "Trained without it and told, or refused with the class",
)
def class_of_one_row(folder: Path) -> Outcome:
    path = put(folder, lines("x,z,y", *(f"{i * 7 % 11},{i % 5},{'ab'[i % 2]}" for i in range(60)), "3,1,rare"))
    table = tried(path)
    error = table.error or refusal(lambda: table.done)
    if error:
        again = tried(path, clean=[{"filter": "y <> 'rare'"}])
        return judged(right=False, told="rare" in error and not refusal(lambda: again.done))
    [target] = table.done.encoder.signature.targets
    if "rare" in target.classes:
        return judged(right="rare" in set(table.frame["y"].iloc[table.done.split.train]))
    return judged(right=False, told="rare" in table.said)


@report(
    "pycaret/pycaret#161",
    "Cross-validation with a class of three rows and five folds",
    "Each fold knows the same classes, or refused with a cure that works",
)
def rare_class_in_folds(folder: Path) -> Outcome:
    rows = [f"{i * 7 % 11},{i % 5},{'ab'[i % 2]}" for i in range(60)] + [f"{i},2,rare" for i in range(3)]
    path = put(folder, lines("x,z,y", *rows))
    table = tried(path, split={"folds": 5})
    error = table.error or refusal(lambda: table.done)
    if not error:
        return judged(right="rare" in table.done.encoder.signature.targets[0].classes)
    again = tried(path, split={"folds": 3})
    return judged(right=False, told="folds" in error and not refusal(lambda: again.done))


@report(
    "autogluon/autogluon#2340",
    "The table of test rows has the classes as numbers with a fraction (1.0), training has 0 and 1",
    "The same two classes",
)
def classes_of_another_type(folder: Path) -> Outcome:
    train = put(folder, lines("x,z,y", *(f"{i},{i % 3},{i % 2}" for i in range(60))), "train.csv")
    test = put(folder, lines("x,z,y", *(f"{i},{i % 3},{i % 2}.0" for i in range(20)), "5,1,"), "test.csv")
    table = tried({"t": str(train), "later": str(test)}, split={"test": "later"})
    [target] = table.done.encoder.signature.targets
    truth = table.done.test.truth["y"]
    return judged(right=len(target.classes) == 2 and truth.tolist() == [i % 2 for i in range(20)])


@report(
    "automl/auto-sklearn#1055",
    "The test table has a level that training does not have",
    "Counts as unseen; the other levels keep their codes",
)
def unseen_level_in_the_test_table(folder: Path) -> Outcome:
    train = put(folder, lines("c,x,y", *(f"{'uvw'[i % 3]},{i},{i % 2}" for i in range(60))), "train.csv")
    test = put(folder, lines("c,x,y", "a,1,0", "u,2,1", "v,3,0", "w,4,1"), "test.csv")
    done = tried({"t": str(train), "later": str(test)}, split={"test": "later"}).done
    codes = [one for one in done.test.features.codes.T if len(set(one.tolist())) == 4]
    known = [one for one in done.train.features.codes.T if len(set(one.tolist())) == 3]
    return judged(right=bool(codes and known) and int(codes[0][0]) not in {int(code) for code in known[0]})


@report(
    "pycaret/pycaret#2535",
    "Some rows have no target",
    "They are left out and counted",
)
def rows_without_target(folder: Path) -> Outcome:
    table = tried(put(folder, lines("x,z,y", *(f"{i * 3 % 17},{i % 5},{('a', 'b', '')[i % 3]}" for i in range(60)))))
    [target] = table.done.encoder.signature.targets
    rows = sum(len(part) for part in (table.done.split.train, table.done.split.validation, table.done.split.test))
    counted = any(sum(step.dropped.values()) == 20 or step.rows_in - step.rows_out == 20 for step in table.done.steps)
    return judged(right=target.classes == ("a", "b") and rows == 40 and counted)


@report(
    "autogluon/autogluon#4372",
    "One of many series has every time twice",
    "Refused with the series, or told",
)
def doubled_times(folder: Path) -> Outcome:
    days = pd.date_range("2020-01-01", periods=40).strftime("%Y-%m-%d")
    rows = [f"s{i},{day},{n}" for i in range(120) for n, day in enumerate(days)]
    rows += [f"s117,{day},{n}" for n, day in enumerate(days)]
    path = put(folder, lines("item,time,y", *rows))
    series = {"time": "time", "by": "item", "window": 8, "horizon": 2}
    table = tried(path, series=series)
    error = table.error or refusal(lambda: table.done)
    again = tried(path, series=series, clean=[{"drop_duplicates": ["item", "time"]}])
    return judged(right=False, told="s117" in error and not refusal(lambda: again.done))


@report(
    "autogluon/autogluon#2128",
    "A series lacks days here and there",
    "Told, or refused with a cure; the gap is not one step",
)
def uneven_times(folder: Path) -> Outcome:
    series = {"time": "time", "window": 8, "horizon": 2}
    days = pd.date_range("2020-01-01", periods=90).strftime("%Y-%m-%d")
    rows = [f"{day},{i % 7},{i * 5 % 13}" for i, day in enumerate(days) if i % 11 != 5]
    table = tried(put(folder, lines("time,x,y", *rows)), series=series)
    every = [f"{day},{i % 7}," + (f"{i * 5 % 13}" if i % 11 != 5 else "") for i, day in enumerate(days)]
    whole = tried(put(folder, lines("time,x,y", *every), "whole.csv"), series=series)
    told = "8 gaps in 'time'" in table.said and "a row for each step" in table.said
    return judged(right=False, told=told and "gaps" not in whole.said)


@report(
    "pycaret/pycaret#844",
    "A column is missing in all training rows but one",
    "Left out and told, or finite",
)
def almost_empty(folder: Path) -> Outcome:
    frame = pd.DataFrame({"a": np.arange(60) % 13, "b": [np.nan] * 60, "y": np.arange(60) * 7 % 11 + 0.5})
    frame.loc[7, "b"] = 3.0
    table = tried({}, frame=frame)
    done = table.done
    parts = (done.train, done.validation, done.test)
    finite = all(np.isfinite(part.inputs["numbers"]).all() for part in parts)
    return judged(right=finite and "b" in table.kinds, told=finite and "'b'" in table.said)


@report(
    "microsoft/FLAML#548",
    "Three of ten cells of a column of numbers are ?",
    "Numbers with gaps, or told with the edit that makes them so",
)
def question_marks_among_numbers(folder: Path) -> Outcome:
    path = put(
        folder, lines("a,x,y", *(f"{'?' if i % 10 < 3 else i * 37 % 101 / 4},{i % 7},{i % 2}" for i in range(90)))
    )
    table = tried(path)
    marked = tried({"t": {"csv": str(path), "missing": ["?"]}})
    cured = marked.kinds["a"] == "number" and int(marked.frame["a"].isna().sum()) == 27
    return judged(right=table.kinds.get("a") == "number" and cured, told="missing: [" in table.said and cured)


@report(
    "SauersML/gam#2495",
    "One of ten cells of a column of numbers is a dash",
    "Numbers with gaps, or told with the edit that makes them so; not 80 levels in silence",
    mended=True,
)
def dashes_among_numbers(folder: Path) -> Outcome:
    path = put(
        folder, lines("a,x,y", *(f"{'-' if i % 10 == 3 else i * 37 % 61 / 4},{i % 7},{i % 2}" for i in range(90)))
    )
    table = tried(path)
    marked = tried({"t": {"csv": str(path), "missing": ["-"]}})
    cured = marked.kinds["a"] == "number" and int(marked.frame["a"].isna().sum()) == 9
    return judged(right=table.kinds.get("a") == "number" and cured, told="missing: ['-']" in table.said and cured)


@report(
    "catalyst-cooperative/pudl#588",
    "Hourly loads by a clock that shows one hour twice in autumn",
    "Refused with the rows; with offsets each hour is one step",
    mended=True,
)
def hour_twice_in_a_series(folder: Path) -> Outcome:
    hours = pd.date_range("2024-10-26", periods=80, freq="h", tz="Europe/Berlin")
    series = {"time": "t", "window": 6, "horizon": 2}
    local = put(folder, lines("t,y", *(f"{one:%Y-%m-%d %H:%M},{i * 7 % 13}" for i, one in enumerate(hours))))
    table = tried(local, series=series)
    error = table.error or refusal(lambda: table.done)
    offsets = put(folder, lines("t,y", *(f"{one.isoformat()},{i * 7 % 13}" for i, one in enumerate(hours))), "o.csv")
    again = tried(offsets, series=series)
    told = "rows 27 and 28" in error and "offset" in error and "by: y" not in error
    return judged(right=False, told=told and "gap" not in again.said)
