"""Where a network that draws rows takes its random numbers."""
