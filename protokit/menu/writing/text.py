"""The text of a menu with one layer a line, where that is at most 100 columns."""

from __future__ import annotations

from typing import Any

from protokit.grammar.writing import as_key, on_a_line
from protokit.menu.items import plain_chain
from protokit.menu.reading.layers import COMPOSITES
from protokit.menu.writing.trees import Chain

WIDEST = 100
_HOLD = set(COMPOSITES) - {"use", "share"}  # items that hold chains
_NUMBERED = {"repeat": "times", "ensemble": "members"}
_MOST_LINES = 3  # of a layer whose arguments do not stand below each other
_INSIDE = 8  # the columns that a line is likely to be indented by, where lines are counted


def written(plain: dict[str, Any]) -> str:
    """A menu's plain data as YAML."""
    lines: list[str] = []
    for key, part in plain.items():
        if key == "layers":
            lines += ["layers:", *_chain(part, 2)] if part else ["layers: []"]
        elif key == "blocks":
            lines.append("blocks:")
            for name, block in part.items():
                lines += _block(name, block)
        else:
            lines += _short(f"{key}:", part, 0)
    return "\n".join(lines) + "\n"


def lines_of(chain: Chain) -> int:
    """How many lines a chain takes."""
    return len(_chain(plain_chain(chain), _INSIDE))


def _block(name: str, block: Any) -> list[str]:
    if isinstance(block, list):
        return [f"  {as_key(name)}:", *_chain(block, 4)]
    lines = [f"  {as_key(name)}:"]
    for key, part in block.items():
        lines += [f"    {key}:", *_chain(part, 6)] if key == "layers" else _short(f"    {key}:", part, 4)
    return lines


def _short(head: str, part: Any, indent: int) -> list[str]:
    """A value behind its key, on the same line where it fits."""
    flow = on_a_line(part)
    if len(head) + 1 + len(flow) <= WIDEST or not isinstance(part, (dict, list)) or not part:
        return [f"{head} {flow}"]
    pad = " " * (indent + 2)
    if isinstance(part, dict):
        return [head, *(line for k, v in part.items() for line in _short(f"{pad}{as_key(k)}:", v, indent + 2))]
    if any(isinstance(one, (dict, list)) for one in part):
        return [head, *(f"{pad}- {on_a_line(one)}" for one in part)]
    return _filled(head, part, pad)


def _filled(head: str, part: Any, pad: str) -> list[str]:
    """A list or mapping behind its key in lines that are full."""
    lines = [head]
    for piece in _pieces(part):
        if len(lines[-1]) + 1 + len(piece) <= WIDEST:
            lines[-1] += f" {piece}"
        else:
            lines.append(pad + piece)
    return lines


def _pieces(part: Any) -> list[str]:
    """A value on a line, parted where the line may end."""
    if not isinstance(part, (dict, list)) or not part:
        return [on_a_line(part)]
    found: list[str] = []
    for key, value in part.items() if isinstance(part, dict) else enumerate(part):
        first, *more = _pieces(value)
        found += [f"{as_key(key)}: {first}" if isinstance(part, dict) else first, *more]
        found[-1] += ","
    start, end = "{}" if isinstance(part, dict) else "[]"
    return [start + found[0], *found[1:-1], found[-1][:-1] + end] if len(found) > 1 else [start + found[0][:-1] + end]


def _chain(chain: list[Any], indent: int) -> list[str]:
    lines: list[str] = []
    for item in chain:
        lines += _item(item, indent)
    return lines


def _item(item: Any, indent: int) -> list[str]:
    pad = " " * indent
    if not isinstance(item, dict):
        return [f"{pad}- {on_a_line(item)}"]
    lines: list[str] = []
    single = not _HOLD & set(item)
    if single:
        [*keys] = item
        if len(keys) > 1 and item[keys[0]] is None:
            item = {**item, keys[0]: {}}
        flow = on_a_line(item)
        alone = f"{as_key(keys[0])}: {on_a_line(item[keys[0]])}"
        line = f"{pad}- {alone if len(keys) == 1 and item[keys[0]] is not None else flow}"
        if len(line) <= WIDEST:
            return [line]
    for key, part in item.items():
        head = f"{pad}  {as_key(key)}:"
        if key in _HOLD:
            lines += _composite(head, key, part, indent + 2)
        else:
            full = _filled(head, part, f"{pad}    ")
            few = len(full) <= _MOST_LINES and max(map(len, full)) <= WIDEST
            lines += full if few else _short(head, part, indent + 2)
    lines[0] = f"{pad}- {lines[0].lstrip()}"
    return lines


def _composite(head: str, key: str, part: Any, indent: int) -> list[str]:
    if key in _NUMBERED:
        pad, number = " " * (indent + 2), _NUMBERED[key]
        start = f"{pad}{number}: {on_a_line(part[number])}"
        return [head, start, *_inner(f"{pad}layers:", part["layers"], indent + 2)]
    if isinstance(part, dict):
        pad = " " * (indent + 2)
        return [head, *(line for k, v in part.items() for line in _inner(f"{pad}{as_key(k)}:", v, indent + 2))]
    return _inner(head, part, indent)


def _inner(head: str, chain: list[Any], indent: int) -> list[str]:
    """A chain behind its key: none or one layer on the same line."""
    flow = on_a_line(chain)
    single = len(chain) < 2 and not _HOLD & set(chain[0] if chain else ())
    if single and len(head) + 1 + len(flow) <= WIDEST:
        return [f"{head} {flow}"]
    return [head, *_chain(chain, indent + 2)]
