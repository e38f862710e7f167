from __future__ import annotations

import logging
import math
import sys
from typing import Any

import pytest

from protokit.core.errors import MissingExtra, SpecError
from protokit.menu.slots import choice, integer, real
from protokit.search.choosing.pruning import Pruning, rungs
from protokit.search.choosing.sampling import Sampling, as_key, every, inside, values_of
from protokit.search.state import State
from protokit.search.table import Trial

SAMPLERS = ("tpe", "random", "qmc")


def tried(space: Any, sampler: str, count: int, size: int = 5, again: bool = False) -> dict[int, Trial]:
    """Trials drawn in rounds, by one driver or, with `again`, each round by a driver that has just begun."""
    trials: dict[int, Trial] = {}
    sampling = Sampling(space, sampler, 3)
    while len(trials) < count:
        sampling = Sampling(space, sampler, 3) if again else sampling
        drawn = sampling.draw(trials, min(size, count - len(trials)))
        if not drawn:
            break
        for values in drawn:
            number = len(trials)
            state: Any = "failed" if number % 7 == 3 else "complete"
            value = None if state == "failed" else math.log10(float(str(values.get("rate", 0.1))) + 1e-9) ** 2
            trials[number] = Trial(number, values, state, value)
    return trials


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_search_that_goes_on_draws_what_an_unbroken_one_does(make_space: Any, sampler: str) -> None:
    whole = tried(make_space(), sampler, 25)
    assert whole == tried(make_space(), sampler, 25, again=True)
    assert whole[0].values == make_space().defaults
    assert len({as_key(one.values) for one in whole.values()}) == 25
    for one in whole.values():
        assert ("dropout" in one.values) == (one.values["layers"] == 2)
        assert isinstance(one.values["units"], int) and 8 <= one.values["units"] <= 64
        assert isinstance(one.values["rate"], float) and 1e-4 <= one.values["rate"] <= 1e-1


def test_tpe_learns_from_what_it_was_told(make_space: Any) -> None:
    found = tried(make_space(), "tpe", 40)
    far = [abs(math.log10(one.values["rate"])) for one in found.values()]  # type: ignore[arg-type]
    assert sum(far[20:]) / 20 < sum(far[:10]) / 10 - 0.5  # the best rate is the highest


@pytest.mark.parametrize("sampler", [*SAMPLERS, "grid"])
def test_a_space_with_an_end_is_tried_once_and_whole(make_space: Any, sampler: str) -> None:
    space = make_space(units=choice(8, [3, 4], None), count=integer(1, 3), rate=real(0.0, 0.5, step=0.25))
    found = tried(space, sampler, 50)
    assert len(found) == 27 == len({as_key(one.values) for one in found.values()})


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_setting_comes_again_only_once_none_is_left_that_was_not_tried(make_space: Any, sampler: str) -> None:
    sampling = Sampling(make_space(units=choice(4, 8, 16)), sampler, 0, repeat=True)
    first = sampling.draw({}, 2)
    trials = {number: Trial(number, values, "complete", 0.5) for number, values in enumerate(first)}
    drawn = [*first, *sampling.draw(trials, 4)]
    assert len({as_key(values) for values in drawn[:3]}) == 3 and len(drawn) == 6
    endless = Sampling(make_space(units=integer(1, 1000), rate=real(0.0, 1.0)), sampler, 0, repeat=True).draw({}, 9)
    assert len({as_key(values) for values in endless}) == 9


def test_a_grid_walks_what_is_met_only(make_space: Any) -> None:
    space = make_space(layers=choice(1, 2), dropout=choice(0.0, 0.2, 0.4))
    assert every(space) == [{"layers": 1}, *({"layers": 2, "dropout": rate} for rate in (0.0, 0.2, 0.4))]
    assert every(space, most=3) is None


def test_a_grid_of_no_end_is_refused(make_space: Any) -> None:
    with pytest.raises(SpecError, match="rate has no end of them"):
        Sampling(make_space(), "grid", 0)


def test_values_between_steps_and_of_lists_are_known() -> None:
    slot = real(0.0, 0.9, step=0.3)
    assert inside(slot, 0.5) == 2 and values_of(slot) == [0.0, 0.3, 0.6, 0.9]
    assert inside(choice([1, 2], [3]), [3]) == 1 and inside(choice(1, True), True) == 1


def test_settings_that_make_no_network_are_drawn_again(make_space: Any) -> None:
    class Corner(make_space):  # type: ignore[misc]
        def draw(self, choose: Any) -> dict[str, object]:
            found = super().draw(choose)
            if found["layers"] == 2:
                raise SpecError.one("two layers make no network")
            return dict(found)

    assert {one.values["layers"] for one in tried(Corner(), "tpe", 20).values()} == {1}


@pytest.mark.parametrize(
    ("epochs", "pruner", "found"),
    [(40, "halving", (4, 12)), (None, "halving", (4, 12)), (3, "median", (1,)), (1, "halving", ()), (40, None, ())],
)
def test_rungs(epochs: int | None, pruner: str | None, found: tuple[int, ...]) -> None:
    assert rungs(epochs, pruner) == found


@pytest.mark.parametrize("pruner", ["halving", "median"])
def test_a_pruner_that_is_told_again_decides_the_same(pruner: str) -> None:
    state, known = State(), Pruning(pruner, (4, 12))
    for number in range(20):
        state.trials[number] = Trial(number, {})
        value = ((number * 7) % 11) / 11
        for epoch in (4, 12):
            go_on = known.goes_on(number, epoch, value)
            state._report({"trial": number, "epoch": epoch, "value": value, "go_on": go_on})
            if not go_on:
                break
        else:
            known.complete(number, value)
            state._end({"trial": number, "state": "complete", "value": value})
    told = [go_on for (_, epoch), go_on in state.answers.items() if epoch == 4]
    assert told[0] and 0 < sum(told) < len(told)
    again = Pruning.of(pruner, (4, 12), state)
    cases = [known.goes_on(100 + i, 4, i / 20) for i in range(20)]
    assert cases == [again.goes_on(100 + i, 4, i / 20) for i in range(20)] and len(set(cases)) == 2


def test_the_defaults_are_never_ended_early() -> None:
    pruning = Pruning("halving", (1,))
    assert pruning.goes_on(1, 1, 0.1) and not pruning.goes_on(2, 1, 0.5) and pruning.goes_on(0, 1, 9.0)


def test_optuna_is_silent_and_left_as_it_was(make_space: Any, capfd: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger("optuna").level
    tried(make_space(), "tpe", 15)
    assert capfd.readouterr() == ("", "") and logging.getLogger("optuna").level == before


def test_without_optuna_the_cure_is_named(make_space: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r"pip install 'protokit\[tune\]'"):
        Sampling(make_space(), "tpe", 0)
