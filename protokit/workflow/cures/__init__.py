"""Cures: edits of a recipe, held against it before they are shown, and run on validation rows when asked for."""
