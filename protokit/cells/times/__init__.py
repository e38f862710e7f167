"""What a date, a time and a duration is: the only place that decides it."""
