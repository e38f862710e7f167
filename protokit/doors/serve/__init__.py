"""A model behind HTTP: an API with its schema, and a page with a form."""
