"""What of a run the audit looks at beside its table: series, and the steps of sequences."""
