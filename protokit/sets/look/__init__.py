"""How an experiment on several sets looks: its card and its page."""
