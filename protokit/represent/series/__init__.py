"""Series: windows in place of rows."""
