"""Which settings are tried next, and which trials end early: Optuna's samplers and pruners, asked and told.

The study that a sampler sees is made of the log anew for each round, in the order of the trials' numbers, and each
round has a sampler with a seed of its own. So a round is a function of what was known when it was drawn: a search
that goes on draws the values of one that was never broken, to the bit.
"""

from __future__ import annotations

import logging
import math
import random
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol

from protokit.core.errors import SpecError
from protokit.core.libraries.optional import optional
from protokit.core.seeds import derive
from protokit.menu.slots import Slot
from protokit.search.table import Trial

AGAIN = 10  # how often a setting that was tried is drawn again
MOST_LISTED = 10_000  # settings of a space that are written out


class Settings(Protocol):
    """The slots of a recipe, as `recipe.space.Space` has them."""

    @property
    def slots(self) -> Mapping[str, Slot]:
        """Each slot by its name."""
        ...

    def draw(self, choose: Callable[[Slot], object]) -> dict[str, object]:
        """The values that `choose` gives to the slots that are met."""
        ...

    @property
    def defaults(self) -> dict[str, object]:
        """The values that a plain run has."""
        ...


class Sampling:
    """Draws the settings of a search.

    Raises:
        MissingExtra: Optuna is not installed.
        SpecError: the sampler is the grid, and a slot has no end of values.
    """

    def __init__(self, space: Settings, sampler: str, seed: int, *, repeat: bool = False) -> None:
        """With `repeat` a setting may come again once none is left that was not tried: each trial has its own rows."""
        self._optuna = optional("optuna", "tune")
        self._space, self._name, self._seed, self._repeat = space, sampler, seed, repeat and sampler != "grid"
        self._spaces = {name: distribution(slot) for name, slot in space.slots.items()}
        self._listed: list[dict[str, object]] | None = None
        self._qmc: Any = None
        if sampler == "grid" and (endless := [name for name, slot in space.slots.items() if values_of(slot) is None]):
            rule = f"a grid needs slots whose values can be counted, and {endless[0]} has no end of them"
            raise SpecError.one(rule, "give it a step, or choices; or write sampler: tpe", ("search", "sampler"))

    def draw(self, trials: Mapping[int, Trial], count: int) -> list[dict[str, object]]:
        """The settings of the next round: `count` of them, fewer where all that there are were tried.

        The first of all are the defaults.

        Raises:
            SpecError: nearly no values make a network.
        """
        drawn = [] if trials else [self._space.defaults]
        tried = {as_key(trial.values) for trial in trials.values()} | {as_key(values) for values in drawn}
        left = self._left(tried)
        with quiet():
            one = self._of_grid(left) if self._name == "grid" else self._of_sampler(trials, len(drawn))
            while len(drawn) < count and (left is None or left or self._repeat):
                values = one()
                for _ in range(AGAIN if left is None or left else 0):
                    if as_key(values) not in tried:
                        break
                    if self._name == "qmc":
                        break  # its next one is that of the next trial
                    values = one()
                if left and as_key(values) in tried:
                    values = self._from(left, len(trials) + len(drawn))
                drawn.append(values)
                tried.add(as_key(values))
                left = left if left is None else [values for values in left if as_key(values) not in tried]
        return drawn

    def _left(self, tried: set[str]) -> list[dict[str, object]] | None:
        """The settings that were not tried, where there are few enough to be listed; None where not."""
        if self._listed is None:
            most = None if self._name == "grid" else MOST_LISTED
            self._listed = every(self._space, most) or []
        return [one for one in self._listed if as_key(one) not in tried] if self._listed else None

    def _from(self, left: Sequence[dict[str, object]], number: int) -> dict[str, object]:
        return left[random.Random(derive(self._seed, "left", number)).randrange(len(left))]

    def _of_grid(self, left: list[dict[str, object]] | None) -> Callable[[], dict[str, object]]:
        """The settings of the grid, in an order that the seed gives: fewer trials than settings are spread over it."""
        shuffled = list(self._listed or [])
        random.Random(derive(self._seed, "grid")).shuffle(shuffled)
        known = {as_key(one) for one in left or []}
        rest = iter([one for one in shuffled if as_key(one) in known])
        return lambda: next(rest)

    def _of_sampler(self, trials: Mapping[int, Trial], ahead: int) -> Callable[[], dict[str, object]]:
        optuna, number = self._optuna, len(trials)
        if self._name == "qmc":
            if self._qmc is None:
                self._qmc = self._of_all()
            while len(self._qmc.trials) - 1 < number - 1 + ahead:  # those of trials that another driver drew
                self._asked(self._qmc)
            return lambda: self._asked(self._qmc)
        seed = derive(self._seed, "round", number)
        sampler = (
            optuna.samplers.RandomSampler(seed=seed)
            if self._name == "random"
            else optuna.samplers.TPESampler(seed=seed, multivariate=True, group=True)
        )
        study = optuna.create_study(sampler=sampler)
        study.add_trials([self._known(trial) for _, trial in sorted(trials.items())])
        return lambda: self._asked(study)

    def _of_all(self) -> Any:
        """A study whose first trial has met every slot, so that points are spread over all of them."""
        optuna = self._optuna
        seed = derive(self._seed, "qmc")
        study = optuna.create_study(
            sampler=optuna.samplers.QMCSampler(seed=seed, scramble=True, warn_independent_sampling=False)
        )
        params = {name: inside(slot, slot.default) for name, slot in self._space.slots.items()}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=self._spaces, value=0.0))
        return study

    def _asked(self, study: Any) -> dict[str, object]:
        """A setting that makes a network: where slots together do not, others are drawn."""
        optuna = self._optuna
        error: SpecError | None = None
        for _ in range(50 * AGAIN):
            trial = study.ask()

            def choose(slot: Slot, trial: Any = trial) -> object:
                return value_of(slot, suggested(trial, slot.name, self._spaces[slot.name]))

            try:
                return self._space.draw(choose)
            except SpecError as refused:
                error = refused
                study.tell(trial, state=optuna.trial.TrialState.PRUNED)  # worse than all: TPE passes over a failed one
        assert error is not None
        raise error

    def _known(self, trial: Trial) -> Any:
        """A trial as Optuna keeps it."""
        optuna, slots = self._optuna, self._space.slots
        states = optuna.trial.TrialState
        met = {name: value for name, value in trial.values.items() if name in slots}
        value = trial.value if trial.value is not None and math.isfinite(trial.value) else None
        complete = trial.state == "complete" and value is not None
        state = {"pruned": states.PRUNED, "running": states.RUNNING, "waiting": states.RUNNING}.get(
            trial.state, states.COMPLETE if complete else states.FAIL
        )
        return optuna.trial.create_trial(
            state=state,
            value=value if complete else None,
            params={name: inside(slots[name], value) for name, value in met.items()},
            distributions={name: self._spaces[name] for name in met},
            intermediate_values=dict(trial.reports),
        )


