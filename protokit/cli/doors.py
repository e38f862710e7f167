"""The verb that lets a model out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import protokit
from protokit.cli.options import AsJson, OneTable, print_json


def export(
    model: Annotated[Path, typer.Argument(help="The folder of a model or of a run, or runs/NAME: its newest run.")],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to",
            help="NAME.onnx, NAME.keras, NAME.tflite (LiteRT), NAME.py (torch), or a folder for a SavedModel. Not "
            "given: model.onnx in the model's own folder, which predict and serve take, without TensorFlow.",
            metavar="FILE|DIR",
        ),
    ] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="A table whose rows it is held against, beside those that are drawn.")
    ] = None,
    table: OneTable = None,
    tolerance: Annotated[
        float | None, typer.Option("--tolerance", help="How far it may be from the model; 1e-5 when not given.")
    ] = None,
    dtype: Annotated[
        str,
        typer.Option("--as", help="What the weights are kept as; of .tflite also float16 and int8.", metavar="DTYPE"),
    ] = "float32",
    as_json: AsJson = False,
) -> None:
    """Write a trained model as a file that other programs run: raw columns in, predictions out.

    protokit export runs/birds; or, for another program: protokit export runs/birds --to birds.onnx
    """
    from protokit.bundle.files.model_files import folder_of
    from protokit.collect.collect import read_table
    from protokit.doors.onnx_model import APART, NAME, why_alone

    with_model = to is None
    place = folder_of(model) / NAME if to is None else to
    loaded = protokit.load(model)
    frame = None
    if data is not None:
        schema = loaded.input_schema
        written = schema.as_written if schema else ()
        frame = read_table(data, table, schema.reading if schema else None, written, lambda _: None)
    found = loaded.export(place, rows=frame, tolerance=tolerance, dtype=dtype)
    if as_json:
        print_json(found.as_plain())
    else:
        typer.echo(str(found))
        if with_model and (why := why_alone(loaded)):
            typer.echo(f"protokit predict and protokit serve take TensorFlow all the same: {why}", err=True)
        elif with_model and found.differs <= APART:
            typer.echo(f"protokit predict {model} and protokit serve {model} take it from now on, without TensorFlow")
