"""A run as a plain script of Keras, scikit-learn and pandas, without protokit.

`eject.py` puts it together. A file for each part of the script says what of the recipe becomes which code, and refuses
by name what it cannot; `texts/` are the functions that stand in it.
"""
