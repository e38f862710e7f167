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
class Remark:
    """A fault that the person should mend: how grave it is, what it is, and the edit that mends it."""

    severity: str
    rule: str
    edit: str = ""


@dataclass(frozen=True)
class Card:
    """What a run shows of itself, in the order in which a person reads it."""

    title: str
    sentences: tuple[str, ...]
    grids: tuple[Grid, ...]
    notes: tuple[str, ...] = ()
    history: Sequence[Mapping[str, float]] = field(default_factory=tuple)
    best_epoch: int = 0
    remarks: tuple[Remark, ...] = ()

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
        for remark in self.remarks:
            style = "bold red" if remark.severity == "fatal" else "yellow"
            text = Text.assemble((f"{remark.severity}: ", style), remark.rule)
            parts += [Text(), Padding(text, (0, 0, 0, 2))]
            if remark.edit:
                parts.append(Padding(Text(remark.edit, style="dim"), (0, 0, 0, 6)))
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
    """Loss by epoch for training and validation rows, as SVG; nothing where there is no history.

    Of several networks every one has its thin lines.
    """
    runs: dict[Any, list[Mapping[str, float]]] = {}
    for row in card.history:
        runs.setdefault((row.get("fold"), row.get("seed")), []).append(row)
    if not any(len(rows) > 1 for rows in runs.values()):
        return ""
    from io import StringIO

    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 2.6), layout="constrained")
    axes = figure.subplots()
    width, single = (1.5, True) if len(runs) == 1 else (0.7, False)
    # Okabe and Ito's palette, told apart by colour-blind readers; the dashes tell without colour
    for i, rows in enumerate(runs.values()):
        epochs = [row["epoch"] for row in rows]
        for name, color, style in (("loss", "#0072B2", "-"), ("validation_loss", "#D55E00", "--")):
            label = {"loss": "training"}.get(name, "validation") if i == 0 else None
            axes.plot(epochs, [row[name] for row in rows], style, color=color, linewidth=width, label=label)
    if single:
        at = min(card.best_epoch, len(card.history)) - 1
        kept = card.history[at]
        axes.plot(
            [kept["epoch"]], [kept["validation_loss"]], "o", color="#D55E00", label=f"kept: epoch {card.best_epoch}"
        )
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
