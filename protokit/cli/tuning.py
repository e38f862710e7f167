"""The verb that searches the values of slots."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import protokit
from protokit.cli.options import Allow, AllowWeb, AsJson, RecipeFile, Set, allowed, print_json, show
from protokit.core.errors import AuditError


def tune(
    recipe: RecipeFile,
    trials: Annotated[int | None, typer.Option("--trials", help="How many settings are tried.")] = None,
    time: Annotated[str | None, typer.Option("--time", help="No trial begins after so long: 600, 30m, 2h.")] = None,
    workers: Annotated[
        str | None, typer.Option("--workers", help="Processes on this machine, or ray, or folder.")
    ] = None,
    set: Set = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where runs and searches are kept.")] = Path("runs"),
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the last search of this recipe; with more --trials, extend it.")
    ] = False,
    allow: Allow = None,
    allow_web: AllowWeb = None,
    as_json: AsJson = False,
) -> None:
    """Search the values of a recipe's slots, and say what of the gain is real."""
    seconds = float(time) if time is not None and time.replace(".", "", 1).isdigit() else time
    count = int(workers) if workers is not None and workers.lstrip("-").isdigit() else workers
    try:
        study = protokit.tune(
            recipe, out=out, resume=resume, set=set or (), trials=trials, time=seconds, workers=count,
            allow=allowed(allow, allow_web),
        )  # fmt: skip
    except AuditError as error:
        if as_json:
            print_json({"stopped": "audit", "findings": [finding.as_plain() for finding in error.findings]})
        raise
    if as_json:
        print_json(study.as_plain())
        return
    show(study.card)
    typer.echo(f"\n  {study.path}")
