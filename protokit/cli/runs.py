"""The verbs about runs: how one is made, shown and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import protokit
from protokit.cli.doctor import show_diagnoses, try_until_stopped
from protokit.cli.options import Allow, AllowWeb, AsJson, RecipeFile, RunFolder, Set, allowed, print_json, show
from protokit.core.errors import AuditError, SpecError
from protokit.core.files import write_text
from protokit.recipe.recipe import Recipe
from protokit.sets.contents import is_experiment
from protokit.sets.many.given import is_pattern
from protokit.workflow.check import as_recipe
from protokit.workflow.look.runs import chosen, grid, said


def run(
    recipes: Annotated[
        list[str],
        typer.Argument(help="A recipe file, or several, or patterns such as 'shops/*.yaml'.", metavar="RECIPE..."),
    ],
    set: Set = None,
    out: Annotated[Path, typer.Option("-o", "--out", help="Where runs are kept.")] = Path("runs"),
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the last run of this recipe.")] = False,
    workers: Annotated[
        str | None,
        typer.Option("--workers", help="Of several recipes or sets: how many at once, each in a process; or ray."),
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Read and prepare the data anew.")] = False,
    allow: Allow = None,
    allow_web: AllowWeb = None,
    as_json: AsJson = False,
) -> None:
    """Run a recipe: train its network, and say how good it is. Of several, one table says it of each."""
    [recipe, *more] = recipes
    count = 1 if workers is None else workers
    several = more or is_pattern(recipe) or Path(recipe).is_dir()
    beside = allowed(allow, allow_web)
    read = None if several else as_recipe(recipe, set or (), several=True, allow=beside)
    if read is not None and read.sets:
        _run_sets(read, out, resume=resume, workers=count, cache=not no_cache, as_json=as_json)
        return
    if several or workers is not None:
        table = protokit.run_all(
            recipes, workers=count, out=out, resume=resume, set=set or (), cache=not no_cache, allow=beside
        )
        if as_json:
            print_json(table.as_plain())
        else:
            show(table.card, width=200)
        if table.failed:
            raise SystemExit(1)
        return
    try:
        result = protokit.run(recipe, out=out, resume=resume, set=set or (), cache=not no_cache, allow=beside)
    except AuditError as error:
        if as_json:
            print_json({"stopped": "audit", "findings": [finding.as_plain() for finding in error.findings]})
        raise
    if as_json:
        found = result.results
        said = {"findings": found["findings"], "diagnoses": found["diagnosis"]["diagnoses"]}
        print_json({"run": str(result.path), "verdict": result.verdict, **said, **found["metrics"]})
        return
    show(result.card)
    typer.echo(f"\n  {result.path}")


def _run_sets(recipe: Recipe, out: Path, *, resume: bool, workers: int | str, cache: bool, as_json: bool) -> None:
    """Train on the sets of a recipe, and say what each way gives."""
    found = protokit.run_sets(recipe, out=out, resume=resume, workers=workers, cache=cache)
    if as_json:
        print_json({"run": str(found.path), "verdict": found.verdict, **found.results})
        return
    show(found.card, width=200)
    typer.echo(f"\n  {found.path}")


def list_runs(
    folder: Annotated[Path, typer.Argument(help="Where runs are kept.")] = Path("runs"),
    filter: Annotated[
        list[str] | None,
        typer.Option("--filter", help="'roc_auc > .8', 'state = failed', or letters of a name; several all hold."),
    ] = None,
    sort: Annotated[
        str | None, typer.Option("--sort", help="A metric, best first, or name, started, epochs, seconds ...")
    ] = None,
    reverse: Annotated[bool, typer.Option("--reverse", help="The other way round.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the runs and searches below a folder, the newest first."""
    from protokit.show.card import Card

    found = chosen(folder, filter or (), sort, reverse=reverse)
    if as_json:
        print_json([one.facts for one in found])
        return
    table, notes = grid(found, folder)
    show(Card(str(folder), (said(found),), (table,) if found else (), notes), width=200)


