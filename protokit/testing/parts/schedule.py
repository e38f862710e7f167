"""The contract of a schedule of one's own."""

from __future__ import annotations

from math import isfinite

from protokit.learn.parts.schedule import SCHEDULES
from protokit.testing.contract import contract
from protokit.testing.parts.training import check_as_keras, check_training


@contract
def check_schedule(name: str, **arguments: object) -> None:
    """Whether a schedule that is registered under a name keeps its contract: a rate for each step, the same each time.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    from protokit.core.libraries.backend import tf
    from protokit.learn.parts.course import course_of

    part = SCHEDULES.find(name)
    assert part is not None, f"{name}: it is not registered; decorate it with @protokit.schedule"
    assert not part.about.startswith("A schedule of "), f"{name}: its docstring does not say what it is"
    given = {name: arguments} if arguments else name
    course = course_of(given, 0.05)
    assert course is not None, f"{name}: it has a rate for each step"
    course.steps.assign(100.0)
    rates = [float(course.factor(tf.constant(float(step)))) for step in range(101)]
    assert all(map(isfinite, rates)) and min(rates) >= 0, f"{name}: what the rate is multiplied by is no number from 0"
    whole = check_training(name, "regression", schedule=given)
    check_as_keras(name, "regression", whole, schedule=given)
