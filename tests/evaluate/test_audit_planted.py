"""Faults put into sound data: each is found by its check, in its columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from protokit.core.values.said import Finding

Planted = tuple[pd.DataFrame, dict[str, Any]]
ROWS = 3000


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def bundled(name: str) -> pd.DataFrame:
    from sklearn import datasets

    frame: pd.DataFrame = getattr(datasets, f"load_{name}")(as_frame=True).frame.copy()
    return frame


def copied(frame: pd.DataFrame, share: float) -> pd.DataFrame:
    more = frame.sample(frac=share, random_state=0)
    return pd.concat([frame, more]).sample(frac=1, random_state=0).reset_index(drop=True)


def people(rows: int = ROWS) -> pd.DataFrame:
    """Two classes that can be told in 3 of 4 rows."""
    r = rng()
    age, hours, city = r.integers(18, 80, rows), r.normal(40, 9, rows), r.choice(list("abcd"), rows)
    score = (age - 49) / 18 + (hours - 40) / 9 + (city == "a")
    bought = score + r.logistic(size=rows) > 0.3
    return pd.DataFrame({"age": age, "hours": hours, "city": city, "bought": np.where(bought, "yes", "no")})


def houses(rows: int = ROWS) -> pd.DataFrame:
    """A price that can be told with R2 of about 0.7."""
    r = rng(1)
    area, rooms, kind = r.lognormal(4.5, 0.4, rows), r.integers(1, 7, rows), r.choice(["flat", "house"], rows)
    price = np.exp(6 + 0.9 * np.log(area) + 0.1 * rooms + 0.3 * (kind == "house") + 0.25 * r.normal(size=rows))
    return pd.DataFrame({"area": area.round(1), "rooms": rooms, "kind": kind, "price": price.round()})


def flipped(labels: pd.Series, share: float, seed: int) -> np.ndarray:
    """The labels, with a share of the rows dealt anew."""
    r, found = rng(seed), labels.to_numpy(object).copy()
    at = r.random(len(found)) < share
    found[at] = r.permutation(found[at])
    return found


def missing_unless(frame: pd.DataFrame, seed: int) -> np.ndarray:
    """A note that is taken where something was bought, but for a few."""
    r = rng(seed)
    has = np.where(frame["bought"] == "yes", r.random(len(frame)) < 0.98, r.random(len(frame)) < 0.01)
    return np.where(has, r.choice(["post", "van", "shop"], len(frame)), None)


def visits(seed: int, groups: int = 250, each: int = 8) -> tuple[np.ndarray, pd.DataFrame]:
    r = rng(seed)
    who = np.repeat(np.arange(groups), each)
    frame = pd.DataFrame(r.normal(size=(groups, 3))[who] + 0.3 * r.normal(size=(len(who), 3)), columns=list("uvw"))
    return who, frame


def days(rows: int) -> pd.Series:
    return pd.Series(pd.date_range("2021-01-01", periods=rows).strftime("%Y-%m-%d"))


def duplicated_numbers() -> Planted:
    return copied(houses(), 0.15), {"target": "price"}


def duplicated_measurements() -> Planted:
    return copied(bundled("breast_cancer"), 0.15), {"target": "target"}


def duplicated_pixels() -> Planted:
    return copied(bundled("digits"), 0.15), {"target": "target"}


def duplicated_under_another_case() -> Planted:
    frame = people()
    frame["street"] = [f"{['Long', 'Oak', 'Mill'][i % 3]} Street {i % 40}" for i in range(len(frame))]
    more = frame.sample(frac=0.15, random_state=0)
    more["street"] = more["street"].str.upper().str.replace(" ", "  ") + "."
    return pd.concat([frame, more]).sample(frac=1, random_state=0), {"target": "bought", "columns": {"age": "number"}}


def leak_of_another_name() -> Planted:
    frame = bundled("wine")
    return frame.assign(grade=[f"g{9 - c}" for c in frame["target"]]), {"target": "target"}


def leak_with_noise() -> Planted:
    frame = people()
    return frame.assign(state=flipped(frame["bought"], 0.04, 2)), {"target": "bought"}


def leak_of_a_flag() -> Planted:
    frame = people()
    return frame.assign(paid=frame["bought"] == "yes"), {"target": "bought"}


def leak_in_missing_cells() -> Planted:
    frame = people()
    return frame.assign(delivery=missing_unless(frame, 3)), {"target": "bought"}


def leak_in_a_missing_date() -> Planted:
    frame = people()
    frame["sent"] = days(len(frame)).where(frame["bought"] == "yes")
    return frame, {"target": "bought"}


def leak_in_many_levels() -> Planted:
    frame, r = people(), rng(4)
    desk = np.where(frame["bought"] == "yes", r.integers(0, 60, len(frame)), r.integers(60, 200, len(frame)))
    return frame.assign(desk=[f"{chr(97 + d % 20)}{'xyzuvwqrst'[d // 20]}" for d in desk]), {"target": "bought"}


def leak_in_a_band() -> Planted:
    frame, r = people(), rng(5)
    off = np.where(r.random(len(frame)) < 0.5, r.uniform(0, 40, len(frame)), r.uniform(60, 100, len(frame)))
    return frame.assign(level=np.where(frame["bought"] == "yes", r.uniform(40, 60, len(frame)), off)), {
        "target": "bought"
    }


def leak_of_a_rare_class() -> Planted:
    r = rng(6)
    x = r.normal(size=(4000, 3))
    fraud = (x[:, 0] + r.normal(size=4000) > 3).astype(int)
    frame = pd.DataFrame(x, columns=list("abc")).assign(fraud=fraud)
    return frame.assign(refund=100 * fraud + r.normal(size=4000)), {"target": "fraud"}


def leak_in_another_unit() -> Planted:
    frame = houses()
    return frame.assign(euros=frame["price"] * 0.92), {"target": "price"}


def leak_of_a_logarithm() -> Planted:
    frame = bundled("diabetes")
    return frame.assign(z=np.log(frame["target"])), {"target": "target"}


def leak_that_is_nearly_equal() -> Planted:
    frame = houses()
    return frame.assign(tax=frame["price"] + 0.02 * frame["price"].std() * rng(7).normal(size=len(frame))), {
        "target": "price"
    }


def numbered_in_the_order_of_classes() -> Planted:
    frame = people().sort_values("bought").reset_index(drop=True)
    frame["row"] = np.arange(len(frame))
    return frame.sample(frac=1, random_state=0), {"target": "bought", "columns": {"row": "number"}}


def numbered_in_the_order_of_a_number() -> Planted:
    frame = houses().sort_values("price").reset_index(drop=True)
    frame["offer_id"] = np.arange(len(frame)) * 3 + 5000
    return frame, {"target": "price", "columns": {"offer_id": "number"}}


def numbered_by_chance() -> Planted:
    frame = people()
    frame["customer_id"] = rng(8).permutation(len(frame)) * 7 + 11
    return frame, {"target": "bought", "columns": {"customer_id": "number"}}


def patients_in_both_parts() -> Planted:
    who, frame = visits(9)
    return frame.assign(patient_id=[f"P{i:04}" for i in who], ill=rng(9).integers(0, 2, 250)[who]), {"target": "ill"}


def left_out_groups_in_both_parts() -> Planted:
    who, frame = visits(10)
    ill = rng(10).integers(0, 2, 250)[who]
    ill = np.where(rng(11).random(len(ill)) < 0.1, 1 - ill, ill)
    return frame.assign(subject=who, ill=ill), {"target": "ill", "columns": {"subject": "ignore"}}


def customers_with_like_numbers() -> Planted:
    who, frame = visits(12)
    spent = 20 * rng(12).normal(size=250)[who] + 5 * rng(13).normal(size=len(who))
    return frame.assign(CustomerNo=who, spent=spent), {"target": "spent"}


def cases_of_many_rows() -> Planted:
    r = rng(131)
    who = np.repeat(np.arange(12), 250)
    frame = pd.DataFrame(r.normal(size=(12, 3))[who] + r.normal(size=(len(who), 3)), columns=list("uvw"))
    frame = frame.assign(case=who, kind=np.array(list("abcd"))[who % 4])
    return frame.sample(frac=1, random_state=0).reset_index(drop=True), {"target": "kind"}


def sequences_taken_for_rows() -> Planted:
    r = rng(132)
    who, step = np.repeat(np.arange(60), 90), np.tile(np.arange(90), 60)
    level = r.normal(size=60)
    frame = pd.DataFrame({"recording": who, "step": step, "x": level[who] + r.normal(size=len(who))})
    return frame.assign(mood=np.where(level > 0, "calm", "wild")[who]), {"target": "mood"}


def codes_in_both_parts() -> Planted:
    who, frame = visits(14)
    ward = rng(14).integers(0, 4, 250)[who]
    return frame.assign(ref=[f"K-{1000 + i}" for i in who], ward=ward), {"target": "ward"}


def a_series_split_by_chance() -> Planted:
    walk = np.cumsum(rng(15).normal(size=1200))
    return pd.DataFrame({"date": days(1200), "x": rng(16).normal(size=1200), "close": walk}), {"target": "close"}


def a_class_that_comes_in_spells() -> Planted:
    up = np.repeat(rng(17).integers(0, 2, 60), 20)
    frame = pd.DataFrame({"day": days(1200), "x": rng(18).normal(size=1200), "up": up})
    return frame.sample(frac=1, random_state=0), {"target": "up"}


def a_share_that_changes_with_time() -> Planted:
    r = rng(19)
    day = r.integers(0, 300, 4000)
    fraud = (r.random(4000) < np.where(day < 150, 0.15, 0.65)).astype(int)
    when = pd.Timestamp("2023-01-01") + pd.to_timedelta(day, "D")
    return pd.DataFrame({"when": when, "x": r.normal(size=4000), "fraud": fraud}), {"target": "fraud"}


def a_test_before_the_training_rows() -> Planted:
    frame = houses(900).assign(sold=days(900), part=np.where(np.arange(900) < 200, "test", "train"))
    return frame, {"target": "price", "split": {"by": {"column": "part"}}}


def made_of_what_is_still_there() -> Planted:
    frame = houses()
    dear = {"dear": (frame["price"] > frame["price"].median()).map({True: "yes", False: "no"})}
    return frame.assign(**dear), {"target": "dear", "derived": {"dear": ("price",)}}


def measured_at_the_same_moment() -> Planted:
    r = rng(20)
    late = r.integers(0, 20, ROWS)
    frame = pd.DataFrame({"weight": r.lognormal(size=ROWS), "deliveryHour": r.integers(8, 20, ROWS)})
    return frame.assign(delivery_delay=late.astype(float)), {"target": "delivery_delay", "task": "regression"}


def named_for_the_target() -> Planted:
    frame, r = people(), rng(21)
    found = np.where((frame["bought"] == "yes") & (r.random(len(frame)) < 0.6), "price", "none")
    return frame.assign(bought_because=found), {"target": "bought"}


def later_than_the_rows_time() -> Planted:
    r = rng(22)
    came = pd.Timestamp("2022-01-01") + pd.to_timedelta(r.integers(0, 500, ROWS), "D")
    stay = r.integers(1, 20, ROWS)
    frame = pd.DataFrame({"came": came, "age": r.integers(20, 90, ROWS), "left": came + pd.to_timedelta(stay, "D")})
    return frame.assign(ill=(stay > 12).astype(int)), {"target": "ill", "split": {"by": {"time": "came"}}}


def a_sum_of_two() -> Planted:
    r = rng(23)
    by_day, by_night = r.poisson(30, ROWS), r.poisson(30, ROWS)
    frame = pd.DataFrame({"by_day": by_day, "by_night": by_night, "heat": r.normal(size=ROWS)})
    return frame.assign(total=by_day + by_night), {"target": "total", "task": "regression"}


def a_product_of_two() -> Planted:
    r = rng(24)
    pieces, each = r.integers(1, 40, ROWS), r.lognormal(2, 0.8, ROWS).round(2)
    frame = pd.DataFrame({"pieces": pieces, "each": each, "shop": r.choice(list("abc"), ROWS)})
    return frame.assign(bill=(pieces * each).round(2)), {"target": "bill"}


def a_difference_of_two() -> Planted:
    r = rng(25)
    due = r.integers(300, 1300, ROWS)
    came = due + r.normal(5, 25, ROWS).round()
    frame = pd.DataFrame({"due": due, "came": came, "road": r.choice(list("abc"), ROWS), "load": r.normal(size=ROWS)})
    return frame.assign(late=came - due > 15), {"target": "late"}


def days_between_two_dates() -> Planted:
    r = rng(26)
    first = pd.Timestamp("2020-01-01") + pd.to_timedelta(r.integers(0, 900, ROWS), "D")
    stay = r.integers(1, 60, ROWS)
    frame = pd.DataFrame({"opened": first, "shut": first + pd.to_timedelta(stay, "D"), "x": r.normal(size=ROWS)})
    return frame.assign(stay=stay.astype(float)), {"target": "stay", "task": "regression"}


def a_test_in_another_unit() -> Planted:
    frame = houses()
    frame["part"] = np.where(np.arange(len(frame)) % 4 == 0, "test", "train")
    frame["area"] = frame["area"].where(frame["part"] == "train", frame["area"] * 1000)
    return frame, {"target": "price", "split": {"by": {"column": "part"}}}


def a_test_of_other_places() -> Planted:
    frame, r = people(), rng(27)
    frame["part"] = np.where(np.arange(len(frame)) % 4 == 0, "test", "train")
    moved = (frame["part"] == "test") & (r.random(len(frame)) < 0.6)
    frame["city"] = frame["city"].mask(moved, "d")
    return frame, {"target": "bought", "split": {"by": {"column": "part"}}}


def a_test_of_others_in_age() -> Planted:
    frame, r = people(), rng(28)
    old = r.random(len(frame)) < 1 / (1 + np.exp(-(frame["age"] - 65) / 5))
    return frame.assign(part=np.where(old, "test", "train")), {"target": "bought", "split": {"by": {"column": "part"}}}


def one_value() -> Planted:
    return people().assign(country=1), {"target": "bought", "columns": {"country": "number"}}


def hardly_any_value() -> Planted:
    r = rng(29)
    return houses().assign(pool=np.where(r.random(ROWS) < 0.98, np.nan, r.normal(size=ROWS))), {"target": "price"}


def two_labels_of_one_row() -> Planted:
    frame = copied(people(), 0.3)
    other = rng(30).random(len(frame)) < 0.1
    frame["bought"] = frame["bought"].mask(other, frame["bought"].map({"yes": "no", "no": "yes"}))
    return frame, {"target": "bought"}


def two_of_several_labels() -> Planted:
    frame = copied(bundled("wine"), 0.3)
    frame["target"] = np.where(rng(31).random(len(frame)) < 0.15, (frame["target"] + 1) % 3, frame["target"])
    return frame, {"target": "target"}


def a_class_of_few() -> Planted:
    r = rng(32)
    x = r.normal(size=(4000, 3))
    return pd.DataFrame(x, columns=list("abc")).assign(y=(x[:, 0] + r.normal(size=4000) > 3).astype(int)), {
        "target": "y"
    }


def one_of_three_classes_of_few() -> Planted:
    frame = bundled("iris")
    more = pd.concat([frame] * 5).reset_index(drop=True)
    more.iloc[:, :4] += 0.2 * rng(33).normal(size=(len(more), 4))
    return more[(more["target"] < 2) | (np.arange(len(more)) % 25 == 0)], {"target": "target"}


def few_test_rows() -> Planted:
    return bundled("wine"), {"target": "target"}


CASES: list[tuple[Callable[[], Planted], str, tuple[str, ...], str]] = [
    (duplicated_numbers, "duplicates", ("area", "price"), "fatal"),
    (duplicated_measurements, "duplicates", ("mean radius", "target"), "fatal"),
    (duplicated_pixels, "duplicates", ("target",), "fatal"),
    (duplicated_under_another_case, "duplicates", ("street", "bought"), "fatal"),
    (leak_of_another_name, "leaks", ("grade",), "fatal"),
    (leak_with_noise, "leaks", ("state",), "fatal"),
    (leak_of_a_flag, "leaks", ("paid",), "fatal"),
    (leak_in_missing_cells, "leaks", ("delivery",), "fatal"),
    (leak_in_a_missing_date, "leaks", ("sent",), "fatal"),
    (leak_in_many_levels, "leaks", ("desk",), "fatal"),
    (leak_in_a_band, "leaks", ("level",), "fatal"),
    (leak_of_a_rare_class, "leaks", ("refund",), "fatal"),
    (leak_in_another_unit, "leaks", ("euros",), "fatal"),
    (leak_of_a_logarithm, "leaks", ("z",), "fatal"),
    (leak_that_is_nearly_equal, "leaks", ("tax",), "fatal"),
    (numbered_in_the_order_of_classes, "identifiers", ("row",), "fatal"),
    (numbered_in_the_order_of_a_number, "identifiers", ("offer_id",), "fatal"),
    (numbered_by_chance, "identifiers", ("customer_id",), "warning"),
    (patients_in_both_parts, "groups", ("patient_id",), "fatal"),
    (left_out_groups_in_both_parts, "groups", ("subject",), "fatal"),
    (customers_with_like_numbers, "groups", ("CustomerNo",), "fatal"),
    (codes_in_both_parts, "groups", ("ref",), "fatal"),
    (cases_of_many_rows, "groups", ("case",), "fatal"),
    (sequences_taken_for_rows, "groups", ("recording",), "fatal"),
    (a_series_split_by_chance, "times", ("date",), "fatal"),
    (a_class_that_comes_in_spells, "times", ("day",), "fatal"),
    (a_share_that_changes_with_time, "times", ("when",), "warning"),
    (a_test_before_the_training_rows, "times", ("sold",), "warning"),
    (made_of_what_is_still_there, "origins", ("price",), "fatal"),
    (measured_at_the_same_moment, "origins", ("deliveryHour",), "fatal"),
    (named_for_the_target, "origins", ("bought_because",), "warning"),
    (later_than_the_rows_time, "origins", ("left",), "fatal"),
    (a_sum_of_two, "together", ("by_day", "by_night"), "fatal"),
    (a_product_of_two, "together", ("pieces", "each"), "fatal"),
    (a_difference_of_two, "together", ("due", "came"), "fatal"),
    (days_between_two_dates, "together", ("opened", "shut"), "fatal"),
    (a_test_in_another_unit, "drift", ("area",), "fatal"),
    (a_test_of_other_places, "drift", ("city",), "warning"),
    (a_test_of_others_in_age, "drift", ("age",), "warning"),
    (one_value, "empty", ("country",), "warning"),
    (hardly_any_value, "empty", ("pool",), "warning"),
    (two_labels_of_one_row, "conflicts", ("bought",), "warning"),
    (two_of_several_labels, "conflicts", ("target",), "warning"),
    (a_class_of_few, "balance", ("y",), "warning"),
    (one_of_three_classes_of_few, "balance", ("target",), "warning"),
    (few_test_rows, "sizes", (), "note"),
]


@pytest.mark.parametrize(("plant", "check", "columns", "severity"), CASES, ids=[case[0].__name__ for case in CASES])
def test_what_was_planted_is_found(
    plant: Callable[[], Planted], check: str, columns: tuple[str, ...], severity: str, audited: Any
) -> None:
    frame, rest = plant()
    findings: tuple[Finding, ...] = audited(frame, **rest)
    own = [finding for finding in findings if finding.check == check]
    assert own, [str(finding) for finding in findings]
    [found] = [finding for finding in own if {*columns} <= {*finding.columns}][:1]
    assert found.severity == severity, str(found)
    if check != "duplicates":
        assert {*found.columns} == {*columns}
    assert found.rule and found.evidence
    fatal = {finding.columns for finding in findings if finding.severity == "fatal"} - {found.columns}
    assert not fatal or check in {"conflicts", "together"}, fatal  # no other column is blamed


def test_rows_of_one_case_are_kept_together_or_made_one_example(audited: Any) -> None:
    for plant, words in ((cases_of_many_rows, "{group: case}"), (sequences_taken_for_rows, "time: step}")):
        frame, rest = plant()
        [found] = [one for one in audited(frame, **rest) if one.check == "groups"]
        assert words in found.edit


def test_every_check_has_faults_planted() -> None:
    from protokit.evaluate.audit.check import CHECKS

    assert {check for _, check, _, _ in CASES} == {*CHECKS}


def test_known_tables_with_known_faults(shared: Path, audited: Any) -> None:
    vowels = audited(None, "label", tables={"t": str(shared / "tsc_japanese_vowels.csv.gz")})
    assert [(f.check, f.columns) for f in vowels if f.severity == "fatal"] == [("groups", ("case_id",))]
    oil = audited(None, "OT", tables={"t": str(shared / "ETTh1.csv.gz")})
    assert [(f.check, f.columns) for f in oil if f.severity == "fatal"] == [("times", ("date",))]


def test_flights_known_by_their_arrival(shared: Path, audited: Any) -> None:
    flights = (
        pd.read_csv(shared / "pnwflights14" / "flights.csv.gz").dropna(subset="arr_delay").sample(12000, random_state=0)
    )
    flights["late"] = flights["arr_delay"] > 15
    derived = {"late": ("arr_delay",)}
    early = ["month", "day", "carrier", "flight", "tailnum", "origin", "dest", "distance", "late"]
    assert not [f for f in audited(flights[early], "late", derived=derived) if f.severity != "note"]
    [found] = [f for f in audited(flights[[*early, "arr_time"]], "late", derived=derived) if f.severity == "fatal"]
    assert (found.check, found.columns) == ("origins", ("arr_time",)) and "arr_time: ignore" in found.edit
    late = [f.columns for f in audited(flights, "late", derived=derived) if f.severity == "fatal"]
    assert {("arr_delay",), ("arr_time",)} <= {*late}
    # of a table that does not say what the target was made of, the name and what it tells have to do
    [found] = [f for f in audited(flights[[*early, "arr_time"]], "late") if f.severity != "note"]
    assert (found.check, found.columns, found.severity) == ("origins", ("arr_time",), "warning")
    [found] = [f for f in audited(flights[[*early, "arr_delay"]], "late") if f.severity == "fatal"]
    assert (found.check, found.columns) == ("leaks", ("arr_delay",))


def test_messages_are_found_twice(shared: Path) -> None:
    from protokit.core.values.signature import TargetSpec
    from protokit.core.values.tables import Split
    from protokit.evaluate.audit.audit import audit
    from protokit.evaluate.audit.data import AuditData

    sms = pd.read_csv(shared / "sms_spam.csv", encoding="cp1252")
    rows = rng().permutation(len(sms))
    split = Split(np.sort(rows[:3500]), np.sort(rows[3500:4200]), np.sort(rows[4200:]), "random")
    truth = (sms["label"] == "spam").to_numpy(int)
    target = TargetSpec("label", "binary", ("ham", "spam"))
    loud = sms.assign(text=sms["text"].where(np.arange(len(sms)) % 2 == 0, sms["text"].str.upper() + " !"))
    for frame in (sms, loud):
        data = AuditData(frame, (split,), (target,), {"label": truth}, {"text": "text"})
        [found] = [finding for finding in audit(data) if finding.check == "duplicates"]
        assert found.columns == ("text", "label") and found.severity in {"fatal", "warning"}


@pytest.mark.parametrize("task", ["class", "number"])
def test_one_leak_among_very_many_columns(task: str, audited: Callable[..., tuple[Finding, ...]]) -> None:
    r = rng(5)
    frame = pd.DataFrame(r.normal(size=(600, 500)), columns=[f"x{i}" for i in range(500)])
    target = frame["x0"] + r.normal(size=600)
    frame["y"] = np.where(target > 0, "yes", "no") if task == "class" else target
    levels = np.where(target > 0, r.choice([1, 4, 5], 600), r.choice([2, 3, 6], 600))  # not in the order of the classes
    frame["late"] = levels * 1.25 if task == "class" else target * -3 + 1
    found = audited(frame, "y")
    assert ("leaks", ("late",)) in {(one.check, one.columns) for one in found if one.severity == "fatal"}
    [said] = [one.rule for one in found if "one by one" in one.rule]
    assert "of 501 columns the 100 that tell most of 'y'" in said
