"""The floors: imports point down only, packages on one floor do not know each other, the front door is lazy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "protokit"
FLOORS = {
    "cli": 7,
    "search": 6,
    "workflow": 5,
    "bundle": 4,
    "collect": 3,
    "represent": 3,
    "learn": 3,
    "evaluate": 3,
    "recipe": 2,
    "menu": 1,
    "grammar": 1,
    "core": 0,
    "show": 0,
}
# classes that derive from a library's own
AT_LOAD_OF = {
    "grammar/sql_dialect.py": {"sqlglot"},
    "grammar/sql_tokens.py": {"sqlglot"},
    "represent/transformers.py": {"numpy", "pandas", "sklearn"},
}
FILES = sorted(PACKAGE.rglob("*.py"))
# third-party libraries that a package may import at module level; all others only inside functions
AT_LOAD = {
    "core": set(),
    "show": set(),
    "menu": set(),
    "grammar": set(),
    "recipe": {"pydantic", "pydantic_core"},
    "evaluate": {"numpy", "scipy", "sklearn", "threadpoolctl"},
    "cli": {"typer"},
}


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(str(node.module))
    return found


def at_load(path: Path) -> set[str]:
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found - set(sys.stdlib_module_names) - {"protokit"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    parts = path.relative_to(PACKAGE).parts
    if len(parts) == 1:
        return
    own = parts[0]
    for module in imports(path):
        if not module.startswith("protokit."):
            assert module != "protokit", f"{path} imports the front door"
            continue
        other = module.split(".")[1]
        if other != own:
            assert FLOORS[other] < FLOORS[own], f"{path}: {own} imports {other}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_heavy_libraries_are_imported_where_they_are_used(path: Path) -> None:
    own = path.relative_to(PACKAGE).parts[0]
    allowed = AT_LOAD.get(own, set()) | AT_LOAD_OF.get(path.relative_to(PACKAGE).as_posix(), set())
    assert at_load(path) <= allowed, path


def test_no_circles_between_files() -> None:
    graph = {}
    for path in FILES:
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        graph[name] = {module for module in imports(path) if module.startswith("protokit.")}
    done: set[str] = set()

    def visit(name: str, above: tuple[str, ...]) -> None:
        assert name not in above, " -> ".join((*above, name))
        if name not in done:
            for other in graph.get(name, ()):
                visit(other, (*above, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def test_files_hold_one_idea() -> None:
    long = {str(p.relative_to(ROOT)): n for p in FILES if (n := len(p.read_text().splitlines())) > 320}
    assert not long


def test_menu_imports_keras_in_few_files_only() -> None:
    users = set()
    for path in (PACKAGE / "menu").glob("*.py"):
        text = re.sub(r"^if TYPE_CHECKING:\n(    .*\n|\n)+", "", path.read_text(), flags=re.M)
        if re.search(r"^\s*(import|from) keras\b", text, re.M):
            users.add(path.name)
    assert users == {"build.py", "describe.py", "heads.py", "inputs.py", "number_layers.py"}


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stdout.splitlines())


def test_front_door_is_lazy_and_sorted() -> None:
    assert not modules_after("import protokit") & {"numpy", "tensorflow", "keras", "pandas", "pydantic", "rich"}
    import protokit

    assert protokit.__all__ == sorted(protokit.__all__)
    packages = {p.name for p in PACKAGE.iterdir() if p.is_dir()}
    for name in protokit.__all__:
        assert getattr(protokit, name).__doc__
        assert name not in packages


@pytest.mark.parametrize("arguments", [["--help"], ["check", "recipes/wine.yaml"], ["layers"], ["schema"]])
def test_light_verbs_load_no_heavy_library(arguments: list[str]) -> None:
    code = (
        f"import sys; sys.argv = ['protokit', *{arguments!r}]\nfrom protokit.cli.app import main\n"
        "try: main()\nexcept SystemExit as e: assert not e.code"
    )
    heavy = {"tensorflow", "keras", "numpy", "pandas", "sklearn", "duckdb", "matplotlib", "sqlglot"}
    assert not modules_after(code) & heavy


def test_no_way_to_run_code_from_data() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "__import__"}, path
        assert not imports(path) & {"pickle", "joblib", "cloudpickle", "dill", "shelve", "marshal"}, path
