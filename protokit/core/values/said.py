"""What was decided, found and done with the rows, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from protokit.core.plain import PlainFinding, PlainNotice, PlainStep, Severity


@dataclass(frozen=True)
class Notice:
    """Something that was decided for the person, with the columns and the way to decide otherwise.

    `of_menu` names the kind of columns that are left out because the menu does not take them: a finding says it. Of
    what is `advised` the cure is a piece of a recipe that is likely better, and not only another choice.
    """

    rule: str
    columns: tuple[str, ...] = ()
    cure: str | None = None
    of_menu: str = ""
    advised: bool = False

    def as_plain(self) -> PlainNotice:
        """The notice as JSON values."""
        plain: PlainNotice = {"rule": self.rule, "columns": self.columns, "cure": self.cure}
        if self.advised:
            plain["advised"] = True
        return plain

    def __str__(self) -> str:
        return self.rule + (f" ({self.cure})" if self.cure else "")


@dataclass(frozen=True)
class Finding:
    """What the audit found in the data: the rule that is broken, the numbers that show it, and the edit that mends it.

    `edit` is a piece of a recipe; it is empty where the data itself has to be mended.
    """

    check: str
    severity: Severity
    columns: tuple[str, ...]
    rule: str
    evidence: Mapping[str, float | int | str] = field(default_factory=dict)
    edit: str = ""

    def __repr__(self) -> str:
        return f"<{self.severity} {self.check}: {self.rule}>"

    def as_plain(self) -> PlainFinding:
        """The finding as JSON values."""
        return cast(PlainFinding, {**vars(self), "columns": list(self.columns)})

    @classmethod
    def from_plain(cls, plain: PlainFinding) -> Finding:
        """The finding of `as_plain`."""
        return cls(**{**plain, "columns": tuple(plain["columns"])})  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.severity}: {self.rule}" + "".join(f"\n    {line}" for line in self.edit.splitlines())


@dataclass(frozen=True)
class Step:
    """One step of the data's way with the rows that went in and came out.

    `dropped` counts the rows that went in and did not come out, by reason.
    """

    name: str
    rows_in: int
    rows_out: int
    detail: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)

    def as_plain(self) -> PlainStep:
        """The step as JSON values."""
        return cast(PlainStep, vars(self))
