"""Recipes of several sets: what each set's recipe is, where faults stand, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.members import members
from protokit.recipe.sets.words import names_of_levels
from protokit.workflow.check import as_recipe
from tests.command import call


def read(folder: Path, text: str) -> Recipe:
    file = folder / "shops.yaml"
    file.write_text(text, encoding="utf-8")
    return as_recipe(file, several=True)


@pytest.fixture
def shops(tmp_path: Path) -> Path:
    for name in ("lisbon", "madrid"):
        (tmp_path / f"{name}.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    return tmp_path


NAMED = """
sets:
  madrid: {collect: {tables: {sales: madrid.csv}}}
  lisbon: {collect: {tables: {sales: lisbon.csv}}, represent: {target: z, columns: {y: category}}}
collect: {tables: {weather: weather.csv}, join: [{with: weather, on: day}]}
represent: {target: y, columns: {x: number}, split: {test: 0.3}}
learn: {epochs: 3, sets: [stacked, {shared: {sample: size}}]}
"""


def test_a_set_says_what_differs_and_the_rest_holds_for_all(shops: Path) -> None:
    found = members(read(shops, NAMED))
    madrid, lisbon = found["madrid"], found["lisbon"]
    assert [list(one.collect.tables) for one in found.values()] == [["sales", "weather"]] * 2
    assert madrid.represent.target == "y" and lisbon.represent.target == "z"
    assert {*lisbon.represent.columns} == {"x", "y"} and {*madrid.represent.columns} == {"x"}
    assert madrid.learn.epochs == lisbon.learn.epochs == 3 and not madrid.learn.sets
    assert madrid.name == "madrid" and madrid.represent.split.test == 0.3
    assert all(not one.sets for one in found.values())


def test_cleaning_of_a_set_comes_before_that_of_all(shops: Path) -> None:
    text = """
sets:
  madrid: {collect: {tables: {sales: madrid.csv}, clean: [{derive: {x: "x * 2"}}]}}
  lisbon: {collect: {tables: {sales: lisbon.csv}}}
