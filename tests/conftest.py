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


_NUMBERS = count()


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own for each test: none finds what another one has prepared."""
    # `mktemp` would look through the folders of all tests before this one
    monkeypatch.setenv("PROTOKIT_CACHE", str(tmp_path_factory.getbasetemp() / "caches" / str(next(_NUMBERS))))


@pytest.fixture(scope="module")
def no_pictures() -> Iterator[None]:
    """Reports without their plots, for many runs of which no test looks at one: they take a third of a small run."""
    with pytest.MonkeyPatch.context() as patch:
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
