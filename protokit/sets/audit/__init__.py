"""The audit across sets: rows that several have, columns of one name and another meaning, drift, reversed targets."""
