"""The kinds of columns: what tells them, and how they are encoded."""
