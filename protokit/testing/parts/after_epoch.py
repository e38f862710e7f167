"""The contract of a hook of one's own."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from protokit.learn.hooks.after_epoch import AFTER_EPOCH
from protokit.testing.contract import contract
from protokit.testing.parts.training import check_training


@contract
def check_after_epoch(name: str, **arguments: object) -> None:
    """Whether a hook that is registered under a name keeps its contract: the same each time, in each engine.

    A training that was stopped and went on has the same bits and the same files. `arguments` are what a recipe may
    give it.

    Raises:
        AssertionError: with a sentence that says what is not kept.
    """
    part = AFTER_EPOCH.find(name)
    assert part is not None, f"{name}: it is not registered; decorate it with @protokit.after_epoch"
    assert not part.about.startswith("A hook of "), f"{name}: its docstring does not say what it is"
    for engine in ("fused", "keras"):
        check_called(name, engine=engine, after_epoch=[{name: arguments} if arguments else name])


def check_called(name: str, **learn: object) -> None:
    """Train with a hook or callback.

    Raises:
        AssertionError: a training that was stopped and went on has other bits or files.
    """
    with TemporaryDirectory() as folder:
        run = Path(folder)
        check_training(name, "regression", falls=False, run=run, **learn)
        whole, resumed = (_files(run / part) for part in ("whole", "resumed"))
        assert whole <= resumed, f"{name}: a resumed training lacks the files {', '.join(sorted(whole - resumed))}"


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if ".tfevents." not in path.name}
