"""What a search costs and what it is worth; writes docs/search_*.json and the tables of docs/search.md.

python benchmarks/search.py cost [--trials 100] [--only diabetes,pruned,adult] [--peers PYTHON] [--data FOLDER]

Run it on an idle machine.
"""

from __future__ import annotations

import sys


def main() -> None:
    parts = ("cost",)
    if len(sys.argv) < 2 or sys.argv[1] not in parts:
        sys.exit(f"{__doc__}\nwhich: {', '.join(parts)}")
    import search_cost

    search_cost.main(sys.argv[2:])


if __name__ == "__main__":
    main()
