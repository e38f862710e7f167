"""The page of a served model: a form made of its columns, what is predicted, and what would change it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from protokit.core.values.signature import TargetSpec
from protokit.doors.serve.fields import Field
from protokit.show.html import render


def page_of(
    title: str, fields: Sequence[Field], targets: Sequence[TargetSpec], *, by_row: bool, changes: bool
) -> tuple[str, str]:
    """The page, and the policy that lets it run its own script and nothing else."""
    script, style = _part("serve.js"), _part("serve.css")
    plain = [{"name": field.name, "type": field.type} for field in fields]
    page = render(
        "serve.html", title=title, fields=fields, targets=[one.name for one in targets], plain=plain,
        script=script, style=style, by_row=by_row, changes=changes,
    )  # fmt: skip
    policy = (
        f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return page, policy


@cache
def _part(name: str) -> str:
    return (files("protokit.show") / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
