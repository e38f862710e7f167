"""A trained model in an estimator: pickled as the files of its folder, and never as objects of Keras."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.bundle.folder import load
from protokit.bundle.model import Model
from protokit.bundle.writing import save


class Kept:
    """A model; one that comes out of a pickle is read when it is asked for."""

    def __init__(self, model: Model) -> None:
        self._model: Model | None = model
        self._files: dict[str, bytes] = {}

    @property
    def model(self) -> Model:
        """The model.

        Raises:
            BundleError: the pickle was damaged, or a package that brings a part of the model is not installed.
        """
        if self._model is None:
            with TemporaryDirectory(prefix="protokit-") as folder:
                for name, content in self._files.items():
                    (Path(folder) / name).write_bytes(content)
                self._model = load(folder)
            self._files = {}
        return self._model

    def __getstate__(self) -> dict[str, bytes]:
        """The files of the model's folder, by name."""
        if self._model is None:
            return self._files
        with TemporaryDirectory(prefix="protokit-") as folder:
            place = Path(folder) / "model"
            save(self._model, place)
            return {file.name: file.read_bytes() for file in sorted(place.iterdir())}

    def __setstate__(self, files: dict[str, bytes]) -> None:
        self._model, self._files = None, files
