"""The verbs about what a person writes: recipes and menus, and the names that may stand in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import protokit
from protokit.cli.listing import listed
from protokit.cli.options import Allow, AllowWeb, AsJson, OneTable, RecipeFile, Set, allowed, print_json
from protokit.core.errors import SpecError
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.grammar.writing import write
from protokit.recipe.space import Space
from protokit.workflow.check import fitting_sets, ignored_columns, trains_on


def check(
    recipe: RecipeFile,
    set: Set = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print the recipe with every default.")] = False,
    allow: Allow = None,
    allow_web: AllowWeb = None,
) -> None:
    """Check a recipe or menu without running it: every fault at once, with its line."""
    said = "no faults"
    if protokit.Menu.is_written_in(recipe):
        text = protokit.Menu.read(recipe).write()
    else:
        checked = protokit.check(recipe, set=set or (), allow=allowed(allow, allow_web))
        text = checked.explain() if explain else ""
        if "backend" in checked.learn.model_fields_set:
            typer.echo(f"{recipe}: {trains_on(checked.learn)}", err=explain)
        for line in fitting_sets(checked):
            typer.echo(f"{recipe}: {line}", err=explain)
        for finding in ignored_columns(checked):
            typer.echo(f"{recipe}: {finding}", err=explain)
        space = Space(checked)
        for fault in space.unmet():
            typer.echo(str(fault), err=explain)
        corners = space.corners()
        for corner in corners:
            typer.echo(str(corner), err=explain)
        if checked.sets and space.slots:
            slots = f"slots stand at their defaults ({', '.join(list(space.slots)[:5])}): protokit tune is for one set"
            typer.echo(f"{recipe}: {slots}", err=explain)
        elif lines := space.lines():
            typer.echo("\n".join([f"{recipe}: {lines[0]}", *lines[1:]]), err=explain)
        said = (
            f"no faults at the defaults, {counted(len(corners), 'corner')} of the space impossible" if corners else said
        )
    typer.echo(text.rstrip() if explain else f"{recipe}: {said}")


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
    with access.typed(("run", str(path))):
        made = new_recipe(data, target, path, table=table)
    typer.echo(f"wrote {path}; now: {_command(made, path)}")


def _command(recipe: protokit.Recipe, path: Path) -> str:
    """What runs a new recipe: with what allows it to read its table, where that is elsewhere."""
    [source] = recipe.collect.tables.values()
    place, reach = source.location, recipe.reach
    assert reach is not None, "it was read from its file"
    web = "://" in place
    refused = reach.refusal("address", place) if web else reach.refusal("file", str(recipe.folder / place))
    return f"protokit run {path}" if refused is None else refused[1].partition(": ")[2]


def list_things(
    kind: Annotated[str | None, typer.Argument(help="layers, metrics, ...; all kinds if not given.")] = None,
    name: Annotated[str | None, typer.Argument(help="One of them, in full.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the names that a recipe may have: layers, metrics, steps, ..."""
    text, plain = listed(kind, name)
    if as_json:
        print_json(plain)
    else:
        typer.echo(text)


def schema(
    of: Annotated[
        str, typer.Argument(metavar="[recipe|menu]", help="Of recipe files, or of menus in files of their own.")
    ] = "recipe",
) -> None:
    """Print the JSON Schema of recipes or menus, for editors."""
    from protokit.recipe.schema import SCHEMAS

    if of not in SCHEMAS:
        raise SpecError.one(f"there is no schema of {of!r}", f"one of: {', '.join(SCHEMAS)}")
    print_json(SCHEMAS[of]())


def menus(
    name: Annotated[str, typer.Argument(help="The file of a menu or recipe, or the name of one of `list menus`.")],
) -> None:
    """Draw the menu of a file as a tree, or print one that has a name."""
    if Path(name).suffix in {".yaml", ".yml", ".json"}:
        in_file = protokit.Menu.is_written_in(name)
        menu = protokit.Menu.read(name) if in_file else protokit.Recipe.read(name).network
        typer.echo(str(menu.draw()))
    else:
        typer.echo(write(protokit.Menu(name).as_plain(in_full=True)), nl=False)
