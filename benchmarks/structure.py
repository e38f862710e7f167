"""How the code is put together, counted from its syntax trees: nothing of the project is imported or run.

    python benchmarks/structure.py [--of FOLDER] [--against FOLDER] [--write]

FOLDER is a checkout; `--of` is this one by default, `--against` puts an earlier one beside it. `--write` puts the table
between the marker comments of docs/architecture.md.

Counted:
- imports inside functions, those in files of things apart, and of these those in methods: a thing (a step, a reader,
  a metric, ...) imports its libraries where it is used, so that a list of all things stays light.
- files with `if TYPE_CHECKING`, those of light modules apart: they are loaded at start and may not load numpy.
- the most .py files in one folder.
- functions that take a `Recipe` outside of where recipes are read and run.
- `Any`: its uses in the syntax tree (annotations and code, no imports), the tokens of that name (imports too), and the
  lines that have the word, as `grep -rnw Any --include=*.py protokit` counts them.
- lines.
- of some things of each kind, the files that hold their name: those to open to add one of the kind.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).parent.parent
PAGE = "docs/architecture.md"
START, END = "<!-- structure -->", "<!-- /structure -->"
# files of things, from protokit/ on: one idea each, in a list of such; a folder that is not there counts nothing
THINGS = (
    "collect/steps/*.py", "collect/readers/*.py", "represent/kinds/*.py", "represent/split/*.py",
    "evaluate/metrics/*.py", "evaluate/baselines/*.py", "evaluate/audit/checks/*.py",
    "evaluate/audit/series/checks/*.py", "evaluate/doctor/rules/*.py", "menu/house/*.py", "learn/engines/*.py",
    "workflow/look/plots/*.py", "show/plots/*.py",
)  # fmt: skip
LIGHT = ("__init__.py", "cli/*", "words.py", "*/words.py", "grammar/*", "menu/*", "recipe/*", "core/*", *THINGS)
# the bases of things: as light as these
BASES = (
    "collect/step.py", "collect/column_selection.py",
    "collect/source.py", "collect/options.py", "collect/headers.py", "collect/files/*",
    "collect/joins/words.py", "represent/kind.py", "represent/split_way.py", "learn/engine.py", "workflow/check.py",
    "workflow/result.py", "evaluate/instances.py",
)  # fmt: skip
# these of menu/ know Keras
HEAVY_MENU = (
    "menu/network/*", "menu/build.py", "menu/describe.py", "menu/heads.py", "menu/inputs.py",
    "menu/number_layers.py",
)  # fmt: skip
# things whose names mean nothing else: the files that hold such a name are those to open to add one like it
NAMED = {
    "source of tables": ("parquet", "openml", "jsonl"),
    "step of cleaning": ("clip", "outliers", "drop_duplicates", "parse_dates", "trim"),
    "kind of column": ("ordered",),
    "metric": ("jaccard_samples", "mean_gamma_deviance", "smape", "fowlkes_mallows", "d2_absolute_error"),
    "baseline": ("seasonal_naive",),
    "house menu": ("image_small", "text_cnn", "sequence_cnn"),
    "check of the audit": ("balance", "duplicates", "gaps", "shifts"),
    "rule of the doctor": ("dead_units", "tiny_batch", "label_noise", "unscaled_inputs"),
    "plot": ("residuals", "gradients", "embeddings"),
}
WITH_RECIPES = ("__init__.py", "__main__.py", "cli/*", "recipe/*", "workflow/*")


@dataclass(frozen=True)
class Source:
    """A file of the package: its place from protokit/ on, text and tree."""

    name: str
    text: str
    tree: ast.Module

    def among(self, globs: tuple[str, ...]) -> bool:
        return any(fnmatch(self.name, glob) for glob in globs)


Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(checkout: Path) -> list[Source]:
    package = checkout / "protokit"
    found = []
    for path in sorted(package.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(Source(path.relative_to(package).as_posix(), text, ast.parse(text)))
    if not found:
        sys.exit(f"{checkout} has no protokit/")
    return found


def functions(tree: ast.AST) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def late_imports(*trees: ast.AST) -> int:
    """Import statements inside functions, each once however deep it stands."""
    every = (node for tree in trees for function in functions(tree) for node in ast.walk(function))
    return len({id(node) for node in every if isinstance(node, ast.Import | ast.ImportFrom)})


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def checks_types(tree: ast.Module) -> bool:
    tests = (node.test for node in ast.walk(tree) if isinstance(node, ast.If))
    return any(name(test) == "TYPE_CHECKING" for test in tests)


def name(node: ast.AST | None) -> str | None:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else None


def takes_a_recipe(function: Function) -> bool:
    given = function.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg)
    return any(is_recipe(one.annotation) for one in every if one is not None)


def is_recipe(annotation: ast.AST | None) -> bool:
    """Whether an annotation is `Recipe`, `Recipe | ...` or `Optional[Recipe]`; a list of recipes is not one."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return is_recipe(ast.parse(annotation.value, mode="eval").body)
    if isinstance(annotation, ast.BinOp):
        return is_recipe(annotation.left) or is_recipe(annotation.right)
    if isinstance(annotation, ast.Subscript) and name(annotation.value) in {"Optional", "Union"}:
        inner = annotation.slice
        return any(is_recipe(one) for one in (inner.elts if isinstance(inner, ast.Tuple) else [inner]))
    return name(annotation) == "Recipe"


