"""How many lines `Menu.write` takes for each keras.applications model, with all names and without; fills docs/menu.md.

python benchmarks/menu_writing.py [MODEL ...]
"""

from __future__ import annotations

import inspect
import sys
import time
from pathlib import Path

from rooms import fill

DOCS = Path(__file__).parent.parent / "docs" / "menu.md"


def main() -> None:
    import keras

    from protokit import Menu

    rows = ["| model | lines with every name | lines of `write()` | written, s of CPU |", "|---|---|---|---|"]
    every = [name for name, made in vars(keras.applications).items() if inspect.isfunction(made)]
    for name in sys.argv[1:] or every:
        menu = Menu.from_keras(getattr(keras.applications, name)(weights=None))
        before = menu.write(names=True).count("\n")
        started = time.process_time()
        after = menu.write().count("\n")
        rows.append(f"| {name} | {before:,} | {after:,} | {time.process_time() - started:.2f} |")
        print(rows[-1], file=sys.stderr, flush=True)
        keras.backend.clear_session()
    fill(DOCS, "LINES", "\n".join(rows))


if __name__ == "__main__":
    main()
