"""Workers that are Ray actors, one for each core or GPU of the cluster."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from uuid import uuid4

from protokit.core.errors import WorkerError
from protokit.core.names import counted
from protokit.workers import machine
from protokit.workers.cluster.actor import Place
from protokit.workers.cluster.start import connected
from protokit.workers.crew import Event, MakeHandIn, Plain, Say
from protokit.workers.desk import Deaths, Desk, over

_FILES = ("recipe.yaml", "environment.json", "table")  # of the search's folder, what a hand is made from
_RESOURCES = 10.0  # seconds between looks at what the cluster has
_LATE = 20.0  # seconds until it is said that no actor has begun
_AGAIN = 1.0  # seconds until an actor that could not be reached is asked again


@dataclass
class _Actor:
    """An actor, what of it was heard, and the calls to it that are under way."""

    name: str
    handle: Any
    ready: bool = False
    heard: int = 0
    told: int = 0
    hearing: Any = None
    telling: dict[Any, tuple[int, Plain]] = field(default_factory=dict)
    away_until: float = 0.0

    def listen(self) -> None:
        """Wait, over there, for what it will say."""
        self.hearing = self.handle.hear.remote(self.heard)

    def tell(self, message: Plain) -> None:
        """Say something to it."""
        self._send(self.told, message)
        self.told += 1

    def tell_again(self, call: Any) -> None:
        """Say what may not have arrived; it is heard once."""
        self._send(*self.telling.pop(call))

    def _send(self, number: int, message: Plain) -> None:
        self.telling[self.handle.tell.remote(number, message)] = (number, message)


class RayCrew:
    """Actors of a Ray cluster; one that dies is made anew wherever the cluster has room.

    `folder` is that of the search. Nodes that do not see it are sent what a hand needs of it, once each.
    """

    def __init__(
        self,
        make: MakeHandIn,
        folder: Path,
        *,
        size: int | None = None,
        files: Sequence[str] = _FILES,
        say: Say = lambda text: None,
    ) -> None:
        self._ray, self._ours = connected()
        self._errors = self._ray.exceptions
        self._make, self._folder, self._files, self._say = make, folder.resolve(), files, say
        self._wanted, self._desk = size, Desk()
        self._actors: dict[str, _Actor] = {}
        self._sent: Any = None
        self._closed, self._made = False, 0
        self._waits_since, self._told_late = time.monotonic(), False
        self._looked, self._size, self._options = 0.0, 1, dict[str, object]()
        self._mark = Path("workers") / f"search-{uuid4().hex}"
        self._look_at_cluster()
        self._deaths = Deaths(self._size)
        (self._folder / self._mark).parent.mkdir(parents=True, exist_ok=True)
        (self._folder / self._mark).touch()

    @property
    def size(self) -> int:
        """See Crew."""
        return self._size

    def submit(self, number: int, task: Plain, *, seconds: float | None = None) -> None:
        """See Crew."""
        self._desk.submit(number, task, seconds)
        self._give_out()

    def answer(self, number: int, go_on: bool) -> None:
        """See Crew."""
        job = self._desk.answered(number)
        if job is not None and job.worker in self._actors:
            self._actors[job.worker].tell({"answer": number, "go_on": go_on})

    def wait(self, seconds: float | None = None) -> Event | None:
        """See Crew."""
        end = float("inf") if seconds is None else time.monotonic() + seconds
        while not self._desk.events:
            self._stop_overdue()
            self._look_at_cluster()
            self._give_out()
            left = end - time.monotonic()
            if self._desk.events or self._desk.idle or left <= 0:
                break
            self._look(max(0.0, min(left, self._desk.until_next, _AGAIN)))
        return self._desk.events.popleft() if self._desk.events else None

    def close(self) -> None:
        """See Crew. What is not this crew's own of Ray goes on."""
        if self._closed:
            return
        self._closed = True
        with suppress(Exception):
            leaving = [actor.handle.leave.remote() for actor in self._actors.values() if actor.ready]
            self._ray.wait(leaving, num_returns=len(leaving), timeout=2.0) if leaving else None
        for actor in self._actors.values():
            self._kill(actor)
        self._actors.clear()
        with suppress(OSError):
            (self._folder / self._mark).unlink()
            (self._folder / self._mark).parent.rmdir()
        if self._ours:
            self._ray.shutdown()

    def _look(self, seconds: float) -> None:
        """Wait for a call to come back, and take in all that have."""
        now = time.monotonic()
        for actor in self._actors.values():
            if actor.hearing is None and now >= actor.away_until:
                actor.listen()
        calls = {actor.hearing: actor for actor in self._actors.values() if actor.hearing is not None}
        calls |= {call: actor for actor in self._actors.values() for call in actor.telling}
        if not calls:
            time.sleep(min(seconds, 0.1))
            return
        came, _ = self._ray.wait(list(calls), num_returns=1, timeout=seconds)
        if came:  # and whatever else has come by now
            came, _ = self._ray.wait(list(calls), num_returns=len(calls), timeout=0)
        for call in came:
            if calls[call].name in self._actors:
                self._take(calls[call], call)

    def _take(self, actor: _Actor, call: Any) -> None:
        try:
            found = self._ray.get(call)
        except self._errors.ActorUnavailableError:  # a network that is away for a while: asked again
            actor.away_until = time.monotonic() + _AGAIN
            if call is actor.hearing:
                actor.hearing = None
            else:
                actor.tell_again(call)
            return
        except self._errors.RayError as error:
            self._bury(actor, _why(error))
            return
        if call is not actor.hearing:
            del actor.telling[call]
            return
        first, messages = found
        new = messages[max(0, actor.heard - first) :]
        actor.heard += len(new)
        for message in new:
            self._hear(actor, message)
        if actor.name in self._actors:
            actor.listen()

    def _hear(self, actor: _Actor, message: Plain) -> None:
        if message.get("say") == "ready":
            actor.ready, self._told_late = True, False
            self._deaths.began()
        elif message.get("say") == "broken":
            raise WorkerError(f"{actor.name} cannot begin: {message['reason']}", cure=_cure(str(message["reason"])))
        elif self._desk.said(actor.name, message) and message.get("say") in {"done", "failed"}:
            self._deaths.ended_well()

    def _bury(self, actor: _Actor, why: str) -> None:
        """Give up an actor that is no more; another one is made when a task waits."""
        del self._actors[actor.name]
        reason = f"{actor.name} died: {why}"
        self._desk.died(actor.name, reason)
        self._say(reason)
        self._deaths.died(reason, ready=actor.ready)

    def _stop_overdue(self) -> None:
        for job in self._desk.overdue():
            if (actor := self._actors.pop(job.worker, None)) is not None:
                self._kill(actor)
            self._desk.ended(job, "failed", over(job))

    def _kill(self, actor: _Actor) -> None:
        with suppress(Exception):  # it may be dead already, and Ray gone
            self._ray.kill(actor.handle, no_restart=True)

    def _give_out(self) -> None:
        if self._closed:
            return
        for actor in self._actors.values():
            if actor.ready and not self._desk.of(actor.name) and (job := self._desk.give(actor.name)):
                actor.tell({"number": job.number, "task": job.task})
        starting = sum(not actor.ready for actor in self._actors.values())
        room = self._size - len(self._actors)
        for _ in range(min(room, len(self._desk.waiting) - starting)):
            self._start()
        self._say_if_late()

    def _start(self) -> None:
        self._made += 1
        name = f"actor {self._made}"
        if self._sent is None and len(self._nodes()) > 1:
            self._sent = self._ray.put(_content(self._folder, self._files))
        threads = int(str(self._options["num_cpus"]))
        environment = machine.share(0, 1, threads, ())  # which GPU is whose, Ray decides
        kind = self._ray.remote(max_concurrency=4, max_restarts=0, max_task_retries=-1, **self._options)(Place)
        # within a list Ray brings the content to those that ask for it alone
        files = partial(_fetched, [self._sent]) if self._sent is not None else dict
        handle = kind.remote(self._make, self._folder, str(self._mark), files, environment, version("protokit"))
        self._actors[name] = _Actor(name, handle)

    def _look_at_cluster(self) -> None:
        """See what the cluster has, now and then: nodes come and leave."""
        if time.monotonic() - self._looked < _RESOURCES:
            return
        self._looked = time.monotonic()
        has = self._ray.cluster_resources()
        cards, cpus = int(has.get("GPU", 0)), int(has.get("CPU", 1))
        places = self._wanted or (cards if cards else max(1, cpus))
        self._options = {"num_cpus": max(1, cpus // places), **({"num_gpus": 1} if cards else {})}
        self._size = max(1, places)

    def _nodes(self) -> list[Mapping[str, object]]:
        return [node for node in self._ray.nodes() if node["Alive"]]

    def _say_if_late(self) -> None:
        """Say that the cluster gives no room, where it gives none."""
        if any(actor.ready for actor in self._actors.values()) or not self._desk.waiting:
            self._waits_since = time.monotonic()
        elif time.monotonic() - self._waits_since > _LATE and not self._told_late:
            self._told_late = True
            asked = ", ".join(f"{number} {name[4:].upper()[:-1]}" for name, number in self._options.items())
            self._say(f"waiting for the Ray cluster to start {counted(len(self._actors), 'actor')} of {asked}")


def _content(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The content of files, and of all files in folders, by their paths within the folder."""
    found: dict[str, bytes] = {}
    for name in names:
        path = folder / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                found[file.relative_to(folder).as_posix()] = file.read_bytes()
    return found


def _fetched(sent: list[Any]) -> Mapping[str, bytes]:
    """On a node: what the driver has sent."""
    from protokit.core.libraries.optional import optional

    found: Mapping[str, bytes] = optional("ray", "cluster").get(sent[0])
    return found


def _why(error: Exception) -> str:
    """Why an actor died, of what Ray says of it: the sentence that is of this case."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    told = [line for line in lines if line.startswith(("The actor is dead", "The actor died because"))]
    return (told or lines or [type(error).__name__])[0].split(" Some common causes")[0]


def _cure(reason: str) -> str | None:
    return "install the same version on all nodes" if "this node has protokit" in reason else None
