"""Where the names of a delimited text stand: what is clear is read and told, what is not is refused with the option."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from protokit.collect.delimited.rows import Row
from protokit.collect.delimited.shapes import groups_of, is_number, is_year, may_be_names, of_numbers
from protokit.collect.delimited.written import name_list, numbered, quoted
from protokit.core.errors import DataError
from protokit.core.names import counted
from protokit.core.values.said import Notice

_MOST_ABOVE = 50
_SHOWN = 60
_RULER = re.compile(r":?[-=+]{2,}:?")
# whoever has the text puts the line there, and a delimiter
RULER_CURE = "write comment: RULER"
ONE_FIELD = ", or delimiter: MARK if each line is one field"
Refuse = Callable[[str, str, int, int], DataError]  # rule, cure, line, place of the field in it


@dataclass(frozen=True)
class Layout:
    """Lines above the first row, names, whether each row ends with a delimiter, and what was decided."""

    above: int
    names: tuple[str, ...]
    trailing: bool = False
    notices: tuple[Notice, ...] = ()
    unnamed: tuple[int, ...] = ()  # places of the names that are not in the file

    def told(self, *notices: Notice) -> Layout:
        """The same with further notices."""
        return replace(self, notices=(*self.notices, *notices))


def asked(
    sample: Sequence[Row],
    header: Sequence[int],
    end: int,
    refuse: Refuse,
    *,
    named: bool = False,
    spans: bool = False,
) -> Layout:
    """The names in the lines that a person names; `sample` starts there, `end` counts the text's lines.

    `spans`: a name that spans several columns stands in each of them.
    """
    for place, line in enumerate(header):
        if len(sample) <= place or sample[place][0] != line:
            near = f"write header: {sample[0][0]}" if sample else "name a line of the file"
            raise refuse(f"line {line} holds no names", near, min(line, end), 0)
    titles = [row for _, row in sample[: len(header)]]
    names = titles[0] if len(titles) == 1 else _joined(titles, spans)
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
    width = width_of(sample)
    start = _start(sample, width)
    while len(sample[start][1]) < width and start + 1 < len(sample) and is_header(sample, start + 1):
        start += 1  # a title with delimiters
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


def lines_of(header: int | str | tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The lines of the names: () where there are none, None where nobody says it."""
    return () if isinstance(header, str) else (header,) if isinstance(header, int) else header


def with_names(where: Layout, names: tuple[str, ...], sample: Sequence[Row], refuse: Refuse) -> Layout:
    """The person's names in place of those in the file."""
    below = [row for row in sample if row[0] > where.above]
    width = width_of(below) if below else len(where.names)
    if len(names) == len(where.names) + 1 and where.trailing:
        where = replace(where, trailing=False)
    elif len(names) == width - 1 and all(len(row) == width and not row[-1].strip() for _, row in below):
        where = replace(where, trailing=True)
    elif len(names) != width - where.trailing:
        rule = f"{counted(len(names), 'name')} for rows of {counted(width - where.trailing, 'field')}"
        listed = [*names, *(f"column_{i}" for i in range(len(names) + 1, width + 1))][:width]
        raise refuse(rule, f"write names: {name_list(listed)}", where.above + 1, 0)
    return replace(where, names=names, unnamed=())


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
    if (
        len(names) < width_of(sample)
        or any(is_number(name) for name in names)
        or len(set(names)) < len(names)
        or not below
    ):
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
    if 2 * sum(len(other) == 1 for _, other in sample) > len(sample):
        cure += ONE_FIELD
    raise refuse(rule, cure, line, 0)


def _hold_names(sample: Sequence[Row], start: int, refuse: Refuse) -> None:
    """Refuse a row of data in place of the names, and names over two rows."""
    line, names = sample[start]
    _hold_ruler(sample[start + 1 : start + 2], refuse)
    below = [row for _, row in sample[start + 1 :] if len(row) == len(names)]
    if len(below) < 2:
        return
    columns = list(zip(*below, strict=True))
    numbers = [i for i, cells in enumerate(columns) if of_numbers(cells)]
    if numbers and all(is_number(names[i]) for i in numbers) and not may_be_names(names):
        shown = names[numbers[0]].strip()
        rule = f"the first row looks like data, not names: {shown!r} stands above numbers"
        raise refuse(rule, f"write header: none, or header: {line} if they are names", line, 0)
    second = below[0]
    doubtful = len(set(names)) < len(names) or any(not name.strip() for name in names[1:-1])
    plain = not any(is_number(cell) and not (doubtful and is_year(cell)) for cell in second)
    if not plain or sample[start + 1][1] is not second:
        return
    texts = [i for i, cells in enumerate(zip(*below[1:], strict=True)) if of_numbers(cells)]
    if not texts or not all(second[i].strip() for i in texts):
        return
    different = len({second[i] for i in texts}) == len(texts) > 1
    if doubtful or different:
        other = sample[start + 1][0]
        rule = f"line {other} holds no numbers where all rows below do: it may belong to the names"
        raise refuse(rule, f"write header: [{line}, {other}], or header: {line} if it is a row", other, 0)


