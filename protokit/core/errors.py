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

from collections.abc import Iterable

from protokit.core.names import counted
from protokit.core.outside.printed import message
from protokit.core.places import Fault, in_order
from protokit.core.values.said import Finding

_SHOWN = 100  # faults of a message


class ProtokitError(Exception):
    """Something went wrong that the person can mend: `rule` says what, `cure` how, `place` where.

    A step of a recipe knows the `path` of what is wrong in the recipe; whoever has read the recipe gives it its place.

    >>> try:
    ...     protokit.load("nowhere")
    ... except protokit.ProtokitError as error:
    ...     print(error.rule)
    neither a model nor the folder of a finished run: there is no such folder
    """

    def __init__(
        self, rule: str, *, place: str | None = None, cure: str | None = None, path: tuple[str | int, ...] = ()
    ) -> None:
        self.rule, self.place, self.cure, self.path = rule, place, cure, path
        super().__init__(message((f"{place}: " if place else "") + rule + (f"\n    {cure}" if cure else "")))

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the message and the cell's own line, not the lines of this package."""
        from protokit.core.outside.caller import shown_in_cell  # only a notebook asks for this

        return shown_in_cell(self)

    def __reduce__(self) -> tuple[object, ...]:
        """An error of another process is the same here."""
        return _again, (type(self), self.args, dict(self.__dict__))


def _again(kind: type[ProtokitError], args: tuple[object, ...], state: dict[str, object]) -> ProtokitError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class SpecError(ProtokitError):
    """A recipe, menu or call is wrong. `faults` holds all that was found, in the order of the file.

    >>> try:
    ...     protokit.check({"represent": {"target": "species"}, "lern": {}})
    ... except protokit.SpecError as error:
    ...     print(error.faults[0].cure)
    did you mean 'learn'?
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = in_order(faults)
        more = len(self.faults) - _SHOWN
        shown = [str(fault) for fault in self.faults[:_SHOWN]]
        super().__init__("\n".join([*shown, f"and {counted(more, 'more fault')}"] if more > 0 else shown))

    @classmethod
    def one(cls, rule: str, cure: str | None = None, path: tuple[str | int, ...] = ()) -> SpecError:
        """An error of a single fault.

        >>> print(protokit.SpecError.one("a size is a number above 0, not -1", "write size: 1"))
        a size is a number above 0, not -1
            write size: 1
        """
        return cls([Fault(rule, cure, path)])


class DataError(ProtokitError):
    """The data is missing, cannot be read, or is not what the recipe says of it.

    >>> try:
    ...     model.predict(birds[["wing"]])
    ... except protokit.DataError as error:
    ...     print(error.rule)
    2 columns are missing: 'mass', 'island'
    """


class AuditError(ProtokitError):
    """A strict run stopped before training. `findings` holds all that the audit found, the fatal ones first.

    >>> strict = {**recipe, "evaluate": {"strict": True}}
    >>> try:
    ...     protokit.run(strict, birds.assign(kind=birds["species"]))
    ... except protokit.AuditError as error:
    ...     print(error.findings[0].severity)
    fatal
    """

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
    """Training stopped on a fault of its own: values that are not finite, or no room for the arrays.

    >>> print(protokit.TrainingError("the loss is not finite", cure="lower the learning rate"))
    the loss is not finite
        lower the learning rate
    """


class BundleError(ProtokitError):
    """A saved model cannot be trusted or read.

    >>> try:
    ...     protokit.load("nowhere")
    ... except protokit.BundleError as error:
    ...     print(error.place)
    nowhere
    """


class WorkerError(ProtokitError):
    """Who should do the work of a search cannot: none can be started or reached, or they die one after the other.

    >>> print(protokit.WorkerError("no worker came", cure="protokit work FOLDER starts one"))
    no worker came
        protokit work FOLDER starts one
    """


class PredictionNotice(Warning):
    """A model predicts a table whose cells are not all as those that it learned from: levels, ranges, missing marks.

    >>> import warnings
    >>> with warnings.catch_warnings(record=True) as told:
    ...     warnings.simplefilter("always")
    ...     predicted = model.predict(birds.assign(island="Anvers"), unseen="allow")
    >>> told[0].category.__name__
    'PredictionNotice'
    """


class MissingExtra(ProtokitError):
    """An optional package is not installed.

    >>> print(protokit.MissingExtra("optuna", "tune"))
    this needs the package 'optuna'
        pip install 'protokit[tune]'
    """

    def __init__(self, package: str, extra: str, *, place: str | None = None, path: tuple[str | int, ...] = ()) -> None:
        self.package, self.extra = package, extra
        cure = f"pip install 'protokit[{extra}]'"
        super().__init__(f"this needs the package {package!r}", place=place, cure=cure, path=path)
