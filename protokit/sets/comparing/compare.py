"""Experiments on several sets, set by set and way by way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from protokit.core.errors import DataError
from protokit.core.names import counted, number
from protokit.evaluate.certainty.comparison import Difference, Outcome, holm
from protokit.evaluate.metrics.metric import METRICS
from protokit.sets.comparing.contenders import Contender, contender, hold, together
from protokit.sets.result import SetsRun
from protokit.show.blocks import Grid, Section, Sentence
from protokit.show.card import Card
from protokit.show.page import Page
from protokit.workflow.look.paired import Tested, pairs
from protokit.workflow.result import Run

_MARKS = {"better": " +", "worse": " −", "cannot tell apart": "", "not compared": " ?"}
_FEW = 6
_MOST = 200


@dataclass(frozen=True)
class SetPair:
    """What is said of one of those that are compared, by its place, against the first that was tested on a set's rows.

    `difference` is of the metric, its score less the other's; `p` allows for all pairs.
    """

    set: str
    way: str
    target: str
    metric: str
    first: int
    other: int
    scores: tuple[float, float]
    outcome: Outcome
    difference: Difference
    p: float


@dataclass(frozen=True)
class SetsComparison:
    """Experiments on several sets held against each other: shows itself as a card.

    `flags` say which sets, and which of those that were given, cannot be held against others, and why.

    >>> both = protokit.compare_sets(sets, sets.run("one"))
    >>> both.labels, [(pair.set, pair.way) for pair in both.pairs][:2], both.flags
    (('halves', 'one'), [('one', 'each'), ('one', 'stacked')], ())
    >>> both.card.title == both.page().title
    True
    """

    given: tuple[SetsRun | Run, ...]
    pairs: tuple[SetPair, ...]
    flags: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """A name for each of what was given, as short as tells them apart."""
        names = [one.name for one in self.given]
        if len(set(names)) == len(names):
            return tuple(names)
        return tuple(f"{one.name}/{one.path.name}" for one in self.given)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Of each way, and each that was given: for which sets it is better than the first, and for which worse."""
        by: dict[tuple[int, int, str], list[SetPair]] = {}
        for pair in self.pairs:
            by.setdefault((pair.first, pair.other, pair.way), []).append(pair)
        told = [self._of(self.labels[i], self.labels[j], way, some) for (i, j, way), some in by.items()]
        return (*told, *(Sentence(flag) for flag in self.flags))

    @staticmethod
    def _of(first: str, other: str, way: str, some: Sequence[SetPair]) -> Sentence:
        better = [pair.set for pair in some if pair.outcome == "better"]
        worse = [pair.set for pair in some if pair.outcome == "worse"]
        head = f"{way}: {other}"
        left = len(some) - len(better) - len(worse)
        if left == len(some):
            which = f" for {some[0].set}" if len(some) == 1 else f", for any of {counted(len(some), 'set')}"
            return Sentence(f"{head} cannot be told apart from {first}{which}.")
        said = [f"better than {first} for {_names(better)}"] if better else []
        said += [f"worse {'' if better else f'than {first} '}for {_names(worse)}"] if worse else []
        rest = f"; of {left} it cannot be told" if left else ""
        tone: Outcome = "better" if not worse else "worse" if not better else "cannot tell apart"
        return Sentence(f"{head} is {', '.join(said)}{rest}.", tone)

    @property
    def card(self) -> Card:
        """A row for each set and way."""
        return Card(f"{len(self.given)} compared across sets", self.sentences, (self._grid(),))

    def page(self) -> Page:
        """The same as a page for a browser."""
        where = Grid("", ("", "folder"), tuple(zip(self.labels, (str(one.path) for one in self.given), strict=True)))
        sections = (Section("Sets and ways", (self._grid(),)), Section("Where they are", (where,)))
        return Page(f"{len(self.given)} compared across sets", (), self.sentences, (), sections)

    def _grid(self) -> Grid:
        several, two = len({pair.target for pair in self.pairs}) > 1, len(self.given) == 2
        rows = []
        for pair in self.pairs[:_MOST]:
            gap = pair.difference.interval
            arrow = "↑" if METRICS[pair.metric].greater_is_better else "↓"
            first, other = (
                ("" if two else f"{self.labels[place]}: ") + number(score)
                for place, score in zip((pair.first, pair.other), pair.scores, strict=True)
            )
            bounds = f"{number(gap.low, sign=True)} to {number(gap.high, sign=True)}"
            row = f"{pair.set}.{pair.target}" if several else pair.set, pair.way, f"{pair.metric} {arrow}"
            rows.append((*row, first, other + _MARKS[pair.outcome], f"{number(gap.value, sign=True)} ({bounds})"))
        more = len(self.pairs) - len(rows)
        names = self.labels if two else ("first", "other")
        header = ("set", "way", "metric", *names, "difference")
        title = f"each set's test rows: + better, − worse than {'' if two else 'the '}{names[0]}"
        return Grid(title, header, tuple(rows), f"{more} more" if more else "")

    def as_plain(self) -> dict[str, object]:
        """What is said of each pair, as JSON values."""
        return {
            "compared": [str(one.path) for one in self.given],
            "pairs": [
                {
                    "set": pair.set,
                    "way": pair.way,
                    "target": pair.target,
                    "metric": pair.metric,
                    "first": str(self.given[pair.first].path),
                    "other": str(self.given[pair.other].path),
                    "scores": list(pair.scores),
                    "outcome": pair.outcome,
                    "difference": pair.difference.interval.as_plain(),
                    "p": pair.p,
                }
                for pair in self.pairs
            ],
            "apart": list(self.flags),
            "sentences": [one.text for one in self.sentences],
        }

    def __str__(self) -> str:
        return self.card.text()

    def __repr__(self) -> str:
        return f"<SetsComparison of {', '.join(self.labels)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Mapping[str, str]:
        return self.card.bundle()