def uses_of_any(tree: ast.Module) -> int:
    return sum(name(node) == "Any" for node in ast.walk(tree))


def tokens_of_any(text: str) -> int:
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return sum(token.type == tokenize.NAME and token.string == "Any" for token in tokens)


def lines_with_any(text: str) -> int:
    return sum(re.search(r"\bAny\b", line) is not None for line in text.splitlines())


def holds(tree: ast.Module, wanted: str) -> bool:
    """Whether a file has a name as a text, or as that of a function, a class or an import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == wanted:
            return True
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.alias) and node.name == wanted:
            return True
    return False


def homes(checkout: Path) -> dict[str, str]:
    """By kind of thing, in how many files of the package the name of one stands, on average."""
    files = sources(checkout)
    return {
        f"files that hold the name of a {kind}": f"{fmean(sum(holds(f.tree, n) for f in files) for n in names):.1f}"
        for kind, names in NAMED.items()
    }


def figures(checkout: Path) -> dict[str, str]:
    files = sources(checkout)
    things, rest = [f for f in files if f.among(THINGS)], [f for f in files if not f.among(THINGS)]
    in_things, elsewhere = (sum(late_imports(file.tree) for file in some) for some in (things, rest))
    checking = [file for file in files if checks_types(file.tree)]
    heavy = [file for file in checking if file.among(HEAVY_MENU) or not file.among((*LIGHT, *BASES))]
    folders = Counter(file.name.rpartition("/")[0] for file in files)
    fullest, most = max(folders.items(), key=lambda pair: (pair[1], pair[0]))
    outside = [function for file in files if not file.among(WITH_RECIPES) for function in functions(file.tree)]
    return {
        "imports inside functions": f"{in_things + elsewhere:,}",
        "- in files of things": f"{in_things:,}",
        "- of these in methods": f"{sum(late_imports(*classes(file.tree)) for file in things):,}",
        "- elsewhere": f"{elsewhere:,}",
        "files with `if TYPE_CHECKING`": f"{len(checking):,}",
        "- of light modules": f"{len(checking) - len(heavy):,}",
        "- of others": f"{len(heavy):,}",
        "most .py files in one folder": f"{most:,} (`{fullest or '.'}/`)",
        "functions that take a `Recipe`, outside recipe, workflow and cli": f"{sum(map(takes_a_recipe, outside)):,}",
        "`Any` in the syntax tree": f"{sum(uses_of_any(file.tree) for file in files):,}",
        "lines with the word `Any`": f"{sum(lines_with_any(file.text) for file in files):,}",
        "`Any` as a token, imports too": f"{sum(tokens_of_any(file.text) for file in files):,}",
        ".py files": f"{len(files):,}",
        "lines of protokit/": f"{sum(len(file.text.splitlines()) for file in files):,}",
        **homes(checkout),
    }


def table(now: dict[str, str], before: dict[str, str] | None) -> str:
    if before is None:
        return "\n".join(["| | now |", "|---|---|", *(f"| {what} | {value} |" for what, value in now.items())])
    lines = [f"| {what} | {before[what]} | {value} |" for what, value in now.items()]
    return "\n".join(["| | before | now |", "|---|---|---|", *lines])


def write(page: Path, shown: str) -> None:
    """Put the table between the markers; a page without them gets them at its end."""
    text = page.read_text(encoding="utf-8")
    if START not in text:
        text = f"{text.rstrip()}\n\n## In numbers\n\n{START}\n{END}\n"
    head, _, rest = text.partition(START)
    _, found, tail = rest.partition(END)
    if not found:
        sys.exit(f"{page}: {START} without {END}")
    said = f"Counted on {date.today().isoformat()} by `python benchmarks/structure.py --write`."
    page.write_text(f"{head}{START}\n{said}\n\n{shown}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", type=Path, default=ROOT)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    shown = table(figures(asked.of), figures(asked.against) if asked.against else None)
    print(shown)
    if asked.write:
        write(ROOT / PAGE, shown)
