"""Where the names of a delimited text stand: what is clear is read and told, what is not is refused with the option."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from protokit.collect.delimited.rows import Row
from protokit.collect.delimited.shapes import is_number, may_be_names, of_numbers
from protokit.collect.delimited.written import name_list, quoted
from protokit.core.errors import DataError
from protokit.core.values import Notice

_MOST_ABOVE = 50
_SHOWN = 60
Refuse = Callable[[str, str, int, int], DataError]  # rule, cure, line, place of the field in it


@dataclass(frozen=True)
class Layout:
    """Lines above the first row, names, whether each row ends with a delimiter, and what was decided."""

    above: int
    names: tuple[str, ...]
    trailing: bool = False
    notices: tuple[Notice, ...] = ()

    def told(self, *notices: Notice) -> Layout:
        """The same with further notices."""
        return replace(self, notices=(*self.notices, *notices))


def asked(sample: Sequence[Row], header: Sequence[int], end: int, refuse: Refuse, *, named: bool = False) -> Layout:
    """The names in the lines that a person names; `sample` starts there, `end` counts the text's lines."""
    for place, line in enumerate(header):
        if len(sample) <= place or sample[place][0] != line:
            near = f"write header: {sample[0][0]}" if sample else "name a line of the file"
            raise refuse(f"line {line} holds no names", near, min(line, end), 0)
    titles = [row for _, row in sample[: len(header)]]
    names = titles[0] if len(titles) == 1 else _joined(titles)
    return _fitted(names, sample, len(header), end, refuse, named=named)


def nameless(sample: Sequence[Row]) -> Layout:
    """Rows from the first line on that has as many fields as most, columns named by their place."""
    width = width_of(sample)
    start = next((i for i, (_, row) in enumerate(sample[:_MOST_ABOVE]) if len(row) == width), 0)
    below = [row for _, row in sample[start:]]
    trailing = width > 2 and all(len(row) == width and not row[-1].strip() for row in below)
    names = [f"column_{i}" for i in range(1, width + 1 - trailing)]
    found = Layout(sample[start][0] - 1, tuple(names), trailing)
    if trailing:
        found = found.told(_trailing(names, width))
    titles = [row for _, row in sample[:start]]
    return found.told(_titles(titles, f"write header: {sample[0][0]} to read the names there")) if titles else found


def found(sample: Sequence[Row], end: int, refuse: Refuse, *, named: bool = False) -> Layout:
    """The names where they seem to stand: in the first line, or below titles.

    `named`: the person gives the names, and only the place of the rows is asked.

    Raises:
        DataError: that is not clear.
    """
    start = _start(sample, width_of(sample))
    if start and not is_header(sample, start):
        if start == 1 and _has_index(sample[0][1], sample[1:]):
            start = 0
        else:
            _refuse_titles(sample, start, refuse)
    if not named:
        _hold_names(sample, start, refuse)
    layout = _fitted(sample[start][1], sample, start + 1, end, refuse, named=named)
    if not start:
        return layout
    return layout.told(_titles([row for _, row in sample[:start]], f"write header: {sample[start][0]} to say so"))


def width_of(sample: Sequence[Row]) -> int:
    """The fields that most rows have, 1 where none has more."""
    several = Counter(len(row) for _, row in sample if len(row) > 1)
    if not several:
        return 1
    most = max(several.values())
    return next(len(row) for _, row in sample if several.get(len(row)) == most)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _start(sample: Sequence[Row], width: int) -> int:
    """The first row that is no title: one with several cells, about as many as the rows have."""
    if width == 1:
        return 0
    rows = enumerate(row for _, row in sample[:_MOST_ABOVE])
    return next((i for i, row in rows if len(row) >= width - 1 and _filled(row) > 1), 0)


def is_header(sample: Sequence[Row], at: int) -> bool:
    """Whether a row below titles holds names: texts above columns of numbers, or set off by a blank line."""
    line, names = sample[at]
    below = [row for _, row in sample[at + 1 :]]
    if any(is_number(name) for name in names) or len(set(names)) < len(names) or not below:
        return False
    even = [row for row in below if len(row) == len(names)]
    if len(even) < 0.9 * len(below):
        return False
    apart = line - sample[at - 1][0] > 1 and all(_filled(row) < len(names) for _, row in sample[:at])
    return apart or any(of_numbers(cells) for cells in zip(*even, strict=True))


def _refuse_titles(sample: Sequence[Row], start: int, refuse: Refuse) -> None:
    line, row = sample[0]
    count, width = len(row), len(sample[start][1])
    rule = f"{count} field{'s' * (count > 1)} where the lines from {sample[start][0]} on have {width}"
    names = name_list([f"column_{i}" for i in range(1, width + 1)])
    cure = f"write header: {sample[start][0]} if the names stand there, or header: none and names: {names}"
    raise refuse(rule, cure, line, 0)


def _hold_names(sample: Sequence[Row], start: int, refuse: Refuse) -> None:
    """Refuse a row of data in place of the names, and names over two rows."""
    line, names = sample[start]
    below = [row for _, row in sample[start + 1 :] if len(row) == len(names)]
    if len(below) < 2:
        return
    columns = list(zip(*below, strict=True))
    numbers = [i for i, cells in enumerate(columns) if of_numbers(cells)]
    if numbers and all(is_number(names[i]) for i in numbers) and not may_be_names(names):
        shown = names[numbers[0]].strip()
        rule = f"the first row looks like data, not names: {shown!r} stands above numbers"
        raise refuse(rule, f"write header: none, or header: {line} if they are names", line, 0)
    second, rest = below[0], list(zip(*below[1:], strict=True))
    texts = [i for i, cells in enumerate(rest) if of_numbers(cells)]
    doubtful = len(set(names)) < len(names) or any(not name.strip() for name in names[1:-1])
    plain = all(second[i].strip() and not is_number(second[i]) for i in texts)
    if not texts or not plain or any(map(is_number, second)) or sample[start + 1][1] is not second:
        return
    different = len({second[i] for i in texts}) == len(texts) > 1
    if doubtful or different:
        other = sample[start + 1][0]
        rule = f"line {other} holds no numbers where all rows below do: it may belong to the names"
        raise refuse(rule, f"write header: [{line}, {other}], or header: {line} if it is a row", other, 0)


