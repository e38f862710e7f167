"""The memory that there is."""

from __future__ import annotations

import ctypes
import gc
import mmap
import os
import sys
from pathlib import Path


def process_memory() -> int:
    """Bytes that this process may use: the machine's, or those that its control group grants."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else []
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            found.append(int(Path(path).read_text()))
        except (OSError, ValueError):
            continue
    return min(found, default=8 << 30)


def release_unused() -> None:
    """Give memory that nothing uses any more back to the system: after much of it was used for a while."""
    gc.collect()
    if arrow := sys.modules.get("pyarrow"):
        arrow.default_memory_pool().release_unused()
    if sys.platform == "linux":
        try:
            ctypes.CDLL(None).malloc_trim(0)  # the C library's own heaps keep what was freed
        except (OSError, AttributeError):  # not every Linux has it
            return


def forget_pages(mapped: object) -> None:
    """Let the system take back what was read of a mapped file: it counts as this process's memory until then."""
    pages = getattr(mapped, "_mmap", None)
    if isinstance(pages, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        pages.madvise(mmap.MADV_DONTNEED)
