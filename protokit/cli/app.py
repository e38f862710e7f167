"""The verbs of `protokit`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from protokit.core.errors import AuditError, ProtokitError, SpecError

app = typer.Typer(
    help="From a recipe to a trained Keras network and an honest verdict on it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
RecipeFile = Annotated[Path, typer.Argument(help="A recipe file.", metavar="RECIPE")]
RunFolder = Annotated[Path, typer.Argument(help="The folder of a run, or runs/NAME: its newest run.", metavar="RUN")]
Set = Annotated[list[str] | None, typer.Option("--set", help="Override a value: learn.epochs=5", metavar="PATH=VALUE")]
OneTable = Annotated[
    str | None, typer.Option("--table", help="Which table of a database or page, or sheet of a workbook.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"protokit {version('protokit')}")
        raise typer.Exit


@app.callback()
def about(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """From a recipe to a trained Keras network and an honest verdict on it."""


@app.command()
def run(
    recipe: RecipeFile,
    set: Set = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where runs are kept.")] = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run of this recipe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a recipe: train its network, and say how good it is."""
    from protokit.workflow.run.run import run as run_recipe

    try:
        result = run_recipe(recipe, out=out, resume=resume, set=set or ())
    except AuditError as error:
        if as_json:
            _json({"stopped": "audit", "findings": [finding.as_plain() for finding in error.findings]})
        raise
    if as_json:
        found = result.results
        said = {"findings": found["findings"], "diagnoses": found["diagnosis"]["diagnoses"]}
        _json({"run": str(result.path), "verdict": result.verdict, **said, **found["metrics"]})
        return
    _show(result.card)
    typer.echo(f"\n  {result.path}")


@app.command()
def check(
    recipe: RecipeFile,
    set: Set = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print the recipe with every default.")] = False,
) -> None:
    """Check a recipe, or a menu in a file of its own, without running it: every fault at once, with its line."""
    from protokit.menu.menu import Menu

    if Menu.is_written_in(recipe):
        checked: Any = Menu.read(recipe)
    else:
        from protokit.workflow.run.run import check as check_recipe

        checked = check_recipe(recipe, set=set or ())
    typer.echo(checked.write().rstrip() if explain else f"{recipe}: no faults")


@app.command()
def new(
    data: Annotated[str, typer.Argument(help="A file of a table, a folder of images, or a web address of one.")],
    target: Annotated[str, typer.Argument(help="The column to predict.")] = "",
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The recipe's file.")] = None,
    table: OneTable = None,
) -> None:
    """Write a commented recipe for a table and its target."""
    from protokit.workflow.new import new as new_recipe

    name = "".join(c if c.isalnum() or c in "-_" else "" for c in Path(data).name.split(".")[0]).strip("-_")
    path = out or Path((name or "recipe") + ".yaml")
    new_recipe(data, target, path, table=table)
    typer.echo(f"wrote {path}; now: protokit run {path}")


