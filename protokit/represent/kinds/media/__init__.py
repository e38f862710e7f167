"""Kinds whose cells are files or their bytes."""
