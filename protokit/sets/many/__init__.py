"""Many recipes in one command: which they are, who runs them, and one table of what came of each."""
