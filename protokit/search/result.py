"""What a person holds after a search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from protokit.core.errors import DataError, ProtokitError
from protokit.core.outside import access
from protokit.menu.items import Outline
from protokit.recipe.recipe import Recipe
from protokit.recipe.space import Space
from protokit.search.folder import BEST, RECIPE, figures_in
from protokit.search.log import LOG, replay
from protokit.search.look.answer import card_of, sentences
from protokit.search.look.page import notebook_pictures
from protokit.search.look.pictures import SearchPlots
from protokit.search.look.view import SearchView
from protokit.search.state import State
from protokit.search.table import PlainSearch
from protokit.show.card import Card
from protokit.workflow.check import as_recipe
from protokit.workflow.result import Run

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Study:
    """A search. In a notebook it shows itself as a card: whether anything was gained, by which values, how sure.

    >>> study.complete, study.gained in (True, False), list(study.best_values), len(study.trials)
    (True, True, ['Dense.units'], 2)
    >>> study.best.name, study.defaults.name, study.recipe.learn.epochs
    ('search', 'search', 2)
    >>> "history" in study.plot.names, study.card.title, study.view.metric
    (True, 'search: search', 'loss')
    >>> print(study.verdict)
    The search ...
    >>> Study.open(study.path).as_plain()["complete"]
    True
    """

    path: Path
    name: str
    figures: PlainSearch
    _state: State

    @classmethod
    def open(cls, path: str | Path) -> Study:
        """Read the folder of a search, finished or not; of `runs/NAME` it is the newest one.

        Raises:
            DataError: it is not one.
        """
        path = _folder(Path(path))
        state, _ = replay(path / LOG)
        return cls(path, str(state.begin.get("name", path.parent.name)), cast(PlainSearch, figures_in(path)), state)

    @property
    def complete(self) -> bool:
        """Whether the search came to its end."""
        return bool(self.figures)

    @property
    def trials(self) -> pd.DataFrame:
        """One row for each trial, with its values and what came of it."""
        return self.view.table

    @cached_property
    def best(self) -> Run:
        """The run of the winner.

        Raises:
            DataError: the search did not come to its end.
        """
        return self._run("best")

    @cached_property
    def defaults(self) -> Run:
        """The run of the recipe's own defaults, on the same test rows; the winner's where they won.

        Raises:
            DataError: the search did not come to its end.
        """
        return self._run("defaults")

    @property
    def best_values(self) -> dict[str, Any]:
        """The winner's values; of a search that has not come to its end those of the best trial so far."""
        return {} if self.view.best is None else dict(self.view.best.values)

    @property
    def gained(self) -> bool:
        """Whether other values than the defaults were chosen."""
        return bool(self.figures.get("gained"))

    @property
    def verdict(self) -> str:
        """What was gained, and how sure that is."""
        return " ".join(one.text for one in sentences(self.view))

    @property
    def recipe(self) -> Recipe:
        """The winner's recipe, without slots: what `protokit run best.yaml` runs.

        Raises:
            DataError: the search did not come to its end.
        """
        self._run_place("best")
        return as_recipe(self.path / BEST)

    @cached_property
    def plot(self) -> SearchPlots:
        """Pictures of the search: `study.plot.history()`, `study.plot.names` for those that fit it."""
        return SearchPlots(self.view)

    @cached_property
    def view(self) -> SearchView:
        """The search as its card, pictures and page see it."""
        begin, space = self._state.begin, Space(as_recipe(self.path / RECIPE))
        view = SearchView(
            self.name,
            tuple(one for _, one in sorted(self._state.trials.items())),
            space.slots,
            str(begin.get("metric", "loss")),
            bool(begin.get("greater_is_better")),
            tuple(one for _, one in sorted(self._state.finals.items())),
            self.figures,
            self._state.wanted,
            self.path,
            str(begin.get("recipe") or ""),
        )
        return replace(view, menus=self._menus(view, space))

    def _menus(self, view: SearchView, space: Space) -> tuple[Outline, Outline] | None:
        """The networks of the best trial and of the defaults, for the data where they were run; None where they are
        not known."""
        best, defaults = view.best, view.defaults
        if best is None or defaults is None:
            return None
        try:
            if self.complete:
                runs = [self._run_place(name) / "resolved.yaml" for name in ("best", "defaults")]
                first, second = (Recipe.read(path).network for path in runs)
            else:
                first, second = (space.settled(trial.values).network for trial in (best, defaults))
        except (ProtokitError, OSError):  # a run that was deleted, a plug-in that is not installed
            return None
        return first, second

    @property
    def card(self) -> Card:
        """What the search shows of itself."""
        return card_of(self.view)

    def as_plain(self) -> dict[str, object]:
        """The search as JSON values."""
        return {"search": str(self.path), "complete": self.complete, "verdict": self.verdict, **self.figures}

    def _run_place(self, which: str) -> Path:
        runs = self.figures.get("runs", {})
        if which not in runs:
            cure = "go on with it: protokit tune RECIPE --resume"
            raise DataError("the search did not come to its end", place=str(self.path), cure=cure)
        return (self.path / runs[which]).resolve()

    def _run(self, which: str) -> Run:
        return Run.open(self._run_place(which))

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Study {self.path}: {self.verdict}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return card_of(self.view, notebook_pictures(self.view)).bundle()


def _folder(path: Path) -> Path:
    """The folder of a search that a person means."""
    if (access.local(path) / LOG).is_file():
        return path
    found = sorted(one.parent for one in path.glob(f"search-*/{LOG}"))
    if found:
        return found[-1]
    raise DataError("not the folder of a search", place=str(path), cure="give runs/NAME/search-TIME-HASH, or runs/NAME")
