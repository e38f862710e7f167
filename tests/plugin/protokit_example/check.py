"""A check of the audit: levels of a category that differ by case or spaces alone."""

from __future__ import annotations

from collections.abc import Iterator

from protokit.core.values.said import Finding
from protokit.evaluate.audit.check import CHECKS, Check
from protokit.evaluate.audit.data import AuditData


@CHECKS.add
class SimilarLevels(Check):
    """Categories such as `Rome` and `rome ` that are two levels to a network, and one to whoever wrote them."""

    name = "similar_levels"
    about = "Categories with levels that differ by case, or by spaces at their ends, alone."

    def __call__(self, data: AuditData) -> Iterator[Finding]:
        """See Check."""
        for column, kind in data.kinds.items():
            if kind == "category":
                levels = {str(level) for level in data.frame[column].dropna().unique()}
                plain = {level.strip().casefold() for level in levels}
                if len(plain) < len(levels):
                    rule = (
                        f"{column!r} has {len(levels)} levels, and {len(plain)} without case and spaces at their ends"
                    )
                    yield Finding(self.name, "warning", (column,), rule, {"levels": len(levels), "plain": len(plain)})