collect: {clean: [{filter: "x > 0"}, {drop: STEP}]}
represent: {target: y}
"""
    found = members(read(shops, text.replace("STEP", "z")))
    steps = [one.as_plain()["collect"]["clean"] for one in found.values()]  # type: ignore[index]
    assert [next(iter(one)) for one in steps[0]] == ["derive", "filter", "drop"] and len(steps[1]) == 2
    with pytest.raises(SpecError, match=r"shops.yaml:5:46: "):
        read(shops, text.replace("STEP", "[1]"))


def test_a_recipe_of_sets_is_written_as_it_was_read(shops: Path) -> None:
    recipe = read(shops, NAMED)
    again = Recipe.parse(recipe.as_plain(), folder=shops)
    assert again == recipe and again.learn.sets == recipe.learn.sets
    assert recipe.as_plain()["learn"]["sets"] == ["stacked", {"shared": {"sample": "size"}}]  # type: ignore[index]
    assert "sets" not in Recipe.parse({"represent": {"target": "y"}}).as_plain()


def test_files_are_sets_by_their_names(shops: Path) -> None:
    found = members(read(shops, 'sets: "*.csv"\nrepresent: {target: y}\n'))
    assert list(found) == ["lisbon", "madrid"]
    (shops / "madrid.yaml").unlink(missing_ok=True)
    with pytest.raises(SpecError, match=r"shops.yaml:1:7: no file is called like 'x/\*.csv'"):
        read(shops, 'sets: "x/*.csv"\nrepresent: {target: y}\n')
    with pytest.raises(SpecError, match="one file alone is no several sets"):
        read(shops, "sets: [lisbon.csv]\nrepresent: {target: y}\n")
    (shops / "deep").mkdir()
    (shops / "deep" / "lisbon.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with pytest.raises(SpecError, match="two sets are called 'lisbon'"):
        read(shops, "sets: [lisbon.csv, deep/lisbon.csv]\nrepresent: {target: y}\n")


def test_the_levels_of_a_column_are_sets(shops: Path) -> None:
    recipe = read(shops, "sets: {by: x}\ncollect: {tables: {data: madrid.csv}}\nrepresent: {target: y}\n")
    found = members(recipe, ["a b", "c"])
    assert list(found) == ["a-b", "c"]
    plain = found["a-b"].as_plain()
    assert plain["collect"]["clean"] == [{"filter": "\"x\" = 'a b'"}]  # type: ignore[index]
    assert plain["represent"]["columns"] == {"x": "ignore"}  # type: ignore[index]
    with pytest.raises(SpecError, match="would both be called 'a-b'"):
        names_of_levels(["a b", "a-b"])
    with pytest.raises(SpecError, match="the column holds only 1"):
        names_of_levels([1])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sets: {a: {colect: {}}, b: {}}", r":1:12: a set has no 'colect'\n.*\n.*did you mean 'collect'"),
        ("sets: {a: {}}", ":1:7: one set alone is no several"),
        ("sets: {a: {}, b: 3}", "a set is the parts of the recipe that differ, not 3"),
        ("sets: {a b: {}, c: {}}", "a set's name is letters, digits, '-', '_' and '.', not 'a b'"),
        ("sets: 3", "sets are parts of a recipe by name, not 3"),
        ("sets: {a: {}, b: {represent: {targt: y}}}", ":1:31: unknown key 'targt' of represent"),
        ("sets: {a: {}, b: {learn: {epochs: -1}}}", ":1:35: "),
        ("sets: {a: {}, b: {}}\nlearn: {sets: stackd}", ":2:15: unknown way to train on sets 'stackd'"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {each: {x: 1}}}", "each has no 'x'"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: [each, each]}", "each is named twice"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {shared: {sample: cube}}}", "sample is one of sqrt, size, equal"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {shared: {weights: {z: 2}}}}", ":2:35: there is no set 'z'"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {shared: {weights: {a: 0}}}}", "a weight is a number above 0, not 0"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {sequence: {order: [a, z]}}}", "there is no set 'z'"),
        ("sets: {a: {}, b: {}, c: {}}\nlearn: {sets: {sequence: {order: [a, b]}}}", "the order leaves out c"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {sequence: {order: [a, a]}}}", "order names 'a' twice"),
        ("sets: {a: {}, b: {}}\nlearn: {sets: {sequence: {rehearse: 1}}}", "rehearse is a share from 0 to below 1"),
        ("learn: {sets: stacked}", ":1:15: learn.sets is for a recipe with several sets of data"),
    ],
)
def test_faults_stand_at_their_lines(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SpecError, match=told):
        read(tmp_path, text + "\nrepresent: {target: y}\n")


def test_a_fault_of_what_holds_for_all_is_told_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, "sets: {a: {}, b: {}}\nrepresent: {target: y, positive: [1]}\n")
    assert len(caught.value.faults) == 1 and caught.value.faults[0].place is not None


def test_what_is_for_one_set_says_so() -> None:
    recipe = {"sets": {"a": {}, "b": {}}, "represent": {"target": "y"}}
    for verb in (protokit.run, protokit.lr_range):
        with pytest.raises(SpecError, match=r"names several sets of data(.|\n)*protokit.run_sets"):
            verb(recipe)


def test_slots_are_searched_for_one_set(tmp_path: Path) -> None:
    file = tmp_path / "shops.yaml"
    learn = "learn: {menu: [{Dense: {units: {choice: [4, 8]}}}]}"
    file.write_text(f"represent: {{target: y}}\nsets: {{a: {{}}, b: {{}}}}\n{learn}\n", encoding="utf-8")
    told = r":2:7: a search is on one set of data, and this recipe names several(.|\n)*tune the parts of one set"
    with pytest.raises(SpecError, match=told):
        protokit.tune(file)
    status, out, _ = call("check", "shops.yaml", cwd=tmp_path)
    assert status == 0 and "slots stand at their defaults (Dense.units): protokit tune is for one set" in out, out


def test_a_set_that_was_set_beside_the_text(tmp_path: Path) -> None:
    recipe = Recipe.parse({"sets": {"a": {}, "b": {}}, "represent": {"target": "y"}}, set=["sets.b.represent.target=x"])
    assert members(recipe)["b"].represent.target == "x"
    with pytest.raises(SpecError, match=r"--set:1:\d+: "):
        members(Recipe.parse({"sets": {"a": {}, "b": {}}}, set=["sets.b.learn.epochs=-1", "represent.target=y"]))
