"""Contract tests of each kind of thing that a package can bring: call them in the tests of your own plug-ins.

Each takes a thing and raises `AssertionError` with what its kind asks for and the thing does not do.
"""
