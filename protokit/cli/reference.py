"""The reference page of the docs: every key of a recipe and every name that may stand in one, from their declarations.

    python -m protokit.cli.reference [FILE]

The names are those that protokit itself has, whatever plug-ins are installed.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path as FilePath

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from protokit.cli.kinds import KINDS, Entry
from protokit.core.files import write_text
from protokit.core.places import Path
from protokit.grammar.declarations import keys_of, sections
from protokit.grammar.schema_words import Named, in_words
from protokit.grammar.words import as_plain
from protokit.grammar.writing import on_a_line
from protokit.menu import catalogue
from protokit.recipe.recipe import Recipe
from protokit.recipe.schema import schema

PAGE = "docs/reference/recipe.md"
_HEAD = """\
# Reference: every key and every name

Made by `python -m protokit.cli.reference` from what the code declares; do not edit it by hand. How the parts of a
recipe work together is told in [grammar.md](../grammar.md), the language of menus in [menu.md](../menu.md).
`protokit list KIND NAME` shows one thing with its arguments, those of installed plug-ins too; `protokit schema` prints
all of this for editors.
"""
_ALIASES = {"losses", "optimizers"}  # may be written in snake_case too
_DESCRIBED = {"Menu": "a menu ([menu.md](../menu.md))"}


def page() -> str:
    """The page as Markdown."""
    known = {kind.name: kind.entries() for kind in KINDS.values()}

    def link(values: Sequence[object]) -> str | None:
        """A link to the kind whose names these are, with what may stand beside them."""
        named = {str(value) for value in values if value is not None}
        for kind, entries in known.items():
            spelled = {*entries, *(map(catalogue.snake, entries) if kind in _ALIASES else ())}
            own = {*KINDS[kind].entries(plugins=False)}
            if len(own) > 1 and own <= named and len(named - spelled) <= 1:
                more = [f"`{name}`" for name in sorted(named - spelled)]
                said = " or ".join([*more, f"the name of one of the [{kind}](#{kind})"])
                return said + ("; or null" if None in values else "")
        return None

    parts = [_HEAD, *_sections(link)]
    for kind in KINDS.values():
        entries = [*kind.entries(plugins=False).values()]
        parts.append(f"## {kind.name.replace('_', ' ')}\n\n{kind.about.capitalize()}.\n\n{_things(kind.name, entries)}")
    return "\n".join(parts)


def _sections(link: Named) -> list[str]:
    """A table for each section of a recipe."""
    whole = schema()
    described = _DESCRIBED | {model.__name__: _anchor(path) for path, model in sections(Recipe) if path}
    by_path: dict[Path, list[type[BaseModel]]] = {}
    for path, model in sections(Recipe):
        by_path.setdefault(path, []).append(model)
    found = []
    for path, models in by_path.items():
        rows = []
        for model in models:
            declared = _properties(whole if model is Recipe else model.model_json_schema())
            for key, field in keys_of(model).items():
                if key not in declared:
                    continue
                allowed = in_words(declared[key], names=link, definitions=described)
                rows.append((f"`{key}`", allowed, _default(field), field.description or "", _example(field)))
        if rows:
            title = f"`{'.'.join(map(str, path))}`" if path else "A recipe"
            about = inspect.cleandoc(models[0].__doc__ or "").split("\n\n")[0] if len(models) == 1 and path else ""
            head = f"## {title}\n" + (f"\n{about}\n" if about else "")
            columns = ("key", "what may stand there", "default", "what it is", "example")
            found.append(f"{head}\n{_table(columns, rows)}")
    return found


def _properties(declared: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
    """What may stand at each key of a mapping that a schema lets stand."""
    parts = declared.get("anyOf")
    one = next((part for part in parts if "properties" in part), {}) if isinstance(parts, list) else declared
    properties = one.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def _anchor(path: Path) -> str:
    name = ".".join(map(str, path))
    return f"[a mapping](#{name.replace('.', '').lower()})"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True, validated_data={})
    return "" if isinstance(default, BaseModel) else f"`{on_a_line(as_plain(default))}`"


def _example(field: FieldInfo) -> str:
    return ", ".join(f"`{on_a_line(example)}`" for example in field.examples or ())


def _things(kind: str, entries: Sequence[Entry]) -> str:
    if kind == "layers":
        return _layers(entries)
    rows = [
        (
            f"`{entry.name}`",
            entry.about,
            ", ".join(entry.tasks),
            "; ".join(
                f"`{name}`" + (f": {about['about']}" if about.get("about") else "")
                for name, about in entry.arguments.items()
            ),
            f"`{' '.join(entry.example.split())}`" if entry.example else "",
        )
        for entry in entries
    ]
    heads = ("name", "what it is", "for", "arguments", "example")
    kept = [i for i in range(len(heads)) if i < 1 or any(row[i] for row in rows)]
    return _table([heads[i] for i in kept], [[row[i] for i in kept] for row in rows])


def _layers(entries: Iterable[Entry]) -> str:
    """The layers by the parts of Keras that they are of."""
    from protokit.core.libraries.backend import keras_layer
    from protokit.core.libraries.keras_inside import LAYERS

    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        module = getattr(keras_layer(entry.name), "__module__", "")
        parts = module.split(".")
        group = parts[3] if module.startswith(LAYERS) else "of protokit"
        groups.setdefault("arithmetic" if entry.name.startswith("ops.") else group, []).append(entry)
    return "\n".join(
        f"**{group.replace('_', ' ').capitalize()}**\n\n"
        + _table(("name", "what it is"), [(f"`{entry.name}`", entry.about) for entry in groups[group]])
        for group in sorted(groups)
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("| " + " | ".join(_cell(text) for text in row) + " |\n" for row in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    write_text(FilePath(sys.argv[1] if len(sys.argv) > 1 else PAGE), page())
