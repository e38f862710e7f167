"""The verb that serves a model."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import protokit
from protokit.core.errors import SpecError
from protokit.core.runs import LAST

if TYPE_CHECKING:
    from protokit.bundle.model import Model
    from protokit.doors.onnx_model import OnnxModel

_HERE = ("127.0.0.1", "localhost", "::1")


def serve(
    model: Annotated[Path, typer.Argument(help="The folder of a model or of a run, or runs/NAME: its newest run.")],
    port: Annotated[int, typer.Option("--port", help="The port; 0 for a free one.")] = 8000,
    host: Annotated[
        str, typer.Option("--host", help="The address that is listened on; 0.0.0.0 for all.")
    ] = "127.0.0.1",
    rows: Annotated[int, typer.Option("--rows", help="The most rows of one request.")] = 10_000,
    megabytes: Annotated[float, typer.Option("--megabytes", help="The most that one request may hold.")] = 10,
    dockerfile: Annotated[
        bool, typer.Option("--dockerfile", help="Serve nothing, and write the folder of an image that does.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="With --dockerfile: its folder; NAME-image if not given.")
    ] = None,
) -> None:
    """Serve a model: a page with a form, and an API; until Ctrl-C.

    protokit serve runs/birds --port 8000; as an image: protokit serve runs/birds --dockerfile
    """
    from protokit.bundle.intake import intake_of
    from protokit.doors.onnx_model import beside
    from protokit.doors.serve.serve import serve as serve_model

    def ready(address: str, engine: str, why: str) -> None:
        typer.echo(f"{title} is served at {address} by {engine} (Ctrl-C stops it)")
        if why:
            typer.echo(f"by Keras, which takes some milliseconds a row: {why}", err=True)
        if host not in _HERE:
            typer.echo("whoever reaches this machine can ask it: there is no login", err=True)

    title = model.resolve().parent.name if (model / LAST).is_file() else model.resolve().name
    if out is not None and not dockerfile:
        raise SpecError.one("-o is where --dockerfile writes", "write --dockerfile too, or leave -o out")
    intake = intake_of(model)
    if dockerfile and intake is not None:
        from protokit.doors.serve.image import write_image

        folder = Path(f"{title}-image") if out is None else out
        made = write_image(intake, title, folder, port=port, rows=rows, megabytes=megabytes)
        typer.echo(f"wrote {folder}: Dockerfile, requirements.txt with {made.packages} packages, model")
        if made.why:
            typer.echo(f"with TensorFlow: {made.why}", err=True)
        typer.echo(f"docker build -t {made.tag} {folder} && docker run --rm -p 8000:{port} {made.tag}")
        typer.echo(f"where no index has protokit {version('protokit')}, put its wheel into {folder / 'wheels'} first")
        return
    loaded: Model | OnnxModel | None = None
    if intake is not None:
        loaded, why = beside(intake, model)
        if why:
            typer.echo(why, err=True)
    if loaded is None:
        loaded = protokit.load(model)
    try:
        serve_model(loaded, title, host=host, port=port, rows=rows, megabytes=megabytes, ready=ready)
    except KeyboardInterrupt:
        typer.echo("stopped")
