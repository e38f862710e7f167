"""The front door of many recipes: a list of them in, one table of verdicts out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Mapping
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from protokit.core.errors import SpecError
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.core.outside.reach import Allow
from protokit.recipe.overrides import Settings
from protokit.recipe.recipe import Recipe
from protokit.sets.many.given import given_of
from protokit.sets.many.hand import Recipes, RunHand
from protokit.workers.crew import Crew, Plain
from protokit.workers.doing import outcome, sentence
from protokit.workers.processes.crew import LocalCrew

if TYPE_CHECKING:
    from protokit.sets.many.table import Outcome, RunTable

Told: TypeAlias = "Callable[[int, Plain, str, float], None]"
"""Takes what came of a recipe: its number, its result, the reason where it has none, and its seconds."""
LOSSES = 3  # how often a recipe is given again whose worker died


def run_all(
    recipes: Iterable[Recipe | str | Path | Mapping[str, object]],
    *,
    workers: int | str = 1,
    out: str | Path = "runs",
    resume: bool = False,
    set: Settings = (),
    cache: bool = True,
    allow: Allow = (),
) -> RunTable:
    """Run many recipes, and put what came of each into one table: files, patterns such as `"shops/*.yaml"`, dicts.

    All of them are checked before the first is run. What fails then (a loss that is not finite, data that is not as
    the recipe says) is a row of the table with its reason, and the others go on. Each run is kept in
    `out/NAME/TIME-HASH/`, as if its recipe had been run alone, with the same bits. With `resume`, complete runs are
    taken as they are, those that were begun go on where they stopped, and what failed is tried again.

    With one worker all is done in this process: TensorFlow is loaded once, and what is compiled for a network is kept
    for others of its shape. More `workers` are so many processes of this machine; `"ray"` is a Ray cluster, whose
    machines all have to see `out`. `set` holds other values for all recipes, such as "learn.epochs=5"; `allow` is what
    those of files may open beside what is below their own folders and the current one, as for `run`.

    >>> again = protokit.run_all([many.runs["recipe 1"].recipe], resume=True)
    >>> again.runs["recipe 1"].path == many.runs["recipe 1"].path
    True

    Raises:
        SpecError: recipes are wrong, with the faults of all of them; nothing was run.
        WorkerError: no worker can be started, or they die one after the other.
    """
    count = workers_of(workers)
    given, notices = given_of(recipes, set, in_workers=count != 1, allow=allow)
    read = [one.recipe for one in given]
    from protokit.sets.many.table import Outcome, RunTable

    found: dict[int, Outcome] = {}

    def ended(number: int, result: Plain, reason: str, seconds: float) -> None:
        one, path = given[number], result.get("path")
        where = Path(str(path)) if path else None
        if where is not None and not result.get("earlier"):
            access.made(where, one.recipe.reach)
        found[number] = Outcome(one.place, one.recipe.name, where, reason, seconds, bool(result.get("earlier")))
        print(f"{len(found)} of {len(given)}: {found[number].line}", file=sys.stderr, flush=True)

    if count == 1:
        _in_turn(RunHand(read.__getitem__, Path(out), cache), len(given), resume, ended)
    else:
        _by_crew(_crew(Recipes.of(read, Path(out).resolve(), cache=cache), count), len(given), resume, ended)
    if earlier := sum(one.earlier for one in found.values()):
        said = f"{counted(earlier, 'run', 'were')} complete before, and taken as found: without resume all run anew"
        notices = (*notices, said)
    return RunTable(tuple(found[number] for number in sorted(found)), notices)


def workers_of(workers: int | str) -> int | str:
    """How many workers, or which, as a person may write it.

    Raises:
        SpecError: it is neither.
    """
    count = int(workers) if isinstance(workers, str) and workers.strip().lstrip("-").isdigit() else workers
    if count == "ray" or (isinstance(count, int) and not isinstance(count, bool) and count >= 1):
        return count
    cure = "several machines that share a folder take part through Ray" if count == "folder" else "write 2, or ray"
    raise SpecError.one(f"workers is a number of processes from 1, or ray, not {workers!r}", cure)


def _in_turn(hand: RunHand, count: int, resume: bool, ended: Told) -> None:
    """Run all in this process; what a person sees of each run is what it shows alone."""
    for number in range(count):
        began = time.monotonic()
        came: dict[str, Any] = outcome(hand, {"recipe": number, "resume": resume}, lambda step, value: True)
        ended(number, came.get("result", {}), str(came.get("reason", "")), time.monotonic() - began)


def _by_crew(crew: Crew, count: int, resume: bool, ended: Told) -> None:
    """Run all by workers; a recipe whose worker died is given again, and goes on where its run stopped."""
    began, losses = dict[int, float](), dict[int, int]()
    try:
        for number in range(count):
            crew.submit(number, {"recipe": number, "resume": resume})
        while (event := crew.wait()) is not None:
            number = event.task
            seconds = time.monotonic() - began.get(number, time.monotonic())
            if event.kind == "began":
                began.setdefault(number, time.monotonic())
            elif event.kind == "done":
                ended(number, event.result, "", seconds)
            elif event.kind == "failed":
                ended(number, {}, event.reason, seconds)
            elif event.kind == "lost":
                losses[number] = losses.get(number, 0) + 1
                if losses[number] <= LOSSES:
                    crew.submit(number, {"recipe": number, "resume": True})
                else:
                    reason = f"its worker died each of {losses[number]} times: {event.reason}"
                    ended(number, {}, reason, seconds)
    finally:
        crew.close()


def _crew(many: Recipes, workers: int | str) -> Crew:
    """The workers that a person asked for, no more than there are recipes.

    Raises:
        SpecError: a recipe cannot go to another process.
        MissingExtra: Ray is not installed.
        WorkerError: no cluster answers.
    """
    try:
        ForkingPickler.dumps(many)
    except Exception as error:  # whatever says that it cannot be sent
        rule = f"a recipe cannot go to a worker: {sentence(error)}"
        raise SpecError.one(rule, "define what it names in a module, or run without workers") from None
    if workers == "ray":
        from protokit.workers.cluster.crew import RayCrew

        return RayCrew(many.hand_in, many.out, files=(), say=lambda text: print(text, file=sys.stderr, flush=True))
    return LocalCrew(many.hand, min(int(workers), len(many.written)))
