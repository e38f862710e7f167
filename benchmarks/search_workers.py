"""What workers bring and bear: speed, saturation, being killed; writes docs/search_workers.json and its table.

python benchmarks/search_workers.py [local] [folder] [ray] [kills] [--quick]

Without a word it does all four, on an idle machine in about ten minutes. Each part puts its figures beside those of the
other parts that docs/search_workers.json has.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import rooms

from protokit.core.files import write_json
from protokit.testing.workers.crew import check_crew, killed_at_random
from protokit.testing.workers.dummy import Dummy
from protokit.workers import machine
from protokit.workers.crew import Crew, Event, Plain
from protokit.workers.folder.crew import FolderCrew
from protokit.workers.folder.work import work
from protokit.workers.processes.crew import LocalCrew

DOCS = Path(__file__).parent.parent / "docs"
FIGURES, PAGE = DOCS / "search_workers.json", DOCS / "search-cluster.md"
RECIPE = """\
name: workers
collect: {tables: {digits: {sklearn: digits}}}
represent: {target: target}
learn:
  menu:
    - Dense: {units: {choice: [64, 128]}, activation: relu}
    - Dropout: {float: [0.0, 0.5]}
    - Dense: {units: 64, activation: relu}
  optimizer: {Adam: {learning_rate: {float: [1e-4, 1e-2], log: true}}}
  epochs: EPOCHS
  batch_size: 32
  stop: null