@app.command()
def predict(
    model: Annotated[Path, typer.Argument(help="The folder of a model or of a run, or runs/NAME: its newest run.")],
    data: Annotated[str, typer.Argument(help="A table with the model's columns: a file or a web address.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="A CSV file; the screen if not given.")] = None,
    table: OneTable = None,
    as_json: AsJson = False,
) -> None:
    """Predict the rows of a table with a trained model."""
    from protokit.bundle.folder import load
    from protokit.collect.collect import read_table

    loaded = load(model)
    frame = read_table(data, table, loaded.intake.reading if loaded.intake else None)
    predictions = loaded.predict(frame, folder=Path(data).parent if Path(data).is_file() else None)
    if as_json:
        text = json.dumps(predictions.to_dict(orient="records"), ensure_ascii=False, default=str)
    else:
        text = predictions.to_csv(index=False).rstrip("\n")
    if out is None:
        typer.echo(text)
    else:
        from protokit.core.files import write_text

        write_text(out, text + "\n")
        typer.echo(f"wrote {len(predictions):,} predictions to {out}", err=True)


@app.command()
def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs, or runs/NAME: its newest run.", metavar="RUN...")
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write it as a page: FILE.html.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put two or more runs side by side."""
    from protokit.workflow.look.compare import compare as compare_runs

    if out is not None and out.suffix.lower() not in {".html", ".htm"}:
        raise SpecError.one(f"the comparison is a page, and {out} does not end in .html", f"-o {out.stem}.html")
    result = compare_runs(*runs)
    if out is not None:
        from protokit.core.files import write_text

        write_text(out, result.page().html())
        typer.echo(f"wrote {out}", err=True)
    if as_json:
        _json(result.as_plain())
    elif out is None:
        _show(result.card)


@app.command()
def report(
    run: RunFolder,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The page; report.html of the run if not given.")
    ] = None,
) -> None:
    """Write the report of a run anew: one page of HTML that needs nothing but itself."""
    from protokit.workflow.look.report import report as write

    typer.echo(f"wrote {write(run, out)}")


@app.command()
def doctor(
    run: RunFolder,
    as_json: AsJson = False,
) -> None:
    """Say what went wrong in the training of a run, with the numbers that show it and an edit of the recipe."""
    from protokit.cli.doctor import show
    from protokit.workflow.result import Run

    found = Run.open(run)
    if as_json:
        _json({"run": str(found.path), "diagnoses": found.results["diagnosis"]["diagnoses"]})
    else:
        show(found)


@app.command()
def lr(
    recipe: RecipeFile,
    set: Set = None,
    steps: Annotated[int, typer.Option("--steps", help="Steps of training over which the rate rises.")] = 300,
    as_json: AsJson = False,
) -> None:
    """Find a learning rate for the network of a recipe; nothing is written."""
    from protokit.workflow.lr_range import lr_range

    found = lr_range(recipe, steps=steps, set=set or ())
    if as_json:
        _json(found.as_plain())
    else:
        typer.echo(str(found))


@app.command()
def layers(name: Annotated[str | None, typer.Argument(help="A layer; all of them if not given.")] = None) -> None:
    """List the layers, or the arguments of one; of an optimizer, a loss or the like too."""
    from protokit.menu import catalogue

    if name is None:
        width = max(map(len, catalogue.names("layers"))) + 2
        for known in catalogue.names("layers"):
            entry = catalogue.find("layers", known)
            typer.echo(f"{known:<{width}}{entry.about[:90] if entry else ''}")
        return
    entry = next(filter(None, (catalogue.find(section, name) for section in catalogue.SECTIONS)), None)
    if entry is None:
        raise SpecError([catalogue.unknown("layers", name)])
    typer.echo(f"{entry.name}: {entry.about}")
    for argument, about in entry.arguments.items():
        default = f"= {json.dumps(about['default'])}" if "default" in about else "(required)"
        typer.echo(f"  {argument} {default}  {about.get('type', '')}".rstrip())


@app.command()
def schema(
    of: Annotated[
        str, typer.Argument(metavar="[recipe|menu]", help="Of recipe files, or of menus in files of their own.")
    ] = "recipe",
) -> None:
    """Print the JSON Schema of recipes or menus, for editors."""
    from protokit.menu.schema import schema as menu_schema
    from protokit.recipe.schema import schema as recipe_schema

    if of not in {"recipe", "menu"}:
        raise SpecError.one(f"there is no schema of {of!r}", "one of: recipe, menu")
    _json(menu_schema() if of == "menu" else recipe_schema())


@app.command()
def menus(
    name: Annotated[str | None, typer.Argument(help="A house menu, or the file of a menu or recipe.")] = None,
) -> None:
    """List the house menus, print one, or draw the menu of a file as a tree."""
    from protokit.menu.house_menu import HOUSE_MENUS
    from protokit.menu.menu import Menu

    if name is None:
        for known, menu in HOUSE_MENUS.all().items():
            typer.echo(f"{known}  {menu.about}")
    elif Path(name).suffix in {".yaml", ".yml", ".json"}:
        from protokit.recipe.recipe import Recipe

        typer.echo(str((Menu.read(name) if Menu.is_written_in(name) else Recipe.read(name).network).draw()))
    else:
        from protokit.grammar.writing import write

        typer.echo(write(Menu(name).as_plain(in_full=True)), nl=False)


def main() -> None:
    """Run the command line; a known error is a message and an exit status, never a traceback."""
    try:
        status = app(standalone_mode=False)
        if status == 130:  # typer's own answer to Ctrl-C
            raise KeyboardInterrupt
    except ProtokitError as error:
        _stop(str(error), 2 if isinstance(error, SpecError) else 3 if isinstance(error, AuditError) else 1)
    except KeyboardInterrupt:
        _stop("interrupted; go on where it stopped with the same command and --resume", 130)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None
    except Exception as error:
        # a wrong call of the command line itself: typer brings its own copy of click's exceptions
        if hasattr(error, "exit_code") and hasattr(error, "format_message"):
            _stop(error.format_message(), 2)
        if type(error).__name__ == "Abort":
            _stop("interrupted; go on where it stopped with the same command and --resume", 130)
        raise


def _stop(message: str, status: int) -> None:
    sys.stdout.flush()
    print(message, file=sys.stderr)
    raise SystemExit(status)


def _show(card: Any) -> None:
    if sys.stdout.isatty():
        from rich.console import Console

        Console().print(card.rich())
    else:
        typer.echo(card.text(), nl=False)


def _json(value: Any) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
