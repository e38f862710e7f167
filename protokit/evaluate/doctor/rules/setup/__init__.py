"""Rules about faults that stand in the recipe: loss, scale, batch."""
