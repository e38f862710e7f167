"""Kinds whose cells hold several values."""
