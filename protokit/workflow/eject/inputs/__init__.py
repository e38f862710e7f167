"""Columns that are no plain numbers or categories, in a script."""
