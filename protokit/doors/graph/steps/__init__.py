"""What is made of columns that have several steps of each example."""
