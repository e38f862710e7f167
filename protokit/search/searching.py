"""One search from its data to its end: what `tune` does once the recipe is known to be right."""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from protokit.core.errors import SpecError
from protokit.core.files import finite, write_json, write_text
from protokit.core.names import counted
from protokit.core.outside import access
from protokit.evaluate.metrics.metric import METRICS
from protokit.recipe.recipe import Recipe
from protokit.recipe.space import Space
from protokit.search.choosing.pruning import rungs
from protokit.search.choosing.sampling import Sampling
from protokit.search.comparison import Comparison
from protokit.search.crews import crew_of
from protokit.search.driver import Driver, Wanted, Watch
from protokit.search.ending.honest import End, end_of, finalists_of, trainings_of
from protokit.search.ending.runs import paired, run_settled, write_settled
from protokit.search.folder import LAST, SearchFolder
from protokit.search.log import Log, open_log
from protokit.search.look.course import Asked
from protokit.search.look.live import watching
from protokit.search.look.page import page_of
from protokit.search.mirror import DatabaseMirror
from protokit.search.result import Study
from protokit.search.splits import Splits, told_of_trials
from protokit.search.state import VERSION, State
from protokit.search.table import PlainSearch, as_csv
from protokit.search.table import table as table_of
from protokit.show.progress import progress
from protokit.workflow.record.failure import reason_kept
from protokit.workflow.result import Run
from protokit.workflow.run.collecting import stays_on_disk
from protokit.workflow.run.preparation import Prepared, prepare


def searched(
    recipe: Recipe, space: Space, given: object, out: Path, *, resume: bool, watch: Watch | None = None
) -> Study:
    """Search, and end honestly. See `protokit.tune`."""
    if given is None and stays_on_disk(recipe):
        rule = "the table is larger than memory, and a search trains many networks on its rows in memory"
        raise SpecError.one(rule, "search on a file of some of its rows, then run best.yaml on the whole")
    with ExitStack() as opened:
        with progress() as shown:
            shown.step("collecting")
            prepared = prepare(recipe, given, out, shown, opened, resume=False, baselines=None, cache=True)
        assert isinstance(prepared, Prepared)
        one = _Search(recipe, space, prepared)
        found = SearchFolder.find(out, recipe, prepared.table) if resume else None
        if found is not None and one.nothing_left(found):
            return Study.open(found.path)
        if resume and found is None:
            one.told(SearchFolder.told_of_none(out, recipe, prepared.table, in_memory=given is not None))
        folder = found or SearchFolder.new(out, recipe, prepared.table)
        access.made(folder.path, recipe.reach)
        mirror = one.mirror(folder.path)
        if found is None:
            folder.make(recipe, prepared.table)
        with open_log(folder.path) as log, reason_kept(folder.path), watching(one.asked) as live:
            live.step("building the first networks" if recipe.search.workers == 1 else "waits for workers")
            one.train(folder.path, log, watch or live, mirror)
    # the runs show their own progress
    with open_log(folder.path) as log, reason_kept(folder.path):
        one.conclude(folder.path, log, out, given)
    return Study.open(folder.path)


