"""Scripts that find clusters of rows that nothing is known of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from protokit.core.places import Fault
from protokit.core.values.signature import TargetSpec
from protokit.evaluate.metrics.declared import Declared
from protokit.evaluate.metrics.metric import METRICS
from protokit.represent.kind import NumberColumn
from protokit.workflow.eject.code import literal
from protokit.workflow.eject.script import INSTEAD
from protokit.workflow.eject.tasks.form import Encoded, Form, Scored

if TYPE_CHECKING:
    from protokit.recipe.recipe import Recipe
    from protokit.represent.encoder import Encoder


class ClusteringForm(Form):
    """See Form."""

    takes_codes = True

    def refused(self, recipe: Recipe) -> Iterator[Fault]:
        """See Form."""
        if recipe.learn.cluster_by != "kmeans":
            rule = f"clusters by {recipe.learn.cluster_by} have no script"
            yield Fault(rule, INSTEAD, ("learn", "cluster_by"))
        if recipe.represent.split.folds is not None:
            rule = "folds of clusters have no script: each fold finds others"
            yield Fault(rule, INSTEAD, ("represent", "split", "folds"))

    def needed(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return [recipe.evaluate.labels] if recipe.evaluate.labels else []

    def has(self, target: TargetSpec) -> str:
        """See Form."""
        return ""

    def truth(self, recipe: Recipe, target: TargetSpec) -> list[str]:
        """See Form."""
        return []

    def encoded(self, encoder: Encoder, target: TargetSpec) -> Encoded:
        """See Form."""
        widths = [len(one.names) for one in encoder.columns if isinstance(one, NumberColumn)]
        said = literal(widths) if len({*widths}) > 1 else f"[{widths[0]}] * {len(widths)}" if widths else "[]"
        lines = [
            f"    points = [points_of_numbers(numbers, train, {said})]",
            "    points += [points_of_codes(codes, train, len(levels) + 1) for codes, levels in kinds]",
            "    points = np.concatenate(points, axis=1)",
            "    targets = brought_together(points, train).astype(np.float32)",
        ]
        if not any(not isinstance(one, NumberColumn) for one in encoder.columns):
            del lines[1:3]
            lines[0] = lines[0].replace("[points_of", "points_of", 1).removesuffix("]")
        return Encoded(lines, {"points": "points"})

    def loss(self, recipe: Recipe, target: TargetSpec) -> str:
        """See Form."""
        return ""

    def meant(self, target: TargetSpec) -> tuple[str, str]:
        """See Form."""
        return "", ""

    def each(self, recipe: Recipe) -> str:
        """See Form."""
        return '[embedded(network, rows, parts[name]) for name in ("train", "test")]'

    def together(self, recipe: Recipe) -> list[str]:
        """See Form."""
        return [
            "# what all networks make of a row, side by side",
            "known, tested = (np.concatenate(codes, axis=1) for codes in zip(*said, strict=True))",
            f'mean = nearness(tested, centers_of(known, {recipe.learn.clusters}, derived(SEED, "clusters")))',
        ]

    def scored(self, recipe: Recipe, target: TargetSpec, names: list[str]) -> Scored:
        """See Form."""
        labels = recipe.evaluate.labels
        lines = ['points = encoded[0]["points"][tested]', "cluster = said.argmax(axis=1)"]
        columns = []
        if labels:
            lines.append(f"labels = texts_of(table[{literal(labels)}])[tested]")
            lines.append("known = np.array([label is not None for label in labels])")
            columns.append('"label": labels')
        columns += ['"cluster": cluster + 1', '"distance": -said.max(axis=1)']
        columns.append('**{f"cluster = {i + 1}": said[:, i] for i in range(said.shape[1])}')
        return Scored(lines, columns, {name: code for name in names if (code := _metric(name))})


def _metric(name: str) -> str:
    """A call of scikit-learn that gives a metric of clusters; empty where there is none."""
    if name == "silhouette":
        return "metrics.silhouette_score(points, cluster)"
    metric = METRICS[name]
    if not isinstance(metric, Declared) or not metric.function:
        return ""
    taken = {"points and clusters": "points, cluster", "labels and clusters": "labels[known], cluster[known]"}
    return f"metrics.{metric.function}({taken[metric.takes]})"
