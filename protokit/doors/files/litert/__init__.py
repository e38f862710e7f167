"""LiteRT: columns as it takes them, pieces that are converted, and one file of them."""
