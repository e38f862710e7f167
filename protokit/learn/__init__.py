"""Step 3: from arrays and a network to a trained network."""
