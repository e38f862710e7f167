"""What is learned where there is no target."""
