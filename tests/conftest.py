from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

ROOT = Path(__file__).parent.parent
sys.path.append(str(ROOT))  # for the cases of benchmarks/; last, so that the installed package is tested
collect_ignore = ["plugin/protokit_example"]  # a package of its own: its tests install it

# The same cases in every run, so that a change is judged by what it changed; `make laws` draws new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("same")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test that is marked `some`, the cases that are not named are proofs."""
    unknown: dict[str, set[str]] = {}
    for item in items:
        if isinstance(item, pytest.Function) and (mark := item.get_closest_marker("some")) is not None:
            unknown.setdefault(item.nodeid.partition("[")[0], set(mark.args)).discard(item.callspec.id)
            if item.callspec.id not in mark.args:
                item.add_marker("proof")
    if not any("::" in one for one in config.args) and (wrong := {k: v for k, v in unknown.items() if v}):
        raise pytest.UsageError(f"no case is called so: {wrong}")


_NUMBERS = count()


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own for each test: none finds what another one has prepared."""
    # `mktemp` would look through the folders of all tests before this one
    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path_factory.getbasetemp() / "caches" / str(next(_NUMBERS))))


@pytest.fixture(scope="module", autouse=True)
def no_pictures(request: pytest.FixtureRequest) -> Iterator[None]:
    """Reports without their plots, which take a third of a small run, but in modules that are marked `pictures`."""
    with pytest.MonkeyPatch.context() as patch:
        if request.node.get_closest_marker("pictures") is None:
            patch.setattr("protokit.workflow.look.page._pictures", lambda *_: ())
        yield


@pytest.fixture
def shared() -> Path:
    """The folder of real public data, beside the project."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real data is not beside the project")
    return folder


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A small table with every kind of column, missing cells, an ID and a constant."""
    import numpy as np

    rng = np.random.default_rng(0)
    lines = ["id,height,city,member,joined,planet,empty,bought"]
    for i in range(240):
        height = f"{rng.normal(170, 10):.1f}" if i % 11 else ""
        city = ["Rome", "Oslo", "Lima"][i % 3] if i % 17 else "?"
        member = "yes" if rng.random() < 0.5 else "no"
        bought = "yes" if (member == "yes") != (rng.random() < 0.1) else "no"
        lines.append(f"p{i:04},{height},{city},{member},2024-{i % 12 + 1:02}-{i % 28 + 1:02},Earth,,{bought}")
    path = tmp_path / "people.csv"
    path.write_text("\n".join(lines) + "\n")
    return path
