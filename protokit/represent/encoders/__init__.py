"""What does the work of the kinds of columns: reading cells, inferring kinds, encoding and scaling."""
