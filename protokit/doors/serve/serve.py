"""A model on a port of this machine, until it is told to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from protokit.core.errors import DataError, SpecError
from protokit.core.libraries.optional import optional
from protokit.doors.onnx_model import OnnxModel
from protokit.doors.serve.by_onnx import OnnxEngine
from protokit.doors.serve.engine import Engine
from protokit.doors.serve.fields import fields_of

if TYPE_CHECKING:
    from protokit.bundle.model import Model

_WAITING = 512  # requests that may wait at once


def serve(
    model: Model | OnnxModel,
    title: str,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    rows: int = 10_000,
    megabytes: float = 10,
    ready: Callable[[str, str, str], None] = lambda *_: None,
) -> None:
    """Serve a model: `/` is a page with a form, `/predict` takes a row, `/schema` lists the columns.

    Only this machine reaches it, unless a `host` is named: there is no login. A request holds at most so many `rows`
    and `megabytes`. It stops by Ctrl-C or SIGTERM, when the requests that it has are answered. `ready` is given the
    address once it is listened on, the name of what computes, and why that is Keras, where it is.

    Raises:
        SpecError: the model takes what no request can hold, or the port is none.
        DataError: the port cannot be listened on.
        MissingExtra: the extra `serve` is not installed.
    """
    uvicorn, *_ = (optional(package, "serve") for package in ("uvicorn", "fastapi", "prometheus_client"))
    from protokit.doors.serve.app import app_of
    from protokit.doors.serve.guard import Limits

    if not 0 <= port < 65536:
        raise SpecError.one(f"a port is a number from 0 to 65535, not {port}", "write --port 8000")
    if rows < 1 or megabytes <= 0:
        raise SpecError.one("a request holds at least a row and a byte", "write --rows 10000 --megabytes 10")
    fields = fields_of(model)
    engine: Engine
    if isinstance(model, OnnxModel):
        engine, why = OnnxEngine(model, fields), ""
    else:
        from protokit.doors.serve.fastest import engine_of  # which needs TensorFlow

        engine, why = engine_of(model, fields)
    app = app_of(model, title, fields, Limits(rows, int(megabytes * 1_000_000)), engine)
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", limit_concurrency=_WAITING, timeout_keep_alive=15,
        timeout_graceful_shutdown=20, server_header=False, date_header=True, lifespan="off", proxy_headers=False,
        h11_max_incomplete_event_size=32_768, ws="none",
    )  # fmt: skip
    log = logging.getLogger("uvicorn.error")
    try:
        log.disabled = True  # it is told here
        bound = config.bind_socket()
        bound.listen(config.backlog)  # who asks as soon as the address is told waits, and is not refused
    except SystemExit:
        rule = f"the port {port} of {host} cannot be listened on: another program has it, or there is no such host"
        raise DataError(rule, cure="write another: --port 8001, or --port 0 for a free one") from None
    finally:
        log.disabled = False
    with bound:
        address, number = bound.getsockname()[:2]
        shown = f"[{address}]" if ":" in address else address
        ready(f"http://{shown}:{number}/", engine.name, why)
        uvicorn.Server(config).run(sockets=[bound])
