"""Several trainings of one network, one after the other, and what stays as it is in each."""
