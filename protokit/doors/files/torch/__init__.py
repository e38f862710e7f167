"""A module of torch: its networks, what comes before and after them, and its file."""
