"""A `.keras` file, and the folder of a SavedModel: raw columns in, names of classes, probabilities and numbers out."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from protokit.core.libraries.backend import keras, tf
from protokit.core.libraries.quiet import native_stderr_held
from protokit.doors.files.keras_model import fed, hold_single, model_of, names_in, said_by
from protokit.doors.format import Format
from protokit.doors.plan import Plan


class KerasFile(Format):
    """See Format."""

    name = "keras"

    def adapted(self, plan: Plan) -> Plan:
        """See Format."""
        return plan.with_codes()

    def names(self, plan: Plan) -> Mapping[str, str]:
        """See Format."""
        hold_single(plan)
        return names_in(plan)

    def write(self, plan: Plan, path: Path) -> None:
        """See Format."""
        model_of(plan, names_in(plan)).save(path)

    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """See Format: by `predict`, which gives a network numbers of 32 bits."""
        names = names_in(plan)
        with keras.saving.custom_object_scope({}):
            model = keras.models.load_model(path, compile=False)
        return said_by(plan, names, model.predict(fed(plan, names, given), verbose=0))


class SavedModel(Format):
    """See Format."""

    name = "saved_model"

    def adapted(self, plan: Plan) -> Plan:
        """See Format."""
        return plan.with_codes()

    def names(self, plan: Plan) -> Mapping[str, str]:
        """See Format."""
        return names_in(plan)

    def write(self, plan: Plan, path: Path) -> None:
        """See Format."""
        with warnings.catch_warnings(), native_stderr_held():
            warnings.simplefilter("ignore")  # of TensorFlow's own calls
            model_of(plan, names_in(plan)).export(str(path), format="tf_saved_model", verbose=False)

    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """See Format."""
        names = names_in(plan)
        loaded = tf.saved_model.load(str(path))
        return said_by(plan, names, loaded.signatures["serving_default"](**fed(plan, names, given)))
