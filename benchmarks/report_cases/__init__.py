"""Small inputs after public bug reports of comparable tools: each file holds those of one kind."""
