"""Networks of several sets around layers that they share."""
