"""The edits of a recipe that findings across sets propose."""

from __future__ import annotations

from collections.abc import Iterable

from protokit.evaluate.audit.edits import listed
from protokit.grammar.writing import as_key, write

EACH = "learn:\n  sets: each  # a network of its own learns from no other set's rows"


def without(names: Iterable[str]) -> str:
    """The edit that leaves sets out."""
    return f"sets:  # without {listed(names)}"


def cleaned(name: str, step: str, value: dict[str, object]) -> str:
    """The edit that cleans a set by one step more.

    >>> print(cleaned("lisbon", "derive", {"height": "height * 2.54"}))
    sets:
      lisbon:
        collect:
          clean:  # beside what it has
            - derive: {height: "height * 2.54"}
    """
    inner = write([{step: value}]).rstrip().splitlines()
    steps = "\n".join(f"        {line}" for line in inner)
    return f"sets:\n  {as_key(name)}:\n    collect:\n      clean:  # beside what it has\n{steps}"


def as_kind(name: str, column: str, kind: str) -> str:
    """The edit that says the kind of a set's column."""
    return write({"sets": {name: {"represent": {"columns": {column: kind}}}}}).rstrip()


def ignored_in(name: str, column: str) -> str:
    """The edit that leaves a column out of one set."""
    return as_kind(name, column, "ignore")
