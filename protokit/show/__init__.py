"""How a thing looks: cards for terminal and notebook, curves, and the report."""
