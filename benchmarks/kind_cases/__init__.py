"""Cases of kinds of columns, in and out, a file each: see benchmarks/kinds.py."""
