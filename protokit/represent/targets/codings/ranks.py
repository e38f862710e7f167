"""Classes that have an order, as their places in it."""

from __future__ import annotations

from math import inf

from protokit.core.errors import DataError
from protokit.core.names import as_text
from protokit.represent.targets.coding import CODINGS
from protokit.represent.targets.codings.classes import Class, Classes

_MOST_NAMED = 20


def _as_number(text: str) -> tuple[float, str]:
    """By what classes are sorted: numbers by their size, before other texts."""
    try:
        return float(text), text
    except ValueError:
        return inf, text


class Ranks(Classes):
    """Classes as their places in the order that is written; numbers have one of their own."""

    name = "ranks"
    about = "Classes as their places in the order that is written; numbers have one of their own."

    def in_order(self, classes: list[Class], name: str, order: tuple[str, ...]) -> list[Class]:
        """See Classes."""
        if not order:
            if not any(isinstance(one, str) for one in classes):
                return super().in_order(classes, name, order)
            named = sorted(map(as_text, classes), key=_as_number)
            written = ", ".join(named[:_MOST_NAMED]) + (", ..." if len(named) > _MOST_NAMED else "")
            rule = f"the classes of {name!r} are texts, and their order is not written"
            cure = f"write represent: {{columns: {{{name}: {{ordered: [LOWEST, ..., HIGHEST]}}}}}}, of {written}"
            if all(_as_number(one)[0] < inf for one in named) and len(named) <= _MOST_NAMED:
                cure = f"write represent: {{columns: {{{name}: {{ordered: [{written}]}}}}}}"
            raise DataError(rule, cure=cure)
        return super().in_order(classes, name, order)


CODINGS.add(Ranks())
