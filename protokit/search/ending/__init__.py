"""How a search ends: the best few trained again, and what is said of the winner."""
