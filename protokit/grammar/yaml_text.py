"""YAML text as plain data, with the place of every key and value.

YAML 1.2 with its core schema, read event by event, so that no depth of nesting and no alias can exhaust
the machine. Tags, second owners of a key and values no file of ours needs are refused at their line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from protokit.core.errors import SpecError
from protokit.core.places import Fault, Path, Place

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

DEEPEST = 100
MOST_NODES = 200_000
_LONGEST_NUMBER = 300
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Mark:
    """Line and column (from 0) and width of a node."""

    line: int
    column: int
    width: int


@dataclass
class _Open:
    """A list or mapping that is being read."""

    value: list[object] | dict[object, object]
    path: Path
    start: int
    anchor: str | None
    key: str | int = ""  # or what else YAML takes for one: the recipe's reader says that it is no text
    has_key: bool = False


class Reader:
    """Reads one text; `source` is its name in messages."""

    def __init__(self, text: str, source: str) -> None:
        self.text, self.source = text, source
        self.lines = text.splitlines()
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[object, int]] = {}
        self.unfinished: set[str] = set()
        self.nodes = 0
        self.data: object = None

    def read(self) -> Reader:
        """Read it all: `data`, and the marks of `keys` and `values` by their path.

        Raises:
            SpecError: it is not YAML, or uses what a recipe must not.
        """
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        documents = 0
        try:
            for event in YAML(typ="safe", pure=True).parse(self.text):
                kind = type(event).__name__
                if kind == "DocumentStartEvent":
                    documents += 1
                    if documents > 1:
                        self._fail(event, "a second document in one file", "keep one recipe a file")
                self._event(kind, event)
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            rule = "not YAML: " + (error.problem or error.context or "it cannot be read")
            place = self._place(Mark(mark.line, mark.column, 1)) if mark else None
            raise SpecError([Fault(rule, _yaml_cure(error.problem), place=place)]) from None
        except YAMLError as error:
            # characters that YAML does not allow: the reader gives the position in the text
            at = int(getattr(error, "position", 0) or 0)
            before = self.text[:at]
            mark_here = Mark(before.count("\n"), at - before.rfind("\n") - 1, 1)
            raise SpecError(
                [Fault("a character that YAML does not allow", "remove it", place=self._place(mark_here))]
            ) from None
        except (ValueError, OverflowError) as error:
            raise SpecError([Fault(f"not YAML: {error}", place=self._place(Mark(0, 0, 1)))]) from None
        return self

    def _event(self, kind: str, event: Event) -> None:
        if kind in {"MappingStartEvent", "SequenceStartEvent"}:
            self._check(event)
            if len(self.open) >= DEEPEST:
                self._fail(event, f"nested more than {DEEPEST} deep", "flatten the file")
            self._mark(event, 1)
            value: list[object] | dict[object, object] = {} if kind.startswith("Mapping") else []
            if event.anchor:
                self.unfinished.add(event.anchor)
            self.open.append(_Open(value, self._path(), self.nodes, event.anchor))
            self._no_key(event)
        elif kind in {"MappingEndEvent", "SequenceEndEvent"}:
            done = self.open.pop()
            if done.anchor:
                self.unfinished.discard(done.anchor)
                self.anchors[done.anchor] = (done.value, self.nodes - done.start + 1)
            self._put(done.value)
        elif kind == "ScalarEvent":
            self._check(event)
            self._scalar(event)
        elif kind == "AliasEvent":
            self._alias(event)

    def _no_key(self, event: Event) -> None:
        parent = self.open[-2] if len(self.open) > 1 else None
        if parent and isinstance(parent.value, dict) and not parent.has_key:
            self._fail(event, "a list or mapping cannot be a key", "write a name before the colon")

    def _scalar(self, event: Event) -> None:
        width = event.end_mark.column - event.start_mark.column
        if event.end_mark.line != event.start_mark.line:
            width = len(self.lines[event.start_mark.line]) - event.start_mark.column
        parent = self.open[-1] if self.open else None
        value = self._resolve(event)
        if parent and isinstance(parent.value, dict) and not parent.has_key:
            if value in parent.value:
                self._fail(event, f"the key {value!r} stands twice", "keep one of the two")
            parent.key, parent.has_key = value, True  # type: ignore[assignment]
            self.keys[self._path()] = Mark(event.start_mark.line, event.start_mark.column, max(1, width))
            return
        self._mark(event, max(1, width))
        if event.anchor:
            self.anchors[event.anchor] = (value, 1)
        self._put(value)

    def _resolve(self, event: Event) -> object:
        text: str = event.value
        if event.style is not None or event.tag == "!":
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > _LONGEST_NUMBER:
                self._fail(event, f"a number of {len(text):,} digits", "put a text in quotes")
            return int(text, 0) if text[:2] in {"0o", "0x"} else int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                self._fail(event, f"the number {text} is too large", None)
            return number
        if text.lower() in {".inf", "-.inf", "+.inf", ".nan"}:
            self._fail(event, f"{text} is not a finite number", None)
        return text

    def _alias(self, event: Event) -> None:
        if event.anchor in self.unfinished:
            self._fail(event, f"*{event.anchor} stands inside itself", "write it out")
        if event.anchor not in self.anchors:
            self._fail(event, f"no anchor &{event.anchor} before this", None)
        value, size = self.anchors[event.anchor]
        parent = self.open[-1] if self.open else None
        if parent and isinstance(parent.value, dict) and not parent.has_key:
            self._fail(event, "an alias cannot be a key", "write the name out")
        self.nodes += size
        self._mark(event, len(event.anchor) + 1)
        self._put(value)

    def _mark(self, event: Event, width: int) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._fail(event, f"more than {MOST_NODES:,} values (aliases counted)", "make the file smaller")
        self.values[self._path()] = Mark(event.start_mark.line, event.start_mark.column, width)

    def _path(self) -> Path:
        if not self.open:
            return ()
        top = self.open[-1]
        return (*top.path, len(top.value) if isinstance(top.value, list) else top.key)

    def _put(self, value: object) -> None:
        if not self.open:
            self.data = value
            return
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[top.key] = value
            top.has_key = False

    def _check(self, event: Event) -> None:
        if event.tag is not None and event.tag != "!":
            tag = str(event.tag).removeprefix("tag:yaml.org,2002:")
            self._fail(event, f"the tag !{tag.lstrip('!')} is refused: a recipe is data", "remove the tag")

    def _fail(self, event: Event, rule: str, cure: str | None) -> NoReturn:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if end.line == start.line else 1
        place = self._place(Mark(start.line, start.column, max(1, width)))
        raise SpecError([Fault(rule, cure, place=place)])

    def _place(self, mark: Mark) -> Place:
        line = self.lines[mark.line] if mark.line < len(self.lines) else ""
        return Place(self.source, mark.line + 1, mark.column + 1, mark.width, line)


def _yaml_cure(problem: str | None) -> str | None:
    if problem and "mapping values are not allowed" in problem:
        return "put a text that holds ': ' in quotes, and check the indentation"
    if problem and ("found character '\\t'" in problem or "cannot start any token" in problem):
        return "indent with spaces; put a text that starts with a special character in quotes"
    if problem and "expected" in problem:
        return "check the indentation, and that every bracket is closed"
    return None
