"""How a search looks afterwards: its answer, pictures and page."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pytest

from protokit.core.errors import SpecError
from protokit.menu.menu import Menu
from protokit.search.look.answer import card_of, sentences
from protokit.search.look.architectures import side_by_side
from protokit.search.look.importance import importance
from protokit.search.look.page import commands, page_of
from protokit.search.look.pictures import SearchPlots
from protokit.search.look.settings import setting_of
from protokit.search.look.view import SearchView
from protokit.search.table import Trial
from protokit.show.blocks import Grid, Picture
from tests.search.made import LONG, loss_of, search, slots, trials

WIDE = Menu([{"Dense": {"units": 128, "activation": "relu"}}, {"Dropout": 0.3}, {"residual": [{"Dense": 64}]}])
SMALL = Menu([{"Dense": {"units": 64, "activation": "relu"}}, {"residual": [{"Dense": 64}]}, "BatchNormalization"])


def test_the_answer_comes_first_with_optimism_and_pairs() -> None:
    told = sentences(search())
    assert [one.tone for one in told] == ["better", "not compared", "better", "worse"]
    assert "The search gained" in told[0].text and "Expected optimism" in told[1].text and "+0.013" in told[1].text
    nothing = sentences(search(gained=False))
    assert nothing[0].tone == "cannot tell apart" and nothing[0].text.startswith("Nothing was gained")
    page = page_of(search()).html()
    assert page.index("The search gained") < page.index("Expected optimism") < page.index("What was chosen")


def test_a_lead_of_nothing_is_level() -> None:
    view = search(12)
    told = sentences(replace(view, figures={**view.figures, "shown_gain": 0.0}))[1].text
    assert "its best trial was level with the defaults" in told and "-0" not in told.split(".")[0]


def test_a_lead_of_trials_with_rows_of_their_own_is_said_to_be_of_other_rows() -> None:
    view = search(12)
    other = replace(view, trials=tuple(replace(one, split=2 * one.number) for one in view.trials))
    assert "on the validation rows that chose it" in sentences(view)[1].text
    assert "each trial on rows of its own" in sentences(other)[1].text


def test_a_search_that_goes_on_promises_nothing() -> None:
    view = search(20, finished=False)
    [told] = sentences(view)
    assert told.tone == "not compared" and "18 of 20 trials are over" in told.text
    assert "known only when the finalists are trained again" in told.text
    text = card_of(view).text()
    assert "best so far" in text and "winner" not in text
    assert "none of them has a value yet" in sentences(replace(view, trials=()))[0].text


def test_the_card_says_the_values_and_why_trials_failed() -> None:
    text = card_of(search(200)).text()
    assert "slots are not at their defaults" in text and "learning_rate" in text and "finalists" in text
    assert re.search(r"\d+ trials failed \([\d, …]+\): the loss was not finite", text)
    assert "complete" in text and "pruned" in text and "looked at once" in text


@pytest.mark.parametrize(
    ("count", "of_slots", "finished"),
    [(1, 1, False), (3, 1, True), (3, 20, True), (30, 12, True), (90, 20, True), (10, 6, False)],
)
def test_pages_of_few_and_many(count: int, of_slots: int, finished: bool) -> None:
    view = search(count, of_slots, finished=finished, greater=count != 30, menus=(WIDE, SMALL))
    page = page_of(view).html()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id twice"
    words = re.sub(r"<[^>]+>", " ", page).lower()
    assert of_slots > 7 or not re.search(r"\bnan\b", words), "one slot of many has it as an option"
    assert page.count("<svg") >= 3 and "How to go on" in page
    if of_slots > 5:
        assert "<b>with</b>" not in page, "a text of the recipe is no HTML"
    assert not plt.get_fignums()


def test_nothing_at_all_makes_a_page() -> None:
    page = page_of(SearchView("empty", (), {})).html()
    assert "has not come to its end" in page and "<svg" not in page


def test_every_picture_in_both_themes_and_wrong_asks() -> None:
    plots = SearchPlots(search(60, 10, greater=False))
    assert plots.names == ("history", "finalists", "importance", "parallel", "slice")
    for name in plots.names:
        for theme in ("light", "dark"):
            assert getattr(plots, name)(theme=theme).get_axes()
    assert plots.slice("schedule").get_axes()[0].get_xticklabels()
    with pytest.raises(SpecError, match="did you mean 'schedule'"):
        plots.slice("scedule")
    with pytest.raises(SpecError, match="no theme 'blue'"):
        plots.history(theme="blue")
    few = SearchPlots(search(3, 1))
    assert "importance" not in few.names
    with pytest.raises(SpecError, match="too few to tell"):
        few.importance()


def test_the_history_shows_every_trial_and_the_best_so_far() -> None:
    view = search(40, greater=True)
    [axes] = SearchPlots(view).history().get_axes()
    lines = {line.get_label(): line for line in axes.get_lines()}
    best = lines["best so far"].get_ydata()
    assert np.all(np.diff(np.asarray(best, float)) >= 0)
    marks = sum(len(line.get_xdata()) for line in axes.get_lines() if line.get_marker() not in ("None", ""))
    assert marks == 40


def test_values_that_are_not_finite_are_marked_and_stop_nothing() -> None:
    known = slots(2)
    odd = [math.nan, math.inf, -math.inf, None, 0.4, 0.5, 1e9]
    found = tuple(Trial(i, {"learning_rate": 0.01, "body": "deep"}, "complete", value) for i, value in enumerate(odd))
    view = SearchView("odd", found, known, wanted=7)
    page = page_of(view).html()
    assert "failed or no value" in page
    assert view.best is not None and view.best.number == 4


def test_importance_finds_what_decides_and_says_how_sure() -> None:
    known = slots(6)
    found = importance(SearchView("x", trials(known, 80, seed=3), known))
    assert found.shares[0][0] == "learning_rate" and (found.shares[0][1]["low"] or 0) > 0
    assert "after epoch 3, the pruned ones too" in found.of and 0.1 < found.explained < 1
    shares = dict(found.shares)
    assert (shares["rate"]["low"] or 0) <= 0 <= (shares["rate"]["high"] or 0), "it decides nothing"
    met = dict(zip([name for name, _ in found.shares], found.varied, strict=True))
    assert met["deep.units"] < met["body"], "a conditional slot is of the trials that met it"
    assert importance(SearchView("x", trials(known, 80, seed=3), known)) == found


def test_importance_says_nothing_where_nothing_can_be_told() -> None:
    known = slots(3)
    every = trials(known, 60, failing=0.0)
    rng = np.random.default_rng(0)
    chance = tuple(replace(one, state="complete", value=float(rng.normal()), reports=()) for one in every)
    assert "explain nothing" in importance(SearchView("x", chance, known)).why_not
    assert "too few" in importance(SearchView("x", every[:8], known)).why_not
    same = tuple(replace(one, state="complete", value=0.5, reports=()) for one in every)
    assert "the same value" in importance(SearchView("x", same, known)).why_not
    alike = tuple(replace(one, values={"learning_rate": 0.1}) for one in every)
    assert "no slot had two values" in importance(SearchView("x", alike, known)).why_not


def test_settings_of_options_that_are_no_numbers() -> None:
    known = slots(10)
    found = trials(known, 40, failing=0.0)
    schedule = setting_of(known["schedule"], "schedule", found)
    assert schedule.options[0] == "null" and any("CosineDecay" in one for one in schedule.options)
    assert any(LONG[:20] in one for one in schedule.options)
    assert setting_of(known["limit"], "limit", found).options == ("1", "+inf", "NaN")
    assert setting_of(known["batch_size"], "batch_size", found).options == ("32", "64", "128")
    units = setting_of(known["deep.units"], "deep.units", found)
    assert units.log and not units.met.all() and units.bounds == (8.0, 256.0)
    unknown = setting_of(None, "batch_size", found)
    assert not unknown.options and unknown.bounds is None


def test_networks_side_by_side_with_what_differs() -> None:
    *pictures, grid = side_by_side(WIDE, SMALL)
    assert [one.title for one in pictures if isinstance(one, Picture)] == ["winner", "defaults"]
    assert isinstance(grid, Grid)
    assert grid.rows == (
        ("Dense", "units 128", "units 64"), ("Dropout", "rate 0.3", "-"), ("BatchNormalization", "-", "there"),
    )  # fmt: skip
    assert all("stroke-dasharray" in one.svg for one in pictures if isinstance(one, Picture))
    [same] = side_by_side(WIDE, WIDE)
    assert isinstance(same, Picture) and "are the same" in same.about and "stroke-dasharray" not in same.svg
    nested = Menu([{"repeat": {"times": 3, "layers": [{"Bidirectional": {"layer": {"LSTM": 4}}}]}}])
    assert "Bidirectional" in side_by_side(nested, WIDE)[0].svg  # type: ignore[union-attr]


def test_commands_go_on_from_what_there_is() -> None:
    lines = "\n".join(commands(search()))
    assert "protokit run runs/flights/search-20260101T120000-ab12/best.yaml" in lines
    assert "protokit compare runs/flights/20260101T120000-aa11 runs/flights/20260101T120100-aa22" in lines
    assert "protokit tune recipes/flights.yaml --resume --trials 100" in lines
    assert "--resume\n" in "\n".join(commands(search(finished=False))) + "\n"


def test_the_made_trials_are_as_said() -> None:
    rng = np.random.default_rng(0)
    assert loss_of({"learning_rate": 10**-2.5, "body": "deep"}, rng, 0.0) < loss_of({"learning_rate": 0.1}, rng, 0.0)
