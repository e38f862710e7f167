"""Which of two classes is the positive one: as the recipe says, or the rarer one of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from protokit.core.errors import SpecError
from protokit.core.names import as_text
from protokit.core.suggest import did_you_mean, one_of
from protokit.core.values.said import Notice
from protokit.core.values.signature import TargetSpec
from protokit.represent.encoder import Encoder
from protokit.represent.represented import Represented
from protokit.represent.words import Represent


def with_positive(spec: Represent, folds: Sequence[Represented]) -> tuple[Represented, ...]:
    """The same with the positive class of each target of two classes: alike in all folds, and said once.

    Rows count by their weights. Of two that are as rare the second is positive.

    Raises:
        SpecError: the recipe names a class or a target that is none, or there are not two classes.
    """
    first = folds[0]
    encoder = first.encoder
    if not isinstance(encoder, Encoder):
        _refuse(spec, ())
        return tuple(folds)
    targets = encoder.signature.targets
    _refuse(spec, targets)
    specs: dict[str, TargetSpec] = {}
    notices: list[Notice] = []
    for target in targets:
        if not target.has_positive:
            continue
        said = spec.positive_class(target.name)
        counts = np.bincount(np.asarray(first.in_memory.truth[target.name]), first.in_memory.weights, minlength=2)
        place = int(counts[1] <= counts[0]) if said is None else _place(spec, target, said)
        specs[target.name] = replace(target, positive=place)
        if said is None:
            notices.append(_notice(specs[target.name], counts, len(spec.targets) > 1))
    if not specs:
        return tuple(folds)
    made = []
    for fold in folds:
        own = fold.encoder
        assert isinstance(own, Encoder), "folds are alike"
        made.append(replace(fold, encoder=own.settled(specs), notices=(*fold.notices, *notices)))
    return tuple(made)


def _refuse(spec: Represent, targets: Sequence[TargetSpec]) -> None:
    if spec.positive is None:
        return
    at = ("represent", "positive")
    two = [target.name for target in targets if target.has_positive]
    if not two:
        task = f", and the task is {targets[0].task}" if targets else ""
        raise SpecError.one(f"positive is for a target of two classes{task}", "remove it", at)
    if isinstance(spec.positive, dict) and (odd := next((name for name in spec.positive if name not in two), None)):
        cure = did_you_mean(odd, two) or one_of(two)
        raise SpecError.one(f"{odd!r} is no target of two classes", cure, (*at, odd))
    if not isinstance(spec.positive, dict) and len(two) > 1:
        cure = f"write positive: {{{two[0]}: {as_text(spec.positive)}}}"
        raise SpecError.one("a positive class is of one target, and several have two classes", cure, at)


def _place(spec: Represent, target: TargetSpec, said: object) -> int:
    names = [as_text(one) for one in target.classes]
    if (wanted := as_text(said)) in names:
        return names.index(wanted)
    path: tuple[str | int, ...] = ("represent", "positive")
    path = (*path, target.name) if isinstance(spec.positive, dict) else path
    # yes and no are truth values where a recipe is YAML
    alike = {"True": ("yes", "true", "1"), "False": ("no", "false", "0")}.get(wanted, ())
    near = next((name for name in names if name.lower() in alike), None)
    cure = f'did you mean "{near}"?' if near else did_you_mean(wanted, names) or one_of(names)
    raise SpecError.one(f"{wanted!r} is no class of {target.name!r}; those are {names[0]} and {names[1]}", cure, path)


def _notice(target: TargetSpec, counts: np.ndarray, several: bool) -> Notice:
    name, other = target.positive_class, str(target.classes[1 - target.positive])
    share = counts[target.positive] / counts.sum()
    how = "as many as of the other" if counts[0] == counts[1] else "the rarer one"
    rule = f"the positive class of {target.name!r} is {name!r}: {how}, {share:.1%} of the training rows"
    edit = f'{{{target.name}: "{other}"}}' if several else f'"{other}"'
    return Notice(rule, (target.name,), f"or write represent: {{positive: {edit}}}")
