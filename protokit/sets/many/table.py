"""What came of many recipes: a row for each, failures beside successes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.names import counted, number
from protokit.core.plain import PlainInterval
from protokit.show.blocks import Grid, Sentence, printable
from protokit.show.card import Card
from protokit.workflow.record.contents import PlainVerdict
from protokit.workflow.result import Run

if TYPE_CHECKING:
    import pandas as pd

_SAID = {
    "better": ("is better", "are better"),
    "worse": ("is worse", "are worse"),
    "cannot tell apart": ("cannot be told apart", "cannot be told apart"),
    "not compared": ("was not compared", "were not compared"),
}
_LONGEST = 400  # letters of a reason in the table
_COLUMNS = ("recipe", "name", "state", "target", "metric", "value", "low", "high", "verdict", "baseline", "seconds",
            "run", "reason")  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of one recipe: a run in `path`, or the reason why there is none. `recipe` is what it was given as.

    A run that was complete before is `earlier`.
    """

    recipe: str
    name: str
    path: Path | None
    reason: str
    seconds: float
    earlier: bool = False

    @property
    def failed(self) -> bool:
        """Whether there is no run."""
        return self.path is None

    @cached_property
    def run(self) -> Run | None:
        """The run; None where it failed."""
        return None if self.path is None else Run.open(self.path)

    @property
    def verdicts(self) -> list[PlainVerdict]:
        """What the run says of each target."""
        return [] if self.run is None else self.run.results["metrics"]["verdicts"]

    def score(self, verdict: PlainVerdict) -> PlainInterval:
        """The network's score that a verdict is of."""
        nothing: PlainInterval = {"value": None, "low": None, "high": None}
        if self.run is None:
            return nothing
        of = (verdict["target"], verdict["metric"])
        scores = self.run.results["metrics"]["scores"]
        return next((one["network"] for one in scores if (one["target"], one["metric"]) == of), nothing)

    @property
    def line(self) -> str:
        """What came of it, in a line."""
        if self.failed:
            return f"{self.recipe} failed: {_short(self.reason)}"
        said = [f"{_shown(self.score(one), one['metric'])}, {one['outcome']}" for one in self.verdicts]
        took = "complete before" if self.earlier else f"{number(self.seconds)} s"
        return f"{self.recipe}: {'; '.join(said)}, {took}"

    @property
    def rows(self) -> Iterator[dict[str, object]]:
        """The rows of the table that it has: one for each target."""
        own = {"recipe": self.recipe, "name": self.name, "state": "failed" if self.failed else "finished"}
        end = {"seconds": round(self.seconds, 3), "run": str(self.path or ""), "reason": self.reason}
        if self.failed:
            yield {**dict.fromkeys(_COLUMNS), **own, **end}
        for one in self.verdicts:
            of = {"target": one["target"], "metric": one["metric"], "verdict": one["outcome"]}
            yield {**own, **of, **self.score(one), "baseline": one["baseline"], **end}


@dataclass(frozen=True)
class RunTable:
    """What came of many recipes, in the order in which they were given. In a notebook it shows itself as a card.

    `notices` are what was decided for the person.

    >>> len(many), many.failed, list(many.runs), many.card.title
    (1, {}, ['recipe 1'], '1 recipe')
    >>> many.verdict.startswith("1 of 1 recipe ran"), many.frame["state"].tolist(), many.as_plain()["failed"]
    (True, ['finished'], 0)
    """

    outcomes: tuple[Outcome, ...]
    notices: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.outcomes)

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    @property
    def runs(self) -> dict[str, Run]:
        """The runs that came to their end, by what their recipes were given as."""
        return {one.recipe: one.run for one in self.outcomes if one.run is not None}

    @property
    def failed(self) -> dict[str, str]:
        """Why the others did not."""
        return {one.recipe: one.reason for one in self.outcomes if one.failed}

    @property
    def verdict(self) -> str:
        """How many ran, how many of them beat their best baseline, and how many failed, in a sentence."""
        failed, found = len(self.failed), self._found
        said = f"{len(self) - failed:,} of {counted(len(self), 'recipe')} ran" + (f", {failed:,} failed" * bool(failed))
        counts = [(found.count(which), which) for which in _SAID if which in found]
        against = ", ".join(f"{count:,} {_SAID[which][count > 1]}" for count, which in counts)
        of = f"of {len(found):,} targets " if len(found) > len(self) - failed else ""
        return f"{said}; against their best baselines {of}{against}" if against else said

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each recipe and target."""
        import pandas as pd

        return pd.DataFrame([row for one in self.outcomes for row in one.rows], columns=_COLUMNS)

    @property
    def card(self) -> Card:
        """The table, the verdict first."""
        grid = Grid("", *self._cells())
        reasons = [one.line for one in self.outcomes if one.failed]
        said = Sentence(self.verdict, "worse" if self.failed else "not compared")
        return Card(counted(len(self), "recipe"), (said,), (grid,), (*reasons, *self.notices))

    def as_plain(self) -> dict[str, object]:
        """The table as JSON values."""
        rows = [row for one in self.outcomes for row in one.rows]
        return {"verdict": self.verdict, "failed": len(self.failed), "recipes": rows, "notices": list(self.notices)}

    @property
    def _found(self) -> list[str]:
        """What came of each target."""
        return [one["outcome"] for outcome in self.outcomes for one in outcome.verdicts]

    def _cells(self) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        header = ("recipe", "target", "score", "verdict", "best baseline", "seconds", "run")
        rows = []
        for one in self.outcomes:
            own, end = one.recipe, (number(one.seconds), _from_here(one.path))
            if one.failed:
                rows.append((own, "", "", "failed", "", *end))
            for verdict in one.verdicts:
                score = _shown(one.score(verdict), verdict["metric"])
                rows.append((own, verdict["target"], score, verdict["outcome"], verdict["baseline"] or "", *end))
        return header, tuple(rows)

    def __str__(self) -> str:
        return self.card.text(200)

    def __repr__(self) -> str:
        return f"<RunTable: {self.verdict}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.card.bundle()


def _shown(score: PlainInterval, metric: str) -> str:
    value, low, high = score["value"], score["low"], score["high"]
    if value is None:
        return f"{metric} -"
    bounds = f" ({number(low)} to {number(high)})" if low is not None and high is not None else ""
    return f"{metric} {number(value)}{bounds}"


def _short(reason: str) -> str:
    line = printable("; ".join(" ".join(one.split()) for one in reason.splitlines() if one.strip()))
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def _from_here(path: Path | None) -> str:
    """A folder as a person would type it."""
    if path is None:
        return ""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
