"""The routes of a served model."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any, TypeVar

import pandas as pd
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from protokit.bundle.opened.learned import Learned
from protokit.core.errors import DataError
from protokit.doors.serve.changes import changes
from protokit.doors.serve.counters import Counters
from protokit.doors.serve.engine import Columns, Engine
from protokit.doors.serve.fields import Field
from protokit.doors.serve.guard import Counted, Limits, tell_errors
from protokit.doors.serve.look import page_of
from protokit.doors.serve.requests import Rows, of_error

_LONGEST_HEADER = 4000
Result = TypeVar("Result")


def app_of(model: Learned, title: str, fields: Sequence[Field], limits: Limits, engine: Engine) -> FastAPI:
    """A model as a FastAPI application. See `serve`."""
    rows, counters = Rows(fields, limits.rows), Counters(fields)
    by_row = model.encoder.one_for_each_row
    targets = model.signature.targets
    app = FastAPI(
        title=title,
        version=version("protokit"),
        description=f"Predicts {', '.join(target.name for target in targets)}. A missing cell is null.",
        docs_url=None,  # that page loads scripts of another host
        redoc_url=None,
    )
    app.add_middleware(Counted, counters=counters)
    tell_errors(app)

    async def computed(work: Callable[[], Result]) -> Result:
        try:
            return await run_in_threadpool(work)
        except DataError as error:
            raise of_error(error) from None

    def of_rows(given: list[dict[str, object]]) -> tuple[list[dict[str, object]], list[str]]:
        counters.see(cells := rows.cells(given))
        found, told = engine.cells(cells)
        return [dict(zip(found, row, strict=True)) for row in zip(*found.values(), strict=True)], told

    def of_table(frame: pd.DataFrame) -> tuple[Columns, list[str]]:
        counters.see({field.name: frame[field.name].tolist() for field in fields})
        return engine.table(frame)

    def schema(kind: Any) -> dict[str, object]:
        return {"requestBody": {"required": True, "content": {"application/json": {"schema": kind}}}}

    @app.post("/predict/rows", summary="Predict several rows", openapi_extra=schema(_inlined(rows.many)))
    async def predict_rows(request: Request) -> Any:
        """Predictions in the order of the rows, with what is said of cells that are not as in training."""
        given, said = rows.rows(await limits.body(request))
        found, told = await computed(lambda: of_rows(given))
        return JSONResponse({"predictions": found, "notices": [*said, *told]})

    changed = next((one for one in targets if one.form in ("classes", "number")), None) if by_row else None
    if by_row:

        @app.post("/predict", summary="Predict one row", openapi_extra=schema(_inlined(rows.one)))
        async def predict(request: Request) -> Any:
            """The prediction of a row, with what is said of cells that are not as in training."""
            given, said = rows.row(await limits.body(request))
            found, told = await computed(lambda: of_rows(given))
            return JSONResponse({"prediction": found[0], "notices": [*said, *told]})

    if (target := changed) is not None:

        @app.post("/changes", summary="What would change a prediction", openapi_extra=schema(_inlined(rows.one)))
        async def change(request: Request) -> Any:
            """For each column by itself: the value of training rows that changes what is predicted."""
            given, _ = rows.row(await limits.body(request))
            found = await computed(lambda: changes(given[0], rows, target, engine))
            return JSONResponse({"target": target.name, "changes": found})

    csv = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}

    @app.post("/predict/table", summary="Predict a CSV table", openapi_extra=csv)
    async def predict_table(request: Request) -> Any:
        """Predictions as CSV, a line for each row of the table."""
        frame = rows.table(await limits.body(request))
        found, told = await computed(lambda: of_table(frame))
        text = pd.DataFrame(found).to_csv(index=False)
        while len(said := json.dumps(told)) > _LONGEST_HEADER:
            told = told[:-1]
        return Response(text, media_type="text/csv", headers={"X-Notices": said})

    @app.get("/healthz", summary="Whether it serves")
    async def healthz() -> Any:
        """The model's name and what computes it."""
        return {"status": "ok", "model": title, "engine": engine.name}

    @app.get("/schema", summary="The columns, and what is predicted")
    async def columns() -> Any:
        """Each column with its kind, levels and range of training, and each target with its classes."""
        return JSONResponse(
            {
                "columns": [
                    {
                        "name": field.name,
                        "kind": field.kind,
                        "levels": list(field.levels),
                        "range": [field.values[0], field.values[-1]] if field.values else None,
                    }
                    for field in fields
                ],
                "targets": [
                    {"name": one.name, "task": one.task, "classes": [str(name) for name in one.classes or ()]}
                    for one in targets
                ],
                "limits": {"rows": limits.rows, "bytes": limits.size},
            }
        )

    @app.get("/metrics", summary="Counts for Prometheus", include_in_schema=False)
    async def metrics() -> Any:
        return Response(counters.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @app.get("/", include_in_schema=False)
    async def page() -> Any:
        text, policy = page_of(title, fields, targets, by_row=by_row, changes=changed is not None)
        return HTMLResponse(text, headers={"Content-Security-Policy": policy})

    return app


def _inlined(kind: Any) -> dict[str, object]:
    """The JSON Schema of a type, without references: it stands inside of a route's."""
    plain: dict[str, Any] = kind.model_json_schema(by_alias=True)
    defs = plain.pop("$defs", {})

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            if (name := str(value.get("$ref", "")).rpartition("/")[2]) in defs and "$ref" in value:
                return {} if name == "JsonValue" else filled(defs[name])
            return {key: filled(one) for key, one in value.items()}
        return [filled(one) for one in value] if isinstance(value, list) else value

    found: dict[str, object] = filled(plain)
    return found
