"""The command line: its verbs in the order in which a person needs them, and how it ends."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import version as version_of
from threading import enumerate as threads
from typing import Annotated, NoReturn

import typer

from protokit.cli import doors, predicting, recipes, runs, serving, tuning, working
from protokit.cli.kinds import KINDS
from protokit.cli.options import with_hosts
from protokit.core.errors import AuditError, ProtokitError, SpecError
from protokit.core.outside import access, limits
from protokit.core.suggest import did_you_mean, one_of
from protokit.workers.crew import THREAD

app = typer.Typer(
    help="From a recipe to a trained Keras network and an honest verdict on it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_INTERRUPTED = "interrupted; go on where it stopped with the same command and --resume"


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"protokit {version_of('protokit')}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help="Raise or lower a limit, as `--limit layers=50000`: see docs/security.md."),
    ] = None,
) -> None:
    """From a recipe to a trained Keras network and an honest verdict on it."""
    limits.typed(limit or [])


for _verb in (runs.run, recipes.check, recipes.new, predicting.predict, predicting.evaluate, doors.export, tuning.tune):
    app.command()(_verb)
app.command()(serving.serve)
app.command()(working.work)
app.command("runs")(runs.list_runs)
app.command()(runs.compare)
app.command()(runs.report)
app.command()(runs.eject)
app.command()(runs.doctor)
app.command()(runs.lr)
app.command("list")(recipes.list_things)
app.command()(recipes.menus)
app.command()(recipes.schema)


def main() -> None:
    """Run the command line; a known error is a message and an exit status, never a traceback."""
    arguments = sys.argv[1:]
    try:
        with access.typed(arguments):
            status = app(with_hosts(arguments), standalone_mode=False)
        if status == 130:  # typer's own answer to Ctrl-C
            raise KeyboardInterrupt
    except ProtokitError as error:
        _stop(str(error), 2 if isinstance(error, SpecError) else 3 if isinstance(error, AuditError) else 1)
    except KeyboardInterrupt:
        _stop(_INTERRUPTED, 130)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:
        # a wrong call of the command line itself: typer brings its own copy of click's exceptions
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            _stop(_with_cure(error.format_message()), 2)
        if type(error).__name__ == "Abort":
            _stop(_INTERRUPTED, 130)
        raise


def _with_cure(message: str) -> str:
    """The message of a wrong call, with the nearest verb where it is an unknown one."""
    unknown = re.search(r"No such command '([^']*)'", message)
    if unknown is None or "Did you mean" in message:
        return message
    verbs = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    listed = f"`protokit list {unknown[1]}` lists them" if unknown[1] in KINDS else None
    return f"{message}\n    {listed or did_you_mean(unknown[1], verbs) or one_of(verbs)}"


def _stop(message: str, status: int) -> NoReturn:
    sys.stdout.flush()
    print(message, file=sys.stderr)
    if any(thread.name == THREAD for thread in threads()):
        # a trial is inside of TensorFlow still: Python cannot end such a thread, and would abort as it leaves
        sys.stderr.flush()
        os._exit(status)
    raise SystemExit(status)