def distribution(slot: Slot) -> Any:
    """The values of a slot as Optuna has them: those of a choice, or with steps, by their place."""
    distributions = optional("optuna", "tune").distributions
    if slot.kind == "choice":
        return distributions.CategoricalDistribution(tuple(range(len(slot.options))))
    low, high = slot.options
    if slot.step is not None:
        return distributions.IntDistribution(0, _steps(slot))
    if slot.kind == "int":
        return distributions.IntDistribution(low, high, log=slot.log)
    return distributions.FloatDistribution(low, high, log=slot.log)


def _steps(slot: Slot) -> int:
    """The steps from the lowest value of a slot to the last one up to the highest."""
    low, high = slot.options
    return int((high - low) / (slot.step or 1) + 1e-9)


def _at_step(slot: Slot, place: int) -> object:
    """The value of a slot so many steps above the lowest, without what floats add in their last digits."""
    found = slot.options[0] + (slot.step or 1) * place
    return int(found) if slot.kind == "int" else min(float(f"{found:.12g}"), float(slot.options[1]))


def suggested(trial: Any, name: str, space: Any) -> Any:
    """What a trial of Optuna draws from a distribution."""
    if hasattr(space, "choices"):
        return trial.suggest_categorical(name, space.choices)
    ask = trial.suggest_int if isinstance(space.low, int) else trial.suggest_float
    return ask(name, space.low, space.high, log=space.log)


