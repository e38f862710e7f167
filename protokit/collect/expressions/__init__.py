"""What an expression does with the cells of its columns: texts that are times, and the edits that end its faults."""
