"""What came of the cures of a run: kept in its folder, and said."""

from __future__ import annotations

import json
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from protokit.core.files import finite, write_json
from protokit.core.names import counted, number
from protokit.workflow.record.contents import PlainGain, PlainTrial, PlainTried

FILE = "cures.json"
_SAYS = {
    "better": "better",
    "worse": "worse: keep the recipe as it is",
    "the same": "no difference",
    "failed": "failed",
    "no time": "not finished",
    "not tried": "not tried",
}


@dataclass(frozen=True)
class Tried:
    """What came of each cure that a run has shown. `print` says it; `run` is the folder.

    Of a run with folds, cures are tried on the first one.

    >>> tried = protokit.try_cures(run, birds, seconds=60)
    >>> tried.run == run.path, len(tried.lines) == len(tried.trials), tried.of("no_check")
    (True, True, None)
    >>> tried.write()
    >>> Tried.read(run.path) == tried, list(tried.as_plain())
    (True, ['run', 'trials', 'folds'])
    """

    run: Path
    trials: tuple[PlainTrial, ...]
    folds: int = 1

    @classmethod
    def read(cls, run: Path) -> Tried:
        """What is kept in the folder of a run; nothing where nothing is, or it cannot be read."""
        try:
            plain: PlainTried = json.loads((run / FILE).read_text(encoding="utf-8"))
            return cls(run, tuple(plain["trials"]), plain["folds"])
        except (OSError, ValueError, KeyError, TypeError):
            return cls(run, ())

    def write(self) -> None:
        """Keep it in the folder of the run."""
        plain: PlainTried = {"trials": list(self.trials), "fold": 1, "folds": self.folds}
        write_json(self.run / FILE, finite(plain))

    def of(self, check: str) -> PlainTrial | None:
        """What came of the cure of a check."""
        return next((one for one in self.trials if check in one["checks"]), None)

    @property
    def lines(self) -> tuple[str, ...]:
        """What came of each cure, in a line."""
        return tuple(f"{', '.join(c.replace('_', ' ') for c in one['checks'])}: {sentence(one)}" for one in self.trials)

    def as_plain(self) -> dict[str, object]:
        """It as JSON values."""
        return {"run": str(self.run), "trials": list(self.trials), "folds": self.folds}

    def __repr__(self) -> str:
        return f"<Tried {self.run}: {counted(len(self.trials), 'cure')}>"

    def __str__(self) -> str:
        if not self.trials:
            return "the run has shown no cure: there is nothing to try"
        said = []
        for line, one in zip(self.lines, self.trials, strict=True):
            said += [line, *(f"    {part}" for part in one["edit"].splitlines())]
        of = f"Validation rows of the first of {self.folds} folds." if self.folds > 1 else ""
        return "\n".join([*said, *([of] if of else [])])


def sentence(trial: PlainTrial) -> str:
    """What came of a cure, in a line.

    >>> sentence({"checks": ["balance"], "edit": "", "outcome": "not tried", "scores": [], "seconds": 0.0,
    ...           "why": "it changes the rows", "key": ""})
    'not tried: it changes the rows'
    """
    said = _SAYS[trial["outcome"]]
    if not trial["scores"]:
        return f"{said}: {trial['why']}"
    if trial["outcome"] in {"better", "worse"} and all(_by_chance(one) for one in trial["scores"]):
        said = f"perhaps {said}"
    several = len(trial["scores"]) > 1
    return f"{said}: {'; '.join(_gain(one, several) for one in trial['scores'])}; in {_seconds(trial['seconds'])}"


def _gain(one: PlainGain, several: bool) -> str:
    gain, low, high = (float("nan") if v is None else v for v in (one["gain"][k] for k in ("value", "low", "high")))  # type: ignore[literal-required]
    was, now = (float("nan") if v is None else v for v in (one["before"], one["after"]))
    of = f"{one['target']}: " * several
    rows = f"on {one['rows']:,} validation row" + "s" * (one["rows"] != 1)
    said = f"{of}{one['metric']} {number(was)} before, {number(now)} after {rows}"
    if gain == 0 or not isfinite(gain):
        return said
    bounds = f" (95% interval {number(low, sign=True)} to {number(high, sign=True)})" if isfinite(low + high) else ""
    chance = ", no more than chance gives" if _by_chance(one) else ""
    return f"{said}, a {'gain' if gain > 0 else 'loss'} of {number(abs(gain))}{bounds}{chance}"


def _by_chance(one: PlainGain) -> bool:
    """Whether the interval of a gain holds 0, or all of it is 0."""
    low, high = one["gain"]["low"], one["gain"]["high"]
    return low is None or high is None or low <= 0 <= high


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:,.0f} s"
