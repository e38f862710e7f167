"""The exceptions of protokit.

    ProtokitError
    ├── SpecError       a recipe, a menu or a call says something that cannot be; holds every fault at once
    ├── DataError       the data is not what the recipe says, or cannot be read
    ├── AuditError      a strict run stopped before training: the audit found a fatal fault in the data
    ├── TrainingError   training could not go on
    ├── BundleError     a saved model is damaged, incomplete or not a bundle
    ├── WorkerError     no worker can be started or reached, or workers die one after the other
    └── MissingExtra    an optional package is needed; the message names the command that installs it

    PredictionNotice    a Warning: what a model said of a table rests on cells that were not as the training rows were

Every message states the place, the rule that was broken with the value that broke it, and the cure.
"""

from __future__ import annotations

import linecache
from collections.abc import Iterable, Iterator
from traceback import walk_tb
from types import TracebackType

from protokit.core.places import Fault, in_order
from protokit.core.values.said import Finding


class ProtokitError(Exception):
    """Something went wrong that the person can mend: `rule` says what, `cure` how, `place` where.

    A step of a recipe knows the `path` of what is wrong in the recipe; whoever has read the recipe gives it its place.
    """

    def __init__(
        self, rule: str, *, place: str | None = None, cure: str | None = None, path: tuple[str | int, ...] = ()
    ) -> None:
        self.rule, self.place, self.cure, self.path = rule, place, cure, path
        super().__init__((f"{place}: " if place else "") + rule + (f"\n    {cure}" if cure else ""))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the line of its own that went wrong, and the message; none of our stack."""
        line = next(_own_lines(self.__traceback__), None)
        return [*([f"----> {line}", ""] if line else []), f"{type(self).__name__}: {self}"]

    def __reduce__(self) -> tuple[object, ...]:
        """An error of another process is the same here."""
        return _again, (type(self), self.args, dict(self.__dict__))


def _own_lines(traceback: TracebackType | None) -> Iterator[str]:
    """The lines that called protokit, the first of them first, each with its number."""
    frames = list(walk_tb(traceback))
    names = [str(frame.f_globals.get("__name__", "")).partition(".")[0] for frame, _ in frames]
    for (frame, number), name, next_name in zip(frames, names, names[1:], strict=False):
        if name != "protokit" and next_name == "protokit":
            text = linecache.getline(frame.f_code.co_filename, number, frame.f_globals).strip()
            yield f"{number} {text}" if text else f"line {number}"


def _again(kind: type[ProtokitError], args: tuple[object, ...], state: dict[str, object]) -> ProtokitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class SpecError(ProtokitError):
    """A recipe, menu or call is wrong. `faults` holds all that was found, in the order of the file."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = in_order(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    @classmethod
    def one(cls, rule: str, cure: str | None = None, path: tuple[str | int, ...] = ()) -> SpecError:
        """An error of a single fault."""
        return cls([Fault(rule, cure, path)])


class DataError(ProtokitError):
    """The data is missing, cannot be read, or is not what the recipe says of it."""


class AuditError(ProtokitError):
    """A strict run stopped before training. `findings` holds all that the audit found, the fatal ones first."""

    def __init__(self, findings: Iterable[Finding], *, place: str | None = None) -> None:
        self.findings = tuple(findings)
        fatal = [str(finding) for finding in self.findings if finding.severity == "fatal"]
        count = f"{len(fatal)} fatal finding" + "s" * (len(fatal) > 1)
        super().__init__(
            "\n".join([f"the audit stopped this run: {count} in the data", *fatal]),
            place=place,
            cure="mend the data or the recipe as shown, or write evaluate: {strict: false} to train all the same",
        )


class TrainingError(ProtokitError):
    """Training stopped on a fault of its own: values that are not finite, or no room for the arrays."""


class BundleError(ProtokitError):
    """A saved model cannot be trusted or read."""


class WorkerError(ProtokitError):
    """Who should do the work of a search cannot: none can be started or reached, or they die one after the other."""


class PredictionNotice(Warning):
    """A model predicts a table whose cells are not all as those that it learned from: levels, ranges, missing marks."""


class MissingExtra(ProtokitError):
    """An optional package is not installed."""

    def __init__(self, package: str, extra: str, *, place: str | None = None, path: tuple[str | int, ...] = ()) -> None:
        self.package, self.extra = package, extra
        cure = f"pip install 'protokit[{extra}]'"
        super().__init__(f"this needs the package {package!r}", place=place, cure=cure, path=path)
