"""The kinds of columns, a file each: what may be written of one, how it is recognised, and how it is encoded."""
