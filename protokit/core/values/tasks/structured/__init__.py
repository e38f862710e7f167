"""Tasks whose answer is more than a class or a number: inputs again, points, texts."""
