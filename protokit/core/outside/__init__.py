"""What lies outside of the package: files, addresses, databases, variables."""
