"""The columns of lengths of time in a Parquet file that Arrow wrote: the file itself calls them whole numbers."""

from __future__ import annotations

import struct
from base64 import b64decode

_DURATION = 18  # of the types that Arrow's schema knows
_UNITS = {0: "s", 1: "ms", 2: "us", 3: "ns"}
UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}  # of each in a second


def duration_units(schema: bytes) -> dict[str, str]:
    """The unit (s, ms, us, ns) of each column of lengths of time, of what stands under `ARROW:schema` in a file.

    A schema that cannot be read has none: its columns are numbers, as the file says.
    """
    try:
        return _of_message(b64decode(schema))
    except (ValueError, struct.error, IndexError, UnicodeDecodeError):
        return {}


def _of_message(raw: bytes) -> dict[str, str]:
    start = 8 if raw[:4] == b"\xff\xff\xff\xff" else 4
    message = _Table.root(raw[start:])
    schema = message.table(2)
    if schema is None:
        return {}
    found = {}
    for field in schema.tables(1):
        kind = field.table(3)
        if field.byte(2) == _DURATION and kind is not None:
            found[field.text(0)] = _UNITS[kind.short(0, 1)]
    return found


class _Table:
    """A table of a FlatBuffer: its fields by their places."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw, self._at = raw, at
        self._fields = at - struct.unpack_from("<i", raw, at)[0]

    @classmethod
    def root(cls, raw: bytes) -> _Table:
        """The outermost table."""
        return cls(raw, struct.unpack_from("<I", raw, 0)[0])

    def _place(self, field: int) -> int:
        """Where a field stands; 0 where it is not there."""
        size: int = struct.unpack_from("<H", self._raw, self._fields)[0]
        if 4 + 2 * field >= size:
            return 0
        offset: int = struct.unpack_from("<H", self._raw, self._fields + 4 + 2 * field)[0]
        return self._at + offset if offset else 0

    def _target(self, field: int) -> int:
        place = self._place(field)
        return place + int(struct.unpack_from("<I", self._raw, place)[0]) if place else 0

    def byte(self, field: int) -> int:
        """A field of one byte; 0 where it is not there."""
        place = self._place(field)
        return self._raw[place] if place else 0

    def short(self, field: int, default: int) -> int:
        """A field of two bytes."""
        place = self._place(field)
        return int(struct.unpack_from("<h", self._raw, place)[0]) if place else default

    def table(self, field: int) -> _Table | None:
        """A table within."""
        target = self._target(field)
        return _Table(self._raw, target) if target else None

    def tables(self, field: int) -> list[_Table]:
        """A list of tables within."""
        target = self._target(field)
        if not target:
            return []
        (count,) = struct.unpack_from("<I", self._raw, target)
        places = [target + 4 + 4 * i for i in range(count)]
        return [_Table(self._raw, place + struct.unpack_from("<I", self._raw, place)[0]) for place in places]

    def text(self, field: int) -> str:
        """A text."""
        target = self._target(field)
        (size,) = struct.unpack_from("<I", self._raw, target)
        return self._raw[target + 4 : target + 4 + size].decode()
