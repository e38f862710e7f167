"""How clusters are found among the training rows' codes."""
