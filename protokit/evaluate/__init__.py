"""Step 4: from predictions to scores with intervals, baselines, and a verdict in words."""
