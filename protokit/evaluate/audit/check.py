"""What a check of the audit is, and the registries of all of them.

A check runs because it is installed: no recipe names it. Findings of one kind are shown with the name of their check.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from protokit.core.values.said import Finding
from protokit.evaluate.audit.data import AuditData
from protokit.evaluate.audit.series.data import SeriesData
from protokit.evaluate.instances import LAST, Instances


class Check(ABC):
    """Looks at the rows of a table for one kind of fault, before anything is trained.

    >>> from protokit import plugins
    >>> @plugins.check
    ... class Wide(plugins.Check):
    ...     name, about = "wide", "A table with more columns than rows."
    ...     def __call__(self, data):
    ...         if data.frame.shape[1] > len(data.frame):
    ...             yield Finding(self.name, "note", (), "there are more columns than rows")
    >>> "wide" in CHECKS
    True

    Attributes:
        name: of the check, and of its findings.
        about: what it finds, for `protokit list`.
        rank: checks run in this order; those without one come last.
        explains: whether columns that it names are explained, so that no later check of that sort names them again.
        of_steps: whether it also looks at the steps of sequences as rows, where each has a class of its own.
    """

    name: str
    about: str
    rank: int = LAST
    explains: bool = False
    of_steps: bool = False

    @abstractmethod
    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """What was found; nothing where the data is sound, or the check is for other data.

        The same data and seed give the same findings. `data` may have no target. Small models are fitted on rows of
        `data.sample` only, and judged on rows that they were not fitted on.
        """


class SeriesCheck(ABC):
    """Looks at series that are forecast for one kind of fault. Attributes as those of Check.

    >>> from protokit import plugins
    >>> @plugins.series_check
    ... class Lone(plugins.SeriesCheck):
    ...     name, about = "lone", "A forecast of one series alone."
    ...     def __call__(self, data):
    ...         if len(data.names) == 1:
    ...             yield Finding(self.name, "note", (), "there is one series")
    >>> "lone" in SERIES_CHECKS
    True
    """

    name: str
    about: str
    rank: int = LAST
    explains: bool = False

    @abstractmethod
    def __call__(self, data: SeriesData) -> Iterator[Finding]:
        """What was found; nothing where the series are sound. The same data and seed give the same findings."""


CHECKS: Instances[Check] = Instances("check", "protokit.evaluate.audit.checks", key="check", base=Check)
SERIES_CHECKS: Instances[SeriesCheck] = Instances(
    "check of series", "protokit.evaluate.audit.series.checks", key="series_check", base=SeriesCheck
)
