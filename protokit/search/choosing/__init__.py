"""Which settings are tried, and which of them end early."""
