"""Why a run did not come to its end: a file in its folder, which the list of runs reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from protokit.core.errors import ProtokitError
from protokit.core.files import write_json

FAILED = "failed.json"
_LONGEST = 2000  # letters of a reason


@contextmanager
def reason_kept(folder: Path) -> Iterator[None]:
    """Write into a run's folder why what is inside did not come to its end; a run that goes on loses its old reason."""
    (folder / FAILED).unlink(missing_ok=True)
    try:
        yield
    except KeyboardInterrupt:
        _write(folder, "interrupted", "KeyboardInterrupt", "interrupted; --resume goes on where it stopped")
        raise
    except Exception as error:
        _write(folder, "failed", type(error).__name__, str(error) or type(error).__name__)
        raise


def _write(folder: Path, state: str, error: str, reason: str) -> None:
    said = {
        "state": state,
        "error": error,
        "reason": reason[:_LONGEST],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    with suppress(ProtokitError):  # a full disk: its error is the one to tell
        write_json(folder / FAILED, said)
