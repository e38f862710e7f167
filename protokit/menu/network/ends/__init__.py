"""The ends of networks, a file each."""
