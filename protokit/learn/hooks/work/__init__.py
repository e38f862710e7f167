"""What is done while a network trains: hooks and callbacks called, and the work of protokit's own."""
