"""What the words of a recipe are made of: text with places, faults, types, expressions."""
