"""Joins and cleaning in the database that the tables are of: DuckDB's SQL of the steps in PostgreSQL's words."""
