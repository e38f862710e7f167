"""Columns of one name that are something else in one set."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from protokit.sets.audit.conversions import CONVERSIONS, match
from protokit.sets.audit.meaning import other_meanings


def people(rows: int, seed: int) -> pd.DataFrame:
    r = np.random.default_rng(seed)
    height = r.normal(171, 9, rows).round(1)
    frame = pd.DataFrame(
        {
            "height": height,
            "warm": r.normal(18, 4, rows).round(1),
            "pay": r.lognormal(10.4, 0.5, rows).round(),
            "sex": r.choice(["male", "female"], rows),
            "town": r.choice(["Oslo", "New York", "Lima"], rows),
            "member": r.choice([0, 1], rows),
        }
    )
    return frame.assign(y=(height * 0.5 + r.normal(0, 5, rows)).round(1))


PLANTED: dict[str, tuple[str, Any, str, str]] = {
    "inches": ("height", lambda x: (x / 2.54).round(1), "set_units", "height * 2.54"),
    "metres": ("height", lambda x: x / 100, "set_units", "height * 100"),
    "fahrenheit": ("warm", lambda x: x * 1.8 + 32, "set_units", "warm / 1.8 - 17.77777778"),
    "kelvin": ("warm", lambda x: x + 273.15, "set_units", "warm - 273.15"),
    "thousands": ("pay", lambda x: x / 1000, "set_units", "pay * 1000"),
    "other sign": ("pay", lambda x: -x, "set_units", "pay * -1"),
    "target in thousandths": ("y", lambda x: x * 1000, "set_units", "y / 1000"),
    "initials": ("sex", lambda x: x.str[0], "set_levels", "m: male"),
    "other case": ("town", lambda x: x.str.upper().str.replace(" ", "_"), "set_levels", 'NEW_YORK: "New York"'),
    "yes and no": ("member", lambda x: x.map({0: "no", 1: "yes"}), "", ""),
    "codes": ("sex", lambda x: x.map({"male": "1", "female": "2"}), "set_levels", "sex: ignore"),
    "bands": ("pay", lambda x: pd.cut(x, 4, labels=list("ABCD")).astype(str), "set_kinds", "pay: number"),
}


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("among", [1, 3])
def test_planted(name: str, among: int, set_of: Any) -> None:
    column, change, check, edit = PLANTED[name]
    odd = people(600, 9)
    odd[column] = change(odd[column])
    columns: dict[str, Any] = {"member": "category"}
    if column == "sex":
        columns["sex"] = "category"
    sets = [set_of(f"s{i}", people(700, i), columns=columns) for i in range(among)]
    found = list(other_meanings([set_of("odd", odd, columns=columns), *sets]))
    assert [(f.check or check, f.columns) for f in found] == [(check or "set_levels", (column,))]
    assert found[0].evidence["set"] == "odd"
    assert found[0].severity == "warning"
    assert edit in found[0].edit
    assert list(yaml.safe_load(found[0].edit)["sets"]) == ["odd"]


def test_kinds_of_two_sets(set_of: Any) -> None:
    one, other = people(300, 0), people(300, 1)
    other["pay"] = other["pay"].round(-4)
    (found,) = other_meanings([set_of("other", other, columns={"pay": "category"}), set_of("one", one)])
    assert (found.check, found.columns, found.severity) == ("set_kinds", ("pay",), "note")


def test_disjoint_levels_of_which_none_is_a_code_are_a_note(set_of: Any) -> None:
    one, other = people(300, 0), people(300, 1)
    other["town"] = other["town"].map({"Oslo": "Rome", "New York": "Bonn", "Lima": "Cairo"})
    (found,) = other_meanings([set_of("one", one), set_of("other", other)])
    assert (found.check, found.severity) == ("set_levels", "note")


def test_classes_of_the_target_in_another_spelling(set_of: Any) -> None:
    frames = [people(300, i).drop(columns="y").rename(columns={"sex": "y"}) for i in range(2)]
    frames[1]["y"] = frames[1]["y"].str.title()
    (found,) = other_meanings([set_of("a", frames[0]), set_of("b", frames[1])])
    assert found.columns == ("y",) and "Female: female" in found.edit


@pytest.mark.parametrize("seed", range(3))
def test_sets_that_differ_as_sets_do_are_not_blamed(seed: int, set_of: Any) -> None:
    r = np.random.default_rng(seed)
    sets = []
    for i in range(4):
        frame = people(500, 10 * seed + i)
        frame["pay"] *= r.lognormal(0, 0.3)
        frame["height"] += r.normal(0, 2)
        sets.append(set_of(f"s{i}", frame))
    assert not list(other_meanings(sets))


def test_each_conversion_and_its_way_back() -> None:
    values = np.sort(np.random.default_rng(0).normal(40, 3, 500))
    for one in CONVERSIONS:
        assert np.allclose(one.back(one(values)), values)
        told = eval(one.expression("x"), {"x": 40.0})
        assert told == pytest.approx(float(one(np.array([40.0]))[0]), rel=1e-6)
        found = match(np.sort(one.back(values)), np.sort(values + 0.0))
        if found is not None:
            assert np.allclose(found.conversion(one.back(values)), values, rtol=0.1)
