"""What trains a network: one protocol, and the engines that keep it."""
