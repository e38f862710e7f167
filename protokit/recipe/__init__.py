"""The experiment as data: schema, reading, checking, writing and overrides."""
