"""Where an experiment goes on: which earlier one it is, what of it is taken as it is, and where its networks begin."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from protokit.bundle.files.model_files import kept_rows_of
from protokit.core.errors import SpecError
from protokit.core.values.said import Finding, Notice
from protokit.evaluate.audit.kept_rows import NEW, KeptRows
from protokit.learn.parts.sets import Way
from protokit.learn.snapshot import assign, values
from protokit.recipe.recipe import Recipe
from protokit.recipe.sets.earlier import OWN, Earlier
from protokit.recipe.sets.members import of_set
from protokit.sets.audit.data import SetData
from protokit.sets.audit.rows import seen_before
from protokit.sets.experiment import Experiment
from protokit.sets.joint.network import Joint
from protokit.sets.joint.training import weights_of
from protokit.sets.member import Member
from protokit.workflow.record.folder import written
from protokit.workflow.result import Run
from protokit.workflow.run.networks import network_for
from protokit.workflow.warm.rows import places_of
from protokit.workflow.warm.start import WarmStart

BEGINS_AT = "begins_at"  # of environment.json
_BESIDE = ("name", "collect", "search", "sets")  # what of a recipe says nothing of how rows are learned


def earlier_of(recipe: Recipe, out: Path, *, resume: bool) -> Earlier | None:
    """The experiment that a recipe goes on from; with `resume` that which the last one of this recipe has noted.

    Raises:
        SpecError: it is not there, or did not come to its end.
    """
    for path in sorted((out / recipe.name).glob("sets-*/environment.json"), reverse=True) if resume else ():
        try:
            place = json.loads(path.read_text(encoding="utf-8")).get(BEGINS_AT)
            if place and (path.parent / "recipe.yaml").read_text(encoding="utf-8") == written(recipe):
                return Earlier.of(recipe, (path.parent / place).resolve())
        except (OSError, ValueError, AttributeError):
            continue
    return Earlier.of(recipe)


def noted(recipe: Recipe, earlier: Earlier | None, folder: Path) -> dict[str, object]:
    """What `environment.json` says of it: where it is, and what holds for all sets, for the next one that goes on."""
    if earlier is None:
        return {}
    place = Path(os.path.relpath(earlier.path.resolve(), folder.resolve())).as_posix()
    return {BEGINS_AT: place, **earlier.plain_common(earlier.completed(recipe))}


def hold_tables(recipe: Recipe, recipes: Mapping[str, Recipe], given: Mapping[str, object]) -> None:
    """Hold that each set has rows: those that were passed from Python are in no file.

    Raises:
        SpecError: a set of the earlier experiment has none.
    """
    for name, one in recipes.items():
        if not one.collect.tables and name not in given and name not in (recipe.sets.parts or {}):
            rule = f"the rows of the set {name!r} were passed from Python, and are in no file"
            raise SpecError.one(rule, f"pass them again: {{{name!r}: frame, ...}}", ("learn", "from"))


def kept_of(earlier: Earlier, name: str) -> KeptRows | None:
    """The rows of a set of the earlier experiment; None where its model keeps none."""
    path = earlier.run(name, OWN)
    return None if path is None else kept_rows_of(path / "model")


def places(earlier: Earlier | None, member: Member) -> np.ndarray | None:
    """Which of the earlier experiment's rows of the set each row is; None of a new set. Shapes: (rows,)."""
    if earlier is None or member.name not in earlier.sets:
        return None
    rows = kept_of(earlier, member.name)
    frame = member.fold.frame
    return np.full(len(frame), NEW) if rows is None else places_of(rows, member.fold.encoder, frame)


def new_rows(earlier: Earlier | None, members: Sequence[Member]) -> dict[str, int]:
    """How many rows of each set the earlier experiment did not have."""
    found = {}
    for member in members:
        at = places(earlier, member)
        found[member.name] = len(member.fold.frame) if at is None else int((at == NEW).sum())
    return found


def seen_in(earlier: Earlier | None, looked: Sequence[SetData], found: Sequence[Finding]) -> list[Finding]:
    """Test rows of a set that the earlier experiment was trained on, by other sets, where no finding tells them yet."""
    if earlier is None:
        return []
    kept = {name: rows for name in earlier.sets if (rows := kept_of(earlier, name)) is not None}
    more: list[Finding] = []
    for data in looked:
        told = {key for one in found if one.evidence.get("set") == data.name for key in one.evidence}
        others = {n: rows for n, rows in kept.items() if n != data.name and f"rows of {n}" not in told}
        more += seen_before(others, data)
    return more


def take_own(experiment: Experiment) -> list[Notice]:
    """Take the own networks of sets as they are whose rows and words are those of the earlier experiment: a copy."""
    earlier, taken = experiment.earlier, list[str]()
    for member in experiment.members if earlier is not None else ():
        assert earlier is not None
        path = earlier.run(member.name, OWN)
        at = places(earlier, member)
        if path is None or at is None or not np.array_equal(at, np.arange(len(at))):
            continue
        rows = kept_of(earlier, member.name)
        if rows is None or len(rows.hashes) != len(at) or _words(Run.open(path).recipe) != _words(member.recipe):
            continue
        target = experiment.of(OWN) / member.name / path.name
        if not target.exists():
            part = target.with_name(f".{target.name}.part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(path, part)
            part.rename(target)
        member.own = Run.open(target)
        taken.append(member.name)
    if not taken or earlier is None:
        return []
    rule = (
        f"the own networks of {', '.join(taken[:8])}{' ...' if len(taken) > 8 else ''} are those of {earlier.path.name}"
    )
    return [Notice(f"{rule}: no row of theirs is new", (), "change what learn says to train them again")]


def _words(recipe: Recipe) -> dict[str, object]:
    """What a recipe says of how rows are learned."""
    plain = {key: value for key, value in recipe.as_plain().items() if key not in _BESIDE}
    learn = plain["learn"]
    assert isinstance(learn, dict)
    return {**plain, "learn": {key: value for key, value in learn.items() if key not in ("from", "sets")}}


def begin(experiment: Experiment, joint: Joint, way: Way) -> list[Notice]:
    """Put what was learned before into networks around shared layers; new sets have the layers that they share of it.

    Raises:
        SpecError: nothing of a run fits its set.
    """
    at, anew = list[str](), list[str]()
    for member in experiment.members:
        start = WarmStart.of(experiment.begun(member, way.name))
        if start is None:
            continue
        signature = member.fold.encoder.signature
        fresh = network_for(member.recipe.fitted(signature, member.fold.train.rows), signature)
        assign(fresh.weights, weights_of(joint, member.name))  # the same layers, in the same order
        with of_set(member.name):
            taken = start.put(fresh, member.fold.encoder)
        assign(joint.networks[member.name].weights, tuple(values(weight) for weight in fresh.weights))
        at.append(member.name)
        anew += [f"{name} of {member.name} ({why})" for name, why in taken.anew.items()]
    if not at:
        return []
    new = [member.name for member in experiment.members if member.name not in at]
    rule = f"{way.name}: the networks of {_few(at)} begin at what was learned before"
    rule += f"; new around the layers that they share: {_few(new)}" if new else ""
    rule += f"; anew: {_few(anew)}" if anew else ""
    return [Notice(rule, (), "remove learn.from to begin anew")]


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
