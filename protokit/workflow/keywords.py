"""The words of `learn` as keyword arguments of Python, for editors and type checkers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypedDict

_Named: TypeAlias = str | Mapping[str, Any]  # by name, or by name with arguments


class LearnWords(TypedDict, total=False):
    """All words of `learn` but `menu`, `epochs` and `sets`; see `protokit.learn.words.Learn`. `from_` is its `from`."""

    task: str | None
    loss: Any
    loss_weights: Mapping[str, float] | None
    label_smoothing: float
    metrics: Any
    training_step: _Named | None
    optimizer: Any
    schedule: _Named
    after_epoch: Any
    callbacks: Any
    average: Mapping[str, float] | None
    batch_size: int | None
    stop: Mapping[str, Any] | None
    class_weights: Any
    freeze: str | Sequence[str]
    from_: _Named
    stages: Sequence[Mapping[str, Any]]
    sample_weights: str | None
    quantiles: Sequence[float]
    event: str | None
    clusters: int | None
    cluster_by: str
    networks: int | None
    deal: str | None
    start: str
    precision: str
    engine: str
    backend: str
    devices: int | None