def compare(
    runs: Annotated[
        list[Path], typer.Argument(help="Folders of runs, or runs/NAME: its newest run.", metavar="RUN...")
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write it as a page: FILE.html.")] = None,
    as_json: AsJson = False,
) -> None:
    """Put two or more runs side by side; experiments on several sets, set by set."""
    if out is not None and out.suffix.lower() not in {".html", ".htm"}:
        raise SpecError.one(f"the comparison is a page, and {out} does not end in .html", f"-o {out.stem}.html")
    result = protokit.compare_sets(*runs) if any(map(is_experiment, runs)) else protokit.compare(*runs)
    if out is not None:
        write_text(out, result.page().html())
        typer.echo(f"wrote {out}", err=True)
    if as_json:
        print_json(result.as_plain())
    elif out is None:
        show(result.card, width=200 if isinstance(result, protokit.SetsComparison) else 110)


def report(
    run: RunFolder,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="The page; report.html of the run if not given.")
    ] = None,
) -> None:
    """Write the report of a run or a search anew: one page of HTML."""
    typer.echo(f"wrote {protokit.report(run, out)}")


def eject(
    run: RunFolder,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="NAME.py or NAME.ipynb; the run's name with .py if not given.")
    ] = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Execute it, and hold what it predicts against the run.")
    ] = False,
    of_set: Annotated[
        str | None,
        typer.Option("--set", help="Of several sets: one of them; a folder of scripts if not given."),
    ] = None,
    allow: Allow = None,
    allow_web: AllowWeb = None,
) -> None:
    """Write a run as a script of Keras, scikit-learn and pandas, which needs no protokit."""
    beside = allowed(allow, allow_web)
    if of_set is None and is_experiment(run):
        sets = protokit.SetsRun.open(run)
        for script in sets.eject(out or Path(sets.name), prove=prove, allow=beside).values():
            typer.echo(f"wrote {script}")
        return
    found = protokit.Run.open(run) if of_set is None else protokit.SetsRun.open(run).run(of_set)
    typer.echo(f"wrote {protokit.eject(found, out or Path(f'{found.name}.py'), prove=prove, allow=beside)}")


def doctor(
    run: RunFolder,
    as_json: AsJson = False,
    try_them: Annotated[
        bool, typer.Option("--try", help="Train each cure that was shown, and score it on validation rows.")
    ] = False,
    seconds: Annotated[
        float, typer.Option("--seconds", help="With --try: what the trainings may take, all together.")
    ] = 300.0,
    allow: Allow = None,
    allow_web: AllowWeb = None,
) -> None:
    """Say what went wrong in the training of a run, and what to edit; with --try also what each edit changes."""
    found = protokit.Run.open(run)
    tried, stopped = protokit.Tried.read(found.path), False
    if try_them:
        tried, stopped = try_until_stopped(found, seconds, allowed(allow, allow_web))
    if as_json:
        print_json({"diagnoses": found.results["diagnosis"]["diagnoses"], **tried.as_plain()})
    elif try_them:
        typer.echo(str(tried))
    else:
        show_diagnoses(found, tried)
    if stopped:
        typer.echo("interrupted: what was tried is kept, and the same command goes on with the rest", err=True)
        raise SystemExit(130)


def lr(
    recipe: RecipeFile,
    set: Set = None,
    steps: Annotated[int, typer.Option("--steps", help="Steps of training over which the rate rises.")] = 300,
    allow: Allow = None,
    allow_web: AllowWeb = None,
    as_json: AsJson = False,
) -> None:
    """Find a learning rate for the network of a recipe; nothing is written."""
    found = protokit.lr_range(recipe, steps=steps, set=set or (), allow=allowed(allow, allow_web))
    if as_json:
        print_json(found.as_plain())
    else:
        typer.echo(str(found))
