"""Keras models read as menus: their graph of calls, and the configuration of each layer."""