def value_of(slot: Slot, drawn: Any) -> object:
    """The value of a slot that Optuna's stands for."""
    if slot.kind == "choice":
        return slot.options[drawn]
    if slot.step is not None:
        return _at_step(slot, int(drawn))
    return int(drawn) if slot.kind == "int" else float(drawn)


def inside(slot: Slot, value: Any) -> Any:
    """Optuna's for a value of a slot: of one that stands between two steps the nearer one."""
    if slot.kind == "choice":
        value = tuple(value) if isinstance(value, list) else value
        places = [i for i, one in enumerate(slot.options) if one == value and type(one) is type(value)]
        return places[0] if places else next((i for i, one in enumerate(slot.options) if one == value), 0)
    if slot.step is not None:
        return min(max(round((value - slot.options[0]) / slot.step), 0), _steps(slot))
    value = min(max(value, slot.options[0]), slot.options[1])
    return int(value) if slot.kind == "int" else float(value)


def values_of(slot: Slot) -> list[object] | None:
    """Every value of a slot; None where there is no end of them."""
    if slot.kind == "choice":
        return list(slot.options)
    low, high = slot.options
    if low == high:
        return [low]
    if slot.step is None and slot.kind == "float":
        return None
    return [_at_step(slot, place) for place in range(_steps(slot) + 1)]


def every(space: Settings, most: int | None = None) -> list[dict[str, object]] | None:
    """Every setting of a space, in order; None where there are more than `most`, or no end of them.

    Slots that other values leave out are not varied. What makes no network is passed over.
    """
    if any(values_of(slot) is None for slot in space.slots.values()):
        return None
    found = list(islice(_walked(space), None if most is None else most + 1))
    return None if most is not None and len(found) > most else found


def _walked(space: Settings) -> Iterator[dict[str, object]]:
    """The settings, the last slot that is met fastest."""
    places: list[int] = []
    seen = set[str]()
    while True:
        counts: list[int] = []
        asked: dict[str, object] = {}

        def choose(slot: Slot, counts: list[int] = counts, asked: dict[str, object] = asked) -> object:
            if slot.name not in asked:
                values = values_of(slot) or [slot.default]
                at = len(counts)
                if at == len(places):
                    places.append(0)
                counts.append(len(values))
                asked[slot.name] = values[places[at]]
            return asked[slot.name]

        try:
            drawn = space.draw(choose)
            if (key := as_key(drawn)) not in seen:
                seen.add(key)
                yield drawn
        except SpecError:
            pass
        del places[len(counts) :]
        while places and places[-1] + 1 >= counts[len(places) - 1]:
            places.pop()
        if not places:
            return
        places[-1] += 1


def as_key(values: Mapping[str, object]) -> str:
    """A text that two settings share only if they are the same; lists and tuples are."""
    return repr([(name, _plain(values[name])) for name in sorted(values)])


def _plain(value: object) -> object:
    return [_plain(one) for one in value] if isinstance(value, (list, tuple)) else value


@contextmanager
def quiet() -> Iterator[None]:
    """Optuna says nothing inside: what it logs is in our own log. It is as it was afterwards."""
    optuna = optional("optuna", "tune")
    logger = logging.getLogger("optuna")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        logger.setLevel(level)
