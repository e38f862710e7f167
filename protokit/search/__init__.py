"""Many trials of one recipe with slots, and an honest end."""
