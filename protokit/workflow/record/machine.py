"""What a run was made on: all that decides, beside recipe and data, whether the same bits come out."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from protokit.workflow.record.contents import Environment

# those that compute or keep numbers; the others are pinned by the versions that these need
LIBRARIES = (
    "protokit", "tensorflow", "keras", "numpy", "scipy", "pandas", "scikit-learn", "duckdb", "safetensors", "ml_dtypes",
)  # fmt: skip
# what these variables say changes sums in their last bits, or how many threads make them
VARIABLES = (
    "TF_ENABLE_ONEDNN_OPTS", "TF_XLA_FLAGS", "XLA_FLAGS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "ONEDNN_MAX_CPU_ISA", "CUDA_VISIBLE_DEVICES",
    "NVIDIA_TF32_OVERRIDE", "PYTHONHASHSEED",
)  # fmt: skip


def environment(more: Sequence[str] = ()) -> Environment:
    """Where a run is made; `more` are further libraries that it needs."""
    return {
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in (*LIBRARIES, *more)},
        "system": platform.platform(),
        "processor": _processor(),
        "cpus": os.cpu_count(),
        "threads": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "variables": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _processor() -> str:
    """The model of the processor: `x86_64` alone does not say which instructions it has."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name.strip() in ("model name", "Model"):
                    return value.strip()
    except OSError:
        pass  # not a Linux
    return platform.processor() or platform.machine()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except ModuleNotFoundError:
        return None
