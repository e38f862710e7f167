"""The slots of a recipe outside its menu: taken out of what was written, and values put in their places."""
