"""Plain data as YAML that a person would write: short things on a line, long ones below each other."""

from __future__ import annotations

import json
import math
import re

_WIDEST = 88
_PLAIN = re.compile(r"[$]?[A-Za-z_][A-Za-z0-9_./-]*")
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"}


def write(plain: object) -> str:
    """YAML text that reads back as the same data; the outermost lists have a line for each item."""
    return "\n".join(_block(plain, 0, True)) + "\n"


def _block(value: object, indent: int, outermost: bool = False) -> list[str]:
    pad = " " * indent
    if isinstance(value, dict) and value:
        lines: list[str] = []
        for key, part in value.items():
            head, flow = f"{pad}{as_key(key)}:", on_a_line(part)
            if part is None:
                lines.append(head + " null")
            elif not isinstance(part, (dict, list)) or not part or _fits(head, flow, part, outermost):
                lines.append(f"{head} {flow}")
            else:
                lines += [head, *_block(part, indent + 2, outermost and isinstance(part, dict))]
        return lines
    if isinstance(value, list) and value:
        lines = []
        for part in value:
            if isinstance(part, list) or not isinstance(part, dict) or not part:
                lines.append(f"{pad}- {on_a_line(part)}")
            else:
                inner = _block(part, indent + 2)
                lines += [f"{pad}- {inner[0].lstrip()}", *inner[1:]]
        return lines
    return [pad + on_a_line(value)]


def _fits(head: str, flow: str, part: object, outermost: bool) -> bool:
    several = isinstance(part, list) and any(isinstance(one, (dict, list)) for one in part)
    return len(head) + 1 + len(flow) <= _WIDEST and not (outermost and several)


def on_a_line(value: object) -> str:
    """Plain data as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{as_key(key)}: {on_a_line(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(on_a_line, value)) + "]"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if value != value else ".inf" if value > 0 else "-.inf"
    return json.dumps(value)


def as_key(key: object) -> str:
    """A key of a mapping; `on` is a key of joins, and nothing but that to a reader of YAML 1.2."""
    return "on" if key == "on" else on_a_line(key)


def _quoted(text: str) -> str:
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda c: f"\\u{ord(c[0]):04x}", json.dumps(text))
