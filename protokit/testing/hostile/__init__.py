"""Odd cells, which a thing has to refuse in words."""
