"""Kinds of columns: the planted tables, and cells that are drawn."""
