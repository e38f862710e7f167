"""A graph of named boxes as a tree for a terminal, and as an SVG that needs no other program."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """One box: its name, what it is, what comes out and how large it is; the names of the boxes it takes from.

    `label` is a name that a person gave; `depth` indents it in the tree; `times` is how often a folded box stands;
    `marked` ones stand out, as what another graph beside it does not have.
    """

    name: str
    title: str
    label: str = ""
    shape: str = ""
    parameters: int | None = None
    takes: tuple[str, ...] = ()
    depth: int = 0
    times: int = 1
    marked: bool = False


def tree(boxes: Sequence[Box], title: str) -> str:
    """A line for each box: kind and name, output shape, parameters, and what it takes where that is not above it."""
    rows: list[tuple[str, str, str, str]] = []
    before = ""
    for box in boxes:
        times = f" × {box.times}" if box.times > 1 else ""
        head = f"{'  ' * box.depth}{box.title} {box.name if box.name != box.title else ''}".rstrip() + times
        count = "" if box.parameters is None else f"{box.parameters:,}"
        far = "" if box.takes in ((before,), ()) else "← " + ", ".join(box.takes)
        rows.append((head, box.shape, count, far))
        before = box.name
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(3)]
    lines = [
        f"{head:<{widths[0]}}  {shape:<{widths[1]}}  {count:>{widths[2]}}  {far}".rstrip()
        for head, shape, count, far in rows
    ]
    return "\n".join([title, *lines])


_WIDTH, _HEIGHT, _GAP_X, _GAP_Y = 200, 40, 26, 30


def svg(boxes: Sequence[Box], title: str) -> str:
    """The graph, from top to bottom: a box lies one row below the lowest that it takes from."""
    drawn = boxes
    rank: dict[str, int] = {}
    for box in drawn:
        rank[box.name] = 1 + max((rank[name] for name in box.takes if name in rank), default=-1)
    column = _columns(drawn, rank)
    widest = max(column.values(), default=0) + 1
    width, height = widest * (_WIDTH + _GAP_X) + _GAP_X, (max(rank.values(), default=0) + 1) * (_HEIGHT + _GAP_Y) + 10
    at = {
        box.name: (_GAP_X + column[box.name] * (_WIDTH + _GAP_X), 8 + rank[box.name] * (_HEIGHT + _GAP_Y))
        for box in drawn
    }
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
        f'style="max-width:100%;height:auto" role="img" aria-label="{html.escape(title)}" '
        'font-family="system-ui,sans-serif" font-size="12">'
    ]
    for box in drawn:
        for name in box.takes:
            if name in at:
                parts.append(_edge(at[name], at[box.name]))
    parts += [_box(box, *at[box.name]) for box in drawn]
    return "".join([*parts, "</svg>"])


def _columns(drawn: Sequence[Box], rank: dict[str, int]) -> dict[str, float]:
    """Boxes of a row side by side, each near those that it takes from; a box below one box lies under it."""
    column: dict[str, float] = {}
    rows: dict[int, list[Box]] = {}
    for box in drawn:
        rows.setdefault(rank[box.name], []).append(box)
    for row in sorted(rows):
        free = 0.0
        wanted = [
            (sum(column[name] for name in box.takes if name in column) / max(1, len(box.takes)), i, box)
            for i, box in enumerate(rows[row])
        ]
        for want, _, box in sorted(wanted, key=lambda one: one[:2]):
            column[box.name] = max(want, free)
            free = column[box.name] + 1
    return column


def _edge(start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y, u, v = start[0] + _WIDTH / 2, start[1] + _HEIGHT, end[0] + _WIDTH / 2, end[1]
    # an edge that skips rows leaves by the side, so that it does not run through the boxes between
    if v - y > _GAP_Y + 1 and abs(x - u) < 1:
        side = start[0] + _WIDTH + _GAP_X / 2
        path = f"M{x:.0f} {y}C{side:.0f} {y + 12} {side:.0f} {y + 12} {side:.0f} {y + 30}"
        path += f"L{side:.0f} {v - 30}C{side:.0f} {v - 12} {side:.0f} {v - 12} {u:.0f} {v}"
    else:
        path = f"M{x:.0f} {y}C{x:.0f} {(y + v) / 2:.0f} {u:.0f} {(y + v) / 2:.0f} {u:.0f} {v}"
    return f'<path d="{path}" fill="none" stroke="currentColor" stroke-opacity=".55" stroke-width="1.2"/>'


def _box(box: Box, x: float, y: float) -> str:
    color, share = ("#0072b2", 0.1) if box.takes else ("#f0e442", 0.35)  # seen on light and dark ground
    edge = 'stroke="#d55e00" stroke-width="2.4" stroke-dasharray="7 3"' if box.marked else 'stroke="#0072b2"'
    color = "#d55e00" if box.marked else color
    times = f" × {box.times}" if box.times > 1 else ""
    count = "" if not box.parameters else f"{box.parameters:,}"
    detail = " · ".join(part for part in (box.shape, count) if part)
    title, detail = html.escape(_cut(box.title) + times), html.escape(_cut(detail))
    label = (
        f'<tspan font-weight="400" fill-opacity=".75"> {html.escape(_cut(box.label, 12))}</tspan>' if box.label else ""
    )
    # a folded box has another one behind it
    extra = f'<path d="M{x + 6:.0f} {y + _HEIGHT + 4}H{x + _WIDTH:.0f}q4 0 4 -4V{y + 6}" fill="none" stroke="#0072b2"/>'
    return (
        f"<g><title>{html.escape(box.name)}</title>{extra if box.times > 1 else ''}"
        f'<rect x="{x:.0f}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="5" fill="{color}" '
        f'fill-opacity="{share}" {edge}/>'
        f'<text x="{x + 8:.0f}" y="{y + 16}" fill="currentColor" font-weight="600">{title}{label}</text>'
        f'<text x="{x + 8:.0f}" y="{y + 32}" fill="currentColor" fill-opacity=".8">{detail}</text></g>'
    )


def _cut(text: str, most: int = 25) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