search: {workers: 2}
"""


def local(quick: bool) -> dict[str, object]:
    """Trials of a second or more: one worker with all cores, and two that share them, one after the other."""
    rounds, trials = (1, 4) if quick else (3, 8)
    found: dict[str, list[float]] = {"1": [], "2": []}
    with tempfile.TemporaryDirectory() as name:
        folder, tasks = _search(Path(name), trials, epochs=5 if quick else 200)
        from protokit.search.hand import hand_in

        crews = {str(size): LocalCrew(partial(hand_in, folder), size) for size in (1, 2)}
        for crew in crews.values():  # imports are paid, and each architecture compiled, once a worker
            for _ in range(1 if quick else 2):
                _all_done(crew, tasks)
        for _ in range(rounds):
            for size, crew in crews.items():
                found[size].append(trials / _all_done(crew, tasks))
        for crew in crews.values():
            crew.close()
    ratios = [two / one for one, two in zip(found["1"], found["2"], strict=True)]
    return {
        "cores": machine.cores(),
        "trials": trials,
        "seconds_a_trial": statistics.median(1 / rate for rate in found["1"]),
        "trials_a_second": {size: statistics.median(rates) for size, rates in found.items()},
        "ratio": statistics.median(ratios),
        "ratios": ratios,
    }


def _search(out: Path, trials: int, epochs: int) -> tuple[Path, list[Plain]]:
    """The folder of a search, and tasks of it: random settings, as a driver would give them."""
    import numpy as np

    from protokit.menu.slots import Slot
    from protokit.recipe.recipe import Recipe
    from protokit.recipe.space import Space
    from protokit.search.folder import SearchFolder
    from protokit.workflow.run.collecting import collected

    path = out / "recipe.yaml"
    path.write_text(RECIPE.replace("EPOCHS", str(epochs)))
    recipe = Recipe.read(path)
    data = collected(recipe)
    made = SearchFolder.new(out / "runs", recipe, data)
    made.make(recipe, data)
    folder = made.path
    (folder / "snapshots").mkdir()
    draw = np.random.default_rng(0)

    def choose(slot: Slot) -> object:
        if slot.kind == "choice":
            return slot.options[int(draw.integers(len(slot.options)))]
        low, high = slot.options
        return float(np.exp(draw.uniform(np.log(low), np.log(high))) if slot.log else draw.uniform(low, high))

    space = Space(recipe)
    return folder, [
        {
            "trial": i,
            "values": space.draw(choose),
            "split": 0,
            "seed": i,
            "rungs": [],
            "snapshot": None,
            "purpose": "trial",
        }
        for i in range(trials)
    ]


def _all_done(crew: Crew, tasks: list[Plain]) -> float:
    """Seconds until all of the tasks are done."""
    began = time.monotonic()
    for number, task in enumerate(tasks):
        crew.submit(number, task)
    done = 0
    while done < len(tasks):
        event = crew.wait(60)
        assert event is not None and event.kind in {"began", "report", "done"}, event
        if event.kind == "report":
            crew.answer(event.task, True)
        done += event.kind == "done"
    return time.monotonic() - began


class Scripted:
    """A crew of one whose task is a plan: so many reports, then done after so many seconds; no process, no thread."""

    size = 1

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._number, self._step, self._steps, self._end = -1, 0, 0, 0.0
        self._waits = False

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        self._events.append(Event("began", number, "w"))
        self._number, self._step, self._steps = number, 0, int(str(task["steps"]))
        self._end = time.monotonic() + float(str(task["sleep"]))
        self._report()

    def _report(self) -> None:
        self._waits = self._step < self._steps
        if self._waits:
            self._step += 1
            self._events.append(Event("report", self._number, "w", self._step, 0.5))

    def wait(self, seconds: float | None = None) -> Event | None:
        if not self._events and self._number >= 0:
            left = max(0.0, self._end - time.monotonic())
            if self._waits or left:
                time.sleep(min(seconds or 0.0, 1.0 if self._waits else left))
            if not self._waits and time.monotonic() >= self._end:
                number, self._number = self._number, -1
                return Event("done", number, "w", result={"value": 0.5, "scores": {"loss": 0.5}})
        return self._events.popleft() if self._events else None

    def answer(self, number: int, go_on: bool) -> None:
        self._report()

    def close(self) -> None:
        self._number = -1


def clients(folder: Path, count: int) -> None:
    """So many `protokit work`, each a thread of this process."""

    def one() -> None:
        work(folder, Dummy, once=True, idle=30.0, opens=lambda home: Scripted())

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def folder(quick: bool) -> dict[str, object]:
    """Dummy trials, two reports each, on a shared folder; the clients are threads of a second process."""
    rows = []
    for seconds in (0.0, 1.0):
        for count in (1, 10) if quick else (1, 10, 50, 200):
            rows.append(_rate(count, seconds, 1.5 if quick else 10.0))
            print(rows[-1], flush=True)
    return {"rows": rows, "reports": 2}


def _rate(count: int, sleep: float, lasting: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as name:
        crew = FolderCrew(Path(name))
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=clients, args=(Path(name), count))
        process.start()
        task = {"steps": 2, "sleep": sleep}
        done = 0
        latest: dict[str, int] = {}
        while crew.size < count:  # until all of them have come
            crew.wait(0)
            time.sleep(0.02)
        for number in range(1, 1 + count * 2):
            crew.submit(number, task)
        began, cpu, end = time.monotonic(), time.process_time(), None
        number = count * 2
        while end is None or time.monotonic() < end:
            event = crew.wait(5)
            assert event is not None and event.kind in {"began", "report", "done"}, event
            if event.kind == "report":
                crew.answer(event.task, True)
            elif event.kind == "done":
                if end is None:  # after the first second of each
                    began, cpu, end = time.monotonic(), time.process_time(), time.monotonic() + lasting
                done += 1
                latest[event.worker] = latest.get(event.worker, 0) + 1
                number += 1
                crew.submit(number, task)
        took, used = time.monotonic() - began, time.process_time() - cpu
        crew.close()
        process.join(30)
        process.kill()
    return {
        "clients": count,
        "seconds_a_trial": sleep,
        "trials_a_second": done / took,
        "of_what_they_could": done / took / (count / sleep) if sleep else None,
        "fewest_of_a_client": min(latest.values()) if len(latest) == count else 0,
        "most_of_a_client": max(latest.values()),
        "cpu_of_the_driver": used / took,
    }


def ray(quick: bool) -> dict[str, object]:
    """Dummy trials, two reports each, on actors of one Ray; its cores are said to be 16, whatever they are."""
    from protokit.workers.cluster.crew import RayCrew

    rows = []
    with _ray(16), tempfile.TemporaryDirectory() as name:
        if not quick:
            check_crew(lambda size: RayCrew(Dummy, Path(name), size=size))
        for size in (1, 2) if quick else (1, 4, 8, 16):
            for sleep in (0.0, 1.0):
                crew = RayCrew(Dummy, Path(name), size=size)
                warm = [{"steps": 1, "sleep": 3.0}] * size
                while len({*_workers(crew, warm)}) < size:  # until all of the actors have begun
                    pass
                trials = size * (4 if sleep else 40)
                took = _all_done(crew, [{"steps": 2, "sleep": sleep}] * trials)
                row = {"actors": size, "seconds_a_trial": sleep, "trials_a_second": trials / took}
                rows.append({**row, "of_what_they_could": trials / took / (size / sleep) if sleep else None})
                print(rows[-1], flush=True)
                crew.close()
    return {"rows": rows, "contract": "held" if not quick else "not run"}


def _workers(crew: Crew, tasks: list[Plain]) -> Iterator[str]:
    for number, task in enumerate(tasks):
        crew.submit(number, task)
    while (event := crew.wait(60)) is not None:
        if event.kind == "report":
            crew.answer(event.task, True)
        elif event.kind == "done":
            yield event.worker


@contextmanager
def _ray(cores: int) -> Iterator[None]:
    from protokit.workers.cluster import start

    before, machine.cores = machine.cores, lambda: cores
    library, ours = start.connected()
    machine.cores = before
    assert ours, "leave RAY_ADDRESS out"
    try:
        yield
    finally:
        library.shutdown()


def kills(quick: bool) -> dict[str, object]:
    """Workers that get SIGKILL at random moments: every task is done once, and none runs for ever."""
    many, few = (4, 2) if quick else (30, 10)
    lost = killed_at_random(partial(LocalCrew, Dummy), kills=many, tasks=40, seed=1)
    found: dict[str, object] = {"local": {"kills": many, "lost_and_given_again": lost, "lost_for_good": 0}}
    print(found, flush=True)
    found["ray_of_two_nodes"] = _kills_on_two_nodes(few)
    return found


def _kills_on_two_nodes(count: int) -> dict[str, object]:
    """Two nodes of one core each, as processes of this machine; in the end one of them leaves."""
    from protokit.workers.cluster.start import connected

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "include_dashboard": False})
    second = cluster.add_node(num_cpus=1)
    os.environ["RAY_ADDRESS"] = cluster.address
    library, _ = connected()
    from protokit.workers.cluster.crew import RayCrew

    try:
        with tempfile.TemporaryDirectory() as name:
            opens: Callable[[int], Crew] = lambda size: RayCrew(Dummy, Path(name))  # noqa: E731
            lost = killed_at_random(opens, kills=count, tasks=40, seed=2, apart=1.5)
            crew = opens(2)
            tasks: dict[int, Plain] = {number: {"steps": 2, "sleep": 0.5, "say": number} for number in range(20)}
            for number, task in tasks.items():
                crew.submit(number, task)
            done: list[int] = []
            left = gone = 0
            while len(done) < len(tasks):
                event = crew.wait(120)
                assert event is not None and event.kind != "failed", event
                if event.kind == "report":
                    crew.answer(event.task, True)
                elif event.kind == "done":
                    done.append(event.task)
                    if len(done) == 6 and not left:
                        cluster.remove_node(second)
                        left = 1
                elif event.kind == "lost":
                    gone += 1
                    crew.submit(event.task, tasks[event.task])
            assert sorted(done) == sorted(tasks), done
            crew.close()
    finally:
        library.shutdown()
        cluster.shutdown()
        del os.environ["RAY_ADDRESS"]
    leaves = {"tasks": len(tasks), "lost_and_given_again": gone, "lost_for_good": 0}
    return {"kills": count, "lost_and_given_again": lost, "lost_for_good": 0, "a_node_leaves": leaves}


def table(figures: dict[str, dict[str, object]]) -> str:
    """The figures for the page."""
    lines: list[str] = []
    if one := figures.get("local"):
        rates = one["trials_a_second"]
        assert isinstance(rates, dict)
        lines += [
            f"Local, {one['cores']} cores, {one['trials']} trials of {one['seconds_a_trial']:.1f} s: one worker does"
            f" {rates['1']:.2f} a second, two do {rates['2']:.2f}: **{one['ratio']:.2f} times** as many.",
            "",
        ]
    for part, who in (("folder", "clients"), ("ray", "actors")):
        if part not in figures:
            continue
        rows = figures[part]["rows"]
        assert isinstance(rows, list)
        where = "a shared folder" if part == "folder" else "Ray"
        lines += [
            f"| {who} on {where} | trials a second, of 0 s | of 1 s | of what they could |",
            "|---|---|---|---|",
        ]
        for count in dict.fromkeys(row[who] for row in rows):
            quick, slow = (next(r for r in rows if r[who] == count and r["seconds_a_trial"] == s) for s in (0.0, 1.0))
            lines.append(
                f"| {count} | {quick['trials_a_second']:,.0f} | {slow['trials_a_second']:.1f}"
                f" | {slow['of_what_they_could']:.0%} |"
            )
        lines.append("")
    if found := figures.get("kills"):
        near, far = found["local"], found["ray_of_two_nodes"]
        assert isinstance(near, dict) and isinstance(far, dict)
        lines += [
            f"SIGKILL of workers at random moments: {near['kills']} times local, {far['kills']} times on a Ray cluster"
            f" of two nodes. {near['lost_and_given_again'] + far['lost_and_given_again']} trials were lost with their"
            " workers and given again; none was lost for good, none was done twice, none ran for ever. A node that"
            f" left took {far['a_node_leaves']['lost_and_given_again']} with it, which were done on the other.",
            "",
        ]
    return "\n".join(lines).rstrip()


PARTS = {"local": local, "folder": folder, "ray": ray, "kills": kills}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=[])
    parser.add_argument("--quick", action="store_true", help="a try: nothing is written")
    options = parser.parse_args()
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    for name in options.parts or PARTS:
        began = time.monotonic()
        figures[name] = PARTS[name](options.quick)
        print(name, json.dumps(figures[name], indent=1), f"{time.monotonic() - began:.0f} s", flush=True)
    if options.quick:
        print(table({name: figures[name] for name in options.parts or PARTS}))
        return
    figures["made"] = {
        "on": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": machine.cores(),
        "python": platform.python_version(),
    }
    write_json(FIGURES, figures)
    said = f"Measured on {figures['made']['on']} by `python benchmarks/search_workers.py`.\n\n{table(figures)}"
    rooms.fill(PAGE, "measured", said)


if __name__ == "__main__":
    sys.exit(main())
