"""What a person sees of runs and tables: card, page, plots, comparison."""
