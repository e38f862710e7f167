"""The contracts of what training can be given by name: call them in the tests of your own parts."""
