"""Delimited text: its rows, and where its names and rows stand where nobody says it."""
