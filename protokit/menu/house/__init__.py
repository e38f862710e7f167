"""The menus that the house offers by name, a file each."""
