"""How a search looks: while it runs, and afterwards as a card, pictures and a page."""
