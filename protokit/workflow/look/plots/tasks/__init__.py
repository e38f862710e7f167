"""Plots of what one task alone has."""
