"""What a Ray actor is made of, without Ray: calls that are made twice, nodes that do not see the search's folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pytest

from protokit.core.errors import MissingExtra
from protokit.testing.workers.dummy import Dummy
from protokit.workers.cluster.actor import Place
from protokit.workers.cluster.crew import _content
from protokit.workers.cluster.start import connected
from protokit.workers.crew import Plain, Report


class Reading:
    """Says where it was made, and what it found there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def do(self, task: Plain, report: Report) -> Plain:
        return {"folder": str(self._folder), "table": (self._folder / "table" / "a").read_text()}


def heard(place: Place, number: int, count: int) -> list[Plain]:
    end = time.monotonic() + 20
    while len(found := place.hear(number)[1]) < count:
        assert time.monotonic() < end
        time.sleep(0.01)
    return found


def test_calls_may_be_made_twice_and_out_of_order(tmp_path: Path) -> None:
    place = Place(Dummy, tmp_path, ".", dict, {}, version("protokit"))
    assert heard(place, 0, 1) == heard(place, 0, 1) == [{"say": "ready"}]
    place.tell(1, {"answer": 7, "go_on": False})
    place.tell(0, {"number": 7, "task": {"steps": 3}})
    place.tell(0, {"number": 7, "task": {"steps": 3}})
    said = heard(place, 1, 3)
    assert [message["say"] for message in said] == ["began", "report", "done"]
    assert place.hear(3) == (3, said[2:]) and place.hear(3) == (3, said[2:])


def test_a_node_that_does_not_see_the_folder_has_its_files_brought_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, node = tmp_path / "search", tmp_path / "node"
    (search / "table").mkdir(parents=True)
    node.mkdir()
    (search / "table" / "a").write_text("rows")
    (search / "recipe.yaml").write_text("{}")
    (search / "log.jsonl").write_text("long")
    monkeypatch.setattr("tempfile.tempdir", str(node))
    brought: list[Mapping[str, bytes]] = []

    def files() -> Mapping[str, bytes]:
        brought.append(_content(search, ("recipe.yaml", "none.json", "table")))
        return brought[-1]

    places = []
    for _ in range(2):
        place = Place(Reading, Path("/not/here"), "workers/search-1", files, {}, version("protokit"))
        place.tell(0, {"number": 0, "task": {}})
        result = heard(place, 0, 3)[2]["result"]
        assert result == {"folder": str(node / "protokit-search-1"), "table": "rows"}
        places.append(place)
    assert brought == [{"recipe.yaml": b"{}", "table/a": b"rows"}]
    for place in places:
        place.leave()
    assert list(node.iterdir()) == []


def test_a_node_that_sees_the_folder_uses_it(tmp_path: Path) -> None:
    (tmp_path / "table").mkdir()
    (tmp_path / "table" / "a").write_text("rows")
    (tmp_path / "mark").touch()
    place = Place(Reading, tmp_path, "mark", dict, {}, version("protokit"))
    place.tell(0, {"number": 0, "task": {}})
    assert heard(place, 0, 3)[2]["result"] == {"folder": str(tmp_path), "table": "rows"}
    place.leave()
    assert (tmp_path / "table" / "a").exists()


def test_another_version_on_a_node_is_refused(tmp_path: Path) -> None:
    place = Place(Dummy, tmp_path, ".", dict, {}, "99.0")
    (broken,) = heard(place, 0, 1)
    assert broken["reason"] == f"this node has protokit {version('protokit')}, and the driver 99.0"


def test_without_ray_it_is_said_how_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"pip install 'protokit\[cluster\]'"):
        connected()
