"""The memory that there is."""

from __future__ import annotations

import os
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
