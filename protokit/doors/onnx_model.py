"""A model as its file of ONNX computes it: without Keras and TensorFlow, which take seconds to load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from protokit.bundle.files.members import json_of
from protokit.bundle.input_schema import InputSchema
from protokit.bundle.intake import Intake
from protokit.bundle.opened.learned import Encoded, Learned, knowing
from protokit.bundle.predicting.predicted import predicted
from protokit.core.errors import BundleError, MissingExtra, ProtokitError, SpecError
from protokit.core.files import sha256
from protokit.core.values.prediction_batch import predicted_at_once
from protokit.doors.graph.columns.images import OfImage
from protokit.doors.interface import interface_of
from protokit.doors.onnx_session import OnnxSession
from protokit.represent.encoding import Encoding

NAME = "model.onnx"  # of an export that lies with the model
APART = 1e-5  # as far as such a file may be from the model, in its proof


@dataclass(frozen=True)
class _Part:
    encoder: Encoding
    clusters: None = None


class OnnxModel(Learned):
    """The encoders of a model, and the file that was made of it.

    Raises:
        SpecError: no file can have what the encoders take or give.
    """

    def __init__(self, encoders: Sequence[Encoding], schema: InputSchema | None, path: Path) -> None:
        self.parts = tuple(_Part(one) for one in encoders)
        self.input_schema = knowing(schema, self.parts)
        self.interface = interface_of(self)
        if any(isinstance(one, OfImage) for one in self.interface.raw.values()):
            raise SpecError.one("images are read from their files, which are found by the model", "use Keras")
        self.path = path

    @cached_property
    def session(self) -> OnnxSession:
        """The file, opened when it is first asked for.

        Raises:
            DataError: it cannot be read.
            MissingExtra: the extra `export` is not installed.
        """
        return OnnxSession(self.path)

    def scores(self, given: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """What the file says of cells as it takes them, by target. Shapes: (rows, 1) by column."""
        said = self.session.run(given)
        return {end.target: np.asarray(said[end.name], np.float64) for end in self.interface.ends if end.is_scores}

    def answers(
        self, frame: pd.DataFrame, encoded: Encoded, samples: int | None = None, seed: int = 0
    ) -> list[dict[str, np.ndarray]]:
        """See Learned: one answer, for the mean of all networks is in the file."""
        given = {name: column.array(frame[name]) for name, column in self.interface.raw.items()}
        size = predicted_at_once(self.signature)
        parts = [
            self.scores({name: cells[start : start + size] for name, cells in given.items()})
            for start in range(0, max(1, len(frame)), size)
        ]
        return [{name: np.concatenate([one[name] for one in parts]) for name in parts[0]}]

    def predict(
        self, table: object, *, folder: str | Path | None = None, unseen: Literal["refuse", "allow"] = "refuse",
        samples: int | None = None, seed: int = 0,
    ) -> pd.DataFrame:  # fmt: skip
        """See Learned.

        Raises:
            SpecError: there are `samples`: in a file is no dropout.
            DataError: see `Model.predict`.
        """
        if samples is not None:
            raise SpecError.one("a file has no dropout to ask several times", "take the model: protokit.load")
        return predicted(self, table, folder, unseen)


def why_alone(model: Learned) -> str:
    """Why `predict` and `serve` take no file of a model, even where it can be exported; empty where they take it."""
    try:
        OnnxModel([part.encoder for part in model.parts], model.input_schema, Path(NAME))
    except SpecError as error:
        return error.faults[0].rule
    return ""


def beside(intake: Intake, named: object) -> tuple[OnnxModel | None, str]:
    """A model by the export that lies with it; or None, and what would make it so, if anything does.

    `named` is how the model is called on the command line.
    """
    cure = f"`protokit export {named}`"
    try:
        model = OnnxModel(intake.encoders, intake.schema, intake.folder / NAME)
    except SpecError:
        return None, ""
    if not model.path.is_file():
        return None, f"TensorFlow is loaded, which takes seconds: {cure} makes a file that does without"
    try:
        if why := _why_not(intake, model.path):
            return None, f"TensorFlow is loaded, for {why}: {cure} makes one anew"
        _ = model.session
    except MissingExtra as error:
        return None, f"TensorFlow is loaded, though a {NAME} lies with the model: {error}"
    except ProtokitError as error:
        why = f"the {NAME} beside the model cannot be used: {error}"
        return None, f"TensorFlow is loaded, for {why}; {cure} makes one anew"
    return model, ""


def _why_not(intake: Intake, path: Path) -> str:
    """Why a file is not taken for a model.

    Raises:
        BundleError: there is no contract beside it.
    """
    contract: Any = json_of(path.with_name(f"{path.name}.json"))
    try:
        of_model, of_file = contract["model"], contract["sha256"][path.name]
        differs = float(contract["proof"]["differs"])
    except (KeyError, TypeError, ValueError):
        raise BundleError("its contract is of an earlier version, or damaged", place=f"{path}.json") from None
    if of_model != intake.digest:
        return f"the {path.name} beside the model was made of another one"
    if of_file != sha256(path):
        return f"the {path.name} beside the model is not the file that was exported"
    if not differs <= APART:
        return f"the {path.name} beside the model is {differs:.1g} apart from it, more than {APART:g}"
    return ""
