"""What a machine has for workers, and what each of them is given of it: cores, a GPU, and quiet."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

# how many threads the libraries of a worker start; each reads its own when it is imported
_THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
)  # fmt: skip
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "PYTHONUNBUFFERED": "1"}
_QUOTA = "/sys/fs/cgroup/cpu.max"


def cores() -> int:
    """The cores that this process may use: by its affinity, its control group, and the job of SLURM that it is in."""
    found = [len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1]
    try:
        quota, period = Path(_QUOTA).read_text().split()
        found.append(max(1, int(quota) // int(period)))
    except (OSError, ValueError):  # no control group, or no limit in it
        pass
    if (given := os.environ.get("SLURM_CPUS_PER_TASK", "")).isdigit():
        found.append(max(1, int(given)))
    return min(found)


def gpus() -> tuple[str, ...]:
    """The names of the GPUs that this process sees, as `CUDA_VISIBLE_DEVICES` has them; no library is asked."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(name.strip() for name in visible.split(",") if name.strip() not in {"", "-1", "NoDevFiles"})
    drivers = Path("/proc/driver/nvidia/gpus")
    try:
        return tuple(str(i) for i, _ in enumerate(drivers.iterdir()))
    except OSError:
        return ()


def share(
    place: int, workers: int, of_cores: int | None = None, of_gpus: tuple[str, ...] | None = None
) -> Mapping[str, str]:
    """The variables that give the worker at a place, one of so many, its share of this machine.

    Cores are divided; a person who has said fewer threads keeps them. GPUs are dealt in turn, and where workers share
    one, each takes of its memory as it needs. They hold only where they are set before TensorFlow is imported.
    """
    threads = max(1, (of_cores or cores()) // workers)
    cards = gpus() if of_gpus is None else of_gpus
    found = {**_QUIET, **{name: str(_fewest(os.environ.get(name), threads)) for name in _THREADS}}
    if cards:
        found["CUDA_VISIBLE_DEVICES"] = cards[place % len(cards)]
        if workers > len(cards):
            found["TF_FORCE_GPU_ALLOW_GROWTH"] = "true"
    return found


def _fewest(said: str | None, threads: int) -> int:
    return min(int(said), threads) if said and said.isdigit() and int(said) > 0 else threads
