"""Tasks of networks that draw what could be."""
