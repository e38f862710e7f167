"""The plots of a run: what each is given, the class that each is, and how a person asks for one."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from matplotlib.figure import Figure

from protokit.core.errors import SpecError
from protokit.core.places import Fault
from protokit.core.plain import PlainLayer
from protokit.core.registry import Registry
from protokit.core.rows import SourceRows
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.arrays import Predictions
from protokit.core.values.signature import TargetSpec
from protokit.show.plots.themes import THEMES
from protokit.workflow.record.contents import Metrics, RunResults

# where a plot stands in the report
Section = Literal["scores", "errors", "slices", "trust", "reliance", "training", ""]


@dataclass(frozen=True)
class Predicted:
    """What a run's network and its baselines said of the test rows, by target, and which rows these are."""

    network: Mapping[str, Predictions]
    baselines: Mapping[str, Mapping[str, Predictions]]
    rows: SourceRows


@dataclass(frozen=True)
class Embedded:
    """Rows in two directions, the share of the variance that each has, and what each row is predicted to be.

    Shapes: points (rows, 2); groups (rows,) positions in `names`, None where what is predicted is no class.
    """

    points: np.ndarray
    shares: tuple[float, float]
    groups: np.ndarray | None
    names: tuple[object, ...]


class RunView:
    """A finished run as a plot sees it. Predictions are read from its folder when they are asked for."""

    def __init__(
        self,
        results: RunResults,
        read: Callable[[], Predicted],
        embed: Callable[[object], Embedded] | None = None,
    ) -> None:
        self.results, self.embed = results, embed
        self._read = read

    @property
    def metrics(self) -> Metrics:
        """What `metrics.json` holds."""
        return self.results["metrics"]

    @cached_property
    def predicted(self) -> Predicted:
        """The predictions of the test rows.

        Raises:
            DataError: they cannot be read.
        """
        return self._read()

    @property
    def targets(self) -> tuple[TargetSpec, ...]:
        """The run's targets."""
        return tuple(p.target for p in self.predicted.network.values())

    @property
    def layers(self) -> list[PlainLayer]:
        """What the doctor kept of the layers that have a gradient."""
        return [one for one in self.results["diagnosis"]["layers"] if one["gradient"] is not None]

    def best(self, target: str) -> dict[str, Predictions]:
        """The predictions of the baseline that the verdict is about, by its name; empty where there is none."""
        names = [v["baseline"] for v in self.metrics["verdicts"] if v["target"] == target]
        known = self.predicted.baselines.get(target, {})
        return {name: known[name] for name in names if name is not None and name in known}


class Plot:
    """One plot of a run. A plot is a class with `name`, `about` and `draw`, put among the others by `@PLOTS.add`.

    `run.plot.NAME(...)` is `draw(...)`. Its keyword `theme` is "light" or "dark"; other arguments have defaults, and
    the first is a target's name unless `of_target` is False. It returns a matplotlib Figure that is not known to
    pyplot, in the colours of the theme: the functions of `protokit.show.plots` draw such ones.

    >>> from protokit import plugins
    >>> from protokit.show.plots.style import drawn
    >>> @plugins.plot
    ... class Losses(plugins.Plot):
    ...     name, about, of_target = "losses", "the loss of each epoch as a bar", False
    ...     def draw(self, *, theme="light"):
    ...         '''Draw the training loss of each epoch.'''
    ...         with drawn(theme, 5.4, 2.8) as (figure, axes):
    ...             axes.bar(range(3), [row["loss"] for row in self.view.results["history"]])
    ...         return figure
    >>> run.plot.losses(theme="dark").axes[0].get_title()
    ''
    """

    name: ClassVar[str]
    about: ClassVar[str]
    tasks: ClassVar[tuple[str, ...]] = ()  # of a target that it is for; all where there are none
    of_target: ClassVar[bool] = True
    section: ClassVar[Section] = "training"  # of the report; "" leaves it out
    title: ClassVar[str] = ""  # in the report
    draw: Callable[..., Figure]

    def __init__(self, view: RunView) -> None:
        self.view = view

    def fits(self) -> bool:
        """Whether the run has what the plot shows. If not, `draw` raises `unfit`."""
        return not self.tasks or any(target.of_task.is_one_of(self.tasks) for target in self.view.targets)

    def alt(self, target: str) -> str:
        """What the picture shows, for those who do not see it."""
        return self.about[:1].upper() + self.about[1:] + "."

    def unfit(self, why: str) -> SpecError:
        """The error of a plot that the run has no data for."""
        return SpecError.one(f"no {self.name} plot: {why}", "those of this run: " + ", ".join(fitting(self.view)))

    def target(self, name: str | None) -> str:
        """The name of a target: the first one that the plot is for, if none is given.

        Raises:
            SpecError: there is no such target, or the plot is not for its task.
        """
        known = self.view.predicted.network
        if name is not None and name not in known:
            raise SpecError.one(f"there is no target {name!r}", did_you_mean(name, list(known)))
        fits = [one for one, p in known.items() if not self.tasks or p.target.of_task.is_one_of(self.tasks)]
        wanted = name or next(iter(fits or known))
        if wanted not in fits:
            raise self.unfit(f"it is not for {known[wanted].target.task}")
        return wanted

    def predictions(self, target: str | None) -> Predictions:
        """The network's predictions of a target's test rows: see `target`."""
        return self.view.predicted.network[self.target(target)]

    def kept(self, found: Mapping[str, object] | None, target: str | None) -> str:
        """The target whose entry of `metrics.json` is drawn: the first one that has any, if none is given.

        Raises:
            SpecError: there is no such target, or nothing of it.
        """
        name = self.target(target) if target or not found else next(iter(found))
        if not found or not found.get(name):
            raise self.unfit(f"this run has no {self.name} of {name!r}")
        return name


