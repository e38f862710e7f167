"""Runs for MLflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from protokit.learn.hooks.callback import CALLBACKS, CallbackPart

if TYPE_CHECKING:
    from protokit.core.libraries.backend import keras


def MLflow(
    experiment: str | None = None, run_name: str | None = None, tracking_uri: str | None = None
) -> keras.callbacks.Callback:
    """A run of MLflow: the history and the scores of the test rows as metrics, the recipe as parameters and a file."""
    from protokit.learn.hooks.work.ml_flow import RunMLflow

    return RunMLflow(experiment, run_name, tracking_uri)


CALLBACKS.add(CallbackPart(MLflow, "MLflow", example={"MLflow": {"experiment": "flights"}}, extra=("mlflow", "mlflow")))
