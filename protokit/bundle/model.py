"""A trained model: from a table to predictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from protokit.bundle.opened.averaging import needed
from protokit.bundle.opened.columns import encoder_of, place_of
from protokit.bundle.opened.evaluation import Evaluation, evaluated
from protokit.bundle.opened.explanation import Explanation, chosen, unknown_row
from protokit.bundle.opened.exported import Exported
from protokit.bundle.opened.integrated import integrated
from protokit.bundle.opened.labelled import Labelled, beside_truth
from protokit.bundle.opened.sampling import hold_samples
from protokit.bundle.opened.shapley import shapley
from protokit.bundle.predicting.few import Few
from protokit.bundle.predicting.predicted import predicted
from protokit.bundle.writing import save
from protokit.collect.frames import as_frame
from protokit.core.errors import SpecError
from protokit.core.names import as_text, counted
from protokit.core.runs import path_of
from protokit.core.suggest import did_you_mean
from protokit.represent.sides.encoder import PairEncoder

METHODS = ("integrated gradients", "shap")


@dataclass(frozen=True)
class Model(Exported):
    """Networks with everything that comes before and after them. Made by `run` or `load`.

    A run without folds and further seeds has one network; else what the networks say is averaged.

    >>> model
    <Model of species (binary) from 3 columns>
    >>> model.columns, model.networks, model.encoder.signature == model.signature
    (('wing', 'mass', 'island'), 1, True)
    >>> model.kinds["wing"], model.kinds["island"]
    ('number', 'category')
    >>> model.network is model.network, model.rows(birds)[0].shape, len(model.kept_rows.parts)
    (True, (80, 4), 80)
    """

    def predict(
        self, table: object, *, folder: str | Path | None = None, unseen: Literal["refuse", "allow"] = "refuse",
        samples: int | None = None, seed: int = 0,
    ) -> pd.DataFrame:  # fmt: skip
        """Predict a table that has the model's columns, in any order; others are ignored.

        The table goes through the recipe's steps of cleaning, but none that drops rows; what the recipe joined has to
        be in it. One that has been cleaned already is taken as it is. Paths of images start at `folder`; where it is
        not given, at the recipe's folder in the run that trained the model, and at the current one after `load`.

        Cells are read as the recipe read them: where it learned from a file of texts, those of a frame are trimmed,
        and its marks of missing cells are missing. A category that training did not see counts as unseen; an empty
        cell as missing. What is not as in training is told in one `PredictionNotice`; `attrs["notices"]` of what is
        returned has it, too, and what was decided in reading and cleaning it. A forecast takes the last
        `window` rows of each series, or more; rows after the last value of what is forecast give the known future.

        With `samples`, each network is asked so many times with its dropout on, by draws that follow from the `seed`:
        what is predicted is the mean of all answers, and beside each number stands how much they differ. That is how
        sure the network is of its mean, not where the truth of a row lies.

        >>> predicted = model.predict(birds)
        >>> predicted.columns.tolist(), len(predicted) == len(birds)
        (['species', 'species = Adelie', 'species = Gentoo'], True)

        Returns:
            One row for each row of the table, under its index where it is a frame of pandas: the predicted class or
            number under the target's name, and for classes a column `TARGET = CLASS` with the probability of each; of
            quantiles a column `TARGET 0.1` for each. Of sequences, one row for each, its key first. Of clusters,
            `cluster`, from 1, and `distance` (in the embedding, to the cluster's center) or `probability`. Of
            forecasts, `horizon` rows for each series: the columns that tell it, the time, and what is forecast. Of
            masks, an array (height, width) in each cell, of the size of its image. With `samples`, also `COLUMN std`
            for each number and probability, and of numbers `COLUMN sampled 0.05` and `COLUMN sampled 0.95`, between
            which nine answers of ten lie.

        Raises:
            SpecError: there are `samples`, and no dropout.
            DataError: a column is missing, a cell is not what its column is, or not one of two or more cells of a
                column was seen in training, unless `unseen` is "allow".
        """
        if samples is not None:
            hold_samples(samples, [part.network for part in self.parts], self.signature.targets)
        return predicted(self, table, folder, unseen, samples, seed, self._few)

    @cached_property
    def _few(self) -> Few | None:
        return Few.of(self)

    def predict_proba(self, table: object, *, target: str | None = None) -> pd.DataFrame:
        """The probabilities of a table's rows, as `predict` has them: a column for each class or label, by its name.

        `target` says which, where there are several of classes.

        >>> model.predict_proba(birds).columns.tolist()
        ['Adelie', 'Gentoo']

        Raises:
            SpecError: nothing is predicted that has probabilities, or several are and none is named.
            DataError: as `predict`.
        """
        targets = {one.name: one for one in self.signature.targets if one.form in ("classes", "labels")}
        if not targets:
            rule = f"there are no probabilities: the task is {self.signature.targets[0].task}"
            raise SpecError.one(rule, "use predict")
        spec = targets[chosen(target, targets)]
        predicted = self.predict(table)
        if spec.form == "classes":
            columns = {one: predicted[f"{spec.name} = {as_text(one)}"] for one in spec.classes}
        else:
            columns = {one: predicted[f"{one} = 1"] for one in spec.columns}
        found = pd.DataFrame(columns, predicted.index)
        found.attrs |= predicted.attrs
        return found

    def evaluate(
        self, table: object, *, metrics: Sequence[str] | None = None, labels: str | None = None, seed: int = 0
    ) -> Evaluation:
        """Score the model on a table with the truth in it: each metric with its 95% interval.

        `metrics` are those of the task, or those that are named. Rows without a truth are left out, and it is said. Of
        series each forecast is scored whose window and truth are in the table: later rows, with their past before
        them. Clusters are held against the column `labels`.

        >>> scores = model.evaluate(birds)
        >>> scores.frame.shape, scores.card.title, scores.intervals["accuracy"].value == scores.metrics["accuracy"]
        ((3, 5), 'evaluation on 80 rows', True)
        >>> scores.report("scores.html")
        PosixPath('scores.html')

        Raises:
            SpecError: a metric is not for the task, there are clusters and no labels, or the model draws rows.
            DataError: a column is missing, a class is none of the model's, or no forecast has its truth.
        """
        frame, notices = self.rows(table)
        labelled = Labelled.of(self.parts[0], frame, labels)
        found, told = beside_truth(self.parts, self.encoder.signature.targets, labelled)
        return evaluated(found, metrics, [*notices, *told], seed)

    def explain(
        self, table: object, *, background: object = None, target: str | None = None, of: object = None,
        method: Literal["integrated gradients", "shap"] = "integrated gradients", seed: int = 0,
    ) -> Explanation:  # fmt: skip
        """How much each column adds to what is said of each row.

        A row is held against the `background`, rows of which the training's are a good choice; without it, against a
        row whose cells are all missing: numbers in the middle, no level of a category. Of classes it is the probability
        of the one that is predicted, or of the class `of`; of labels that of the label `of`. Of pairs each side's
        columns count by themselves.

        Integrated gradients go from the mean of the background's rows to each row, on the network's own scale: before
        probabilities were tempered, where they were calibrated. With `method="shap"` (`pip install
        'protokit[explain]'`) it is what is predicted, whatever was done to it, in Shapley values: on average over the
        background's rows, of which 100 are drawn by the `seed` where there are more. That takes longer: a few thousand
        predictions for each row.

        >>> why = model.explain(birds.head(3), background=birds)
        >>> why.values.columns.tolist(), why.card.title
        (['wing', 'mass', 'island'], 'why species')

        Source: Sundararajan, Taly and Yan, Axiomatic Attribution for Deep Networks, 2017; Lundberg and Lee, A Unified
        Approach to Interpreting Model Predictions, 2017.

        Raises:
            SpecError: what is predicted is neither a class, a label nor a number, or there is no such method.
            MissingExtra: SHAP is asked for, and not installed.
            DataError: a column is missing, or a cell is not what its column is.
        """
        if method not in METHODS:
            raise SpecError.one(f"no method {method!r}", did_you_mean(str(method), METHODS))
        spec = {one.name: one for one in self.signature.targets}
        asked = spec[chosen(target, spec)]
        for part in self.parts:
            encoder_of(part)
        frame, _ = self.rows(table)
        against = self.rows(background)[0] if background is not None else unknown_row(frame, needed(self.parts))
        classes = None
        if of is not None:
            classes = np.full(len(frame), place_of(asked, of))
        elif asked.has_classes:
            said = self.predict(table)[asked.name].astype(object)
            classes = np.array([place_of(asked, one) for one in said], int)
        elif asked.form == "labels":
            rule = f"{asked.name!r} has several labels, and one of them is explained"
            raise SpecError.one(rule, f"say which: of={asked.columns[0]!r}")
        if isinstance(table, pd.DataFrame):
            frame = frame.set_axis(table.index)
        if method == "shap":
            return shapley(self.parts, frame, against, asked, classes, seed)
        return integrated(self.parts, frame, against, asked, classes)

    def save(self, path: str | Path) -> None:
        """Write the model's folder, which `protokit.load` reads; one that is there stays until the new one is whole.

        >>> model.save("birds_model")
        >>> protokit.load("birds_model").columns
        ('wing', 'mass', 'island')

        Raises:
            DataError: the disk refused, or there is something else at the path.
        """
        save(self, path)

    def sample(self, table: object, *, seed: int = 0) -> pd.DataFrame:
        """Draw a row for each row of a table, of a model that draws (`learn: {task: generation}`), in own units.

        The table has the columns that rows are drawn for, as for `predict`; where there are none, it may be a number of
        rows. The same seed gives the same rows.

        >>> learn = {"task": "generation", "training_step": {"GAN": {"discriminator": [{"Dense": 4}]}}, "epochs": 1}
        >>> learn["menu"] = [{"Noise": 2}, {"Dense": 4}]
        >>> drawn = protokit.run({"represent": {"target": {"bird": ["wing", "mass"]}}, "learn": learn}, birds)
        >>> drawn.model.sample(birds.head(3), seed=1).shape, drawn.samples(2).shape
        ((3, 2), (2, 2))

        Raises:
            SpecError: the model predicts, and does not draw, or needs to know what rows are drawn for.
            DataError: a column is missing, or a cell is not what its column is.
        """
        target = self.signature.targets[0]
        if target.form != "drawn":
            rule = f"this model does not draw rows: its task is {target.task}"
            raise SpecError.one(rule, "write learn: {task: generation} for one that does, or use predict")
        from protokit.learn.steps.sampling import drawn

        if isinstance(table, int) and not isinstance(table, bool):
            if self.columns:
                rule = f"rows are drawn for {', '.join(self.columns[:3])}, and a number says nothing of it"
                raise SpecError.one(rule, "give a table with a row for each that is to be drawn")
            table = pd.DataFrame({"row": range(table)})
        frame, _ = self.rows(table)
        encoder = self.parts[0].encoder
        inputs, features = encoder.encode(encoder.examples(frame))
        scores = encoder.scores({target.name: drawn(self.network, inputs, seed)}, features)
        found = pd.DataFrame(encoder.predictions(frame, scores))
        if isinstance(table, pd.DataFrame):
            found.index = table.index
        return found

    def embed(
        self,
        table: object,
        layer: str | None = None,
        *,
        folder: str | Path | None = None,
        side: Literal["left", "right"] | None = None,
    ) -> pd.DataFrame:
        """Where the network puts the rows of a table, in the middle: those of several networks are side by side.

        That is what the `layer` of that name gives, flat. Where none is said: what the item named `code` gives; where
        there is none, of inputs that are given back the narrowest layer that all of them go through, of all else what
        the last layer takes. The table is taken as by `predict`; of a model of pairs it has the columns of one `side`,
        which need not be named if it has not both.

        >>> model.embed(birds).shape
        (80, 8)

        Returns:
            One row for each row of the table, or each sequence: `embedding 1`, `embedding 2`, and so on.

        Raises:
            SpecError: the network has no such layer.
            DataError: a column is missing, or a cell is not what its column is.
        """
        first = self.parts[0].encoder
        of_pairs = isinstance(first, PairEncoder)
        if side is not None and not of_pairs:
            raise SpecError.one("only a model of pairs has sides", "leave side out")
        frame, _ = self.rows(first.sides.doubled(as_frame(table), side) if isinstance(first, PairEncoder) else table)
        found = []
        for part in self.parts:
            encoder = part.encoder if folder is None else part.encoder.at(path_of(folder, "folder"))
            codes = part.codes(encoder.encode(encoder.examples(frame))[0], layer)
            # both sides are the same row here
            found.append(codes.reshape(len(codes), len(part.weights), 2, -1)[:, :, 0] if of_pairs else codes)
        points = np.concatenate([codes.reshape(len(codes), -1) for codes in found], axis=1)
        embedded = pd.DataFrame(points, columns=[f"embedding {i + 1}" for i in range(points.shape[1])])
        if isinstance(table, pd.DataFrame) and len(embedded) == len(table):
            embedded.index = table.index
        return embedded

    def __repr__(self) -> str:
        targets = ", ".join(f"{one.name} ({one.task})" for one in self.signature.targets)
        of = f", {self.networks} networks averaged" if self.networks > 1 else ""
        return f"<Model of {targets} from {counted(len(self.columns), 'column')}{of}>"
