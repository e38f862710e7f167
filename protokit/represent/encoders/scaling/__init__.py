"""Numbers as a network takes them: scaled, and the knots that they bend at."""
