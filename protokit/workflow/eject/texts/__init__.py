"""The functions that stand in an ejected script, as they stand there: plain code, tested here, copied as text.

They say no more than a script needs, and take what they need of each other by name. None of them is called in a run.
"""
