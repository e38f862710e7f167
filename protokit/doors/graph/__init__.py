"""From the cells of columns to what a network takes, and from what it gives to what is predicted, in any runtime."""
