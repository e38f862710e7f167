"""The checks of series that are forecast, a file each."""
