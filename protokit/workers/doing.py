"""The worker's side of every crew: a hand is made, and does what comes in, whatever way it comes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Protocol, cast

from protokit.core.errors import ProtokitError
from protokit.core.files import finite
from protokit.workers.crew import Dropped, Hand, MakeHand, Plain

_ROOM = 2000  # letters of a reason


class Line(Protocol):
    """Messages between a worker and its crew, each an object of JSON, in order."""

    def take(self) -> Plain | None:
        """The next message for the worker, waited for; None where no further one will come."""
        ...

    def put(self, message: Plain) -> None:
        """Say something to the crew."""
        ...


def serve(make: MakeHand, line: Line) -> None:
    """Make the hand and do the tasks of the line, until it ends.

    The worker says `ready`, or `broken` where no hand can be made, and of a task `began`, `report`, `done`, `failed`.
    """
    try:
        hand = make()
    except Exception as error:
        line.put({"say": "broken", "reason": sentence(error)})
        return
    line.put({"say": "ready"})
    while (message := line.take()) is not None:
        if "task" in message:
            try:
                do(hand, message, line)
            except Dropped:
                return


def do(hand: Hand, message: Plain, line: Line) -> None:
    """Do one task, and say what comes of it.

    Raises:
        Dropped: the line ended while the task waited for an answer.
    """
    number = message["number"]

    def report(step: int, value: float) -> bool:
        value = float(value)
        said = {"say": "report", "number": number, "step": int(step), "value": value if math.isfinite(value) else None}
        line.put(said)
        while (heard := line.take()) is not None:
            if heard.get("answer") == number:
                return bool(heard["go_on"])
        raise Dropped

    line.put({"say": "began", "number": number})
    line.put({"number": number, **outcome(hand, cast(Plain, message["task"]), report)})


def outcome(hand: Hand, task: Plain, report: Callable[[int, float], bool]) -> dict[str, object]:
    """What comes of one task: `done` with its result as JSON keeps it, or `failed` with a reason."""
    try:
        return {"say": "done", "result": as_sent(hand.do(task, report))}
    except MemoryError:
        return {"say": "failed", "reason": "there was not memory enough"}
    except (Exception, SystemExit) as error:
        return {"say": "failed", "reason": sentence(error)}


def as_sent(result: Plain) -> Plain:
    """A result as it arrives through any line: lists for tuples, None for numbers that are not finite.

    Raises:
        TypeError: JSON has no word for something in it.
    """
    return cast(Plain, json.loads(json.dumps(finite(result), allow_nan=False)))


def sentence(error: BaseException) -> str:
    """What went wrong: the words of an error of protokit's own, else its kind and its words."""
    words = str(error).strip()
    if not isinstance(error, ProtokitError):
        words = f"{type(error).__name__}: {words}" if words else type(error).__name__
    return words if len(words) <= _ROOM else f"{words[: _ROOM // 2]} ... {words[-_ROOM // 2 :]}"
