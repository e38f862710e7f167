"""The verbs about later tables: what a model predicts of one, and how good it is on one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

import protokit
from protokit.cli.options import AsJson, OneTable, print_json, show
from protokit.core.errors import SpecError
from protokit.core.names import counted
from protokit.core.runs import SETS_MANIFEST
from protokit.core.values.said import Notice
from protokit.sets.contents import is_experiment

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.opened.learned import Learned

TrainedModel = Annotated[
    Path, typer.Argument(help="The folder of a model or of a run, or runs/NAME: its newest run.", metavar="MODEL")
]
OneSet = Annotated[
    str | None, typer.Option("--set", help="Of several sets, a run or their models: the set whose model it is.")
]
OneWay = Annotated[str | None, typer.Option("--way", help="With --set: each, stacked, shared or sequence.")]
_PAGES = {".html", ".htm"}


def predict(
    model: TrainedModel,
    data: Annotated[str, typer.Argument(help="A table with the model's columns: a file or a web address.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="NAME.csv or NAME.parquet; the screen if not given.")
    ] = None,
    table: OneTable = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            "--keep", help="A column of the table that stands before what is predicted; several may.", metavar="COLUMN"
        ),
    ] = None,
    unseen: Annotated[
        Literal["refuse", "allow"],
        typer.Option("--unseen", help="Whether a column may have only cells that training did not see."),
    ] = "refuse",
    samples: Annotated[
        int | None,
        typer.Option("--samples", help="Ask the network so many times with dropout on: means, and how they differ."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="With --samples: what is drawn follows from it.")] = 0,
    of_set: OneSet = None,
    way: OneWay = None,
    as_json: AsJson = False,
) -> None:
    """Predict the rows of a table with a trained model; a large one goes through it in parts.

    Where `protokit export MODEL` has been called, TensorFlow is not loaded.

    protokit predict runs/birds new.csv --keep id -o predictions.parquet
    """
    from protokit.bundle.intake import intake_of
    from protokit.bundle.predicting.tables import hold_form, texts_of, write_table

    hold_form(out, as_json=as_json)
    several = _is_several(model, of_set, way)
    intake = None if several else intake_of(model)
    if intake is not None:
        intake.check(data, table, keep or ())  # before TensorFlow is loaded, which takes seconds
    from protokit.bundle.predicting.later import Later

    loaded: Learned | None = None
    if intake is not None and samples is None:
        from protokit.doors.onnx_model import beside

        loaded, why = beside(intake, model)
        if why:
            typer.echo(why, err=True)
    if loaded is None:
        loaded = _of_set(model, of_set, way) if several else protokit.load(model)

    later = Later(data, table, tuple(dict.fromkeys(keep or ())), unseen, samples, seed)
    rows = _Counted()
    with _stopped_by_hand():
        parts = rows.of(_without_masks(later.predicted(loaded, lambda text: typer.echo(text, err=True)), out))
        if out is None:
            for text in texts_of(parts, as_json=as_json):
                typer.echo(text, nl=False)
        else:
            write_table(out, parts, as_json=as_json)
            typer.echo(f"wrote {counted(rows.count, 'prediction')} to {out}", err=True)


def evaluate(
    model: TrainedModel,
    data: Annotated[str, typer.Argument(help="A table with the model's columns and the truth: a file or an address.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="Write the scores as a page: NAME.html.")] = None,
    table: OneTable = None,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metrics",
            help="A metric in place of the task's own; several, or with commas between them.",
            metavar="METRIC",
        ),
    ] = None,
    labels: Annotated[
        str | None, typer.Option("--labels", help="Of clusters: the column that they are held against.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The intervals follow from it.")] = 0,
    of_set: OneSet = None,
    way: OneWay = None,
    as_json: AsJson = False,
) -> None:
    """Score a trained model on a table with the truth in it, each metric with its 95% interval.

    protokit evaluate runs/birds later.csv --metrics accuracy,roc_auc
    """
    from protokit.bundle.intake import intake_of
    from protokit.collect.collect import read_table

    if out is not None and out.suffix.lower() not in _PAGES:
        raise SpecError.one(f"the scores are written as a page, and {out} does not end in .html", f"-o {out.stem}.html")
    several = _is_several(model, of_set, way)
    intake = None if several else intake_of(model)
    if intake is not None:
        intake.check(data, table)
    loaded = _of_set(model, of_set, way) if several else protokit.load(model)
    schema, told = loaded.input_schema, list[Notice]()
    written = schema.as_written if schema else ()
    frame = read_table(data, table, schema.reading if schema else None, written, told.append)
    named = None if metrics is None else [name.strip() for one in metrics for name in one.split(",") if name.strip()]
    found = loaded.evaluate(frame, metrics=named, labels=labels, seed=seed)
    names = {*loaded.columns, *(target.name for target in loaded.signature.targets)}
    for text in dict.fromkeys(str(one) for one in told if not one.columns or names.intersection(one.columns)):
        typer.echo(text, err=True)
    if out is not None:
        typer.echo(f"wrote {found.report(out)}", err=True)
    if as_json:
        print_json(found.as_plain())
    elif out is None:
        show(found.card)


class _Counted:
    """How many rows went by."""

    count = 0

    def of(self, parts: Iterator[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """The same parts."""
        for part in parts:
            self.count += len(part)
            yield part


def _without_masks(parts: Iterator[pd.DataFrame], out: Path | None) -> Iterator[pd.DataFrame]:
    """The parts with a path in place of each mask, beside the table.

    Raises:
        SpecError: there are masks, and no table that they could lie beside.
    """
    from protokit.bundle.mask_files import masks_in, saved

    for part in parts:
        masks = masks_in(part)
        if masks and out is None:
            cure = "write -o predictions.csv: its masks lie beside it, each a PNG"
            raise SpecError.one(f"{masks[0]!r} has a mask in each cell, which no line can show", cure)
        yield saved(part, out) if masks and out is not None else part


@contextmanager
def _stopped_by_hand() -> Iterator[None]:
    """Ctrl-C is one, whatever the database makes of it."""
    try:
        yield
    except RuntimeError as error:
        if "interrupt" in str(error).lower():
            raise KeyboardInterrupt from None
        raise


def _is_several(model: Path, of_set: str | None, way: str | None) -> bool:
    return bool(of_set or way or (model / SETS_MANIFEST).is_file() or is_experiment(model))


def _of_set(folder: Path, name: str | None, way: str | None) -> protokit.Model:
    """The model of a set, with what was chosen for it said."""
    if way is not None and not (folder / SETS_MANIFEST).is_file():
        found = protokit.SetsRun.open(folder).models(way)
    else:
        found = protokit.load_sets(folder)
    if name is None:
        rule = "this holds models of several sets"
        raise SpecError.one(rule, f"write --set {found.sets[0]}, or another of: {', '.join(found.sets[:12])}")
    model = found.model(name)
    if (said := found.said_of(name)) is not None:
        typer.echo(said, err=True)
    elif way is None:
        typer.echo(f"the set {name} is predicted by its network of: {found.ways[name]} (--way for another)", err=True)
    elif found.ways[name] != way:
        rule = f"the network of {name!r} that is kept here is of the way {found.ways[name]}"
        raise SpecError.one(rule, "give the folder of the experiment for another way, or leave --way out")
    return model