def _joined(titles: Sequence[Sequence[str]]) -> list[str]:
    """Names of two rows, `a b`; one of the upper row stands for the empty ones after it, too."""
    upper, lower = titles
    width = max(len(upper), len(lower))
    filled: list[str] = []
    for i in range(width):
        name = upper[i].strip() if i < len(upper) else ""
        filled.append(name or (filled[-1] if filled else ""))
    below = [lower[i].strip() if i < len(lower) else "" for i in range(width)]
    return [name if name == other else f"{name} {other}".strip() for name, other in zip(filled, below, strict=True)]


def _has_index(names: Sequence[str], below: Sequence[Row]) -> bool:
    """Whether each row has one field more than the names, and starts with one that no other row has."""
    rows = [row for _, row in below]
    if len(rows) < 2 or any(len(row) != len(names) + 1 for row in rows):
        return False
    first = [row[0].strip() for row in rows]
    counted = [int(cell) for cell in first if cell.isdecimal() and len(cell) < 9]
    if len(names) == 1:
        return len(counted) == len(first) and counted == list(range(counted[0], counted[0] + len(counted)))
    return len(set(first)) == len(first) and "" not in first


def _fitted(
    names: Sequence[str], sample: Sequence[Row], start: int, end: int, refuse: Refuse, *, named: bool = False
) -> Layout:
    """Names as many as the rows below have fields, where the difference has one meaning."""
    rows = [row for _, row in sample[start:]]
    above = sample[start][0] - 1 if rows else end
    line = sample[start - 1][0]
    names = [name.strip() for name in names]
    width, plain = len(names), bool(rows) and all(len(row) == len(names) for row in rows)
    longer = bool(rows) and all(len(row) == width + 1 for row in rows)
    if longer and not any(row[-1].strip() for row in rows):
        return _unique(Layout(above, tuple(names), True, (_trailing(names, width + 1),)), line, refuse, named)
    if plain and width > 1 and not names[-1] and not any(row[-1].strip() for row in rows):
        return _unique(Layout(above, tuple(names[:-1]), True, (_trailing(names[:-1], width),)), line, refuse, named)
    if rows and width > 1 and not names[-1] and all(len(row) == width - 1 for row in rows):
        notice = Notice(f"line {line} ends with a delimiter, which starts no name")
        return _unique(Layout(above, tuple(names[:-1]), False, (notice,)), line, refuse, named)
    if longer and _has_index(names, sample[start:]):
        full = ["", *names]
        return _unique(Layout(above, tuple(full)), line, refuse, named)
    if longer and len(rows) > 1 and not named:
        full = _placed(["", *names])
        rule = f"{width} names above rows of {width + 1} fields"
        raise refuse(rule, f"write names: {name_list(full)}, one for each field", line, 0)
    return _unique(Layout(above, tuple(names)), line, refuse, named)


def _placed(names: Sequence[str]) -> list[str]:
    """Names with one by its place for each that is empty."""
    placed = []
    for i, name in enumerate(names, 1):
        given = f"column_{i}"
        while not name and given in names:
            given += "_"
        placed.append(name or given)
    return placed


def _unique(layout: Layout, line: int, refuse: Refuse, named: bool) -> Layout:
    """Each column with a name of its own."""
    if named:
        return replace(layout, notices=())
    names = _placed(layout.names)
    for i, name in enumerate(names):
        if name in names[:i]:
            rule = f"two columns are named {name!r} (the {names.index(name) + 1}. and the {i + 1}.)"
            raise refuse(rule, f"rename one in the file, or write names: {name_list(_numbered(names))}", line, i)
    empty = [name for name, given in zip(names, layout.names, strict=True) if not given]
    layout = replace(layout, names=tuple(names))
    if not empty:
        return layout
    listed = ", ".join(map(repr, empty[:3])) + (", ..." if len(empty) > 3 else "")
    which = f"{len(empty)} columns have no name, read as" if len(empty) > 1 else "a column has no name, read as"
    return layout.told(Notice(f"{which} {listed}", tuple(empty), f"write names: {name_list(names)} with your own"))


def _numbered(names: Sequence[str]) -> list[str]:
    """Names with a number after each that stands a second time."""
    found: list[str] = []
    for name in names:
        given, count = name, 1
        while given in found or (count > 1 and given in names):
            count += 1
            given = f"{name}_{count}"
        found.append(given)
    return found


def _trailing(names: Sequence[str], width: int) -> Notice:
    cure = f"write names: {name_list(_placed([*names, '']))} to read a column there"
    return Notice("each row ends with a delimiter, which starts no column", (), cure)


def _titles(titles: Sequence[Sequence[str]], cure: str) -> Notice:
    shown = " ".join(cell.strip() for cell in titles[0] if cell.strip())[:_SHOWN]
    count = f"{len(titles)} lines" if len(titles) > 1 else "a line"
    return Notice(
        f"{count} above the table, not read: {quoted(shown)}" + (", ..." if len(titles) > 1 else ""), (), cure
    )
