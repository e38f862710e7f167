"""Options as a person writes them in a recipe, for cures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_PLAIN = re.compile(r"(?!(?:true|false|yes|no|on|off|null|none|y|n)$)[^\W\d][\w-]*", re.I)


def quoted(text: str) -> str:
    """A text in double quotes, as YAML reads it."""
    return json.dumps(text, ensure_ascii=False)


def name_list(names: Iterable[str]) -> str:
    """Names as a list in YAML.

    >>> name_list(["a", "b c", "2"])
    '[a, "b c", "2"]'
    """
    return "[" + ", ".join(name if _PLAIN.fullmatch(name) else quoted(name) for name in names) + "]"
