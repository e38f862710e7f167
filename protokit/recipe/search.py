"""What may be written under `search`: how `protokit tune` looks for the values of a recipe's slots."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field

from protokit.collect.files.secrets import VARIABLE, passwords
from protokit.core.places import Fault
from protokit.evaluate.metrics.metric import METRICS
from protokit.grammar.faults import refuse
from protokit.grammar.words import Section, Word, choice

SAMPLERS = ("tpe", "random", "qmc", "grid")
PRUNERS = ("halving", "median")
CREWS = ("ray", "folder")
LOSS = "loss"  # of the validation rows: what trials are compared by where no metric is named
_LONGEST = 1e9  # seconds
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def _time(value: object) -> object:
    """Seconds, or a text such as 30m."""
    if value is None:
        return None
    if isinstance(value, str) and (found := re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([smhd])\s*", value)):
        value = float(found[1]) * _UNITS[found[2]]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= _LONGEST:
        raise refuse(Fault(f"a time is a number of seconds, or such as 30m, not {value!r}", "write 30m, 2h or 600"))
    return float(value)


def _workers(value: object) -> object:
    """How many processes, or the name of another kind of crew."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if (whole and isinstance(value, int) and value > 0) or value in CREWS:
        return value
    raise refuse(Fault(f"workers are a number from 1, or ray, or folder, not {value!r}", "write workers: 2"))


def _metric(value: object) -> object:
    """The loss, or a metric that says which of two is better."""
    if value is None or value == LOSS:
        return value
    found = METRICS.find(value)
    if found is None:
        unknown = METRICS.unknown(value)
        raise refuse(Fault(unknown.rule, unknown.cure or f"write {LOSS}, or one of `protokit list metrics`"))
    if found.greater_is_better is None:
        raise refuse(Fault(f"{value} is better neither high nor low", f"write {LOSS}, or another metric"))
    return value


def _mirror(value: object) -> object:
    """A database's address, or None; a password in it is refused before anything is read."""
    if isinstance(value, str) and any(not VARIABLE.fullmatch(secret) for secret in passwords(value)):
        raise refuse(Fault("a password stands in a recipe", "write ${NAME} in its place, a variable's name"))
    if value is None or isinstance(value, str):
        return value
    raise refuse(Fault(f"a mirror is a database's address, not {value!r}", "write postgresql://HOST/NAME"))


class Search(Section):
    """How `protokit tune` looks for the values of slots."""

    trials: int = Field(
        50,
        ge=1,
        le=1_000_000,
        description="how many settings are trained; the first is that of the defaults",
        examples=[100],
    )
    time: Annotated[
        float | None,
        Word(_time, {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}, {"type": "null"}]}),
    ] = Field(None, description="no trial is begun after so long: seconds, or such as 30m", examples=["30m"])
    sampler: Annotated[str, choice("sampler", SAMPLERS)] = Field(
        "tpe", description="how settings are drawn", examples=["random"]
    )
    pruner: Annotated[str | None, choice("pruner", PRUNERS, null=True)] = Field(
        "halving", description="how trials that fall behind end early; null: none does", examples=["median"]
    )
    metric: Annotated[str | None, Word(_metric, lambda: {"enum": [LOSS, *METRICS.all(), None]})] = Field(
        None, description="by what trials are compared, on the validation rows; the loss", examples=["roc_auc"]
    )
    finalists: int = Field(
        5,
        ge=1,
        description="how many of the best are trained again, beside the defaults; all where trials are fewer",
        examples=[3],
    )
    seeds: int = Field(
        3, ge=1, le=100, description="on how many other splits and seeds each finalist is trained", examples=[5]
    )
    reshuffle: bool = Field(
        False, description="whether each trial has a training and validation split of its own", examples=[True]
    )
    workers: Annotated[
        int | str,
        Word(_workers, {"anyOf": [{"type": "integer", "minimum": 1}, {"enum": list(CREWS)}]}),
    ] = Field(1, description="processes on this machine; ray: a cluster; folder: `protokit work`", examples=[2, "ray"])
    mirror: Annotated[str | None, Word(_mirror, {"anyOf": [{"type": "string"}, {"type": "null"}]})] = Field(
        None, description="a database where optuna-dashboard can watch", examples=["postgresql://localhost/trials"]
    )
