"""The forms that have code of their own."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.core.values.signature import TargetSpec
from protokit.workflow.eject.tasks.clustering import ClusteringForm
from protokit.workflow.eject.tasks.drawn import DrawnForm
from protokit.workflow.eject.tasks.form import Form
from protokit.workflow.eject.tasks.inputs import InputsForm
from protokit.workflow.eject.tasks.several import SeveralForm
from protokit.workflow.eject.tasks.steps import StepsForm
from protokit.workflow.eject.tasks.survival import SurvivalForm

FORMS: Mapping[str, Form] = {
    "survival": SurvivalForm(),
    "clusters": ClusteringForm(),
    "inputs": InputsForm(),
    "steps": StepsForm(),
    "drawn": DrawnForm(),
}


def form_for(targets: tuple[TargetSpec, ...]) -> Form | None:
    """The form of what a network predicts; None of one target that is a class, a number or quantiles."""
    return SeveralForm(targets) if len(targets) > 1 else FORMS.get(targets[0].form)
