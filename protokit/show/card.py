"""The card of a thing, for a terminal and a notebook: what one came to know first, then what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from typing import Literal

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from protokit.show.blocks import Grid, Picture, Remark, Sentence, printable
from protokit.show.html import render

_TONES = {"better": "bold green", "worse": "bold yellow", "cannot tell apart": "bold yellow", "not compared": "bold"}
_SEVERITIES = {"fatal": "bold red", "warning": "yellow"}


@dataclass(frozen=True)
class Card:
    """What a thing shows of itself, in the order in which a person reads it."""

    title: str
    sentences: tuple[Sentence | str, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    pictures: tuple[Picture, ...] = ()

    @property
    def said(self) -> tuple[Sentence, ...]:
        """The sentences, each with its tone."""
        return tuple(Sentence(one) if isinstance(one, str) else one for one in self.sentences)

    def rich(self) -> RenderableType:
        """The card for a terminal."""
        parts: list[RenderableType] = [_text(self.title, style="bold")]
        for sentence in self.said:
            parts.append(Padding(_text(sentence.text, style=_TONES[sentence.tone]), (0, 0, 0, 2)))
        for remark in self.remarks:
            fault = _text(f"{remark.severity}: ", style=_SEVERITIES.get(remark.severity, "bold")) + _text(remark.rule)
            parts += [Text(), Padding(fault, (0, 0, 0, 2))]
            if remark.edit:
                parts.append(Padding(_text(remark.edit, style="dim"), (0, 0, 0, 6)))
        for grid in self.grids:
            table = Table(box=None, pad_edge=False, show_header=any(grid.header))
            for i, (name, numeric) in enumerate(zip(grid.header, grid.numeric, strict=True)):
                style = "bold" if i == 0 and len(grid.header) > 2 else ""
                justify: Literal["right", "left"] = "right" if numeric else "left"
                table.add_column(_text(name), justify=justify, header_style="dim", style=style, overflow="fold")
            for row in grid.rows:
                table.add_row(*map(_text, row))
            title = [Padding(_text(grid.title, style="dim"), (0, 0, 0, 2))] if grid.title else []
            parts += [Text(), *title, Padding(table, (0, 0, 0, 2))]
        if self.notes:
            parts.append(Text())
            parts += [Padding(_text(f"· {note}", style="dim"), (0, 0, 0, 2)) for note in self.notes]
        return Group(*parts)

    def text(self, width: int = 110) -> str:
        """The card as plain text."""
        out = StringIO()
        Console(file=out, width=width, color_system=None, force_jupyter=False).print(self.rich())
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"

    def html(self) -> str:
        """The card for a notebook: no script, no widget, no style but its own."""
        return render("card.html", card=self)

    def bundle(self) -> dict[str, str]:
        """The card as a notebook asks for it."""
        return {"text/plain": self.text(), "text/html": self.html()}


def _text(said: str, style: str = "") -> Text:
    return Text(printable(said), style=style)
