"""The steps of cleaning, a file each."""
