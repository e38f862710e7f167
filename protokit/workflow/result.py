"""What a person holds after a run."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from protokit.core.errors import DataError
from protokit.core.values import Finding
from protokit.show.card import Card, Grid, Remark

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.model import Model


@dataclass(frozen=True)
class Run:
    """A finished run. In a notebook it shows itself as a card; `print` gives the same as text."""

    path: Path
    name: str
    results: dict[str, Any]
    _model: Any = None

    @classmethod
    def open(cls, path: str | Path, *, model: Model | None = None) -> Run:
        """Read the folder of a finished run.

        Raises:
            DataError: it is not one.
        """
        path = Path(path)
        try:
            metrics = json.loads((path / "metrics.json").read_text(encoding="utf-8"))
            audit = json.loads((path / "audit.json").read_text(encoding="utf-8"))
            audit = {"findings": audit["findings"], "notices": audit["notices"]}
            steps = json.loads((path / "steps.json").read_text(encoding="utf-8"))["steps"]
            with (path / "history.csv").open(encoding="utf-8", newline="") as file:
                rows = [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                "not the folder of a finished run", place=str(path), cure="give runs/NAME/TIME-HASH"
            ) from error
        results = {"metrics": metrics, "history": rows, "steps": steps, **audit}
        return cls(path, path.parent.name, results, model)

    @property
    def metrics(self) -> dict[str, float]:
        """The network's score on the test rows by metric (by `target.metric` for several targets)."""
        scores = self.results["metrics"]["scores"]
        several = len({score["target"] for score in scores}) > 1
        return {(f"{s['target']}.{s['metric']}" if several else s["metric"]): s["network"]["value"] for s in scores}

    @property
    def verdict(self) -> str:
        """Whether the network beat the best baseline, in a sentence for each target."""
        return " ".join(v["sentence"] for v in self.results["metrics"]["verdicts"])

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the audit found in the data, the gravest first."""
        return tuple(Finding.from_plain(plain) for plain in self.results["findings"])

    @property
    def history(self) -> pd.DataFrame:
        """Loss and scores of each epoch."""
        import pandas as pd

        return pd.DataFrame(self.results["history"])

    @cached_property
    def model(self) -> Model:
        """The trained model."""
        if self._model is not None:
            return self._model  # type: ignore[no-any-return]
        from protokit.bundle.folder import load

        return load(self.path / "model")

    @property
    def card(self) -> Card:
        """What the run shows of itself."""
        return card_of(self.name, self.results)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Run {self.path}: {self.verdict}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.card.html()}


def card_of(name: str, results: dict[str, Any]) -> Card:
    """The card of a run's results."""
    metrics = results["metrics"]
    rows = metrics["rows"]
    of = metrics.get("examples", "rows")
    sentences = tuple(v["sentence"] for v in metrics["verdicts"])
    network = tuple(
        (layer, kind, " x ".join(map(str, shape)), f"{parameters:,}")
        for layer, kind, shape, parameters in metrics["network"]
    )
    total = sum(row[3] for row in metrics["network"])
    networks, folds = metrics["networks"], metrics["folds"]
    kept = f"{epochs(networks)} epochs, kept epoch {networks[0]['best_epoch']}"
    if len(networks) > 1:
        seeds = len(networks) // (len(folds) or 1)
        made_of = " x ".join([f"{len(folds)} folds"] * bool(folds) + [f"{seeds} seeds"] * (seeds > 1))
        kept = f"{len(networks)} such networks averaged ({made_of}), {epochs(networks)} epochs"
    grids = (
        *(
            _scores(target, metrics["scores"], f"{rows['test']:,} test {of}")
            for target in dict.fromkeys(s["target"] for s in metrics["scores"])
        ),
        *((_by_fold(folds, of),) if folds else ()),
        *_rows(results["steps"]),
        Grid(f"network: {total:,} parameters, {kept}", ("layer", "kind", "output", "parameters"), network),
    )
    shares = f"{rows['train']:,} training, {rows['validation']:,} validation and {rows['test']:,} test {of}"
    if folds:
        shares = f"about {rows['train']:,} training and {rows['validation']:,} validation {of} in each fold"
    findings = [Finding.from_plain(plain) for plain in results["findings"]]
    grave = tuple(Remark(f.severity, f.rule, f.edit) for f in findings if f.severity != "note")
    notes = (
        shares,
        f"{metrics['engine']['name']} engine, {metrics['engine']['how']}",
        *(n["rule"] + (f" ({n['cure']})" if n["cure"] else "") for n in results["notices"]),
        *(finding.rule for finding in findings if finding.severity == "note"),
    )
    return Card(name, sentences, grids, notes, tuple(results["history"]), networks[0]["best_epoch"], grave)


def epochs(networks: list[dict[str, int]]) -> str:
    """The epochs of all networks, as one number or from the fewest to the most."""
    counts = [one["epochs"] for one in networks]
    return str(counts[0]) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def _rows(steps: list[dict[str, Any]]) -> tuple[Grid, ...]:
    """The rows in and out of each step, where they are not the same all the way."""
    if all(step["rows_in"] == step["rows_out"] for step in steps):
        return ()
    rows = []
    for step in steps:
        why = "; ".join(f"{count:,} {why}" for why, count in step["dropped"].items())
        rows.append((step["name"], f"{step['rows_in']:,}", f"{step['rows_out']:,}", why))
    return (Grid("rows of each step", ("step", "in", "out", "dropped, and why"), tuple(rows)),)


def _by_fold(folds: list[dict[str, float | None]], of: str) -> Grid:
    rows = [(f"fold {i + 1}", *(_number(value) for value in fold.values())) for i, fold in enumerate(folds)]
    return Grid(f"scores of the network on the test {of} of each fold", ("", *folds[0]), tuple(rows))


def _scores(target: str, scores: list[dict[str, Any]], tested_on: str) -> Grid:
    own = [score for score in scores if score["target"] == target]
    baselines = list(own[0]["baselines"])
    arrows = {True: " ↑", False: " ↓", None: ""}
    header = (target, *(s["metric"] + arrows[s["greater_is_better"]] for s in own))
    rows = [("network", *(_interval(s["network"]) for s in own))]
    rows += [(name, *(_number(s["baselines"][name]["value"]) for s in own)) for name in baselines]
    return Grid(f"scores on {tested_on}, with 95% intervals", header, tuple(rows))


def _interval(plain: dict[str, Any]) -> str:
    return f"{_number(plain['value'])} ({_number(plain['low'])} to {_number(plain['high'])})"


def _number(value: float | None) -> str:
    from protokit.core.names import number

    return number(float("nan") if value is None else value)
