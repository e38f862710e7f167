"""The forms that have code of their own."""

from __future__ import annotations

from collections.abc import Mapping

from protokit.workflow.eject.tasks.clustering import ClusteringForm
from protokit.workflow.eject.tasks.form import Form
from protokit.workflow.eject.tasks.inputs import InputsForm
from protokit.workflow.eject.tasks.survival import SurvivalForm

FORMS: Mapping[str, Form] = {
    "survival": SurvivalForm(),
    "clusters": ClusteringForm(),
    "inputs": InputsForm(),
}
