"""Columns that are an input of their own: texts and images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from protokit.core.places import Fault
from protokit.recipe.recipe import Recipe
from protokit.represent.encoders.image import ImageColumn
from protokit.represent.encoders.text import TFIDF, TOKENS, Tfidf, Tokens
from protokit.represent.kind import InputColumn
from protokit.represent.kinds.text import TextOptions
from protokit.workflow.eject.code import call, listed, literal
from protokit.workflow.eject.script import INSTEAD


def refused_of(own: Sequence[InputColumn]) -> Iterator[Fault]:
    """What of the columns with an input of their own has no script."""
    for column in own:
        known = isinstance(column, (Tokens, Tfidf)) and type(column).__name__ in ("Tokens", "Tfidf")
        path, rule = ("represent", "columns", column.column), f"{column.column!r} is a {column.kind}"
        if known and column.tokens != "words":  # type: ignore[attr-defined]
            yield Fault(f"{rule} that is split into {column.tokens}, which has no script", INSTEAD, path)  # type: ignore[attr-defined]
        elif isinstance(column, ImageColumn) and (column.bits != 8 or not column.upright):
            yield Fault(f"{rule} of {column.bits} bits, which has no script", INSTEAD, path)
        elif not known and type(column) is not ImageColumn:
            yield Fault(f"{rule}, which has no script", INSTEAD, path)


def before(own: Sequence[InputColumn]) -> list[str]:
    """Lines that are the same for all folds."""
    lines = []
    if texts := [column.column for column in own if not isinstance(column, ImageColumn)]:
        lines.append(listed("TEXTS = ", map(literal, texts)))
        lines.append("WORDS = {name: [words_of(text) for text in texts_of(table[name])] for name in TEXTS}")
    for column in own:
        if isinstance(column, ImageColumn):
            given = [f"table[{literal(column.column)}]", *map(str, column.size), str(column.channels)]
            start = f"PIXELS_OF_{len(lines)}" if len(own) > 1 else "PIXELS"
            lines.append(call("pixels_of", [*given, literal(column.background)], before=f"{start} = "))
    return lines


def inside(recipe: Recipe, own: Sequence[InputColumn], lines: Sequence[str]) -> list[str]:
    """Lines of the function that encodes; `lines` are those of `before`."""
    found = []
    pixels = iter([line.split(" = ")[0] for line in lines if line.startswith("PIXELS")])
    for column in own:
        name = literal(column.column)
        if isinstance(column, ImageColumn):
            found.append(f"    inputs[{name}] = {next(pixels)}")
            continue
        options = recipe.represent.options(column.column)
        said = options if isinstance(options, TextOptions) else TextOptions()
        most = said.vocabulary or (TFIDF if isinstance(column, Tfidf) else TOKENS)
        found += [f"    texts = WORDS[{name}]", "    known = [texts[row] for row in train]"]
        found.append(f"    vocabulary = vocabulary_of(known, {most})")
        if isinstance(column, Tfidf):
            found.append(f"    inputs[{name}] = telling(texts, known, vocabulary)")
        else:
            length = str(said.length) if said.length else "length_of(known)"
            found.append(f"    inputs[{name}] = word_codes(texts, vocabulary, {length})")
            found.append(f"    sizes[{name}] = len(vocabulary) + 2")
    return found
