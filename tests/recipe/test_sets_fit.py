"""Which sets of a recipe fit together, as `check` says from headers and first cells; wrong sets, at their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

import protokit
from protokit.core.errors import DataError, SpecError
from protokit.recipe.sets.fitting import Seen, apart, told
from protokit.workflow.check import fitting_sets
from tests.command import call

ROWS = "x,k,y\n" + "".join(f"{i / 7:.3f},{'uvw'[i % 3]},{i % 5}\n" for i in range(30))
TEXT = """
sets:
  a: {collect: {tables: {d: a.csv}}}
  b: {collect: {tables: {d: FILE}}OTHER}
represent: {target: y}
learn: {epochs: 1, sets: WAY}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "same", "one/x", "two/x"):
        (tmp_path / f"{name}.csv").parent.mkdir(exist_ok=True)
        (tmp_path / f"{name}.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "renamed.csv").write_text(ROWS.replace("x,k", "z,k"), encoding="utf-8")
    (tmp_path / "numbers.csv").write_text(
        ROWS.replace("u,", "1,").replace("v,", "2.5,").replace("w,", "3,"), encoding="utf-8"
    )
    (tmp_path / "header.csv").write_text("x,k,y\n", encoding="utf-8")
    (tmp_path / "nothing.csv").write_text("", encoding="utf-8")
    return tmp_path


def written(folder: Path, file: str, *, way: str = "stacked", other: str = "") -> Path:
    path = folder / "r.yaml"
    text = TEXT.replace("FILE", file).replace("WAY", way).replace("OTHER", other)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("file", "other", "told"),
    [
        ("renamed.csv", "", "only 'a' of 'a' (line 3) and 'b' (line 4) has the column 'x'\n"),
        ("numbers.csv", "", "the column 'k' holds texts in 'a' (line 3) and numbers in 'b' (line 4)\n"),
        ("same.csv", ", represent: {target: x}", "the targets of 'a' (line 3) and 'b' (line 4) are not the same\n"),
        ("same.csv", ", learn: {epochs: 2}", "learn.epochs of 'a' (line 3) and 'b' (line 4) is not the same\n"),
        ("same.csv", ", learn: {freeze: [x]}", "learn.freeze is for one network\n"),
    ],
)
def test_sets_that_do_not_stack_are_refused_where_stacked_is_said(
    folder: Path, file: str, other: str, told: str
) -> None:
    recipe = written(folder, file, other=other)
    with pytest.raises(SpecError) as caught:
        protokit.check(recipe)
    assert f"r.yaml:6:26: the sets cannot be stacked: {told}" in str(caught.value), caught.value
    if "freeze" not in other:
        status, out, _ = call("check", "r.yaml", "--set", "learn.sets=auto", cwd=folder)
        assert status == 0 and f"b does not fit a: {told.rstrip()}" in out and "no faults" in out, out
    assert len(fitting_sets(protokit.check(recipe, set={"learn.sets": "auto"}))) == 1


def test_sets_that_fit_are_said_to(folder: Path) -> None:
    status, out, _ = call("check", str(written(folder, "same.csv")), cwd=folder)
    assert status == 0 and "a and b fit together: equal columns, target and words; they can be stacked" in out
    cleaned = ", represent: {columns: {k: text}}"
    [said] = fitting_sets(protokit.check(written(folder, "numbers.csv", way="auto", other=cleaned)))
    assert "represent.columns of" in said  # what a recipe says of a column is not held against its cells


def test_what_is_not_known_is_said(folder: Path) -> None:
    recipe = protokit.Recipe.parse({"represent": {"target": "y"}})
    sets = [Seen("a", recipe, ["x", "y"]), Seen("b", recipe), Seen("c", recipe, ["y", "x"]), Seen("d", recipe, ["y"])]
    both, apart_, unknown = told(sets)
    assert both.startswith("a and c fit together") and apart_.startswith("d does not fit a: only 'a' of 'a' and 'd'")
    assert unknown.startswith("whether b would fit shows when it is run")
    assert apart(sets[0], sets[1]) is None
    many = [*sets[:1], *(Seen(f"s{i}", recipe, ["y", f"x{i}"]) for i in range(20))]
    assert len(told(many)) == 9 and told(many)[-1] == "12 sets more fit none of those before"


def test_an_empty_set_is_named_with_its_file(folder: Path) -> None:
    with pytest.raises(DataError, match=r"nothing.csv: set 'b': the file is empty\n +give a table"):
        protokit.check(written(folder, "nothing.csv"))
    with pytest.raises(DataError, match=r"header.csv: set 'b': no rows below the header\n +give a table with rows"):
        protokit.run_sets(written(folder, "header.csv"), out=folder / "runs")
    assert not (folder / "runs").exists()


def test_two_sets_of_one_name_are_refused(folder: Path) -> None:
    path = folder / "r.yaml"
    path.write_text("sets:\n  a: {}\n  b: {}\n  a: {}\nrepresent: {target: y}\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"r.yaml:4:3: the key 'a' stands twice(.|\n)*keep one of the two"):
        protokit.check(path)
    path.write_text("sets: [one/x.csv, two/x.csv]\nrepresent: {target: y}\n", encoding="utf-8")
    told = r"r.yaml:1:19: two sets are called 'x': one/x.csv and two/x.csv(.|\n)*NAME: \{collect: .*two/x.csv"
    with pytest.raises(SpecError, match=told):
        protokit.check(path)


def test_an_order_that_names_an_unknown_set_is_marked_there(folder: Path) -> None:
    path = written(folder, "same.csv", way="[stacked, {sequence: {order: [a, bb]}}]")
    with pytest.raises(SpecError, match=r"r.yaml:6:59: there is no set 'bb'(.|\n)*did you mean 'b'") as caught:
        protokit.check(path)
    assert len(caught.value.faults) == 1


def test_sets_by_a_column_are_checked_as_one_table(folder: Path) -> None:
    recipe = {"sets": {"by": "kk"}, "collect": {"tables": {"d": "a.csv"}}, "represent": {"target": "y"}}
    (folder / "r.json").write_text(str(recipe).replace("'", '"'), encoding="utf-8")
    with pytest.raises(SpecError, match=r"there is no column 'kk'(.|\n)*did you mean 'k'"):
        protokit.check(folder / "r.json")
    checked = protokit.check(folder / "r.json", set={"sets.by": "k"})
    assert fitting_sets(checked) == ()
    with pytest.raises(SpecError, match="no column 'z' in the data"):
        protokit.check(folder / "r.json", set={"sets.by": "k", "represent.target": "z"})


def test_frames_are_given_by_set() -> None:
    recipe = {"sets": {"a": {}, "b": {}}, "represent": {"target": "y"}, "learn": {"sets": "stacked"}}
    frames = {"a": {"x": [1, 2], "y": [3, 4]}, "b": {"z": [1, 2], "y": [3, 4]}}
    with pytest.raises(SpecError, match=r"learn\.sets: the sets cannot be stacked: only 'a' of 'a' and 'b'"):
        protokit.check(recipe, frames)
    with pytest.raises(SpecError, match="there is no set 'c'"):
        protokit.check(recipe, {"c": frames["a"]})
