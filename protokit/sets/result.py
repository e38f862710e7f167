"""What a person holds after training on several sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from protokit.core.errors import SpecError
from protokit.core.outside.reach import Allow
from protokit.core.runs import path_of
from protokit.core.suggest import did_you_mean
from protokit.core.values.said import Finding
from protokit.recipe.sets.members import of_set
from protokit.sets.bundle.kept import Kept
from protokit.sets.bundle.model import SetsModel
from protokit.sets.contents import PlainSets, read_sets, sets_folder
from protokit.sets.look.card import card_of, sentences
from protokit.show.card import Card
from protokit.workflow.result import Run

if TYPE_CHECKING:
    import pandas as pd

    from protokit.bundle.model import Model
    from protokit.workflow.eject.eject import Ejected


@dataclass(frozen=True)
class SetsRun:
    """A finished experiment on several sets. A notebook shows it as a card; `print` gives the same as text.

    >>> sets.name, sets.sets, sets.ways
    ('halves', ('one', 'other'), ('each', 'stacked'))
    >>> sets.scores.columns.tolist()[:4], len(sets.scores), sets.card.title
    (['set', 'way', 'target', 'metric'], 4, 'halves: 2 sets')
    >>> sets.run("one", "stacked").path == sets.run("other", "stacked").path
    True
    >>> sets.model("one", "each").predict(birds).shape, sets.best("one") in sets.ways
    ((80, 3), True)
    >>> protokit.SetsRun.open("runs/halves") == sets, "halves" in repr(sets)
    (True, True)
    >>> [one.check for one in sets.findings]
    [...]
    """

    path: Path
    results: PlainSets

    @classmethod
    def open(cls, path: str | Path) -> SetsRun:
        """Read the folder of a finished experiment; of `runs/NAME` the newest in it.

        Raises:
            DataError: it is none.
        """
        folder = sets_folder(Path(path))
        return cls(folder, read_sets(folder))

    @property
    def name(self) -> str:
        """The recipe's name."""
        return self.results["name"]

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of the sets."""
        return tuple(self.results["sets"])

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that were trained: `each` is always among them."""
        return tuple(self.results["ways"])

    @property
    def verdict(self) -> str:
        """What was found, in sentences."""
        return " ".join(one.text for one in sentences(self.results))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the audit found across the sets, the gravest first."""
        return tuple(Finding.from_plain(plain) for plain in self.results["findings"])  # type: ignore[arg-type]

    @cached_property
    def scores(self) -> pd.DataFrame:
        """A row for each set, way and target: the score with its bounds, and what it is against the own network."""
        import pandas as pd

        rows = []
        for cell in self.results["cells"]:
            own = cell["against_own"]
            head = {key: cell[key] for key in ("set", "way", "target", "metric")}  # type: ignore[literal-required]
            said = {"outcome": own.get("outcome"), "p": own.get("p")}
            rows.append({**head, **cell["score"], **said, "rows": cell["rows"]})
        return pd.DataFrame(rows)

    @cached_property
    def changes(self) -> pd.DataFrame:
        """Of an experiment that goes on: a row for each set that was known before, way and target.

        The score on the test rows of then with its bounds, before and now, and what changed; empty of any other.

        >>> len(sets.changes)
        0
        """
        import pandas as pd

        rows = []
        for one in self.results.get("changes") or []:
            head = {key: one[key] for key in ("set", "way", "target", "metric", "rows")}  # type: ignore[literal-required]
            gap = one["difference"] or {"value": None, "low": None, "high": None}
            parts = {"before": one["before"], "now": one["now"], "change": gap}
            bounds = {f"{part} {key}": plain[key] for part, plain in parts.items() for key in ("value", "low", "high")}  # type: ignore[literal-required]
            rows.append({**head, **bounds, "outcome": one["outcome"], "p": one["p"]})
        return pd.DataFrame(rows)

    def run(self, set: str, way: str = "each") -> Run:
        """The run of a set by a way; of `stacked` it is one for all sets.

        Raises:
            SpecError: there is no such set, or no such way.
        """
        for what, name, known in (("set", set, self.sets), ("way", way, self.ways)):
            if name not in known:
                raise SpecError.one(f"there is no {what} {name!r} here", did_you_mean(name, known))
        cell = next(one for one in self.results["cells"] if (one["set"], one["way"]) == (set, way))
        return Run.open(self.path / cell["run"])

    def best(self, set: str) -> str:
        """The way for a set: the set's own network, unless another one is better beyond chance; of these the best.

        Raises:
            SpecError: there is no such set.
        """
        if set not in self.sets:
            raise SpecError.one(f"there is no set {set!r} here", did_you_mean(set, self.sets))
        return best_way(self.results, set)

    def model(self, set: str, way: str | None = None) -> Model:
        """The trained model of a set: by the best way where none is named. See `best`.

        It takes tables as the set's own network does: a stacked one is told the set.

        Raises:
            SpecError: there is no such set, or no such way.
        """
        run = self.run(set, way or self.best(set))  # it knows the names
        kept = self._kept(way or self.best(set), (set,))
        return kept.of(set) if kept.intakes else run.model

    def models(self, way: str | None = None) -> SetsModel:
        """The models of all sets, by each set's best way where none is named: to be kept and to predict with.

        >>> sets.models("stacked").ways
        {'one': 'stacked', 'other': 'stacked'}

        Raises:
            SpecError: there is no such way.
        """
        if way is not None and way not in self.ways:
            raise SpecError.one(f"there is no way {way!r} here", did_you_mean(way, self.ways))
        by: dict[str, list[str]] = {}
        for name in self.sets:
            by.setdefault(way or self.best(name), []).append(name)
        several = by.pop("stacked", [])
        kept = [self._kept("stacked", tuple(several))] if several else []
        kept += [self._kept(one, (name,)) for one, names in by.items() for name in names]
        return SetsModel(self.name, tuple(kept), self.sets)

    def predict(self, table: object, *, set: str, way: str | None = None) -> pd.DataFrame:
        """Predict a table of a set, by its best way where none is named. See `SetsModel.predict`.

        >>> sets.predict(birds, set="one", way="stacked").shape
        (80, 3)

        Raises:
            SpecError: there is no such set, or no such way.
            DataError: a column is missing, or a cell is not what its column is.
        """
        return self.models(way).predict(table, set=set)

    def save(self, path: str | Path, *, way: str | None = None) -> None:
        """Write the models of all sets into a folder of their own, which `load_sets` reads. See `models`.

        Raises:
            SpecError: there is no such way.
            DataError: the disk refused, or there is something else at the path.
        """
        self.models(way).save(path)

    def eject(self, folder: str | Path, *, prove: bool = False, allow: Allow = ()) -> dict[str, Ejected]:
        """Write the own network of each set as a script, NAME.py in a folder. See `protokit.eject`.

        All are made before the first is written. Networks that were trained on several sets have no script.

        >>> try:
        ...     scripts = sets.eject("scripts")  # scripts["one"].path is scripts/one.py
        ... except protokit.SpecError as error:  # these sets were passed as frames
        ...     print(error.faults[0].rule)
        set 'one': the table was a data frame: no script knows where its rows are

        Raises:
            SpecError: something in the recipe of a set has no script.
            DataError: the data is not what it was, or a script failed.
        """
        from protokit.workflow.eject.eject import drafted

        place, drafts = path_of(folder, "a folder of scripts"), {}
        for name in self.sets:
            run = self.run(name)
            with of_set(name):
                drafts[name] = drafted(run, place / f"{run.path.parent.name}.py", prove=prove, allow=allow)
        return {name: draft.written() for name, draft in drafts.items()}

    def _kept(self, way: str, names: tuple[str, ...]) -> Kept:
        """The model of some sets by a way; earlier experiments do not say how a stacked one is told the set."""
        folder = self.run(names[0], way).path / "model"
        said = self.results.get("stacked")
        if way != "stacked" or not said:
            return Kept(folder, way, names)
        return Kept(folder, way, names, said["column"], said["intakes"])

    @property
    def card(self) -> Card:
        """What it shows of itself."""
        return card_of(self.results)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<SetsRun {self.path}: {self.verdict}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        return self.card.bundle()


def best_way(results: PlainSets, name: str) -> str:
    """The way of a set: see `SetsRun.best`."""
    own = [cell for cell in results["cells"] if cell["set"] == name]
    first = [cell for cell in own if cell["target"] == own[0]["target"]]
    better = [cell for cell in first if cell["against_own"].get("outcome") == "better"]

    def value(cell: object) -> float:
        score = cell["score"]["value"]  # type: ignore[index]
        return (score if cell["greater_is_better"] else -score) if score is not None else float("-inf")  # type: ignore[index]

    return max(better, key=value)["way"] if better else "each"
