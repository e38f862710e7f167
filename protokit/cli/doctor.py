"""How `protokit doctor` shows what it knows of a run."""

from __future__ import annotations

import protokit
from protokit.core.checkup import Diagnosis
from protokit.core.names import number
from protokit.workflow.cures.tried import sentence

_COLORS = {"+": "green", "-": "red", "@": "cyan"}


def try_until_stopped(run: protokit.Run, seconds: float, allow: tuple[str, ...]) -> tuple[protokit.Tried, bool]:
    """What came of the cures of a run, and whether Ctrl-C ended it: then of those that were done."""
    try:
        return protokit.try_cures(run, seconds=seconds, allow=allow), False
    except KeyboardInterrupt:
        return protokit.Tried.read(run.path), True


def show_diagnoses(run: protokit.Run, tried: protokit.Tried) -> None:
    """Print each diagnosis with its evidence and the diff of its edit; in colours where the terminal has them.

    Beside it, what came of the cure where it was tried.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, soft_wrap=True)
    if failed := run.results["diagnosis"].get("failed"):
        console.print(Text(f"{run.name}: the doctor could not look: {failed}"))
    elif not run.diagnoses:
        console.print(Text(f"{run.name}: the doctor finds nothing wrong in this training"))
    for one in run.diagnoses:
        style = "yellow" if one.severity == "warning" else "dim"
        console.print(Text.assemble((f"{one.check.replace('_', ' ')}: ", style), one.rule))
        console.print(Text(f"  {_evidence(one)}", style="dim"))
        if one.advice:
            console.print(Text(f"  {one.advice}"))
        if trial := tried.of(one.check):
            console.print(Text(f"  tried: {sentence(trial)}"))
        for line in one.diff.splitlines():
            console.print(Text(f"    {line}", style=_COLORS.get(line[:1], "")))
        console.print()


def _evidence(one: Diagnosis) -> str:
    said = {k: v if isinstance(v, str) else number(float("nan") if v is None else v) for k, v in one.evidence.items()}
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in said.items())
