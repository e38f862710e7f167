"""How each format is written, and run for its proof."""
