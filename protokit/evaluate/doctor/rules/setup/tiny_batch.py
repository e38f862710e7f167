"""BatchNormalization over so few rows that the mean of a batch is mostly chance."""

from __future__ import annotations

from collections.abc import Iterator, Set

from protokit.core.checkup import Checkup, Edit, Plain, Symptom
from protokit.evaluate.doctor.rule import RULES, Rule

_NOISE = 0.1  # of the rows' variance in the mean of a batch: that of ten independent rows
_FEW, _ENOUGH = 4, 32  # rows in a batch


@RULES.add
class TinyBatch(Rule):
    """BatchNormalization over so few rows that the mean of a batch is mostly chance.

    Source: Wu and He, Group Normalization, 2018.
    """

    name = "tiny_batch"
    about = "BatchNormalization over too few rows"
    rank = 50
    explains_fit = True

    def __call__(self, checkup: Checkup, found: Set[str]) -> Iterator[Symptom]:
        """See Rule."""
        few = checkup.batch_size <= _FEW
        noisy = [one for one in checkup.layers if one.batch_noise is not None and (few or one.batch_noise > _NOISE)]
        if noisy:
            worst = max(noisy, key=lambda layer: layer.batch_noise or 0)
            noise = worst.batch_noise or 0.0
            shown = f"whose means differ by chance by {noise:.0%} of the rows' variance"
            rule = f"{worst.layer!r} normalises by batches of {checkup.batch_size} rows, "
            rule += shown if noise > _NOISE else "which are too few to stand for all"
            evidence: dict[str, Plain] = {
                "layer": worst.layer,
                "batch_size": checkup.batch_size,
                "noise": noise,
            }
            edit = Edit({"learn.batch_size": _ENOUGH})
            yield Symptom("tiny_batch", "warning", rule, evidence, edit)
