"""Runs a recipe through the four steps, and keeps what comes of it in a folder."""
