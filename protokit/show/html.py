"""Templates: every text in them is escaped."""

from __future__ import annotations

from functools import cache
from typing import Any


def render(template: str, **values: Any) -> str:
    """A template filled in."""
    return str(_environment().get_template(template).render(**values))


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("protokit.show"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.tests["of_kind"] = lambda block, kind: type(block).__name__ == kind
    return environment
