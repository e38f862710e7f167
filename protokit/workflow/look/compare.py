"""Two or more runs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from protokit.core.errors import DataError, ProtokitError, SpecError
from protokit.core.names import number
from protokit.core.values.scores import Interval
from protokit.evaluate.certainty.comparison import Difference
from protokit.evaluate.metrics.metric import METRICS
from protokit.recipe.recipe import Recipe
from protokit.show.blocks import Grid, Picture, Section, Sentence
from protokit.show.card import Card
from protokit.show.page import Page
from protokit.show.plots.intervals import Dot, Panel, intervals
from protokit.show.plots.svg import inline
from protokit.workflow.look.card import epochs
from protokit.workflow.look.paired import Pair, Tested, groups, pairs, sentence
from protokit.workflow.record.listing import unfinished
from protokit.workflow.result import Run

_WIDEST_KEY = 28
_LONGEST = 60  # characters of a value in the table of what differs


@dataclass(frozen=True)
class Comparison:
    """Runs with their scores; shows itself as a card: who is better first, then the scores and what differs.

    `pairs` are of runs on the same test rows; `flags` say of the others why they are not held against them, `left_out`
    of those that did not come to their end why they did not.
    """

    runs: tuple[Run, ...]
    pairs: tuple[Pair, ...]
    flags: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each run, as short as tells them apart."""
        names = [run.name for run in self.runs]
        if len(set(names)) == len(names):
            return tuple(names)
        return tuple(f"{run.name}/{run.path.name}" for run in self.runs)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The best run against each other one on its rows, or that they cannot be told apart; then what is apart."""
        told: list[Sentence] = []
        for group in self._groups():
            best = self._best(group)
            own = [_from(best, pair) for pair in group if best in (pair.first, pair.second)]
            of = f"{group[0].target}: " if len({pair.target for pair in self.pairs}) > 1 else ""
            told += [Sentence(sentence(pair, self.labels, len(self.pairs), of), pair.outcome) for pair in own]
        return (*told, *(Sentence(flag) for flag in self.flags))

    @property
    def card(self) -> Card:
        """One row for each run, one column for each score; and what their recipes differ in."""
        differ = self._differ()
        return Card(f"{len(self.runs)} runs", self.sentences, (self._scores(), *differ), self._notes())

    def page(self) -> Page:
        """The same as a page for a browser."""
        folders = Grid(
            "", ("run", "folder"), tuple(zip(self.labels, (str(run.path) for run in self.runs), strict=True))
        )
        sections = [Section("Scores", (*self._pictures(), self._scores())), Section("What differs", self._differ(None))]
        sections.append(Section("Where they are", (folders,)))
        filled = tuple(section for section in sections if section.blocks)
        return Page(f"{len(self.runs)} runs", self._notes(), self.sentences, (), filled)

    def _scores(self) -> Grid:
        names = list(dict.fromkeys(name for run in self.runs for name in run.metrics))
        rows = tuple(
            (
                label,
                *(number(float("nan") if (v := run.metrics.get(n)) is None else v) for n in names),
                f"{sum(row[3] for row in run.results['metrics']['network']):,}",
                epochs(run.results["metrics"]["networks"]),
            )
            for label, run in zip(self.labels, self.runs, strict=True)
        )
        return Grid("scores on each run's own test rows", ("run", *names, "parameters", "epochs"), rows)

    def _differ(self, longest: int | None = _LONGEST) -> tuple[Grid, ...]:
        """What differs, each value cut to so many characters, keys broken after a dot."""
        rows = tuple(
            (_broken(key) if longest else key, *(_cut(one, longest) for one in own)) for key, *own in self.differing
        )
        return (Grid("what their recipes differ in", ("", *self.labels), rows),) if rows else ()

    def _pictures(self) -> tuple[Picture, ...]:
        """The score that decides, of each run with its interval; for each group of runs on the same rows."""
        return tuple(_picture(self.runs, self.labels, group) for group in self._groups())

    @property
    def differing(self) -> tuple[tuple[str, ...], ...]:
        """The keys of the recipes whose values are not the same, with the value that each run has."""
        plain = [_written(run) for run in self.runs]
        names = dict.fromkeys(name for one in plain for name in one)
        rows = [(name, *(one.get(name, "") for one in plain)) for name in names]
        return tuple(row for row in rows if len(set(row[1:])) > 1)

    def as_plain(self) -> dict[str, object]:
        """The scores and what is said of each pair, as JSON values."""
        return {
            "runs": [{"run": str(run.path), "metrics": run.metrics} for run in self.runs],
            "pairs": [
                {
                    "first": str(self.runs[pair.first].path),
                    "second": str(self.runs[pair.second].path),
                    "target": pair.target,
                    "metric": pair.metric,
                    "outcome": pair.outcome,
                    "difference": pair.difference.interval.as_plain(),
                    "p": pair.p,
                }
                for pair in self.pairs
            ],
            "apart": list(self.flags),
            "left_out": list(self.left_out),
            "sentences": [one.text for one in self.sentences],
        }

    def _groups(self) -> list[list[Pair]]:
        """The pairs, those of one target and of runs on the same rows together."""
        found: list[tuple[str, set[int], list[Pair]]] = []
        for pair in self.pairs:
            both = {pair.first, pair.second}
            group = next((group for group in found if group[0] == pair.target and group[1] & both), None)
            if group is None:
                found.append((pair.target, both, [pair]))
            else:
                group[1].update(both)
                group[2].append(pair)
        return [own for *_, own in found]

    def _best(self, group: Sequence[Pair]) -> int:
        """The run that is ahead of every other of its group, by however little."""
        behind = set()
        for pair in group:
            ahead = (pair.difference.interval.value >= 0) == bool(METRICS[pair.metric].greater_is_better)
            behind.add(pair.second if ahead else pair.first)
        everyone = {place for pair in group for place in (pair.first, pair.second)}
        return min(everyone - behind, default=min(everyone))

    def _notes(self) -> tuple[str, ...]:
        uses = max((run.results["looks"].get("count", 1) for run in self.runs), default=1)
        notes = list(self.left_out)
        if self.pairs and not any(run.results["metrics"]["folds"] for run in self.runs):
            notes.append(
                "compared are these networks, as they were trained: split: {folds: 5} says what other rows would make"
            )
        if uses > 2:
            notes.append(
                f"these test rows have been looked at {uses:,} times: the best of many tries looks better than it is"
            )
        return tuple(notes)

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.labels)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return self.card.bundle()


def compare(*runs: Run | str | Path) -> Comparison:
    """Hold runs (or their folders) against each other, pair by pair where they are on the same test rows.

    On one test set the differences are resampled in pairs; over folds the corrected resampled t-test is used; the
    chances of several pairs are Holm's. A run that did not come to its end is left out, and the comparison says so.

    >>> both = protokit.compare(run, other)
    >>> both.labels, len(both.pairs), both.differing
    (('birds', 'other'), 1, (('learn.epochs', '3', '2'),))
    >>> both.sentences[0].text
    'birds ... other ...'
    >>> both.card.title, both.page().title
    ('2 runs', '2 runs')

    Raises:
        SpecError: fewer than two, or one of them twice.
        DataError: a folder is not that of a run, or fewer than two of the runs came to their end.
    """
    if len(runs) < 2:
        raise SpecError.one(f"compare takes two runs or more, not {len(runs)}", "give their folders")
    opened, left_out = _opened(runs)
    places = [run.path.resolve() for run in opened]
    if twice := next((place for i, place in enumerate(places) if place in places[:i]), None):
        raise SpecError.one(f"the same run twice: {twice.name}", "give another one")
    tested = [Tested.of(run) for run in opened]
    together, reasons = groups(opened, tested)
    found = [pair for group in together if len(group) > 1 for pair in pairs(group, tested)]
    comparison = Comparison(opened, tuple(found), ())
    labels, first = comparison.labels, together[0]
    flags = [
        f"{_listed([labels[i] for i in group])} and {_listed([labels[i] for i in first])} are not ranked: {why}."
        for group, why in zip(together[1:], reasons, strict=True)
    ]
    return Comparison(opened, tuple(found), tuple(flags), left_out)


def _opened(runs: Sequence[Run | str | Path]) -> tuple[tuple[Run, ...], tuple[str, ...]]:
    """The runs that came to their end, and what is said of those that did not, where two or more are left."""
    opened: list[Run] = []
    left_out: list[str] = []
    faults: list[DataError] = []
    for run in runs:
        try:
            opened.append(run if isinstance(run, Run) else Run.open(run))
        except DataError as error:
            if (why := unfinished(Path(str(run)))) is None:
                raise
            faults.append(error)
            left_out.append(f"{run} is left out: {why}")
    if faults and len(opened) < 2:
        raise faults[0]
    return tuple(opened), tuple(left_out)


def _picture(runs: Sequence[Run], labels: Sequence[str], group: Sequence[Pair]) -> Picture:
    target, metric = group[0].target, group[0].metric
    dots = []
    for place in sorted({place for pair in group for place in (pair.first, pair.second)}):
        scores = runs[place].results["metrics"]["scores"]
        found = next(one["network"] for one in scores if (one["target"], one["metric"]) == (target, metric))
        if found["value"] is not None:
            dots.append(Dot(labels[place], found["value"], found["low"], found["high"]))
    about = f"{metric} of {target} of each run, with its 95% interval."
    return Picture(
        "",
        inline(intervals([Panel(metric, tuple(dots))]), about, f"runs-{group[0].first}-{crc32(target.encode())}"),
        about,
    )


def _from(best: int, pair: Pair) -> Pair:
    """The pair with the best run first."""
    if pair.first == best:
        return pair

    gap = pair.difference.interval
    turned = Difference(Interval(-gap.value, -gap.high, -gap.low), pair.difference.p)
    outcome = {"better": "worse", "worse": "better"}.get(pair.outcome, pair.outcome)
    return Pair(pair.second, pair.first, pair.target, pair.metric, outcome, turned, pair.p)  # type: ignore[arg-type]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _written(run: Run) -> dict[str, str]:
    """What a run's recipe says, by key; nothing where it cannot be read."""
    try:
        plain = Recipe.read(run.path / "resolved.yaml").as_plain()
    except ProtokitError:
        return {}
    return dict(_flat({key: value for key, value in plain.items() if key != "name"}))


def _flat(plain: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(plain, Mapping) and plain:
        for key, value in plain.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, str(plain)


def _broken(key: str) -> str:
    """A long key in lines that end with a dot."""
    lines = [""]
    for part in key.replace(".", ".\0").split("\0"):
        if lines[-1] and len(lines[-1] + part) > _WIDEST_KEY:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"
