"""The models of several sets, by the set's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from protokit.core.errors import SpecError
from protokit.core.suggest import did_you_mean
from protokit.recipe.sets.words import name_of
from protokit.sets.bundle.kept import Kept

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.model import Model


@dataclass(frozen=True)
class SetsModel:
    """The trained models of several sets. Made by `SetsRun.models` or `load_sets`.

    >>> chosen = sets.models()
    >>> chosen, chosen.sets, set(chosen.ways) == {"one", "other"}
    (<SetsModel of halves: 2 sets, ...>, ('one', 'other'), True)
    """

    name: str
    kept: tuple[Kept, ...]
    sets: tuple[str, ...]

    @property
    def ways(self) -> Mapping[str, str]:
        """The way by which each set's model was trained."""
        return {name: self._of(name).way for name in self.sets}

    def model(self, set: str) -> Model:
        """The model of a set: it takes tables as the set's own network does.

        Where one network was stacked of several sets, a set of any other name is one that it has not seen.

        >>> sets.models().model("one").columns
        ('wing', 'mass', 'island')

        Raises:
            SpecError: there is no such set, and no stacked network.
            BundleError: the model is damaged.
        """
        if (name := self._named(set)) in self.sets:
            return self._of(name).of(name)
        stacked = next((one for one in self.kept if one.intakes), None)
        if stacked is None:
            rule = f"there is no set {set!r} here, and no stacked network that takes others"
            raise SpecError.one(rule, did_you_mean(str(set), self.sets))
        return stacked.of_others(set)

    def predict(
        self, table: object, *, set: str, folder: str | Path | None = None,
        unseen: Literal["refuse", "allow"] = "refuse", samples: int | None = None, seed: int = 0,
    ) -> pd.DataFrame:  # fmt: skip
        """Predict a table of a set, as `Model.predict` does.

        A set that no network was trained on is predicted by the stacked one, where there is one, as a set that it has
        not seen: `attrs["notices"]` says so.

        >>> sets.models().predict(birds, set="one").shape
        (80, 3)

        Raises:
            SpecError: there is no such set, and no stacked network; or there are `samples`, and no dropout.
            DataError: a column is missing, or a cell is not what its column is.
            BundleError: the model is damaged.
        """
        found = self.model(set).predict(table, folder=folder, unseen=unseen, samples=samples, seed=seed)
        if (said := self.said_of(set)) is not None:
            found.attrs["notices"] = [said, *found.attrs.get("notices", ())]
        return found

    def said_of(self, set: str) -> str | None:
        """What is said of a set that no network was trained on; None of all others.

        >>> chosen = sets.models()
        >>> chosen.said_of("one") is None, chosen.said_of("third").split(":")[0]
        (True, "'third' is none of the sets")
        """
        if self._named(set) in self.sets:
            return None
        near = did_you_mean(str(set), self.sets)
        return f"{set!r} is none of the sets: the stacked network predicts it as one that it has not seen ({near})"

    def save(self, path: str | Path) -> None:
        """Write the models into a folder of their own, which `load_sets` reads; each network is kept once.

        >>> sets.models().save("halves_model")
        >>> protokit.load_sets("halves_model").predict(birds, set="one").shape
        (80, 3)

        Raises:
            DataError: the disk refused, or there is something else at the path.
            BundleError: a model is damaged.
        """
        from protokit.sets.bundle.writing import save

        save(self.name, self.kept, self.sets, path)

    def _named(self, given: object) -> str:
        """The name of a set, which may be given as the file or the level of a column is called."""
        name = name_of(str(given))
        return name if name in self.sets else str(given)

    def _of(self, name: str) -> Kept:
        return next(one for one in self.kept if name in one.sets)

    def __repr__(self) -> str:
        ways = ", ".join(dict.fromkeys(one.way for one in self.kept))
        return f"<SetsModel of {self.name}: {len(self.sets)} sets, {ways}>"
