"""Which recipes are meant, and what is said of those that cannot be run: before any is."""

from __future__ import annotations

from pathlib import Path

import pytest

from protokit.core.errors import SpecError
from protokit.recipe.recipe import Recipe
from protokit.sets.many.given import given_of, is_pattern
from protokit.sets.many.run_all import workers_of
from tests.command import call


def refused(*recipes: object) -> str:
    with pytest.raises(SpecError) as error:
        given_of(recipes)  # type: ignore[arg-type]
    return str(error.value)


def test_all_wrong_recipes_are_told_together_and_nothing_is_run(shops: Path) -> None:
    (shops / "bad.yaml").write_text("collect: {tables: {t: lima.csv}}\nrepresent: {target: sold}\nlearn: {epoch: 3}\n")
    (shops / "none.yaml").write_text("collect: {tables: {t: lima.csv}}\nrepresent: {target: price}\n")
    (shops / "away.yaml").write_text("collect: {tables: {t: rome.csv}}\nrepresent: {target: sold}\n")
    status, out, error = call("run", "shops/*.yaml", "shops/nobody.yaml", cwd=shops.parent)
    assert (status, out) == (2, "")
    assert "shops/bad.yaml:3:9: unknown key 'epoch' of learn" in error
    assert "shops/none.yaml:2:21: no column 'price' in the data" in error
    assert "rome.csv" in error and "no such file: shops/nobody.yaml" in error
    assert error.rstrip().endswith("4 of 7 recipes cannot be run: none was")
    assert not (shops.parent / "runs").exists()
    assert error.index("bad.yaml:3") < error.index("none.yaml:2")  # file by file


def test_a_pattern_stands_for_files_in_order(shops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shops.parent)
    found, told = given_of(["shops/*.yaml"])
    assert [one.place for one in found] == ["shops/lima.yaml", "shops/oslo.yaml", "shops/void.yaml"]
    assert [one.recipe.name for one in found] == ["lima", "oslo", "void"] and told == ()
    odd = shops / "a[1].yaml"
    odd.write_text((shops / "lima.yaml").read_text())
    assert is_pattern("shops/*.yaml") and not is_pattern("shops/a[1].yaml") and not is_pattern("shops/lima.yaml")
    assert [one.place for one in given_of("shops/a[1].yaml")[0]] == ["shops/a[1].yaml"]


def test_what_is_no_recipe_is_refused_with_the_cure(shops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shops.parent)
    assert "shops is a folder" in refused("shops") and "write 'shops/*.yaml' for 3 recipes in it" in refused("shops")
    assert "finds what is no recipe: shops/lima.csv and 2 more" in refused("shops/*")
    assert "no file is called like 'shops/x*.yaml'\n    shops has lima.yaml, oslo.yaml" in refused("shops/x*.yaml")
    assert "did you mean 'shops'?" in refused("shop/*.yaml")
    assert "'folder/**/*.yaml'" in refused("s*/x.yaml")
    assert "recipe 2 is a list" in refused("shops/lima.yaml", [])
    assert "no recipe was given" in refused()
    (shops / "empty").mkdir()
    assert "there is no .yaml file in it" in refused("shops/empty")
    status, _, error = call("run", "shops", cwd=shops.parent)
    assert status == 2 and "write 'shops/*.yaml'" in error


def test_faults_of_dicts_say_which_of_them(shops: Path) -> None:
    good = {"collect": {"tables": {"t": str(shops / "lima.csv")}}, "represent": {"target": "sold"}}
    said = refused(good, {**good, "learn": {"epoch": 1}}, Recipe.parse({**good, "represent": {"target": "price"}}))
    assert "recipe 2.learn.epoch: unknown key 'epoch' of learn" in said
    assert "recipe 3.represent.target: no column 'price'" in said and "2 of 3 recipes" in said


def test_the_same_recipe_is_run_once_and_said(shops: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shops.parent)
    found, told = given_of(["shops/lima.yaml", "shops/*.yaml", "./shops/../shops/lima.yaml"])
    assert [one.recipe.name for one in found] == ["lima", "oslo", "void"]
    assert told == (
        "shops/lima.yaml is given twice: it is run once",
        "shops/../shops/lima.yaml is given twice, as shops/lima.yaml too: it is run once",
    )
    plain = Recipe.read("shops/lima.yaml")
    assert len(given_of([plain, plain])[0]) == 1


def test_recipes_of_one_name_are_said(shops: Path) -> None:
    other = shops / "more"
    other.mkdir()
    (other / "lima.yaml").write_text((shops / "lima.yaml").read_text().replace("lima.csv", "../lima.csv"))
    found, (told,) = given_of([shops / "lima.yaml", other / "lima.yaml"], allow=shops)
    assert len(found) == 2 and told.endswith(
        "are all called 'lima': their runs are in one folder (write name: in each)"
    )


def test_what_a_worker_cannot_run_is_said_before(shops: Path) -> None:
    path = shops / "lima.yaml"
    read = Recipe.read(path)
    assert len(given_of([path, read.with_learn(epochs=9)])[0]) == 2
    with pytest.raises(SpecError, match="changed since it was read"):
        given_of([read.with_learn(epochs=9)], in_workers=True)


def test_workers_are_a_number_or_ray() -> None:
    assert (workers_of(1), workers_of("3"), workers_of("ray")) == (1, 3, "ray")
    for wrong in (0, "-2", "many", True, "folder"):
        with pytest.raises(SpecError, match="workers is a number of processes from 1, or ray"):
            workers_of(wrong)
