"""`--allow` and `--allow-web`: what a recipe may open beside its own folder and the current one."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from protokit.cli.options import allowed, with_hosts
from tests.command import call

TABLE = "x,y\n1,a\n2,b\n"
RECIPE = "collect:\n  tables:\n    t: PLACE\nrepresent: {target: y}\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a recipe and the current one, beside a table."""
    for name in ("own", "other data"):
        (tmp_path / name).mkdir()
    (tmp_path / "other data" / "t.csv").write_text(TABLE)
    (tmp_path / "own" / "r.yaml").write_text(RECIPE.replace("PLACE", "../other data/t.csv"))
    (tmp_path / "own" / "web.yaml").write_text(RECIPE.replace("PLACE", "https://example.org/t.csv"))
    return tmp_path


def test_the_error_prints_the_whole_command_and_that_one_works(place: Path) -> None:
    status, out, error = call("check", "r.yaml", "--set", "learn.epochs=2", cwd=place / "own")
    assert status == 1 and not out and error.startswith("r.yaml:3:8: ")
    *_, command = error.rstrip().splitlines()
    real = str((place / "other data" / "t.csv").resolve())
    assert command == f"    if you trust it: protokit check r.yaml --set learn.epochs=2 --allow '{real}'"
    name, *words = shlex.split(command.partition(": ")[2])
    assert name == "protokit"
    assert call(*words, cwd=place / "own")[:2] == (0, "r.yaml: no faults\n")
    assert call("check", "r.yaml", "--allow", "../other data", cwd=place / "own")[0] == 0
    assert call("check", "own/r.yaml", cwd=place)[0] == 0  # the current folder is around both


@pytest.mark.parametrize("verb", ["run", "check", "tune", "lr"])
def test_every_verb_of_a_recipe_holds_and_takes_it(verb: str, place: Path) -> None:
    file = place / "own" / "r.yaml"
    file.write_text(file.read_text() + "learn: {epochs: {choice: [1, 2]}}\n" * (verb == "tune"))
    status, _, error = call(verb, "r.yaml", cwd=place / "own")
    assert status == 1 and f"protokit {verb} r.yaml --allow " in error and not (place / "own" / "runs").exists()


def test_an_address_is_allowed_by_its_host_or_with_all_of_the_web(place: Path) -> None:
    status, _, error = call("check", "web.yaml", cwd=place / "own")
    assert status == 1 and "if you trust it: protokit check web.yaml --allow-web=example.org" in error
    for option in ("--allow-web", "--allow-web=example.org", "--allow-web=https://example.org"):
        assert call("check", "web.yaml", option, cwd=place / "own")[0] == 0, option
        assert call("check", option, "web.yaml", cwd=place / "own")[0] == 0, option
    for option in ("--allow-web=example.com", "--allow-web=s3://example.org", "--allow=/"):
        assert call("check", "web.yaml", option, cwd=place / "own")[0] == 1, option
    status, _, error = call("check", "r.yaml", "--allow-web", cwd=place / "own")
    assert status == 1 and "--allow-web --allow " in error  # a path is no address


def test_what_is_typed_in_the_place_of_a_value_is_trusted(place: Path) -> None:
    (place / "own" / "in.yaml").write_text(RECIPE.replace("PLACE", "t.csv"))
    typed = f"collect.tables.t={place / 'other data' / 't.csv'}"
    assert call("check", "in.yaml", "--set", typed, cwd=place / "own")[0] == 0
    assert call("check", "in.yaml", "--set", "collect.tables.t=../other data/t.csv", cwd=place / "own")[0] == 0
    assert call("check", "in.yaml", "--set", "collect.tables.t=https://example.org/t.csv", cwd=place / "own")[0] == 0


def test_a_new_recipe_says_what_runs_it(place: Path) -> None:
    status, out, _ = call("new", "../other data/t.csv", "y", "-o", "new.yaml", cwd=place / "own")
    assert status == 0
    shown = shlex.split(out.partition("now: ")[2])
    assert shown == ["protokit", "run", "new.yaml", "--allow", str((place / "other data" / "t.csv").resolve())]
    assert call("check", *shown[2:], cwd=place / "own")[0] == 0
    status, out, _ = call("new", "other data/t.csv", "y", "-o", "new.yaml", cwd=place)
    assert out == "wrote new.yaml; now: protokit run new.yaml\n"


def test_the_option_has_a_value_only_with_its_sign() -> None:
    assert with_hosts(["run", "--allow-web", "r.yaml"]) == ["run", "--allow-web=*", "r.yaml"]
    assert with_hosts(["run", "--allow-web=h", "--", "--allow-web"]) == ["run", "--allow-web=h", "--", "--allow-web"]
    assert allowed(["a"], ["h", "*", "s3://b"]) == ("a", "https://h", "https://*", "s3://b")
    assert allowed(None, None) == ()
