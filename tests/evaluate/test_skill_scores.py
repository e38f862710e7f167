"""Skills count rows by their weights, and trees say what they know without their best column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import protokit
from protokit.core.values.arrays import Arrays, Features
from protokit.core.values.signature import TargetSpec
from protokit.evaluate import skill_scores
from protokit.evaluate.audit.learners import Column, column, joint_skill, single_skill
from protokit.evaluate.audit.skills import judged

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


@pytest.mark.parametrize("spec", [CLASSES, NUMBER], ids=["classes", "numbers"])
def test_the_audit_counts_rows_by_their_weights(spec: TargetSpec) -> None:
    """A column that tells the target of the rows that count, and nothing of those that hardly do."""
    rng = np.random.default_rng(2)
    truth = rng.integers(0, 2, 800) if spec.has_classes else rng.normal(size=800)
    counts = rng.random(800) < 0.6
    weights = np.where(counts, 1.0, 1e-4)
    column = Column(np.where(counts, truth, rng.permutation(truth)) + rng.normal(0, 0.01, 800))
    for skill in (single_skill, lambda one, *rest: joint_skill([one], *rest)):
        plain, weighed = (skill(column, truth, spec, 0, None, by) for by in (None, weights))
        assert plain.both < 0.85 < 0.95 < weighed.both
        assert weighed.luck > 0  # the bounds are of the rows that count


def test_weights_in_a_judgement_are_rows_that_stand_there_more_than_once() -> None:
    rng = np.random.default_rng(3)
    truth, weights = rng.integers(0, 3, 300), rng.integers(1, 4, 300)
    wanted = np.eye(3)[truth]
    found = 0.5 * wanted + rng.dirichlet(np.ones(3), 300)
    three = TargetSpec("y", "multiclass", ("a", "b", "c"))
    twice = np.repeat(np.arange(300), weights)
    own = judged(found, wanted, truth, three, weights.astype(float))
    repeated = judged(found[twice], wanted[twice], truth[twice], three)
    assert own.plain == pytest.approx(repeated.plain) and own.even == pytest.approx(repeated.even)
    assert own.luck > repeated.luck
    same = judged(found, wanted, truth, three, np.full(300, 2.0))
    assert same.low == pytest.approx(judged(found, wanted, truth, three).low)


def test_a_run_gives_the_audit_its_weights(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    label = rng.integers(0, 2, 900)
    counts = rng.random(900) < 0.6
    copied = np.where(counts, label, rng.integers(0, 2, 900)) + rng.normal(0, 0.01, 900)
    table = pd.DataFrame({"x": rng.normal(size=900), "copied": copied, "w": np.where(counts, 1.0, 1e-4)})
    table["y"] = np.where(label, "yes", "no")
    for weights, named in (("w", True), (None, False)):
        recipe = {
            "represent": {"target": "y", "columns": {} if weights else {"w": "ignore"}},
            "learn": {"menu": [{"Dense": 4}], "epochs": 1, "sample_weights": weights},
            "evaluate": {"baselines": ["dummy"]},
        }
        found = protokit.run(recipe, table, out=tmp_path).findings
        assert (("leaks", ("copied",)) in {(one.check, one.columns) for one in found}) == named


def test_numbers_beyond_single_precision_are_judged_as_in_any_other_unit() -> None:
    r = np.random.default_rng(0)
    x, target = r.normal(size=200), TargetSpec("y", "binary", ("no", "yes"))
    truth = (x + r.normal(size=200) > 0).astype(int)
    small, large = (column(pd.Series(x * unit), "number") for unit in (1.0, 1e45))
    assert small is not None and large is not None
    assert single_skill(large, truth, target, 0).auc == single_skill(small, truth, target, 0).auc
