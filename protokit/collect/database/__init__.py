"""The database that tables are joined and cleaned in."""
