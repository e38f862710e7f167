"""Step 2: what each column is, which rows are for what, and the arrays that the network takes."""
