"""The audit of series that are forecast."""
