"""Skills count rows by their weights, and trees say what they know without their best column."""

from __future__ import annotations

import numpy as np
import pytest

from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import skill_scores

CLASSES = TargetSpec("y", "binary", ("a", "b"))
NUMBER = TargetSpec("y", "regression")


@pytest.mark.parametrize("spec", [CLASSES, NUMBER], ids=["classes", "numbers"])
def test_a_weight_of_two_is_a_row_that_stands_there_twice(spec: TargetSpec) -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 200) if spec.has_classes else rng.normal(size=200)
    said = np.stack([1 - (p := rng.uniform(size=200)), p], axis=1) if spec.has_classes else truth + rng.normal(size=200)
    weights = rng.integers(1, 4, 200)
    twice = np.repeat(np.arange(200), weights)
    constant = skill_scores.of_constant(spec, truth, truth, weights)
    other = skill_scores.of_constant(spec, truth[twice], truth)
    np.testing.assert_allclose(constant, other, rtol=1e-12)
    wrong = skill_scores.errors(spec, truth, said)
    own, repeated = skill_scores.skill(wrong, constant, weights), skill_scores.skill(wrong[twice], constant[twice])
    assert own.value == pytest.approx(repeated.value, rel=1e-12)
    assert own.error > repeated.error  # rows that stand there twice say no more than once
    more = skill_scores.behind(wrong, constant, constant, weights)
    assert more.value == pytest.approx(skill_scores.behind(wrong[twice], constant[twice], constant[twice]).value)
    even = np.full(200, 3.0)
    assert skill_scores.skill(wrong, constant, even).error == pytest.approx(skill_scores.skill(wrong, constant).error)


def arrays(numbers: np.ndarray, truth: np.ndarray) -> Arrays:
    features = Features(numbers, np.zeros((len(numbers), 0), np.int64), ())
    return Arrays({"numbers": numbers}, {}, {"y": truth}, features)


def test_what_trees_know_without_the_column_that_tells_most() -> None:
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, 600)
    leak, weak = truth + rng.normal(0, 0.01, 600), truth + rng.normal(0, 2.0, 600)
    alone, many = np.stack([leak, weak], axis=1), np.stack([leak, truth + rng.normal(0, 0.01, 600), weak], axis=1)
    skills = {}
    for name, numbers in {"alone": alone, "many": many}.items():
        train, held = arrays(numbers[:400], truth[:400]), arrays(numbers[400:], truth[400:])
        found = skill_scores.trees(CLASSES, train, held, np.arange(200), 0)
        assert found is not None
        rest = found.without_best()
        assert rest is not None
        constant = skill_scores.of_constant(CLASSES, truth[:400], truth[400:])
        skills[name] = [
            skill_scores.skill(skill_scores.errors(CLASSES, truth[400:], said), constant).value
            for said in (found.said, rest)
        ]
    assert skills["alone"][0] > 0.98 > 0.5 > skills["alone"][1]
    assert min(skills["many"]) > 0.98
    one = skill_scores.trees(
        CLASSES, arrays(leak[:400, None], truth[:400]), arrays(leak[400:, None], truth[400:]), np.arange(200), 0
    )
    assert one is not None and one.without_best() is None
