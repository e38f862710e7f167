"""Code as text."""

from __future__ import annotations

import ast
import json

import pytest

from protokit.workflow.eject.code import (
    FUNCTIONS,
    call,
    imports_of,
    listed,
    literal,
    name_of,
    needed,
    source_of,
    titled,
)
from protokit.workflow.eject.script import Script, Section


@pytest.mark.parametrize(
    "value", ["it's", 'a "b"', "a\\b\n", ("a",), (), [1, 2.5, None], {"a": {"b": True}}, 1e-7, "'\""]
)
def test_values_are_read_back(value: object) -> None:
    assert ast.literal_eval(literal(value)) == value


def test_long_calls_are_broken_and_mean_the_same() -> None:
    many = [f"argument_{i}={i}" for i in range(40)]
    for text in (call("f", many, 4), listed("x = ", many, 4).replace("[", "f(").replace("]", ")")):
        assert max(map(len, text.splitlines())) <= 120
        [found] = [node for node in ast.walk(ast.parse(text.strip())) if isinstance(node, ast.Call)]
        assert len(found.keywords) == 40
    assert call("keras.layers.Dense", many[:12], 4, "x = ", "(inputs)").endswith("\n    )(inputs)")


def test_names_are_pythons_and_hide_nothing() -> None:
    names = [name_of(text) for text in ("np", "keras", "for", "1st", "a/b", "größe", "", "scaled")]
    assert all(name.isidentifier() for name in names) and len({*names, "np", "keras", "scaled"}) == len(names) + 3


def test_what_the_building_of_a_network_calls_its_own_is_no_name_of_a_column_or_layer() -> None:
    for own in ("rows", "vectors", "output", "flat", "inputs"):
        assert name_of(own) == f"{own}_"


@pytest.mark.parametrize("text", ["two\nlines = ", "a\rb", 'a "b" = ', "{x}", "\\", "it's = ", "\u2028"])
def test_names_of_columns_are_texts_whatever_is_in_them(text: str) -> None:
    assert eval(titled(text, "{one}"), {}, {"one": 7}) == f"{text}7"


def test_functions_come_with_those_that_they_call() -> None:
    assert needed("rows = order_of(1, 2, 3)") == ["derived", "order_of"]
    assert "# type" not in source_of("PiecewiseLinearEmbedding") and "# noqa" not in source_of("fit")
    assert imports_of("np.zeros(Path('a'), keras)") == [
        "from pathlib import Path", "", "import keras", "import numpy as np",
    ]  # fmt: skip


@pytest.mark.parametrize("name", FUNCTIONS)
def test_each_function_stands_alone(name: str) -> None:
    whole = "\n".join(map(source_of, needed(name)))
    code = "\n".join((*imports_of(whole), whole))
    assert "protokit" not in code
    tree = ast.parse(code)
    bound = {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    assert name in bound and ast.get_docstring(next(one for one in tree.body if getattr(one, "name", "") == name))


def test_a_script_is_a_file_or_a_notebook() -> None:
    script = Script(
        "top", (Section("1. One", "told", "x = derived(1)"), Section("2. Two", "more\nof it", "y = derived(x)"))
    )
    assert script.text.startswith('"""top\n"""\n\nimport hashlib\n')
    assert script.text.count("def derived") == 1 and "# %% 2. Two\n# more\n# of it\n" in script.text
    cells = json.loads(script.notebook)["cells"]
    assert [cell["cell_type"] for cell in cells] == ["markdown", "code"] * 3
    assert "".join(cells[-1]["source"]) == "y = derived(x)"
