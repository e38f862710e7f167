"""Every plot keeps the contract of plots, found by itself; one of another package is asked for like the house's."""

from __future__ import annotations

import importlib.util
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import protokit
from protokit.core.errors import SpecError
from protokit.testing.plot import check_plot
from protokit.workflow.look.plot import PLOTS, Plot, Plots, RunView

pytestmark = pytest.mark.pictures

EXAMPLE = Path(__file__).parent.parent / "plugin" / "protokit_example" / "plot.py"


@pytest.mark.parametrize("name", sorted(PLOTS.house()))
def test_a_plot_keeps_the_contract(name: str) -> None:
    check_plot(PLOTS[name])


def test_the_contract_tells_what_a_plot_lacks() -> None:
    class Silent(Plot):
        name = "silent"
        about = "nothing at all"

        def draw(self, *, theme: str = "light") -> Any:
            return None

    with pytest.raises(AssertionError, match="silent gives a NoneType, no Figure"):
        check_plot(Silent)


@pytest.fixture
def added() -> Iterator[None]:
    """The plot of the example package, as its import registers it."""
    spec = importlib.util.spec_from_file_location("protokit_example.plot", EXAMPLE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    known = dict(PLOTS.house())
    spec.loader.exec_module(module)
    yield
    PLOTS._things.clear()
    PLOTS._things.update(known)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> protokit.Run:
    frame = pd.DataFrame({"x": [i % 17 / 3 for i in range(150)], "y": ["no", "yes", "yes"] * 50})
    learn = {"epochs": 2, "networks": 1}
    recipe = {"represent": {"target": "y"}, "learn": learn, "evaluate": {"baselines": []}}
    return protokit.run(recipe, frame, out=tmp_path_factory.mktemp("runs"))


def test_a_plot_of_another_package_is_drawn_and_stands_in_the_report(
    added: None, run: protokit.Run, tmp_path: Path
) -> None:
    check_plot(PLOTS["history_bars"])
    plot = protokit.Run.open(run.path).plot
    assert "history_bars" in plot.names and "history_bars" in dir(plot)
    assert len(plot.history_bars(theme="dark").axes[0].patches) == 2
    page = protokit.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    assert 'aria-label="The loss of each epoch as a bar."' in page


def test_a_plot_of_another_package_that_fails_does_not_stop_the_report(run: protokit.Run, tmp_path: Path) -> None:
    class Broken(Plot):
        name = "broken"
        about = "what cannot be drawn"
        __module__ = "another_package"

        def draw(self, *, theme: str = "light") -> Any:
            raise ZeroDivisionError("no rows")

    PLOTS.add(Broken)
    try:
        with pytest.warns(UserWarning, match="the plot 'broken' failed: ZeroDivisionError: no rows"):
            assert "<svg" in protokit.report(run, tmp_path / "report.html").read_text(encoding="utf-8")
    finally:
        del PLOTS._things["broken"]


def test_help_shows_what_a_plot_is_and_takes(run: protokit.Run) -> None:
    roc = run.plot.roc
    assert roc.__name__ == "roc" and str(roc.__doc__).startswith("True against false positives at each threshold")
    assert list(inspect.signature(roc).parameters) == ["target", "theme"]
    assert {"roc", "names"} <= {*dir(run.plot)}


def test_a_plot_that_is_not_there_suggests_one_that_fits(run: protokit.Run) -> None:
    view = RunView(run.results, lambda: pytest.fail("nothing is read for a misspelt name"))
    assert not hasattr(Plots(view), "_repr_png_")
    with pytest.raises(SpecError, match="did you mean 'scores'"):
        run.plot.score()
