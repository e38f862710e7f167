"""A file with a module of torch, and its weights beside it: raw columns in, names of classes and numbers out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
from safetensors.numpy import save

from protokit.core.libraries.optional import optional
from protokit.doors.arithmetic.of_torch import OfTorch, Term
from protokit.doors.files.networks import predicting
from protokit.doors.files.torch.network import Written, usable, written
from protokit.doors.files.torch.text import Whole, text_of
from protokit.doors.format import Format
from protokit.doors.graph.columns.column import RawColumn
from protokit.doors.plan import Plan, by_target
from protokit.doors.plans.self_proving import refuse


class TorchFile(Format):
    """See Format."""

    name = "torch"

    def names(self, plan: Plan) -> Mapping[str, str]:
        """See Format: their own names."""
        refuse(plan, "torch")
        optional("torch", "torch")
        names = [*plan.raw, *(end.name for end in plan.ends)]
        return dict(zip(names, names, strict=True))

    def shape(self, column: RawColumn) -> tuple[object, ...]:
        """See Format: a cell that is one number or text is not in an array of its own."""
        return ("rows",) if column.shape == (1,) else super().shape(column)

    def beside(self, path: Path) -> tuple[Path, ...]:
        """See Format: the weights."""
        return (path.with_suffix(".safetensors"),)

    def write(self, plan: Plan, path: Path) -> None:
        """See Format."""
        weights = self.beside(path)[0]
        classes, networks, state = _networks(plan)
        a, names = OfTorch(), usable([*plan.raw])
        raw = {name: Term(names[name], column.dtype) for name, column in plan.raw.items()}
        encoded: list[dict[str, str]] = []

        def said(given: Sequence[Mapping[str, Term]]) -> list[list[dict[str, Term]]]:
            takes = {part: classes[name].inputs for name, part in networks}
            encoded.extend({to: own[name].text for name, to in takes[i].items()} for i, own in enumerate(given))
            found, place = list[list[dict[str, Term]]](), 0
            for encoder, part in zip(plan.encoders, plan.model.parts, strict=True):
                found.append([])
                for _ in part.weights:
                    keys = [target.spec.key for target in encoder.targets]
                    found[-1].append({key: Term(f"said[{place}][{key!r}]", "float32") for key in keys})
                    place += 1
            return found

        ends = plan.predicted(a, raw, said)
        encode, flat = a.lines([text for own in encoded for text in own.values()])
        each = iter(flat)
        encoded = [{name: next(each) for name in own} for own in encoded]
        decide, texts = a.lines([ends[end.name].text for end in plan.ends])
        state |= a.tables
        data = save(state)
        weights.write_bytes(data)
        whole = Whole(
            weights=weights.name,
            digest=hashlib.sha256(data).hexdigest(),
            classes=classes,
            networks=networks,
            tables=a.tables,
            words=a.words,
            columns={name: (names[name], column) for name, column in plan.raw.items()},
            encode=encode,
            encoded=encoded,
            decide=decide,
            ends=dict(zip((end.name for end in plan.ends), texts, strict=True)),
        )
        path.write_text(text_of(whole), encoding="utf-8")

    def run(self, plan: Plan, path: Path, given: Mapping[str, np.ndarray]) -> Mapping[str, np.ndarray]:
        """See Format."""
        torch = optional("torch", "torch")
        spec = spec_from_file_location("protokit_exported", path)
        assert spec is not None and spec.loader is not None, "it is a file of Python"
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        with torch.no_grad():
            said = module.Model.load()(
                {name: array if array.ndim > 2 else array[:, 0].tolist() for name, array in given.items()}
            )
        return {name: one.numpy() if hasattr(one, "numpy") else np.array(one, object) for name, one in said.items()}


def _networks(plan: Plan) -> tuple[dict[str, Written], list[tuple[str, int]], dict[str, np.ndarray]]:
    """Classes by their names; of each network its class and its part; and all their weights."""
    classes, networks, state = dict[str, Written](), list[tuple[str, int]](), dict[str, np.ndarray]()
    for i, (part, encoder) in enumerate(zip(plan.model.parts, plan.encoders, strict=True)):
        for seed in range(len(part.weights)):
            network = predicting(plan.network(i, seed))
            found = written(network, by_target(network.output, encoder))  # type: ignore[arg-type]
            name = next((name for name, one in classes.items() if one.body == found.body), None)
            if name is None:
                name = f"Network{len(classes) + 1 if classes else ''}"
                classes[name] = found
            state |= {f"networks.{len(networks)}.{own}": array for own, array in found.weights.items()}
            networks.append((name, i))
    return classes, networks, state
