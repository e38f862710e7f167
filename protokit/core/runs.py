"""Which run a person means who names a folder."""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path

from protokit.core.errors import DataError, SpecError
from protokit.core.outside import access
from protokit.core.suggest import nearest

_TIME = "[0-9]" * 8 + "T" + "[0-9]" * 6 + "-*"  # how the folder of a run is called
LAST = "metrics.json"  # the last file that a run writes
SETS_MANIFEST = "models.json"  # says what is in a folder of several sets' models
LAST_OF_SETS = "sets.json"  # the last file that an experiment on several sets writes


def path_of(given: object, what: str) -> Path:
    """A path as a person gave it.

    Raises:
        SpecError: it is none.
    """
    if (isinstance(given, str) and given) or isinstance(given, PathLike):
        return Path(given)
    raise SpecError.one(f"{what} is a path, not {given!r}", 'write it as a text: "runs/birds"')


def new_folder(out: Path, name: str, key: str, kind: str = "") -> Path:
    """The place of a new run, or of a new thing of another `kind`: `out/NAME/KIND-TIME-HASH`. Nothing is written."""
    while True:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        path = out / name / f"{kind}{'-' * bool(kind)}{stamp}-{key[:4]}{secrets.token_hex(2)}"
        if not path.exists():
            return path


def run_folder(path: Path) -> Path:
    """The folder of a finished run: `path` itself, or, where it is `runs/NAME`, that of the newest run in it.

    A run that did not come to its end is passed over.

    Raises:
        DataError: there is no such run; the message says what is there instead.
    """
    if (access.local(path) / LAST).is_file():
        return path
    # names begin with the time in whole seconds; of one second the one that ended last
    finished = [(one.parent.name[:15], one.stat().st_mtime_ns, one.parent) for one in path.glob(f"{_TIME}/{LAST}")]
    if finished:
        return max(finished)[2]
    rule, cure = _why_not(path)
    raise DataError(rule, place=str(path), cure=cure)


def kept_from(recipe: Path) -> Path | None:
    """Where the paths of a recipe start that a run or a search has kept in its folder; None of any other file."""
    try:
        found = json.loads(access.text(recipe.parent / "environment.json"))
        place = found["folder"] if {"key", "libraries"} <= {*found} else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return (recipe.parent / place).resolve() if isinstance(place, str) else None


def _why_not(path: Path) -> tuple[str, str]:
    rule, cure = "not the folder of a finished run", "give runs/NAME for its newest run, or runs/NAME/TIME-HASH"
    if not path.is_dir():
        beside = [one.name for one in path.parent.iterdir() if one.is_dir()] if path.parent.is_dir() else []
        near = nearest(path.name, beside)
        return f"{rule}: there is no such folder", f"did you mean {path.parent / near}?" if near else cure
    if (path / "search.json").exists():
        cure = "its runs are beside it, of best.yaml and defaults.yaml: `protokit runs` lists them"
        return f"{rule}: it is the folder of a search", cure
    if (path / SETS_MANIFEST).exists():
        return f"{rule}: it holds models of several sets", "protokit.load_sets reads them; predict --set NAME takes one"
    if (path / LAST_OF_SETS).exists() or any(path.glob(f"sets-*/{LAST_OF_SETS}")):
        cure = "protokit.SetsRun.open reads it, compare_sets compares it; its runs are in WAY/SET"
        return f"{rule}: it is an experiment on several sets", cure
    if (path / "log.jsonl").exists():
        return f"{rule}: it is a search that did not come to its end", "go on with it: protokit tune RECIPE --resume"
    if (path / "environment.json").exists() or any(path.glob(f"{_TIME}/environment.json")):
        return f"{rule}: it did not come to its end", "go on with it: protokit run RECIPE --resume"
    names = sorted({one.parent.parent.name for one in path.glob(f"*/{_TIME}/{LAST}")})
    if names:
        return f"{rule}: it holds the runs of {len(names)} recipes", f"give one of them, such as {path / names[0]}"
    return rule, cure