PLOTS: Registry[type[Plot]] = Registry("plot", "protokit.workflow.look.plots", key="plot", base=Plot)


def fitting(view: RunView) -> tuple[str, ...]:
    """The names of the plots that fit a run. A plot of another package that fails is left out, with a warning."""
    return tuple(sorted(name for name, plot in PLOTS.all().items() if _fits(plot(view))))


def _fits(plot: Plot) -> bool:
    try:
        return plot.fits()
    except Exception as error:
        if is_own(plot):
            raise
        warnings.warn(f"the plot {plot.name!r} failed: {type(error).__name__}: {error}", stacklevel=3)
        return False


def is_own(plot: Plot) -> bool:
    """Whether a plot is protokit's own."""
    return type(plot).__module__.startswith("protokit.")


class NoPlot(SpecError, AttributeError):
    """A plot that there is not: `hasattr` and `getattr` know it as Python's own error."""


class Plots:
    """Pictures of a run, each a matplotlib Figure: a notebook shows it, and it has `savefig`.

    A notebook shows it in its own colours, light or dark. All take `theme`, "light" or "dark", for a file or to keep
    these colours in a notebook, and those of one target its name where the run has several. Colours are those of Okabe
    and Ito; marks and dashes tell apart what they tell apart. `names` are those that fit the run.

    >>> "confusion" in run.plot.names
    True
    >>> run.plot.confusion(theme="dark").axes[0].get_xlabel()
    'predicted'
    >>> [plot.name for plot in run.plot.of_section("training")]
    ['curves', 'gradients']
    """

    def __init__(self, view: RunView) -> None:
        self._view = view

    @property
    def names(self) -> tuple[str, ...]:
        """The plots that fit this run."""
        return fitting(self._view)

    def __getattr__(self, name: str) -> Callable[..., Figure]:
        if name.startswith("_"):  # what notebooks and copies ask every object for
            raise AttributeError(name)
        found = PLOTS.find(name)
        if found is None:
            raise NoPlot([Fault(f"there is no plot {name!r}", did_you_mean(name, self.names))])
        return _Asked(found(self._view))

    def __repr__(self) -> str:
        return f"<Plots: {', '.join(self.names)}>"

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *PLOTS]

    def of_section(self, section: Section) -> list[Plot]:
        """The plots of a section of the report that fit this run, in their order."""
        names = self.names
        every = [plot(self._view) for name, plot in PLOTS.all().items() if name in names]
        return [plot for plot in every if plot.section == section]


class _Asked:
    """The plot's `draw` under the plot's own name, as `help` and completion show it."""

    def __init__(self, plot: Plot) -> None:
        functools.update_wrapper(self, plot.draw)
        self._plot = plot
        self.__name__ = self.__qualname__ = plot.name
        self.__doc__ = f"{plot.about[:1].upper()}{plot.about[1:]}.\n\n{plot.draw.__doc__ or ''}".strip()

    def __call__(self, *of: object, theme: str = "light", **further: object) -> Figure:
        if theme not in THEMES:
            raise SpecError.one(f"there is no theme {theme!r}", one_of(tuple(THEMES)))
        figure = self._plot.draw(*of, theme=theme, **further)
        figure.set_label(f"{self._plot.about[:1].upper()}{self._plot.about[1:]}.")
        return figure

    def __repr__(self) -> str:
        return f"<plot {self.__name__}(): {self._plot.about}>"
