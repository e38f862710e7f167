"""What a query that somebody wrote for a database may be: one SELECT that calculates."""