class _Search:
    """A recipe and its data, and what is asked of their search."""

    def __init__(self, recipe: Recipe, space: Space, prepared: Prepared) -> None:
        self._recipe, self._space, self._table = recipe, space, prepared.table
        first = prepared.folds[0]
        self._comparison = Comparison.of(recipe, first.encoder.signature)
        self._undealt = Splits(recipe, first).why_not
        self._targets = [target.name for target in first.encoder.signature.targets]
        search = recipe.search
        defaults = space.settled(space.defaults)
        self._wanted = Wanted(
            search.trials, search.time, search.sampler, search.pruner, rungs(defaults.learn.epochs, search.pruner),
            search.reshuffle and not self._undealt, recipe.seed,
        )  # fmt: skip
        Sampling(space, search.sampler, recipe.seed)  # whether it can draw from these slots
        self._notices = told_of_trials(recipe, self._undealt)
        self._exhausted, self._first = False, ""

    @property
    def greater_is_better(self) -> bool:
        """Whether trials are compared by a metric of which more is better."""
        name = self._comparison.name
        return name in METRICS and bool(METRICS[name].greater_is_better)

    @property
    def asked(self) -> Asked:
        """What the live view of the search knows of it before it begins."""
        search = self._recipe.search
        trainings = (search.finalists + 1) * search.seeds
        return Asked(
            self._recipe.name, self._space.slots, self._comparison.name, self.greater_is_better, search.trials,
            trainings, search.time, self._first,
        )  # fmt: skip

    def told(self, notice: str) -> None:
        """Say something before the search begins, and again at its end."""
        self._first = notice
        self._notices.append(notice)

    def nothing_left(self, folder: SearchFolder) -> bool:
        """Whether a search came to its end, and no more is asked of it now."""
        found, search = folder.figures, self._recipe.search
        if not found or found.get("asked") != [search.finalists, search.seeds]:
            return False
        over = search.time is not None and search.time <= found["seconds"]
        return bool(found["trials"] >= search.trials or found.get("exhausted") or over)

    def mirror(self, folder: Path) -> DatabaseMirror | None:
        """The mirror that is wanted.

        Raises:
            DataError: its database cannot be reached.
        """
        search, better = self._recipe.search, self.greater_is_better
        if search.mirror is None:
            return None
        name = f"{self._recipe.name}/{folder.name}"
        return DatabaseMirror(search.mirror, name, self._space.slots, greater_is_better=better)

    def train(self, folder: Path, log: Log, watch: Watch | None, mirror: DatabaseMirror | None) -> None:
        """The trials, then the finalists."""
        search, recipe = self._recipe.search, self._recipe
        if mirror is not None:
            for trial in log.state.ended:
                mirror.show(trial)
        begun = {"trials": search.trials, "metric": self._comparison.name, "greater_is_better": self.greater_is_better}
        if log.state.begin:
            log.append("resume", **begun, at=_now())
        else:
            source = recipe.document.source
            log.append("begin", version=VERSION, name=recipe.name, recipe=source, seed=recipe.seed, **begun, at=_now())
        snapshots = folder / "snapshots"
        snapshots.mkdir(exist_ok=True)
        (folder / LAST).unlink(missing_ok=True)  # it is of fewer trials
        crew = crew_of(recipe, self._table, folder)
        try:
            driver = Driver(log, crew, self._space, self._wanted, folder=folder, watch=watch, mirror=mirror)
            driver.search()
            finalists = finalists_of(log.state, search.finalists)
            driver.finals(trainings_of(finalists, search.seeds, recipe.seed))
            shutil.rmtree(snapshots, ignore_errors=True)
        finally:
            crew.close()
            write_text(folder / "trials.csv", as_csv(self.trials(log.state)))
        self._exhausted = driver.exhausted
        if driver.exhausted:
            self._notices.append(f"there are only {len(log.state.trials)} settings, and all of them were tried")
        if driver.out_of_time and len(log.state.ended) < search.trials:
            ended = counted(len(log.state.ended), "trial", "are")
            self._notices.append(f"the time was over: {ended} done of {search.trials}; --resume with more time goes on")
        self._notices += mirror.notices if mirror else []

    def conclude(self, folder: Path, log: Log, out: Path, given: object) -> None:
        """The winner is chosen, run beside the defaults, and all of it written down."""
        search, state = self._recipe.search, log.state
        finalists = finalists_of(state, search.finalists)
        end = end_of(state, finalists, search.seeds, self._recipe.seed, self._comparison.name)
        write_settled(self._space, end.winner, state.trials[0], folder)
        runs = run_settled(folder, out, given, end.winner)
        for name, one in runs.items():
            log.append("run", of=name, path=_from(folder, one.path), at=_now())
        write_text(folder / "trials.csv", as_csv(self.trials(state)))
        log.append("done", at=_now())
        figures: dict[str, Any] = {**self._figures(end, runs, state, folder)}
        figures["asked"] = [search.finalists, search.seeds]
        figures["exhausted"] = self._exhausted
        write_json(folder / LAST, finite(figures))
        write_text(folder / "report.html", page_of(Study.open(folder).view).html())

    def trials(self, state: State) -> Any:
        """The table of trials."""
        return table_of(state.trials.values(), tuple(self._space.slots), greater_is_better=self.greater_is_better)

    def _figures(self, end: End, runs: dict[str, Run], state: State, folder: Path) -> PlainSearch:
        search, sign = self._recipe.search, -1.0 if self.greater_is_better else 1.0
        against, flags = paired(runs)
        results = [*(one.result for one in state.trials.values()), *(one.result for one in state.finals.values())]
        notices = [*self._notices, *flags]
        if reason := self._comparison.reason:
            notices.append(f"trials are compared by {self._comparison.name}: {reason}")
        if self._undealt:
            rule = f"the finalists were trained again with other seeds on the same rows: {self._undealt}"
            notices.append(f"{rule}; so the optimism of the choice of rows is not in what is measured")
        failed = [final for final in state.finals.values() if final.state == "failed"]
        notices += [f"a finalist, trial {final.trial}, failed when trained again: {final.reason}" for final in failed]
        return {
            "metric": self._comparison.name, "greater_is_better": self.greater_is_better,
            "target": ", ".join(self._targets), "trials": len(state.ended), "sampler": search.sampler,
            "pruner": search.pruner, "winner": end.winner.number, "values": dict(end.winner.values),
            "defaults": dict(state.trials[0].values), "gained": end.gained, "sentence": end.sentence,
            "shown_gain": end.shown if math.isfinite(end.shown) else None,
            "expected_optimism": end.optimism.as_plain(), "gain": end.gain.as_plain(),
            "finalists": [one.as_plain(sign, self._comparison.bounds) for one in end.finalists],
            "paired": against,
            "runs": {name: _from(folder, one.path) for name, one in runs.items()},
            "seconds": round(state.seconds, 3), "cpu": round(sum(map(_cpu, results)), 3),
            "looks": int(runs["best"].results["looks"].get("count", 1)), "notices": notices,
        }  # fmt: skip


def _cpu(result: Mapping[str, object]) -> float:
    found = result.get("cpu")
    return float(found) if isinstance(found, (int, float)) else 0.0


def _from(folder: Path, run: Path) -> str:
    """The folder of a run, from that of the search."""
    return Path(os.path.relpath(run.resolve(), folder.resolve())).as_posix()


def _now() -> float:
    return time.time()
