"""What is heard: cells that are files or their bytes."""
