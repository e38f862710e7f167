"""The work of the engines: compiled programs, random numbers, and the way of the rows to the device."""
