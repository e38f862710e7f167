"""What is done with numbers on the way into a network and out of it, written once for each runtime."""
