"""Rules about the target: constant, too easy, or with wrong labels."""