def compare_sets(*given: SetsRun | Run | str | Path) -> SetsComparison:
    """Hold experiments on several sets against each other, set by set and way by way, in pairs on the same test rows.

    Each is held against the first one that has the set; a way against the same way. An ordinary run is held against
    each way of the sets on whose test rows it was tested. The chances of all pairs are Holm's.

    >>> protokit.compare_sets(sets, sets.run("one")).sentences[0].text
    'each: one cannot be told apart from halves, for any of 2 sets.'

    Raises:
        SpecError: fewer than two, one of them twice, or none is an experiment on several sets.
        DataError: a folder is of neither, or nothing was tested on the same rows.
    """
    contenders = [contender(one) for one in given]
    hold(contenders)
    names = list(dict.fromkeys(name for one in contenders for name in one.sets))
    found: list[SetPair] = []
    flags: list[str] = []
    used: set[int] = set()
    reasons: list[str] = []
    for name in names:
        places, whys = together(contenders, name)
        reasons += whys
        flags += [f"{name} is not compared: {why}." for why in whys]
        if len(places) > 1:
            used |= {*places}
            found += _pairs(contenders, places, name)
    if not found:
        rule = f"nothing here was tested on the same rows: {reasons[0] if reasons else 'no run is of one of the sets'}"
        raise DataError(rule, cure="compare experiments on the same data, with the same split and seed")
    result = SetsComparison(tuple(one.given for one in contenders), tuple(_allowed(found)))
    apart = [i for i in range(len(contenders)) if i not in used]
    flags += [f"{result.labels[i]} is not compared: it was tested on the rows of none of the sets." for i in apart]
    return SetsComparison(result.given, result.pairs, tuple(flags))


def _pairs(contenders: Sequence[Contender], places: Sequence[int], name: str) -> list[SetPair]:
    """Each against the first, way by way."""
    first, *others = places
    known = contenders[first].ways(name)
    found = []
    for other in others:
        ways = contenders[other].ways(name)
        for way, one, two in _matched(known, ways):
            for pair in pairs([0, 1], [two, one]):  # what is said is of the other
                metric = METRICS[pair.metric]
                scores = metric(one.predictions[pair.target]), metric(two.predictions[pair.target])
                said = (
                    pair.target,
                    pair.metric,
                    first,
                    other,
                    scores,
                    pair.outcome,
                    pair.difference,
                    pair.difference.p,
                )
                found.append(SetPair(name, way, *said))
    return found


def _matched(one: Mapping[str, Tested], two: Mapping[str, Tested]) -> list[tuple[str, Tested, Tested]]:
    """The ways of both; each way of one, where the other is an ordinary run."""
    if "" in one or "" in two:
        return [(way or ways, a, b) for way, a in one.items() for ways, b in two.items()]
    return [(way, tested, two[way]) for way, tested in one.items() if way in two]


def _allowed(found: Sequence[SetPair]) -> list[SetPair]:
    """The pairs with the chance of each, all together."""
    chances = holm([pair.difference.p for pair in found])
    return [
        replace(pair, p=p, outcome=pair.difference.outcome(bool(METRICS[pair.metric].greater_is_better), p))
        for pair, p in zip(found, chances, strict=True)
    ]


def _names(names: Sequence[str]) -> str:
    few = list(dict.fromkeys(names))
    return ", ".join(few) if len(few) <= _FEW else f"{len(few)} sets ({', '.join(few[:_FEW])} ...)"
