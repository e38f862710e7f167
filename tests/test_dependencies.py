"""What pyproject.toml declares is what the package imports: a bare installation lacks nothing, no extra is idle."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "protokit"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# texts of scripts that are written for a person: they run where that person has what they import
SCRIPTS = "workflow/eject/texts/"
# extras of which no name is imported: they bring drivers by an address, libraries for a GPU, or a place to work in
NOT_IMPORTED = {
    "gpu": "CUDA libraries of TensorFlow",
    "notebook": "a place to work in",
    "test": "the tests",
    "dev": "the tools of this repository",
}
# packages that others load by their names
BY_OTHERS = {
    "psycopg": "a driver that SQLAlchemy loads by the address",
    "alembic": "MLflow makes the tables of a database by it",
    "openpyxl": "pandas writes and reads workbooks by it",
    "aiobotocore": "what s3fs speaks to S3 by: the floor of its version is needed",
    "fsspec": "what s3fs, gcsfs and adlfs are made with: one version for all",
    "h5py": "Keras reads and writes files by it",
    "tzdata": "time zones where the system has none",
    "onnx": "tf2onnx and protokit write files by it",
}
# what is imported only where something else has brought it, by the package
BROUGHT = {
    "pydantic_core": "a part of pydantic",
    "IPython": "in modules that a notebook alone imports",
    "torch": "where Keras runs on it",
    "jax": "where Keras runs on it",
    **dict.fromkeys(
        ("fastapi", "starlette", "prometheus_client", "packaging"), "in modules that `serve` alone imports"
    ),
}


# names that are not those of the packages, where these may not be installed
IMPORTED_AS = {"mlflow-skinny": "mlflow"}


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def imported(tree: ast.AST) -> Iterator[str]:
    """The packages that are imported without asking whether they are there; not for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]
        elif isinstance(node, ast.Try):
            caught = ast.dump(ast.Module(node.handlers, []))
            if "ModuleNotFoundError" not in caught and "ImportError" not in caught:
                yield from imported(node)
        else:
            yield from imported(node)


def of_bare() -> set[str]:
    """The packages that `pip install .` brings."""
    left, found = [name_of(one) for one in PROJECT["dependencies"]], set[str]()
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        try:
            wanted = requires(name) or []
        except PackageNotFoundError:
            continue
        left += [name_of(one) for one in wanted if "extra ==" not in one]
    return found


BARE = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Absent())
from protokit.cli.app import main
main()
"""


def test_the_first_command_of_the_readme_runs_on_a_bare_installation(tmp_path: Path) -> None:
    bare = of_bare()
    absent = {top for top, of in packages_distributions().items() if not bare & {name_of(one) for one in of}} - {
        "protokit"
    }
    absent -= {*sys.stdlib_module_names, "pip", "setuptools", "_distutils_hack", "pkg_resources"}
    assert "pyarrow" in absent and "scipy" not in absent
    command = [sys.executable, "-c", BARE.format(absent=sorted(absent)), "run", str(ROOT / "recipes" / "wine.yaml")]
    command += ["--set", "learn.epochs=1", "-o", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "wine" in done.stdout and list(tmp_path.glob("wine/*/model/weights.safetensors"))


def test_a_bare_installation_has_what_is_imported() -> None:
    declared = {name_of(one) for one in PROJECT["dependencies"]}
    known: dict[str, list[str]] = dict(packages_distributions())
    missing: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        place = path.relative_to(PACKAGE).as_posix()
        for name in set(imported(ast.parse(path.read_text(encoding="utf-8")))):
            if place.startswith(SCRIPTS) or name in sys.stdlib_module_names or name in {"protokit", *BROUGHT}:
                continue
            if not declared & {name_of(one) for one in known.get(name, [name])}:
                missing.setdefault(name, []).append(place)
    assert not missing, "declare it, or import it by protokit.core.libraries.optional"


@pytest.mark.parametrize("extra", sorted({*PROJECT["optional-dependencies"]} - {*NOT_IMPORTED}))
def test_no_extra_brings_what_nothing_uses(extra: str) -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    for requirement in PROJECT["optional-dependencies"][extra]:
        name = name_of(requirement)
        words = {name, name.replace("-", "_"), name.replace("-", ".")}
        words.add(IMPORTED_AS.get(name, name))
        words |= {top for top, of in packages_distributions().items() if name in map(name_of, of)}
        used = any(re.search(rf"\b{re.escape(word)}\b", sources) for word in words)
        assert used or name in BY_OTHERS, name
