"""The arguments that several verbs share, and how a verb prints what it has."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol

import typer

RecipeFile = Annotated[Path, typer.Argument(help="A recipe file.", metavar="RECIPE")]
RunFolder = Annotated[Path, typer.Argument(help="The folder of a run, or runs/NAME: its newest run.", metavar="RUN")]
Set = Annotated[list[str] | None, typer.Option("--set", help="Override a value: learn.epochs=5", metavar="PATH=VALUE")]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", help="What the recipe may read or write beside its own folder, this one and its run."),
]
AllowWeb = Annotated[
    list[str] | None,
    typer.Option(
        "--allow-web",
        help="A host, or s3://BUCKET, that the recipe may ask; without =HOST all of the web.",
        metavar="[=HOST]",
    ),
]
OneTable = Annotated[
    str | None, typer.Option("--table", help="Which table of a database or page, or sheet of a workbook.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def allowed(paths: list[str] | None, hosts: list[str] | None) -> tuple[str, ...]:
    """What `--allow` and `--allow-web` let a recipe open, as `allow` takes it."""
    return (*(paths or ()), *(host if "://" in host else f"https://{host}" for host in hosts or ()))


def with_hosts(arguments: Sequence[str]) -> list[str]:
    """Arguments in which `--allow-web` says its host: alone it is of every one."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    return ["--allow-web=*" if one == "--allow-web" and i < end else one for i, one in enumerate(arguments)]


class Shown(Protocol):
    """A card: in colours for a terminal, else as text."""

    def rich(self) -> object:
        """What rich prints."""

    def text(self, width: int = 110) -> str:
        """The same without colours."""


def show(card: Shown, width: int = 110) -> None:
    """Print a card; to a file or a pipe at most so wide."""
    if sys.stdout.isatty():
        from rich.console import Console

        Console().print(card.rich())
    else:
        typer.echo(card.text(width), nl=False)


def print_json(value: object) -> None:
    """Print plain data as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
