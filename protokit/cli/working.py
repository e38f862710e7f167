"""The verb of a worker: it does trials for a search that is driven elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from protokit.cli.options import Allow, AllowWeb, AsJson, allowed, print_json
from protokit.core.errors import SpecError
from protokit.core.outside import access

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0}


def work(
    folder: Annotated[
        Path, typer.Argument(help="The folder of a search, or runs/NAME: its newest one, also one to come.")
    ],
    workers: Annotated[int, typer.Option("--workers", help="How many trials at once, each in a process.")] = 1,
    cores: Annotated[
        int | None, typer.Option("--cores", help="How many cores they share; those of this job if not given.")
    ] = None,
    idle: Annotated[
        str, typer.Option("--idle", help="Leave after so long without a driver: 600, 15m, 2h; never: stay.")
    ] = "15m",
    once: Annotated[bool, typer.Option("--once", help="Leave when the first driver ends.")] = False,
    allow: Allow = None,
    allow_web: AllowWeb = None,
    as_json: AsJson = False,
) -> None:
    """Do trials of a search on a shared folder, until it is done; see `search: {workers: folder}`."""
    from protokit.search.hand import HandOfPerson
    from protokit.workers.folder.work import Told
    from protokit.workers.folder.work import work as do_work

    for name, number in (("--workers", workers), ("--cores", cores)):
        if number is not None and number < 1:
            raise SpecError.one(f"{name} is a number from 1, not {number}")
    hand_in = HandOfPerson(allowed(allow, allow_web), access.command())
    seconds = None if idle == "never" else _seconds(idle)
    try:
        done = do_work(
            access.local(folder), hand_in, workers=workers, cores=cores, idle=seconds, once=once,
            finished=lambda home: (home / "search.json").is_file(), say=lambda text: typer.echo(text, err=True),
        )  # fmt: skip
    except (KeyboardInterrupt, Told) as told:
        typer.echo("left: what it was doing is given to another worker", err=True)
        raise SystemExit(130 if isinstance(told, KeyboardInterrupt) else 143) from None
    if as_json:
        print_json({"folder": str(folder), "done": done})


def _seconds(text: str) -> float:
    """A time such as 15m.

    Raises:
        SpecError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([smh]?)", text.strip())
    if found is None:
        raise SpecError.one(f"--idle is a time, not {text!r}", "write --idle 15m, 2h, 600 or never")
    return float(found[1]) * _UNITS[found[2]]
