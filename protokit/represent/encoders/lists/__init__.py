"""The work of kinds whose cells hold several values."""
