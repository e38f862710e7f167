"""What every crew of workers keeps, and a hand to hold it against."""
