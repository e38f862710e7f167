"""Plain data as a menu, with every fault at its path."""
