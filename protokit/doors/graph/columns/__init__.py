"""The columns of a file's input: what a cell is, and what is made of it, by the kind of column."""
