"""The card of a run: the verdict first, then scores, network, data and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Grid:
    """A small table of texts; the first column is left-aligned, the others right."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Card:
    """What a run shows of itself, in the order in which a person reads it."""

    title: str
    sentences: tuple[str, ...]
    grids: tuple[Grid, ...]
    notes: tuple[str, ...] = ()
    history: Sequence[Mapping[str, float]] = field(default_factory=tuple)
    best_epoch: int = 0

    def rich(self) -> RenderableType:
        """The card for a terminal."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text

        parts: list[Any] = [Text(self.title, style="bold")]
        for sentence in self.sentences:
            style = "bold green" if "beats" in sentence else "bold yellow"
            parts.append(Padding(Text(sentence, style=style), (0, 0, 0, 2)))
        for grid in self.grids:
            table = Table(box=None, pad_edge=False)
            for i, name in enumerate(grid.header):
                table.add_column(Text(name), justify="left" if i == 0 else "right", header_style="dim")
            for row in grid.rows:
                table.add_row(*map(Text, row))
            parts += [Text(), Padding(Text(grid.title, style="dim"), (0, 0, 0, 2)), Padding(table, (0, 0, 0, 2))]
        if self.notes:
            parts.append(Text())
            parts += [Padding(Text(f"· {note}", style="dim"), (0, 0, 0, 2)) for note in self.notes]
        return Group(*parts)

    def text(self, width: int = 110) -> str:
        """The card as plain text."""
        from io import StringIO

        from rich.console import Console

        out = StringIO()
        Console(file=out, width=width, color_system=None, force_jupyter=False).print(self.rich())
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"

    def html(self) -> str:
        """The card for a notebook: no script, no style but its own."""
        return str(_environment().get_template("card.html").render(card=self, curves=curves(self)))

    def page(self) -> str:
        """The card as one page that needs nothing but itself."""
        return str(_environment().get_template("page.html").render(card=self, body=self.html()))


def curves(card: Card) -> str:
    """Loss by epoch for training and validation rows, as SVG; nothing where there is no history."""
    if len(card.history) < 2:
        return ""
    from io import StringIO

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 2.6), layout="constrained")
    axes = figure.subplots()
    epochs = [row["epoch"] for row in card.history]
    # Okabe and Ito's palette, told apart by colour-blind readers; the dashes tell without colour
    axes.plot(epochs, [row["loss"] for row in card.history], color="#0072B2", label="training")
    if "validation_loss" in card.history[0]:
        losses = [row["validation_loss"] for row in card.history]
        axes.plot(epochs, losses, color="#D55E00", linestyle="--", label="validation")
        at = min(card.best_epoch, len(losses)) - 1
        axes.plot([epochs[at]], [losses[at]], "o", color="#D55E00", label=f"kept: epoch {card.best_epoch}")
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)
    out = StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    svg = out.getvalue()
    return svg[svg.index("<svg") :]


def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(loader=PackageLoader("protokit.show"), autoescape=True, undefined=StrictUndefined)
