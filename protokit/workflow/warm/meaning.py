"""What the inputs of a network mean, so that weights are taken only where they mean the same."""

from __future__ import annotations

import json
from dataclasses import dataclass

from protokit.represent.encoder import ONE_HOT, Encoder
from protokit.represent.encoding import Encoding
from protokit.represent.kind import CodeColumn

Key = tuple[str, str]
_OF_CODES = ("vocabulary", "labels")  # the fields of a column that name what its codes stand for


@dataclass(frozen=True)
class Meaning:
    """What an input is: a text that is equal for inputs that mean the same, and, of codes, what each stands for."""

    text: str
    codes: tuple[Key, ...] = ()


def meanings(encoder: Encoding) -> dict[str, Meaning]:
    """By the name of each input of an encoder's network."""
    if not isinstance(encoder, Encoder):
        whole = json.dumps(encoder.as_plain(), sort_keys=True, default=str)
        return {spec.name: Meaning(f"{spec.name}: {whole}") for spec in encoder.signature.inputs}
    found: dict[str, Meaning] = {}
    coded = [column for column in encoder.columns if isinstance(column, CodeColumn)]
    for spec in encoder.signature.inputs:
        if spec.name == "categories":
            embedded = [column for column in coded if len(column.levels) > ONE_HOT]
            keys = [
                (column.column, "unseen" if i == 0 else f"level {level}")
                for column in embedded
                for i, level in enumerate((None, *column.levels))
            ]
            found[spec.name] = Meaning(f"codes of {[column.column for column in embedded]}", tuple(keys))
        elif spec.name == "numbers":
            hot = [column.as_plain() for column in coded if len(column.levels) <= ONE_HOT]
            plain = encoder.as_plain()
            numbers = [column.as_plain() for column in encoder.columns if not isinstance(column, CodeColumn)]
            found[spec.name] = Meaning(_text([plain["scaler"], numbers, hot]))
        else:
            column = next(one for one in encoder.own if one.column == spec.name)
            plain = dict(column.as_plain())
            name = next((name for name in _OF_CODES if isinstance(getattr(column, name, None), tuple)), None)
            if name is None or not spec.levels:
                found[spec.name] = Meaning(_text([spec.kind, plain]))
                continue
            levels = [str(level) for level in getattr(column, name)]
            first = spec.levels - len(levels)
            keys = [*((spec.name, f"place {i}") for i in range(first)), *((spec.name, f"level {x}") for x in levels)]
            found[spec.name] = Meaning(f"{spec.kind} codes of {spec.name}, {spec.shape}", tuple(keys))
    return found


def _text(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, default=str)
