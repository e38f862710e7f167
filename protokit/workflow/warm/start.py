"""What a run begins at: the encoders and weights of an earlier one, or the weights of a file of Keras."""

from __future__ import annotations

from dataclasses import dataclass

from protokit.bundle.folder import load
from protokit.bundle.model import Model
from protokit.bundle.part import Part
from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.libraries.backend import keras
from protokit.core.outside import access
from protokit.core.values.known import Known
from protokit.core.values.said import Finding, Notice
from protokit.menu.network.heads import has_own_end
from protokit.recipe.recipe import Recipe
from protokit.recipe.starting import model_folder, start_faults, start_path
from protokit.represent.encoding import Encoding
from protokit.represent.represented import Represented
from protokit.workflow.warm.as_trained import told_of_model
from protokit.workflow.warm.keras_file import KerasFile
from protokit.workflow.warm.meaning import meanings
from protokit.workflow.warm.rows import known_rows, seen_rows, told_of_rows
from protokit.workflow.warm.taking import Taken, take

_PATH = ("learn", "from")
_SHOWN = 8


@dataclass(frozen=True)
class WarmStart:
    """What was named under `learn.from`, read."""

    recipe: Recipe
    given: Model | KerasFile

    @classmethod
    def of(cls, recipe: Recipe) -> WarmStart | None:
        """That of a recipe; None where it names none.

        Raises:
            SpecError: it is not there, or cannot be read; at its line.
        """
        with recipe.document.placing():
            path = start_path(recipe.learn, recipe.folder)
        if path is None:
            return None
        if faults := start_faults(recipe.learn, recipe.folder):
            raise recipe.document.error(faults)
        try:
            with access.named_by("recipe", recipe.reach):
                return cls(recipe, KerasFile.read(path) if path.is_file() else load(model_folder(path)))
        except SpecError as error:
            raise recipe.document.error([fault.under(_PATH) for fault in error.faults]) from None
        except ProtokitError as error:
            raise recipe.error(_PATH, error.rule, error.cure) from None

    def kept_encoder(self) -> Encoding | None:
        """The encoder of the earlier run, where it is to be kept.

        Raises:
            DataError: encoders of what the recipe learns are not kept.
        """
        found, recipe = self.encoder, self.recipe
        if found is not None and (recipe.represent.series is not None or recipe.learn.form == "clusters"):
            cure = "write learn: {from: {run: RUN, encoders: new}}"
            raise DataError("the encoders of forecasts and of clusters are not kept", cure=cure, path=_PATH)
        return found

    def known(self) -> Known | None:
        """What tells which part of the earlier run a row was in; None where its rows are not known."""
        rows = self.given.kept_rows if isinstance(self.given, Model) else None
        return None if rows is None else known_rows(self.name, rows, self._first.encoder)

    def looked_at(self, fold: Represented) -> tuple[list[Finding], list[Notice]]:
        """What the audit finds of rows that the earlier run had, and why it cannot be looked for."""
        if not isinstance(self.given, Model):
            return [], []
        rows = self.given.kept_rows
        if told := told_of_rows(self.recipe, rows, self.name, fold.frame):
            return [], told
        return [] if rows is None else seen_rows(fold, rows, self._first.encoder, self.name), []

    @property
    def _first(self) -> Part:
        assert isinstance(self.given, Model), "a file has no encoders"
        return self.given.parts[0]

    @property
    def encoder(self) -> Encoding | None:
        """What the earlier run learned of the columns, where it is to be kept."""
        said = self.recipe.learn.from_
        if said is None or said.encoders == "new" or isinstance(self.given, KerasFile):
            return None
        return self.given.parts[0].encoder

    def put(self, network: keras.Model, encoder: Encoding, fold: int = 0, seed: int = 0) -> Taken:
        """Put the weights into a new network: those of the earlier one of the same fold and seed, where it had them.

        Raises:
            SpecError: none fits.
        """
        if isinstance(self.given, KerasFile):
            signature = encoder.signature
            taken = self.given.put(network, signature, whole=has_own_end(self.recipe.network, signature))
        else:
            part = self.given.parts[fold % len(self.given.parts)] if self.encoder is None else self.given.parts[0]
            weights = part.weights[seed % len(part.weights)]
            own, others = (
                (meanings(encoder), encoder.signature),
                (meanings(part.encoder), part.encoder.signature),
            )
            taken = take(network, own, part.network, weights, others)
        if not taken.layers:
            name, why = next(iter(taken.anew.items()), ("the network", "it has no weights"))
            rule = f"no layer begins at {self.name}: of {name}, {why}"
            cure = "give items of the menu the names that they had there"
            if self.recipe.learn.from_ is not None and self.recipe.learn.from_.encoders == "new":
                cure = f"{cure}, or keep the run's encoders: from: {self.name}"
            raise self.recipe.error(_PATH, rule, cure)
        return taken

    def told(self, taken: Taken, encoder: Encoding) -> list[Notice]:
        """What was taken and what not, and what has to fit of a model of Keras that is taken whole."""
        whole = told_of_model(self.recipe.network, encoder) if isinstance(self.given, KerasFile) else []
        return [self._notice(taken), *whole]

    def _notice(self, taken: Taken) -> Notice:
        count = len(taken.layers) + len(taken.anew)
        how = f", {taken.how}" if taken.how else ""
        text = f"{len(taken.layers)} of {count} layers begin at the weights of {self.name}{how}"
        if taken.anew:
            shown = [f"{name} ({why})" for name, why in list(taken.anew.items())[:_SHOWN]]
            more = f" and {len(taken.anew) - _SHOWN} more" if len(taken.anew) > _SHOWN else ""
            text += f"; anew: {', '.join(shown)}{more}"
        return Notice(text, (), "remove learn.from to begin anew")

    @property
    def name(self) -> str:
        """What was named, as it is written."""
        return self.recipe.learn.from_.run if self.recipe.learn.from_ is not None else ""
