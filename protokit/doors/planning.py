"""Which plan is that of a model."""

from __future__ import annotations

from protokit.bundle.opened.fitted import Fitted
from protokit.doors.plan import Plan
from protokit.doors.plans.sequences import SequencePlan
from protokit.doors.plans.series import SeriesPlan
from protokit.represent.encoder import Encoder
from protokit.represent.series.encoder import SeriesEncoder


def plan_of(model: Fitted) -> Plan:
    """The plan of a model.

    Raises:
        SpecError: a column, a target, or what is made of the rows cannot go into a file.
    """
    encoder = model.parts[0].encoder
    if isinstance(encoder, SeriesEncoder):
        return SeriesPlan.of(model)
    if isinstance(encoder, Encoder) and encoder.grouping is not None:
        return SequencePlan.of(model)
    return Plan.of(model)
