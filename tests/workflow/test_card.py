"""What a card says of a run."""

from __future__ import annotations

import pytest

from protokit.learn.plan import Progress
from protokit.workflow.look.card import interval, sentences
from protokit.workflow.record.writing import how


def test_verdicts_of_several_targets_say_whose_they_are() -> None:
    verdicts = [{"target": name, "sentence": "The network won.", "outcome": "better"} for name in ("mass", "sex")]
    assert [one.text for one in sentences({"verdicts": verdicts})] == [
        "mass: The network won.",
        "sex: The network won.",
    ]
    assert [one.text for one in sentences({"verdicts": verdicts[:1]})] == ["The network won."]


def test_a_value_without_an_interval_stands_alone() -> None:
    assert interval({"value": 443.3, "low": None, "high": None}) == "443.3"
    assert interval({"value": None, "low": None, "high": None}) == "-"
    assert interval({"value": 0.5, "low": 0.25, "high": 0.75}) == "0.500 (0.250 to 0.750)"


@pytest.mark.parametrize(("epochs", "came"), [(30, False), (121, False), (122, True), (200, True)])
def test_xla_is_said_only_where_it_came_to_that(epochs: int, came: bool) -> None:
    said = "with XLA from epoch 122 on"
    assert how([Progress(epoch=3, how=said), Progress(epoch=epochs, how=said)]) == (
        said if came else "without XLA: it would have paid only from epoch 122 on"
    )
    assert how([Progress(epoch=3, how="with XLA")]) == "with XLA"
