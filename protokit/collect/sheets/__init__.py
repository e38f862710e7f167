"""Sheets of workbooks: where their names stand, what spans several cells, and what was never computed."""
