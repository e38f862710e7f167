"""Plans of models whose examples are no rows, or whose networks do not give what is predicted."""
