"""Files and what stands in them: what the sources of tables share."""
