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
class Places:
    """Where each of some numbers stood among those that there `were`; -1 where it is new."""

    at: tuple[int, ...]
    were: int

    @classmethod
    def of(cls, new: tuple[str, ...], old: tuple[str, ...]) -> Places | None:
        """By their names; None where they are the same.

        >>> Places.of(("a", "c", "b"), ("a", "b"))
        Places(at=(0, -1, 1), were=2)
        """
        place = {name: i for i, name in enumerate(old)}
        return None if new == old else cls(tuple(place.get(name, -1) for name in new), len(old))

    def repeated(self, times: int) -> Places:
        """Where so many numbers are made of each, one after the other."""
        at = (i * times + j if i >= 0 else -1 for i in self.at for j in range(times))
        return Places(tuple(at), self.were * times)


@dataclass(frozen=True)
class Meaning:
    """What an input is: a text that is equal for inputs that mean the same, and, of codes, what each stands for.

    `columns` are the numbers of an input by name, where there may be more than there were. `places` is of what is made
    of such: where each number stood, -1 for one that is new, and how many there were; None where all are as they were.
    """

    text: str
    codes: tuple[Key, ...] = ()
    columns: tuple[str, ...] = ()
    places: Places | None = None


def meanings(encoder: Encoding) -> dict[str, Meaning]:
    """By the name of each input of an encoder's network."""
    if not isinstance(encoder, Encoder):
        whole = json.dumps(encoder.as_plain(), sort_keys=True, default=str)
        return {spec.name: Meaning(f"{spec.name}: {whole}") for spec in encoder.signature.inputs}
    found: dict[str, Meaning] = {}
    coded = [column for column in encoder.columns if isinstance(column, CodeColumn)]
    for spec in encoder.signature.inputs:
        if spec.name == "categories":
            embedded = [c for c in coded if len(c.levels) > ONE_HOT and c.column not in encoder.grown.hot]
            keys = [
                (column.column, "unseen" if i == 0 else f"level {level}")
                for column in embedded
                for i, level in enumerate((None, *column.levels))
            ]
            found[spec.name] = Meaning(f"codes of {[column.column for column in embedded]}", tuple(keys))
        elif spec.name == "numbers":
            plain = encoder.as_plain()
            numbers = [column.as_plain() for column in encoder.columns if not isinstance(column, CodeColumn)]
            found[spec.name] = Meaning(_text([plain["scaler"], numbers]), columns=spec.columns)
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
