"""What several tasks have alike: what is predicted of a row, and its columns in files."""