def _hold_ruler(below: Sequence[Row], refuse: Refuse) -> None:
    """Refuse a line that is drawn under the names."""
    for line, row in below:
        drawn = [cell.strip() for cell in row if cell.strip()]
        if drawn and all(_RULER.fullmatch(cell) for cell in drawn):
            raise refuse(f"line {line} is drawn under the names: {drawn[0]!r}", RULER_CURE, line, 0)


def _joined(titles: Sequence[Sequence[str]], spans: bool) -> list[str]:
    """Names of two rows, `a b`; one of the upper row stands for the empty ones after it, too, but where it `spans`."""
    upper, lower = titles
    width = max(len(upper), len(lower))
    filled: list[str] = []
    for i in range(width):
        name = upper[i].strip() if i < len(upper) else ""
        filled.append(name or (filled[-1] if filled and not spans else ""))
    below = [lower[i].strip() if i < len(lower) else "" for i in range(width)]
    return [name if name == other else f"{name} {other}".strip() for name, other in zip(filled, below, strict=True)]


def _has_index(names: Sequence[str], below: Sequence[Row]) -> bool:
    """Whether each row has one field more than the names, and starts with one that no other row has."""
    rows = [row for _, row in below]
    if len(rows) < 2 or any(len(row) != len(names) + 1 for row in rows):
        return False
    if groups_of(rows) is not None or any(cell.strip()[:1] == "'" for row in rows for cell in row):
        return False
    first = [row[0].strip() for row in rows]
    whole = [int(cell) for cell in first if cell.isdecimal() and len(cell) < 9]
    if len(names) == 1:
        return len(whole) == len(first) and whole == list(range(whole[0], whole[0] + len(whole)))
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
        rule = f"{counted(width, 'name')} above rows of {counted(width + 1, 'field')}"
        raise refuse(rule, _cure_of_longer(rows), line, 0)
    return _unique(Layout(above, tuple(names)), line, refuse, named)


def _cure_of_longer(rows: Sequence[Sequence[str]]) -> str:
    group = groups_of(rows)
    if group is not None:
        return f"put numbers such as {group} in double quotes, or write another delimiter in the file"
    if any(cell.strip()[:1] == "'" for row in rows for cell in row):
        return 'write quote: "\'"'
    names = name_list(_placed([""] * len(rows[0])))
    return f"put fields that hold the delimiter in double quotes, or write names: {names} with your own"


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
            raise refuse(rule, f"rename one in the file, or write names: {name_list(numbered(names))}", line, i)
    unnamed = tuple(i for i, name in enumerate(layout.names) if not name)
    return replace(layout, names=tuple(names), unnamed=unnamed)


def told_of_unnamed(layout: Layout) -> Layout:
    """The layout with a notice of the columns that are named by their place."""
    names, empty = layout.names, [layout.names[i] for i in layout.unnamed]
    if not empty:
        return layout
    listed = ", ".join(map(repr, empty[:3])) + (", ..." if len(empty) > 3 else "")
    which = f"{len(empty)} columns have no name, read as" if len(empty) > 1 else "a column has no name, read as"
    return layout.told(Notice(f"{which} {listed}", tuple(empty), f"write names: {name_list(names)} with your own"))


def _trailing(names: Sequence[str], width: int) -> Notice:
    cure = f"write names: {name_list(_placed([*names, '']))} to read a column there"
    return Notice("each row ends with a delimiter, which starts no column", (), cure)


def _titles(titles: Sequence[Sequence[str]], cure: str) -> Notice:
    shown = " ".join(cell.strip() for cell in titles[0] if cell.strip())[:_SHOWN]
    count = f"{len(titles)} lines" if len(titles) > 1 else "a line"
    return Notice(
        f"{count} above the table, not read: {quoted(shown)}" + (", ..." if len(titles) > 1 else ""), (), cure
    )
